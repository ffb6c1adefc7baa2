//! The keys of personal texts from outside: copied with a backup or not at all, checked before they are needed, wrapped anew.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::fs;
use std::path::{Path, PathBuf};

use om_domain::ids::{CountyId, VaultRef};
use om_domain::person::Subject;
use om_infra::vault::{Class, FileVault, MasterKey, PostgresVault, Tombstone, Vault as _, VaultError};
use om_tests::postgres::Postgres;
use om_tests::server::{Server, command, prepare, text};
use tempfile::TempDir;

fn county() -> CountyId {
    "530322".parse().unwrap()
}

/// Runs a command; whether it succeeded, and what it said on both ways.
fn said(arguments: &[&str]) -> (bool, String) {
    let output = command(arguments.iter().copied()).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// A directory with imports and a text about somebody.
async fn directory() -> (TempDir, PathBuf, VaultRef) {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let reference = FileVault::open(&data).unwrap().put(&county(), Class::Contact, "13800138000").await;
    (scratch, data, reference.unwrap())
}

async fn erase(data: &Path, reference: &VaultRef) -> Subject {
    let vault = FileVault::open(data).unwrap();
    let subject = vault.look(&county(), reference).await.unwrap().unwrap().subject;
    let order = Tombstone {
        erased: "2023-05-01T02:00:00Z".parse().unwrap(),
        ordered_by: "security-administrator".parse().unwrap(),
        reason: "本人要求删除".parse().unwrap(),
        basis: "个人信息保护法 47".parse().unwrap(),
    };
    vault.destroy(&county(), &subject, &order).await.unwrap();
    subject
}

fn backup(data: &Path, to: &Path, keys: &Path) -> (bool, String) {
    said(&["backup", "--data", text(data), "--to", text(to), "--keys", text(keys)])
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn keys_are_not_copied_where_they_would_lie_with_what_they_open() {
    let (scratch, data, _) = directory().await;
    let at = |name: &str| scratch.path().join(name);
    let (to, old) = (at("backups/monday"), at("backups/sunday"));
    assert!(said(&["backup", "--data", text(&data), "--to", text(&old)]).0);
    let before = names(&old);
    for (keys, word) in [
        (to.join("keys"), "lie one inside the other"),
        (to.clone(), "lie one inside the other"),
        (at("backups"), "lie one inside the other"),
        (data.join("keys"), "the data directory"),
        (data.clone(), "the data directory"),
        (old.clone(), "keys are in no backup"),
        (old.join("keys"), "keys are in no backup"),
    ] {
        let (done, why) = backup(&data, &to, &keys);
        assert!(
            !done && why.contains(word) && why.contains("Nothing was written"),
            "{}: {why}",
            keys.display()
        );
        assert_eq!(names(&at("backups")), ["sunday"], "{}", keys.display());
        assert_eq!(names(&old), before);
        assert!(!data.join("keys").exists());
    }
    let link = at("link");
    std::os::unix::fs::symlink(&old, &link).unwrap();
    assert!(!backup(&data, &to, &link).0, "by another name it is the same folder");
}

#[tokio::test]
async fn a_backup_and_its_copy_of_the_keys_are_both_there_or_neither() {
    let (scratch, data, _) = directory().await;
    let at = |name: &str| scratch.path().join(name);
    // the keys cannot be copied: what lies there is no folder
    fs::write(at("file"), "").unwrap();
    let (done, why) = backup(&data, &at("to"), &at("file"));
    assert!(!done && why.contains("neither the backup nor a copy of the keys was kept"), "{why}");
    assert!(why.contains("same command again"), "{why}");
    assert!(!at("to").exists() && !at("to.unfinished").exists());
    // nor can they where the key store is damaged
    let spoiled = at("spoiled");
    assert!(
        std::process::Command::new("cp")
            .args(["-r", text(&data), text(&spoiled)])
            .status()
            .unwrap()
            .success()
    );
    fs::write(spoiled.join("keys.db"), "no database").unwrap();
    let (done, why) = backup(&spoiled, &at("to"), &at("keys"));
    assert!(!done && why.contains("neither"), "{why}");
    assert!(!at("to").exists() && names(&at("keys")).is_empty(), "{:?}", names(&at("keys")));

    // however many at one moment: each has its own
    let running: Vec<_> = (0..3)
        .map(|nth| {
            let (data, to, keys) = (data.clone(), at(&format!("to-{nth}")), at("keys"));
            std::thread::spawn(move || backup(&data, &to, &keys))
        })
        .collect();
    let done = running.into_iter().map(|one| one.join().unwrap()).filter(|(done, why)| {
        assert!(*done || why.contains("neither"), "{why}");
        *done
    });
    let done = done.count();
    let (copies, backups) = (names(&at("keys")), names(scratch.path()));
    let backups = backups.iter().filter(|name| name.starts_with("to-")).count();
    assert_eq!((copies.len(), backups), (done, done), "{copies:?}");
    for nth in 3..5 {
        let (done, why) = backup(&data, &at(&format!("to-{nth}")), &at("keys"));
        assert!(done, "one after another within a second: {why}");
    }
    assert_eq!(names(&at("keys")).len(), copies.len() + 2);
    assert!(names(&at("keys")).iter().all(|name| !name.contains("unfinished")));
}

#[tokio::test]
async fn what_a_broken_off_copy_of_keys_has_left_goes_with_the_next() {
    let (scratch, data, _) = directory().await;
    let at = |name: &str| scratch.path().join(name);
    assert!(backup(&data, &at("one"), &at("keys")).0);
    let mark = names(&at("keys"))[0].rsplit_once('-').unwrap().1.to_owned();
    let left = at("keys").join(format!("keys-20230501T020000Z-{mark}.unfinished"));
    fs::create_dir(&left).unwrap();
    fs::write(left.join("vault.key"), "half").unwrap();
    assert!(backup(&data, &at("two"), &at("keys")).0);
    assert!(!left.exists(), "it would outlive every term");
    assert_eq!(names(&at("keys")).len(), 2);
}

#[tokio::test]
async fn r23_a_restore_is_checked_with_its_keys_and_says_which_erasures_come_again() {
    let (scratch, data, erased) = directory().await;
    let at = |name: &str| scratch.path().join(name);
    let kept = FileVault::open(&data).unwrap().put(&county(), Class::Note, "复印件两份").await.unwrap();
    assert!(backup(&data, &at("before"), &at("early")).0);
    let subject = erase(&data, &erased).await;
    assert!(backup(&data, &at("after"), &at("keys")).0);
    let later = FileVault::open(&data).unwrap().put(&county(), Class::Note, "后来的").await.unwrap();
    assert!(backup(&data, &at("last"), &at("late")).0);

    let check = |from: &str, keys: &Path, more: &[&str]| {
        let (from, keys) = (at(from), keys.to_owned());
        let mut arguments = vec!["restore", "--check", "--from", text(&from), "--keys", text(&keys)];
        arguments.extend(more);
        said(&arguments)
    };
    let (done, why) = check("before", &at("keys"), &[]);
    assert!(done && why.contains("its 1 keys open") && why.contains("nothing was restored"), "{why}");
    assert!(
        why.contains(&format!("530322 {subject}: erased on 2023-05-01")) && why.contains("records it again"),
        "{why}"
    );
    let (done, why) = check("before", &at("early"), &[]);
    assert!(done && why.contains("its 2 keys open") && why.contains("no erasure"), "{why}");
    let (done, why) = check("last", &at("keys"), &[]);
    assert!(done && why.contains("of 2 texts of the backup 1 have no key in it"), "{why}");

    // one copy itself, however it is named on the line
    let copy = at("keys").join(&names(&at("keys"))[0]);
    assert!(check("before", &copy, &[]).0);
    let back = at("back");
    let (done, why) =
        said(&["restore", "--from", text(&at("before")), "--keys", text(&copy), "--data", text(&back)]);
    assert!(done && why.contains("records it again"), "{why}");
    let vault = FileVault::open(&back).unwrap();
    assert!(vault.get(&county(), &erased).await.unwrap().is_none());
    assert_eq!(vault.get(&county(), &kept).await.unwrap().as_deref(), Some("复印件两份"));
    assert!(vault.look(&county(), &later).await.unwrap().is_none());

    // a copy whose master key is elsewhere, or another's
    let key = at("master");
    fs::rename(copy.join("vault.key"), &key).unwrap();
    let (done, why) = check("before", &copy, &[]);
    assert!(!done && why.contains("--vault-key"), "{why}");
    assert!(check("before", &copy, &["--vault-key", text(&key)]).0);
    prepare(&at("other"));
    fs::copy(at("other/vault.key"), &key).unwrap();
    let (done, why) = check("before", &copy, &["--vault-key", text(&key)]);
    assert!(!done && why.contains("was given"), "{why}");
    // nor is it restored so
    let (from, never) = (at("before"), at("never"));
    let arguments = ["restore", "--from", text(&from), "--keys", text(&copy), "--vault-key", text(&key)];
    let (done, why) = said(&[&arguments[..], &["--data", text(&never)]].concat());
    assert!(!done && why.contains("wrapped by the master key") && !never.exists(), "{why}");
    // and a copy of another log's is told apart by its name
    assert!(backup(&at("other"), &at("others"), &at("other-keys")).0);
    let (done, why) = check("before", &at("other-keys").join(&names(&at("other-keys"))[0]), &[]);
    assert!(!done && why.contains("keys of another log"), "{why}");
}

fn rotate(data: &Path, more: &[&str]) -> (bool, String) {
    said(&[&["keys", "rotate", "--data", text(data)][..], more].concat())
}

/// The keys as they are wrapped.
fn wrapped(data: &Path) -> Vec<Vec<u8>> {
    let keys = rusqlite::Connection::open(data.join("keys.db")).unwrap();
    let mut statement = keys.prepare("SELECT wrapped FROM subject_key WHERE wrapped IS NOT NULL").unwrap();
    let rows = statement.query_map((), |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn r23_the_master_key_is_changed_and_the_old_one_opens_nothing_but_old_copies() {
    let (scratch, data, reference) = directory().await;
    let at = |name: &str| scratch.path().join(name);
    let gone = FileVault::open(&data).unwrap().put(&county(), Class::Note, "要删除的").await.unwrap();
    erase(&data, &gone).await;
    assert!(backup(&data, &at("before"), &at("early")).0);
    let (old, new, before) = (data.join("vault.key"), at("new.key"), wrapped(&data));

    let server = Server::start(&data);
    let (done, why) = rotate(&data, &["--new-vault-key", text(&new)]);
    assert!(!done && !new.exists(), "a server holds the directory: {why}");
    server.kill();
    let (done, why) = rotate(&data, &["--new-vault-key", text(&old)]);
    assert!(!done && why.contains("used already"), "{why}");
    assert_eq!(wrapped(&data), before);

    let (done, why) = rotate(&data, &["--new-vault-key", text(&new)]);
    assert!(
        done && why.contains("1 keys are wrapped") && why.contains("copies of the keys from before"),
        "{why}"
    );
    let after = wrapped(&data);
    assert!(after.len() == 1 && after != before);
    for file in ["keys.db", "keys.db-wal"] {
        let bytes = fs::read(data.join(file)).unwrap_or_default();
        assert!(
            !bytes.windows(before[0].len()).any(|window| window == before[0]),
            "{file} has the old wrapping"
        );
    }
    let (done, why) = rotate(&data, &["--new-vault-key", text(&new)]);
    assert!(done && why.contains("already"), "the same command again changes nothing: {why}");
    assert_eq!(wrapped(&data), after);
    assert!(
        matches!(FileVault::open(&data), Err(VaultError::OtherMaster { .. })),
        "the old one is another now"
    );
    let vault = FileVault::open_with(&data, Some(&new)).unwrap();
    assert_eq!(vault.get(&county(), &reference).await.unwrap().as_deref(), Some("13800138000"));
    assert!(vault.get(&county(), &gone).await.unwrap().is_none(), "what was erased stays erased");
    drop(vault);

    // a copy from before has the old key, one from now needs the new one
    let (done, why) = backup(&data, &at("after"), &at("keys"));
    assert!(done && why.contains("the master key is not in it"), "{why}");
    let restore = |keys: &str, to: &str, more: &[&str]| {
        let (from, keys, to) = (at("after"), at(keys), at(to));
        let arguments = ["restore", "--from", text(&from), "--keys", text(&keys), "--data", text(&to)];
        said(&[&arguments[..], more].concat())
    };
    let (done, why) = restore("early", "then", &["--vault-key", text(&new)]);
    assert!(done && why.contains("its 1 keys open"), "its own key is in it: {why}");
    let then = FileVault::open(&at("then")).unwrap();
    assert_eq!(then.get(&county(), &reference).await.unwrap().as_deref(), Some("13800138000"));
    let (done, why) = restore("keys", "now", &["--vault-key", text(&old)]);
    assert!(!done && why.contains("keys rotate") && !at("now").exists(), "{why}");
    assert!(restore("keys", "now", &["--vault-key", text(&new)]).0);
    let now = FileVault::open_with(&at("now"), Some(&new)).unwrap();
    assert_eq!(now.get(&county(), &reference).await.unwrap().as_deref(), Some("13800138000"));
}

/// A key that does not open stops it before anything is changed.
#[tokio::test]
async fn what_cannot_be_wrapped_anew_leaves_every_key_as_it_was() {
    let (scratch, data, _) = directory().await;
    FileVault::open(&data).unwrap().put(&county(), Class::Note, "另一份").await.unwrap();
    let keys = rusqlite::Connection::open(data.join("keys.db")).unwrap();
    let last = "(SELECT max(subject) FROM subject_key)";
    keys.execute(&format!("UPDATE subject_key SET wrapped = zeroblob(60) WHERE subject = {last}"), ())
        .unwrap();
    drop(keys);
    let (before, new) = (wrapped(&data), scratch.path().join("new.key"));
    let (done, why) = rotate(&data, &["--new-vault-key", text(&new)]);
    assert!(!done && why.contains("does not open"), "{why}");
    assert_eq!(wrapped(&data), before);
    let vault = FileVault::open(&data).unwrap();
    assert_eq!(before.len(), 2);
    vault.put(&county(), Class::Note, "第三份").await.expect("the old one is the master key still");
}

#[tokio::test]
async fn r23_the_master_key_of_a_shared_vault_is_changed_and_a_gateway_with_the_old_one_makes_no_key() {
    let (server, scratch) = (Postgres::start(), TempDir::new().unwrap());
    let key = |name: &str| MasterKey::read_or_make(&scratch.path().join(name)).unwrap();
    let (old, new, other) = (key("old"), key("new"), key("other"));
    let address = server.address();
    let connect = async |key: &MasterKey| PostgresVault::connect(&address, None, key.clone()).await;
    let stale = connect(&old).await.unwrap();
    let reference = stale.put(&county(), Class::Contact, "13800138000").await.unwrap();
    for (from, to) in [(&other, &new), (&new, &other)] {
        let refused = PostgresVault::rotate(&address, None, (from, to)).await.unwrap_err();
        assert!(matches!(refused, VaultError::OtherMaster { .. }), "{refused}");
    }
    let (old_file, new_file) = (scratch.path().join("old"), scratch.path().join("new"));
    for word in ["1 keys are wrapped", "already"] {
        let arguments = ["keys", "rotate", "--data", text(scratch.path()), "--vault-key", text(&old_file)];
        let mut rotate = command(arguments);
        let done = rotate
            .args(["--new-vault-key", text(&new_file)])
            .env("ONEMATTER_VAULT", &address)
            .output()
            .unwrap();
        let why = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        assert!(done.status.success() && why.contains(word), "{why}");
    }
    // what it would make could be opened by nobody
    let refused = stale.put(&county(), Class::Note, "x").await.unwrap_err();
    assert!(matches!(refused, VaultError::OtherMaster { .. }), "{refused}");
    assert!(stale.get(&county(), &reference).await.is_err());
    let now = connect(&new).await.unwrap();
    assert_eq!(now.get(&county(), &reference).await.unwrap().as_deref(), Some("13800138000"));
    now.put(&county(), Class::Note, "x").await.unwrap();
    assert!(connect(&old).await.is_err());
}
