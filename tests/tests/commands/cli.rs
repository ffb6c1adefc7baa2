//! What the command line refuses: each time a status other than zero, and words that say what to do.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use om_tests::server::{Server, command, prepare, succeeds, text};
use rusqlite::Connection;
use tempfile::TempDir;

/// Runs what must be refused; what it said.
fn refused_by(mut command: Command, words: &[&str]) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code().is_some_and(|code| code != 0), "{command:?}: {} {said}", output.status);
    assert!(output.stdout.is_empty(), "a refusal is for the person, not for the script: {command:?}");
    assert!(!said.contains("panicked") && !said.contains('\u{1b}'), "{said}");
    for word in words {
        assert!(said.contains(word), "{command:?} does not say {word:?}: {said}");
    }
    said
}

pub(super) fn refused<'a>(arguments: impl IntoIterator<Item = &'a str>, words: &[&str]) -> String {
    refused_by(command(arguments), words)
}

fn serve(data: &Path) -> [&str; 6] {
    ["serve", "--dev", "--listen", "127.0.0.1:0", "--data", text(data)]
}

/// A directory with the shipped directory and one template.
fn prepared() -> (TempDir, PathBuf) {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    (scratch, data)
}

/// Whoever stops reading (`| head`) is told nothing, and nothing has failed.
fn unread(arguments: &[&str]) {
    let mut child =
        command(arguments.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && !said.contains("panicked") && !said.contains("error"),
        "{arguments:?}: {said}"
    );
}

#[test]
fn a_reader_that_has_gone_is_no_fault() {
    unread(&["schema"]);
    unread(&["users", "--dev"]);
}

#[test]
fn development_users_are_served_on_loopback_only() {
    let (_scratch, data) = prepared();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
        refused(["serve", "--dev", "--data", text(&data), "--listen", address], &[address, "127.0.0.1"]);
    }
}

#[test]
fn flags_keys_and_values_that_are_not_known_are_named() {
    let scratch = TempDir::new().unwrap();
    let file = scratch.path().join("onematter.toml");
    refused(["serve", "--lisen", "127.0.0.1:0"], &["--lisen", "--listen"]);
    refused(["serve", "--listen", "everywhere"], &["everywhere", "--listen"]);
    refused(["sreve"], &["sreve", "serve"]);
    refused(["board"], &["--data"]);
    fs::write(&file, "lisen = \"127.0.0.1:0\"\n").unwrap();
    refused(["serve", "--config", text(&file)], &["lisen", "Known keys: data, listen"]);
    fs::write(&file, "listen = 8080\n").unwrap();
    refused(["serve", "--config", text(&file)], &["listen"]);
    let none = scratch.path().join("none.toml");
    refused(["serve", "--config", text(&none)], &["none.toml", "--config"]);
    let mut misspelt = command(["serve", "--dev"]);
    misspelt.env("ONEMATTER_LISEN", "127.0.0.1:0");
    refused_by(misspelt, &["lisen", "Known keys"]);
}

#[tokio::test]
async fn what_the_edge_cannot_be_started_with_is_refused() {
    let (scratch, data) = prepared();
    let file = |name: &str, of: &str| {
        let path = scratch.path().join(name);
        fs::write(&path, of).unwrap();
        path
    };
    let told = |more: &[&'static str], words: &[&str]| {
        refused(serve(&data).into_iter().chain(more.iter().copied()), words)
    };
    for flag in ["--vault", "--papers", "--credentials"] {
        let said = told(
            &[flag, "postgres://om:s3cret@127.0.0.1:1/om"],
            &[flag, "passwordFile=FILE", "list of processes"],
        );
        assert!(!said.contains("s3cret"), "{said}");
    }
    told(&["--papers-max-mib", "0"], &["--papers-max-mib"]);
    told(&["--account-rate", "0"], &["--account-rate"]);
    told(&["--trusted-proxy", "proxy.county"], &["proxy.county", "10.1.2.3/32"]);
    told(&["--tls-cert", "chain.pem"], &["a certificate needs its key"]);
    let (cert, key) = (file("chain.pem", "nothing"), file("key.pem", "s3cret"));
    let flags = ["--tls-cert", text(&cert), "--tls-key", text(&key)];
    let said = refused(serve(&data).into_iter().chain(flags), &["the TLS file", "key.pem"]);
    assert!(!said.contains("s3cret"), "{said}");
    let toml = file("om.toml", "papers_max_mib = 0\n");
    refused(serve(&data).into_iter().chain(["--config", text(&toml)]), &["papers_max_mib"]);

    // figures apart: there and not beside the API
    let server = Server::start_by(command(serve(&data).into_iter().chain(["--admin-listen", "127.0.0.1:0"])));
    while !server.said().contains("stop with") {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let said = server.said();
    let figures = said
        .lines()
        .find_map(|line| line.strip_prefix("health "))
        .map(|line| line.trim().split('/').take(3).collect::<Vec<_>>().join("/"));
    let figures = figures.unwrap_or_else(|| panic!("{said}"));
    for path in ["/livez", "/metrics"] {
        assert_eq!(reqwest::get(format!("{figures}{path}")).await.unwrap().status(), 200, "{figures}{path}");
        assert_eq!(
            reqwest::get(format!("http://{}{path}", server.address)).await.unwrap().status(),
            404,
            "{path}"
        );
    }
    assert_eq!(reqwest::get(format!("{figures}/sign-in")).await.unwrap().status(), 404);
}

#[test]
fn a_busy_port_is_named() {
    let (_scratch, data) = prepared();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(
        ["serve", "--dev", "--data", text(&data), "--listen", &address],
        &[&address, "--listen", "free the port"],
    );
}

#[test]
fn a_directory_in_use_is_read_beside_and_written_by_one() {
    let (scratch, data) = prepared();
    let server = Server::start(&data);
    refused(serve(&data), &["open in another process", "Stop that one first"]);
    let good = scratch.path().join("good.toml");
    fs::copy(templates().join("rural-house.toml"), &good).unwrap();
    refused(["import", "template", text(&good), "--data", text(&data)], &["open in another process"]);
    refused(["rebuild", "--data", text(&data)], &["open in another process"]);
    assert!(succeeds(["board", "--data", text(&data)]).contains("no matters yet"));
    assert!(succeeds(["rebuild", "--data", text(&data), "--check"]).contains("each fits its leaf"));
    drop(server);
    succeeds(["import", "template", text(&good), "--data", text(&data)]);
}

#[test]
fn a_log_that_another_program_keeps_locked_is_named() {
    let (_scratch, data) = prepared();
    let other = Connection::open(data.join("events.db")).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let words = [text(&data), "another process", "Stop"];
    // each waits some seconds for the lock
    std::thread::scope(|scope| {
        scope.spawn(|| refused(serve(&data), &words));
        scope.spawn(|| refused(["board", "--data", text(&data)], &words));
    });
    drop(other);
    succeeds(["board", "--data", text(&data)]);
}

#[test]
fn a_log_of_a_newer_version_is_left_alone() {
    let (_scratch, data) = prepared();
    let file = data.join("events.db");
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&file).unwrap();
    for arguments in
        [&serve(&data)[..], &["board", "--data", text(&data)], &["rebuild", "--data", text(&data), "--check"]]
    {
        refused(arguments.iter().copied(), &["newer version", "layout 99", "Start the newer version"]);
    }
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_log_that_is_no_log_is_left_alone() {
    let (_scratch, data) = prepared();
    let file = data.join("events.db");
    for remains in ["events.db-wal", "events.db-shm"] {
        let _ = fs::remove_file(data.join(remains));
    }
    fs::write(&file, "陆良".repeat(4_000)).unwrap();
    let before = fs::read(&file).unwrap();
    refused(serve(&data), &["is not an event log", "Move it away"]);
    refused(["board", "--data", text(&data)], &["is not an event log", "Move it away"]);
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn an_event_that_was_altered_is_found() {
    let (_scratch, data) = prepared();
    let log = Connection::open(data.join("events.db")).unwrap();
    let changed = log
        .execute(
            "UPDATE event SET payload = CAST(replace(CAST(payload AS TEXT), '530322', '530326') AS BLOB)",
            (),
        )
        .unwrap();
    assert!(changed > 0);
    drop(log);
    refused(
        ["rebuild", "--data", text(&data), "--check"],
        &["does not fit its leaf", "restore the last backup"],
    );
}

/// Does something to a log behind the platform's back; what the check then refuses by.
fn checked_after(harm: impl FnOnce(&Connection), said: &[&str]) {
    let (_scratch, data) = prepared();
    let log = Connection::open(data.join("events.db")).unwrap();
    harm(&log);
    drop(log);
    let said = [said, &["restore the last backup"]].concat();
    refused(["rebuild", "--data", text(&data), "--check"], &said);
}

#[test]
fn an_event_that_was_taken_out_is_missed() {
    let followed = "SELECT position FROM event WHERE no & 0xffffff = 1
         AND EXISTS (SELECT 1 FROM event AS later WHERE later.no = event.no + 1) LIMIT 1";
    let take = |log: &Connection, tables: &[&str]| {
        let position: i64 = log.query_row(followed, (), |row| row.get(0)).unwrap();
        for table in tables {
            let taken = log.execute(&format!("DELETE FROM {table} WHERE position = ?1"), (position,));
            assert_eq!(taken.unwrap(), 1);
        }
    };
    checked_after(|log| take(log, &["event"]), &["of them in the order"]);
    checked_after(|log| take(log, &["event", "log"]), &["has no event"]);
    let last = "DELETE FROM log WHERE position = (SELECT max(position) FROM log)";
    checked_after(|log| assert_eq!(log.execute(last, ()).unwrap(), 1), &["of them in the order"]);
}

#[test]
fn events_that_changed_places_are_found() {
    let swap = |log: &Connection| {
        let no = |at: i64| {
            log.query_row("SELECT event FROM log WHERE position = ?1", (at,), |row| row.get::<_, i64>(0))
        };
        let (one, two) = (no(1).unwrap(), no(2).unwrap());
        for (at, no) in [(1, two), (2, one)] {
            log.execute("UPDATE log SET event = ?2 WHERE position = ?1", (at, no)).unwrap();
        }
    };
    checked_after(swap, &["position 1", "stands elsewhere"]);
}

#[test]
fn a_directory_that_cannot_be_used_is_named() {
    let scratch = TempDir::new().unwrap();
    let file = scratch.path().join("file");
    fs::write(&file, "").unwrap();
    for data in [file.join("data"), PathBuf::from("/proc/onematter")] {
        refused(serve(&data), &[text(&data), "who may write"]);
    }
    let none = scratch.path().join("none");
    refused(["board", "--data", text(&none)], &["does not exist", "name the data directory"]);
    refused(["rebuild", "--data", text(&none), "--check"], &["does not exist"]);
    assert!(!none.exists(), "looking makes nothing");
    let locked = scratch.path().join("locked");
    fs::create_dir(&locked).unwrap();
    let mut permissions = fs::metadata(&locked).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&locked, permissions).unwrap();
    // whoever may write anywhere is not kept out by permissions
    if fs::write(locked.join("probe"), "").is_err() {
        refused(serve(&locked), &["locked", "who may write"]);
    }
}

fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/templates")
}

#[test]
fn a_bad_template_is_refused_with_every_line_and_reason() {
    let (scratch, data) = prepared();
    let good = fs::read_to_string(templates().join("rural-house.toml")).unwrap();
    let file = scratch.path().join("bad.toml");
    let lead = good.lines().position(|line| line.starts_with("lead =")).unwrap();
    let basis = good.lines().position(|line| line.starts_with("nature =")).unwrap();
    let mut lines: Vec<&str> = good.lines().collect();
    (lines[lead], lines[basis]) = ("lead = \"no-such-bureau\"", "nature = \"wish\"");
    fs::write(&file, lines.join("\n")).unwrap();
    let import = ["import", "template", text(&file), "--data", text(&data)];
    let faults = [format!("line {}: ", lead + 1), format!("line {}: ", basis + 1)];
    let words = ["2 fault(s), nothing was imported", &faults[0], "no-such-bureau", &faults[1], "wish"];
    let before = succeeds(["rebuild", "--data", text(&data), "--check"]);
    let said = refused(import, &words);
    assert!(said.contains("→"), "{said}");
    refused(["import", "template", text(&file), "--check"], &words);
    assert_eq!(succeeds(["rebuild", "--data", text(&data), "--check"]), before);

    fs::write(&file, "id = \n").unwrap();
    // whatever the projections are about at that moment, they are ended in order
    for _ in 0..12 {
        refused(import, &["line 1"]);
    }
    let none = scratch.path().join("none.toml");
    refused(["import", "template", text(&none), "--data", text(&data)], &["none.toml", "TOML file"]);
    fs::copy(templates().join("rural-house.toml"), &file).unwrap();
    let mut nobody = import.to_vec();
    nobody.extend(["--by", "clerk"]);
    refused(nobody, &["clerk is no administrator", "--by"]);
    let with = |more: [&'static str; 2]| import.iter().copied().chain(more).collect::<Vec<_>>();
    refused(with(["--by", "nobody"]), &["county 530322 has no account nobody", "--by"]);
    refused(with(["--county", "530324"]), &["county 530324 has no directory"]);
    let empty = scratch.path().join("empty");
    refused(["import", "template", text(&file), "--data", text(&empty)], &["import the directory first"]);
}

#[test]
fn a_demo_is_served_as_a_demo_only_and_asked_for_by_name() {
    let (scratch, real) = prepared();
    let data = scratch.path().join("demo");
    succeeds(["demo", "--no-serve", "--json", "--data", text(&data)]);
    refused(serve(&data), &["holds a demo", "--demo"]);
    let mut as_demo = serve(&real).to_vec();
    as_demo.push("--demo");
    refused(as_demo, &["holds no demo", "Leave out --demo"]);
    refused(["demo", "--no-serve", "--data", text(&real)], &["holds real matters", "new directory"]);
    let other = scratch.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("notes.txt"), "mine").unwrap();
    refused(["demo", "--no-serve", "--data", text(&other)], &["is not empty", "empty directory"]);
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1, "nothing was played into it");

    refused(["board", "--data", text(&data), "北片区"], &["北片区", "onematter board"]);
    refused(["replay", "--data", text(&data), "北片区"], &["北片区", "onematter board"]);
    refused(["board", "--data", text(&data), "陆良县"], &["fits 2 matters", "project code"]);
    refused(["replay", "--data", text(&data), "南片区", "--at", "yesterday"], &["yesterday", "2023-07-12"]);
    let event = "0198c1a0-0000-7000-8000-000000000000";
    refused(["replay", "--data", text(&data), "南片区", "--as-of", event], &["--at"]);
    for json in [&[][..], &["--json"]] {
        for flag in ["--at", "--as-of"] {
            let mut late = vec!["replay", "--data", text(&data), "南片区", flag, "2099-01-01"];
            late.extend(json);
            refused(late, &[flag, "2099-01-01", "in the future", "onematter board"]);
        }
        let mut unknown = vec!["replay", "--data", text(&data), "南片区", "--at", event];
        unknown.extend(json);
        refused(unknown, &[event, "no event", "eventId"]);
        let mut early = vec!["replay", "--data", text(&data), "南片区", "--at", "1990-01-01"];
        early.extend(json);
        refused(early, &["nothing of", "was recorded by then", "2023-06-12"]);
    }
    refused(["replay", "--data", text(&data), "南片区", "--as-of", "1990-01-01"], &["had happened by then"]);
    for arguments in [
        &["board", "--data", text(&data)][..],
        &["board", "--data", text(&data), "南片区"],
        &["replay", "--data", text(&data), "南片区"],
        &["replay", "--data", text(&data), "南片区", "--json"],
        &["demo", "--no-serve", "--data", text(&data)],
    ] {
        unread(arguments);
    }
    refused(["users"], &["--dev"]);
    fs::write(data.join("virtual-clock.json"), "{}").unwrap();
    refused(["board", "--data", text(&data)], &["virtual-clock.json", "new directory"]);
}

#[test]
fn the_log_is_not_served_unguarded_unless_somebody_said_so_on_loopback() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    let node = |address| ["node", "--data", text(&data), "--listen", address];
    refused(node("127.0.0.1:0"), &["--insecure", "node-user add"]);
    refused(node("0.0.0.0:0").into_iter().chain(["--insecure"]), &["0.0.0.0:0", "127.0.0.1"]);
    refused(node("127.0.0.1:0").into_iter().chain(["--insecure", "--tls-cert", "x"]), &["key"]);
    refused(serve(&data).into_iter().chain(["--esdb-listen", "127.0.0.1:0"]), &["--esdb-insecure"]);
    let authorities = ["--insecure", "--tls-client-ca", "x"];
    refused(node("127.0.0.1:0").into_iter().chain(authorities), &["accounts", "certificate"]);
    // a cluster's log is served by the cluster
    let twice = ["--log", "esdb://127.0.0.1:1", "--esdb-listen", "127.0.0.1:0", "--esdb-insecure"];
    refused(serve(&data).into_iter().chain(twice), &["--esdb-listen", "--log", "leave"]);
    let told = ["--log", "esdb://user:secret@127.0.0.1:1"];
    let said = refused(serve(&data).into_iter().chain(told), &["--log", "passwordFile"]);
    assert!(!said.contains("secret"), "{said}");
    let users = scratch.path().join("users");
    let account = |name, role| ["node-user", "add", name, "--role", role, "--users", text(&users)];
    refused(account("audit", "admin"), &["rw", "ro"]);
    refused(account("a:b", "ro"), &["a:b"]);
    let made = command(account("audit", "ro")).output().unwrap();
    assert!(made.status.success() && made.stdout.len() > 30, "the password is on standard output");
    refused(["node-user", "remove", "nobody", "--users", text(&users)], &["nobody", "node-user list"]);
}
