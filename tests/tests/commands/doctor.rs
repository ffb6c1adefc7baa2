//! `doctor` on directories that are damaged, one way each: it names the fault, says what to do, and changes nothing.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::fs;
use std::path::{Path, PathBuf};

use om_tests::server::{Server, prepare, run, text};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

fn prepared() -> (TempDir, PathBuf) {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    (scratch, data)
}

/// The exit status, and every finding.
fn examined(data: &Path) -> (i32, Vec<Value>) {
    let output = run(["doctor", "--data", text(data), "--json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{said}");
    let words: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
    (output.status.code().unwrap(), words["findings"].as_array().unwrap().clone())
}

/// Looks for what is expected of a check: its severity, a word of it, and that it says what to do.
fn finds(data: &Path, check: &str, severity: &str, word: &str) {
    let (status, findings) = examined(data);
    let found = findings.iter().find(|finding| {
        finding["check"] == check
            && finding["severity"] == severity
            && finding["what"].as_str().unwrap().contains(word)
    });
    let found = found.unwrap_or_else(|| panic!("{check} does not say {word:?}: {findings:#?}"));
    assert!(severity == "good" || found["todo"].as_str().is_some_and(|todo| todo.len() > 10), "{found}");
    let expected = match severity {
        "damage" => vec![4],
        "warning" => vec![3, 4],
        _ => vec![0, 3],
    };
    assert!(expected.contains(&status), "{status}: {findings:#?}");
}

fn sql(file: &Path, sql: &str) {
    let changed = Connection::open(file).unwrap().execute(sql, ()).unwrap();
    assert!(changed > 0, "{sql}");
}

#[tokio::test]
async fn a_sound_directory_is_sound_also_beside_a_server() {
    let (_scratch, data) = prepared();
    for (check, word) in [
        ("directory", "can be read and written"),
        ("lock", "no process"),
        ("log", "fits its leaf"),
        ("vault", "knows every reference"),
        ("clock", "not behind"),
        ("registers", "530322 has a directory and a template"),
    ] {
        finds(&data, check, "good", word);
    }
    let (_, findings) = examined(&data);
    assert!(findings.iter().all(|finding| finding["severity"] != "damage"), "{findings:#?}");
    let server = Server::start(&data);
    server.ready().await;
    finds(&data, "lock", "good", "has the directory open");
    finds(&data, "projections", "good", "stands at");
    let output = run(["doctor", "--data", text(&data)]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("ok") && said.contains("fits its leaf"), "{said}");
}

#[test]
fn damage_of_the_log_is_named() {
    let damaged = |change: fn(&Path), word: &str| {
        let (_scratch, data) = prepared();
        change(&data.join("events.db"));
        finds(&data, "log", "damage", word);
        let before = fs::read(data.join("events.db")).unwrap();
        examined(&data);
        assert_eq!(fs::read(data.join("events.db")).unwrap(), before, "looking changes nothing");
    };
    damaged(|log| sql(log, "UPDATE event SET recorded = recorded + 1 WHERE position = 2"), "fit its leaf");
    damaged(|log| sql(log, "DELETE FROM log WHERE position = 2"), "position 2 has no event");
    damaged(|log| sql(log, "DELETE FROM event WHERE position = 2"), "position 2 has no event");
    damaged(|log| sql(log, "UPDATE event SET position = 3 WHERE position = 2"), "stands elsewhere");
    damaged(
        |log| sql(log, "UPDATE event SET no = no + 1 WHERE no = (SELECT max(no) FROM event)"),
        "no event",
    );
    damaged(|log| sql(log, "UPDATE event SET leaf = x'00' WHERE position = 2"), "cannot be read");
    damaged(|log| Connection::open(log).unwrap().pragma_update(None, "user_version", 99).unwrap(), "newer");
    damaged(
        |log| {
            let _ = fs::remove_file(log.with_extension("db-wal"));
            fs::write(log, "陆良".repeat(4_000)).unwrap();
        },
        "is not an event log",
    );
    damaged(
        |log| {
            let mut bytes = fs::read(log).unwrap();
            let page = bytes.len() / 4_096 / 2 * 4_096;
            bytes[page..page + 4_096].fill(0xAB);
            fs::write(log, bytes).unwrap();
        },
        "damaged",
    );
}

#[test]
fn what_is_not_there_is_named() {
    let scratch = TempDir::new().unwrap();
    finds(&scratch.path().join("none"), "directory", "damage", "cannot be read");
    let empty = scratch.path().join("empty");
    fs::create_dir(&empty).unwrap();
    finds(&empty, "log", "damage", "does not exist");
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 0, "looking makes nothing");
    fs::create_dir(empty.join("restore.unfinished")).unwrap();
    finds(&empty, "directory", "damage", "broken off");
}

#[test]
fn the_vault_the_clock_and_what_was_left_are_looked_at() {
    let (_scratch, data) = prepared();
    fs::write(data.join("events.db-wal"), vec![0; 4_096]).unwrap();
    finds(&data, "wal", "warning", "did not end properly");
    fs::remove_file(data.join("events.db-wal")).unwrap();
    fs::write(data.join("events.lock"), "!").unwrap();
    finds(&data, "lock", "warning", "writing or syncing failed");
    fs::write(data.join("events.lock"), "").unwrap();

    let vault = data.join("vault.db");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&vault, fs::Permissions::from_mode(0o644)).unwrap();
        finds(&data, "directory", "warning", "others may read");
        fs::set_permissions(&vault, fs::Permissions::from_mode(0o600)).unwrap();
        let key = data.join("vault.key");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        finds(&data, "directory", "damage", "nothing starts so");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        for file in ["events.db", "policies.db", "credentials.db", "keys.db"] {
            let file = data.join(file);
            let mode = fs::metadata(&file).map_or(0, |meta| meta.permissions().mode());
            assert_eq!(mode & 0o077, 0, "{} is its owner's", file.display());
        }
    }
    for rest in ["vault.db-wal", "vault.db-shm"] {
        let _ = fs::remove_file(data.join(rest));
    }
    fs::write(&vault, "陆良".repeat(4_000)).unwrap();
    finds(&data, "vault", "damage", "is damaged");
    fs::remove_file(&vault).unwrap();
    finds(&data, "vault", "warning", "there is no vault.db");
    finds(&data, "credentials", "good", "none lie here");
    fs::write(data.join("credentials.db"), "陆良".repeat(4_000)).unwrap();
    finds(&data, "credentials", "damage", "is damaged");
    fs::remove_file(data.join("credentials.db")).unwrap();

    // an event of next century: the clock is behind it
    let log = data.join("events.db");
    sql(
        &log,
        "UPDATE event SET recorded = 4102444800000000 WHERE position = (SELECT max(position) FROM event)",
    );
    finds(&data, "clock", "warning", "the log was last written at 2100");
}

#[test]
fn papers_are_read_to_their_end() {
    let (_scratch, data) = prepared();
    let paper =
        data.join("papers/530322/46/b1/46b1a23984dd3da94257d860fa664348eb038091e7c49daf92c222cea7c56386.txt");
    fs::create_dir_all(paper.parent().unwrap()).unwrap();
    fs::write(&paper, "scanned").unwrap();
    finds(&data, "papers", "good", "1 papers, each has its hash");
    fs::write(data.join("papers/notes.docx"), "mine").unwrap();
    finds(&data, "papers", "warning", "papers/notes.docx");
    fs::write(&paper, "faded").unwrap();
    finds(&data, "papers", "damage", "is damaged");
    fs::remove_file(&paper).unwrap();
    fs::remove_file(data.join("papers/notes.docx")).unwrap();
    finds(&data, "papers", "good", "the log names 0");
}

#[test]
fn what_is_kept_in_a_database_is_not_missed_here() {
    let (_scratch, data) = prepared();
    fs::remove_file(data.join("vault.db")).unwrap();
    finds(&data, "vault", "warning", "there is no vault.db");
    let address = "postgres://onematter@127.0.0.1/onematter";
    let output = run(["doctor", "--data", text(&data), "--vault", address, "--papers", address]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.matches("kept in a database").count(), 2, "{said}");
    assert!(!said.contains("vault.db"), "{said}");
}

#[test]
fn projections_that_are_damaged_or_of_another_log_are_to_be_built_again() {
    let (_scratch, data) = prepared();
    assert!(run(["rebuild", "--data", text(&data)]).status.success());
    let mut files = fs::read_dir(data.join("read")).unwrap().map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.extension().is_some_and(|end| end == "db")).unwrap();
    finds(&data, "projections", "good", "stands at");
    sql(&file, "UPDATE runner_checkpoint SET log = 'another'");
    finds(&data, "projections", "warning", "another log");
    fs::write(&file, "陆良".repeat(4_000)).unwrap();
    finds(&data, "projections", "warning", "is damaged");
    assert!(run(["rebuild", "--data", text(&data)]).status.success());
    finds(&data, "projections", "good", "stands at");
}
