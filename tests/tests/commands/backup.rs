//! Backup and restore from outside: what a backup holds, what a restore refuses, what a broken one leaves.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::fs;
use std::path::{Path, PathBuf};

use om_infra::vault::{Class, FileVault, Vault as _};
use om_tests::server::{Server, command, prepare, run, succeeds, text};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

/// A paper whose bytes are `scanned`, where the store keeps it.
const PAPER: &str =
    "papers/530322/46/b1/46b1a23984dd3da94257d860fa664348eb038091e7c49daf92c222cea7c56386.txt";

fn refused(arguments: &[&str], words: &[&str]) -> String {
    let output = command(arguments.iter().copied()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} does not say {word:?}: {said}");
    }
    said
}

/// A directory with imports, a text in the vault and a paper, and a backup of it.
async fn backed_up() -> (TempDir, PathBuf, PathBuf) {
    let scratch = TempDir::new().unwrap();
    let (data, backup) = (scratch.path().join("data"), scratch.path().join("backup"));
    prepare(&data);
    let vault = FileVault::open(&data).unwrap();
    vault.put(&"530322".parse().unwrap(), Class::Note, "张三 13800000000").await.unwrap();
    succeeds(["user", "add", "lead@530322", "--data", text(&data)]);
    fs::create_dir_all(data.join(PAPER).parent().unwrap()).unwrap();
    fs::write(data.join(PAPER), "scanned").unwrap();
    fs::create_dir_all(data.join("papers/incoming")).unwrap();
    fs::write(data.join("papers/incoming/.being-written"), "half").unwrap();
    succeeds(["backup", "--data", text(&data), "--to", text(&backup)]);
    (scratch, data, backup)
}

fn manifest(backup: &Path) -> Value {
    serde_json::from_slice(&fs::read(backup.join("manifest.json")).unwrap()).unwrap()
}

/// Every event with its leaf, in the order of the log.
fn leaves(data: &Path) -> Vec<(i64, Vec<u8>)> {
    let log = Connection::open(data.join("events.db")).unwrap();
    let mut statement = log.prepare("SELECT position, leaf FROM event ORDER BY position").unwrap();
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_backup_is_restored_to_what_it_was_and_is_served() {
    let (scratch, data, backup) = backed_up().await;
    let manifest = manifest(&backup);
    let names: Vec<&str> =
        manifest["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(names, ["events.db", "vault.db", "credentials.db", PAPER]);
    assert_eq!(manifest["log"]["events"], leaves(&data).len());
    assert!(!backup.join("events.db-wal").exists());

    let restored = scratch.path().join("restored");
    let said = succeeds(["restore", "--from", text(&backup), "--data", text(&restored)]);
    assert!(said.contains("restored"), "{said}");
    assert_eq!(leaves(&restored), leaves(&data));
    assert_eq!(fs::read(restored.join(PAPER)).unwrap(), b"scanned");
    let count = |dir: &Path| {
        let vault = Connection::open(dir.join("vault.db")).unwrap();
        vault.query_row("SELECT count(*), max(sealed) FROM entry", (), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
    };
    assert_eq!(count(&restored).unwrap(), count(&data).unwrap());
    let users = succeeds(["user", "list", "--data", text(&restored)]);
    assert!(users.contains("lead@530322"), "{users}");
    assert!(restored.join("read").read_dir().unwrap().count() > 0, "projections are built");
    Server::start(&restored).ready().await;
    assert!(succeeds(["rebuild", "--check", "--data", text(&restored)]).contains("each fits its leaf"));
    // a restored log takes events again, and is backed up again
    succeeds(["backup", "--data", text(&restored), "--to", text(&scratch.path().join("again"))]);
}

#[tokio::test]
async fn a_backup_is_made_once_under_a_name_and_outside_what_it_copies() {
    let (scratch, data, backup) = backed_up().await;
    let take =
        |to: &Path, words: &[&str]| refused(&["backup", "--data", text(&data), "--to", text(to)], words);
    let before = fs::read(backup.join("manifest.json")).unwrap();
    take(&backup, &["is there already", "Name a new one"]);
    assert_eq!(fs::read(backup.join("manifest.json")).unwrap(), before);
    take(&data.join("backup"), &["lies inside"]);
    let none = scratch.path().join("none");
    let to = scratch.path().join("to");
    refused(&["backup", "--data", text(&none), "--to", text(&to)], &["does not exist"]);
    refused(
        &["backup", "--data", text(&data), "--to", text(&to), "--log", "esdb://127.0.0.1:2113"],
        &["cluster's own backup", "pg_dump"],
    );
    assert!(!to.exists() && !scratch.path().join("to.unfinished").exists());
    // what a backup that was broken off has left is no obstacle
    fs::create_dir(scratch.path().join("to.unfinished")).unwrap();
    fs::write(scratch.path().join("to.unfinished/events.db"), "half").unwrap();
    succeeds(["backup", "--data", text(&data), "--to", text(&to)]);
    assert!(!scratch.path().join("to.unfinished").exists());
}

#[tokio::test]
async fn a_damaged_log_is_not_kept_as_a_backup() {
    let (scratch, data, _) = backed_up().await;
    let log = Connection::open(data.join("events.db")).unwrap();
    let sql = "UPDATE event SET payload = CAST(replace(CAST(payload AS TEXT), '530322', '530326') AS BLOB)";
    assert!(log.execute(sql, ()).unwrap() > 0);
    drop(log);
    let to = scratch.path().join("to");
    refused(
        &["backup", "--data", text(&data), "--to", text(&to)],
        &["does not fit its leaf", "doctor", "last backup that verifies"],
    );
    assert!(!to.exists() && !scratch.path().join("to.unfinished").exists());
}

#[tokio::test]
async fn a_damaged_paper_is_told_and_keeps_nobody_from_backing_up_the_rest() {
    let (scratch, data, _) = backed_up().await;
    fs::write(data.join(PAPER), "faded").unwrap();
    let to = scratch.path().join("to");
    let output = run(["backup", "--data", text(&data), "--to", text(&to)]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(PAPER) && said.contains("is damaged") && said.contains("older backup"), "{said}");
    assert_eq!(fs::read(to.join(PAPER)).unwrap(), b"faded");
    let output = run(["restore", "--check", "--from", text(&to)]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("is damaged"), "{said}");
}

/// A change to a backup, and the words in which a restore refuses it.
type Spoiled = (fn(&Path), &'static [&'static str]);

const SPOILED: [Spoiled; 7] = [
    (|b| flip(&b.join("events.db")), &["events.db does not have the hash"]),
    (|b| flip(&b.join("vault.db")), &["vault.db does not have the hash"]),
    (|b| fs::remove_file(b.join(PAPER)).unwrap(), &[PAPER, "is missing"]),
    (
        |b| {
            let file = fs::File::options().write(true).open(b.join("events.db")).unwrap();
            file.set_len(file.metadata().unwrap().len() / 2).unwrap();
        },
        &["events.db has", "cut off"],
    ),
    (|b| flip(&b.join("manifest.json")), &["manifest.json", "changed or damaged"]),
    (|b| fs::remove_file(b.join("manifest.json")).unwrap(), &["is no backup", "manifest.json"]),
    (
        |b| {
            let mut other = manifest(b);
            other["log"]["id"] = "0198c1a0-0000-7000-8000-000000000000".into();
            rewrite(b, &other);
        },
        &["is the log", "0198c1a0-0000-7000-8000-000000000000"],
    ),
];

fn flip(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).unwrap();
}

/// Writes a manifest as whoever knows how would: with its hash.
fn rewrite(backup: &Path, manifest: &Value) {
    let file = backup.join("manifest.json");
    fs::write(&file, serde_json::to_vec(manifest).unwrap()).unwrap();
    let hash =
        std::process::Command::new("sha256sum").arg("manifest.json").current_dir(backup).output().unwrap();
    fs::write(backup.join("manifest.json.sha256"), hash.stdout).unwrap();
}

#[tokio::test]
async fn what_does_not_verify_is_not_restored() {
    let (scratch, _, backup) = backed_up().await;
    for (nth, (spoil, words)) in SPOILED.iter().enumerate() {
        let copy = scratch.path().join(format!("copy-{nth}"));
        copy_all(&backup, &copy);
        succeeds(["restore", "--check", "--from", text(&copy)]);
        spoil(&copy);
        let target = scratch.path().join(format!("target-{nth}"));
        refused(&["restore", "--from", text(&copy), "--data", text(&target)], words);
        refused(&["restore", "--check", "--from", text(&copy)], words);
        assert!(!target.exists(), "{words:?}: something was written");
    }
}

#[tokio::test]
async fn an_altered_event_is_found_even_if_whoever_did_it_made_a_new_manifest() {
    let (scratch, _, backup) = backed_up().await;
    let log = Connection::open(backup.join("events.db")).unwrap();
    log.execute("UPDATE event SET recorded = recorded + 1 WHERE position = 3", ()).unwrap();
    drop(log);
    let mut forged = manifest(&backup);
    let hash = |name: &str| {
        let output = std::process::Command::new("sha256sum").arg(backup.join(name)).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
    };
    forged["files"][0]["sha256"] = hash("events.db").into();
    forged["files"][0]["bytes"] = fs::metadata(backup.join("events.db")).unwrap().len().into();
    rewrite(&backup, &forged);
    let target = scratch.path().join("target");
    refused(&["restore", "--from", text(&backup), "--data", text(&target)], &["position 3", "fit its leaf"]);
}

#[tokio::test]
async fn a_restore_writes_over_nothing_and_one_broken_off_is_started_again() {
    let (scratch, data, backup) = backed_up().await;
    let restore = |to: &Path| run(["restore", "--from", text(&backup), "--data", text(to)]);
    refused(&["restore", "--from", text(&backup), "--data", text(&data)], &["is not empty", "new directory"]);
    let target = scratch.path().join("target");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("mine.txt"), "mine").unwrap();
    refused(&["restore", "--from", text(&backup), "--data", text(&target)], &["mine.txt", "is not empty"]);
    fs::remove_file(target.join("mine.txt")).unwrap();

    // as a restore that was killed between two renames leaves it
    fs::create_dir(target.join("restore.unfinished")).unwrap();
    fs::copy(backup.join("vault.db"), target.join("vault.db")).unwrap();
    for arguments in [
        &["serve", "--dev", "--listen", "127.0.0.1:0", "--data", text(&target)][..],
        &["board", "--data", text(&target)],
    ] {
        refused(arguments, &["broken off", "onematter restore"]);
    }
    let output = restore(&target);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(leaves(&target), leaves(&data));
    assert!(!target.join("restore.unfinished").exists());
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
