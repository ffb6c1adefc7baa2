//! Moving a log: from a data directory to a node, broken off and resumed, and back again.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use om_infra::log::migrate::{MigrateError, compare, migrate};
use om_infra::log::sqlite::Options;
use om_infra::log::{EventLog, SqliteLog, StoredEvent};
use om_tests::conformance::{append, event, events, everything, stream};
use om_tests::node::NodeHome;
use om_tests::server::onematter;
use tempfile::TempDir;

/// A log in which streams lie side by side and one after another, with an event too large to travel with others.
async fn source(dir: &Path, rounds: usize) -> usize {
    let log = SqliteLog::open(dir, Options::default()).unwrap();
    for round in 0..rounds {
        for id in ["甲", "乙 2", "丙-3"] {
            append(&*log, &stream(id), events(1 + round % 4)).await;
        }
    }
    let mut large = event("大");
    large.payload = format!("\"{}\"", "字".repeat(250_000)).into();
    append(&*log, &stream("甲"), vec![large]).await;
    append(&*log, &stream("long"), events(1_500)).await;
    let count = everything(&*log).await.len();
    log.close().await;
    count
}

fn same_but_for_position(one: &[StoredEvent], other: &[StoredEvent]) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert_eq!(&StoredEvent { position: other.position, ..one.clone() }, other);
    }
}

/// Blocks; the node runs on threads of its own.
fn run(from: &str, to: &str, more: &[&str]) -> (bool, String) {
    let output = Command::new(onematter())
        .args(["migrate", "--from", from, "--to", to])
        .args(more)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_is_moved_to_a_node_and_back_event_by_event() {
    let (dir, back, home) = (TempDir::new().unwrap(), TempDir::new().unwrap(), NodeHome::new());
    let count = source(dir.path(), 20).await;
    home.start();
    let (from, to, url) = (dir.path().display().to_string(), back.path().display().to_string(), home.url());
    let (done, said) = run(&from, &url, &[]);
    assert!(done && said.contains(&format!("{count} events moved, 0 were there before")), "{said}");
    // once more: nothing is left to do
    let (done, said) = run(&format!("{from}/events.db"), &url, &[]);
    assert!(done && said.contains(&format!("0 events moved, {count} were there before")), "{said}");
    let (done, said) = run(&from, &url, &["--check"]);
    assert!(done && said.contains("are the same"), "{said}");
    // and back
    let (done, said) = run(&url, &to, &[]);
    assert!(done && said.contains(&format!("{count} events moved")), "{said}");

    let original = SqliteLog::open_read_only(dir.path(), &Options::default()).unwrap();
    let returned = SqliteLog::open_read_only(back.path(), &Options::default()).unwrap();
    assert_ne!(original.id(), returned.id());
    same_but_for_position(&everything(&*original).await, &everything(&*returned).await);
    same_but_for_position(&everything(&*original).await, &everything(&*home.served()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_was_killed_goes_on_where_it_was() {
    let (dir, home) = (TempDir::new().unwrap(), NodeHome::new());
    let count = source(dir.path(), 150).await;
    home.start();
    let (from, url) = (dir.path().display().to_string(), home.url());
    for part in [100, 300] {
        let mut moving = Command::new(onematter())
            .args(["migrate", "--from", &from, "--to", &url])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while home.served().head().await.unwrap().map_or(0, |head| head.number()) < part {
            assert!(moving.try_wait().unwrap().is_none(), "it was not slow enough to be killed");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        moving.kill().unwrap();
        moving.wait().unwrap();
        let there = everything(&*home.served()).await.len();
        assert!(there < count, "{there} of {count}");
    }
    let (done, said) = run(&from, &url, &[]);
    assert!(done && !said.contains("moved, 0 were there before"), "{said}");
    let original = SqliteLog::open_read_only(dir.path(), &Options::default()).unwrap();
    same_but_for_position(&everything(&*original).await, &everything(&*home.served()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_holds_something_else_is_left_alone() {
    let (dir, home) = (TempDir::new().unwrap(), NodeHome::new());
    source(dir.path(), 3).await;
    home.start();
    append(&*home.served(), &stream("甲"), vec![event("别人的")]).await;
    let (from, url) = (dir.path().display().to_string(), home.url());
    let (done, said) = run(&from, &url, &[]);
    assert!(!done && said.contains("something else"), "{said}");
    assert_eq!(everything(&*home.served()).await.len(), 1);
    let (done, said) = run(&url, &url, &[]);
    assert!(!done && said.contains("the same log"), "{said}");
    // while a server writes the directory nothing is moved
    let serving = SqliteLog::open(dir.path(), Options::default()).unwrap();
    let (done, said) = run(&from, &url, &[]);
    assert!(!done && said.contains("open in another process"), "{said}");
    serving.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_changed_in_the_copy_is_found() {
    let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    source(one.path(), 3).await;
    let from = SqliteLog::open(one.path(), Options::default()).unwrap();
    let to = SqliteLog::open(other.path(), Options::default()).unwrap();
    migrate(&*from, &*to, &|_, _| {}).await.unwrap();
    to.close().await;
    let changed = rusqlite::Connection::open(other.path().join("events.db")).unwrap();
    let sql = "UPDATE event SET payload = CAST('{}' AS BLOB) WHERE position = 5";
    assert_eq!(changed.execute(sql, ()).unwrap(), 1);
    drop(changed);
    let to = SqliteLog::open_read_only(other.path(), &Options::default()).unwrap();
    let found = compare(&*from, &*to, &|_, _| {}).await;
    assert!(matches!(found, Err(MigrateError::Foreign { nth: 5, .. })), "{found:?}");
}
