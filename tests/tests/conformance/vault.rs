//! Personal text: durable, a county's own, put once, erasable; the same promises in the file and in the database.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;

use om_domain::ids::{CommandId, CountyId, VaultRef};
use om_domain::person::Subject;
use om_infra::vault::{
    Class, FILE_NAME, FileVault, KEYS_NAME, MASTER_NAME, MasterKey, PostgresVault, State, Tombstone, Vault,
    VaultError,
};
use om_tests::postgres::Postgres;
use rusqlite::Connection;
use tempfile::tempdir;
use uuid::Uuid;

const PERSONAL: &str = "张三，电话 138…";

fn county() -> CountyId {
    "530322".parse().unwrap()
}

fn id(n: u128) -> CommandId {
    CommandId(Uuid::from_u128(n))
}

async fn put(vault: &dyn Vault, text: &str) -> VaultRef {
    vault.put(&county(), Class::Note, text).await.unwrap()
}

async fn put_with(vault: &dyn Vault, n: u128, text: &str) -> Result<VaultRef, VaultError> {
    vault.put_with(&county(), (id(n), 0), Class::FileName, text).await
}

async fn get(vault: &dyn Vault, reference: &VaultRef) -> Option<String> {
    vault.get(&county(), reference).await.unwrap()
}

/// What every engine promises, on an empty vault.
async fn keeps_its_promises(vault: &dyn Vault) {
    let reference = put(vault, PERSONAL).await;
    assert_eq!(get(vault, &reference).await.as_deref(), Some(PERSONAL));
    assert_ne!(put(vault, PERSONAL).await, reference, "a reference says nothing about its text");
    let other: CountyId = "530323".parse().unwrap();
    assert_eq!(vault.get(&other, &reference).await.unwrap(), None, "a county reads its own");

    let too_long = vault.put(&county(), Class::Note, &"长".repeat(64 * 1_024)).await;
    assert!(matches!(too_long, Err(VaultError::TooLong { .. })));

    let first = put_with(vault, 1, "草图.pdf").await.unwrap();
    assert_eq!(
        put_with(vault, 1, "草图.pdf").await.unwrap(),
        first,
        "a command sent again is the same command"
    );
    assert_ne!(put_with(vault, 2, "草图.pdf").await.unwrap(), first);
    let reused = put_with(vault, 1, "别的.pdf").await;
    assert!(matches!(reused, Err(VaultError::CommandIdReused { command, .. }) if command == id(1)));
    // the same text about somebody else is another intention: erased with them, it would stay
    let officer = Subject::Officer("wa-officer-1".parse().unwrap());
    let about =
        vault.put_about(&county(), Some((id(1), 0)), (Class::FileName, Some(&officer)), "草图.pdf").await;
    assert!(matches!(about, Err(VaultError::CommandIdReused { .. })), "{about:?}");

    erase(vault, &first).await;
    erase(vault, &first).await;
    assert_eq!(get(vault, &first).await, None);
    assert_eq!(put_with(vault, 1, "草图.pdf").await.unwrap(), first);
    assert_eq!(get(vault, &first).await, None, "a command sent again does not bring it back");
    subjects_stand_and_fall_together(vault).await;
    assert_eq!(get(vault, &reference).await.as_deref(), Some(PERSONAL));
}

fn order() -> Tombstone {
    Tombstone {
        erased: "2026-03-05T02:00:00Z".parse().unwrap(),
        ordered_by: "administrator".parse().unwrap(),
        reason: "本人要求删除".parse().unwrap(),
        basis: "个人信息保护法 47".parse().unwrap(),
    }
}

async fn erase(vault: &dyn Vault, reference: &VaultRef) {
    let subject = vault.look(&county(), reference).await.unwrap().unwrap().subject;
    vault.destroy(&county(), &subject, &order()).await.unwrap();
}

/// A contact's name and telephone are one subject; an officer's is another's.
async fn subjects_stand_and_fall_together(vault: &dyn Vault) {
    let (name, officer) = (put(vault, "王某某").await, Subject::Officer("wa-officer-1".parse().unwrap()));
    let subject = vault.look(&county(), &name).await.unwrap().unwrap().subject;
    assert_eq!(subject, Subject::Text(name.clone()), "nothing said: it is about itself");
    let about = |n: u128, class, subject: Subject, text: &'static str| async move {
        vault.put_about(&county(), Some((id(n), 0)), (class, Some(&subject)), text).await
    };
    let phone = about(100, Class::Contact, subject.clone(), "13900000000").await.unwrap();
    let own = about(101, Class::PersonName, officer.clone(), "李某").await.unwrap();
    let kept = vault.look(&county(), &phone).await.unwrap().unwrap();
    assert_eq!((kept.class, &kept.subject, kept.state), (Class::Contact, &subject, State::Kept));
    assert!(!format!("{kept:?}").contains("13900000000"), "{kept:?}");

    let state =
        |reference: VaultRef| async move { vault.look(&county(), &reference).await.unwrap().unwrap().state };
    vault.restrict(&county(), &subject, true).await.unwrap();
    assert_eq!(
        (state(name.clone()).await, state(phone.clone()).await),
        (State::Restricted, State::Restricted)
    );
    assert_eq!(state(own.clone()).await, State::Kept);
    vault.restrict(&county(), &subject, false).await.unwrap();
    assert_eq!(state(phone.clone()).await, State::Kept);

    let other: CountyId = "530323".parse().unwrap();
    vault.destroy(&other, &subject, &order()).await.unwrap();
    assert_eq!(state(phone.clone()).await, State::Kept, "another county's erasure is its own");
    vault.destroy(&county(), &subject, &order()).await.unwrap();
    let again = Tombstone { reason: "再次".parse().unwrap(), ..order() };
    vault.destroy(&county(), &subject, &again).await.unwrap();
    for reference in [&name, &phone] {
        let kept = vault.look(&county(), reference).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.text), (State::Erased, None));
    }
    assert_eq!(get(vault, &own).await.as_deref(), Some("李某"));
    let refused = about(102, Class::Contact, subject.clone(), "13911111111").await;
    assert!(matches!(refused, Err(VaultError::SubjectErased)));
    let stones = vault.tombstones().await.unwrap();
    let of = |county: &CountyId| {
        stones.iter().find(|(c, s, _)| c == county && *s == subject).map(|(.., t)| t.clone())
    };
    assert_eq!((of(&county()), of(&other)), (Some(order()), Some(order())), "the first order stands");

    assert_eq!(vault.applied().await.unwrap(), None);
    for to in ["a", "b"] {
        vault.set_applied(to).await.unwrap();
        assert_eq!(vault.applied().await.unwrap().as_deref(), Some(to));
    }
}

/// A master key of a test's own.
fn master() -> MasterKey {
    MasterKey::of(tempdir().unwrap().path(), None).unwrap()
}

#[tokio::test]
async fn the_file_keeps_its_promises() {
    let dir = tempdir().unwrap();
    keeps_its_promises(&FileVault::open(dir.path()).unwrap()).await;
}

#[tokio::test]
async fn the_database_keeps_its_promises_across_its_own_crash() {
    let server = Postgres::start();
    let master = master();
    // as an older version left it
    server.sql("onematter", "CREATE TABLE onematter_vault (county text NOT NULL, ref text NOT NULL, class text NOT NULL, text text, \
        command uuid, place bigint, PRIMARY KEY (county, ref)); \
        INSERT INTO onematter_vault VALUES ('530322', 'vault:01ARZ3NDEKTSV4RRFFQ69G5FAV', 'note', 'OLD-AND-PERSONAL')");
    let vault = PostgresVault::connect(&server.address(), None, master.clone()).await.unwrap();
    let old: VaultRef = "vault:01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    assert_eq!(
        get(&vault, &old).await.as_deref(),
        Some("OLD-AND-PERSONAL"),
        "what was in the clear is sealed"
    );
    let left = server
        .sql("onematter", "SELECT count(*) FROM onematter_vault WHERE text IS NOT NULL OR sealed IS NULL");
    assert_eq!(left.trim(), "0");
    keeps_its_promises(&vault).await;

    // twenty gateways start at once and send one command each: one reference
    let references = futures::future::join_all((0..20).map(|_| async {
        let gateway = PostgresVault::connect(&server.address(), None, master.clone()).await.unwrap();
        put_with(&gateway, 7, "同一件事").await.unwrap()
    }));
    let references = references.await;
    assert!(references.iter().all(|reference| *reference == references[0]));

    let other = PostgresVault::connect(&server.address(), None, self::master()).await;
    assert!(matches!(other, Err(VaultError::OtherMaster { .. })), "every gateway has the same master key");

    // a sealed text moved under another reference, class or subject does not open there
    let (one, two) = (put(&vault, "甲").await, put(&vault, "乙").await);
    server.sql(
        "onematter",
        &format!(
            "UPDATE onematter_vault SET sealed = (SELECT sealed FROM onematter_vault WHERE ref = '{one}'), \
             subject = (SELECT subject FROM onematter_vault WHERE ref = '{one}') WHERE ref = '{two}'"
        ),
    );
    assert!(matches!(vault.get(&county(), &two).await, Err(VaultError::Unsealable { .. })));

    let kept = put(&vault, PERSONAL).await;
    server.stop();
    let error = vault.get(&county(), &kept).await.unwrap_err();
    assert!(matches!(error, VaultError::Database { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    server.resume();
    assert_eq!(get(&vault, &kept).await.as_deref(), Some(PERSONAL), "what was acknowledged is there");
}

#[tokio::test]
async fn an_address_that_cannot_be_used_is_named_without_its_password() {
    for (address, says) in [
        ("postgres//nonsense", "no PostgreSQL address"),
        ("postgres://u:secret@127.0.0.1/db?sslmode=require", "--vault-ca"),
        ("postgres://u:secret@127.0.0.1:1/db", "127.0.0.1/db cannot be used"),
    ] {
        let error = PostgresVault::connect(address, None, master()).await.err().unwrap().to_string();
        assert!(error.contains(says) && !error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_text_survives_reopening_of_files_that_others_cannot_read() {
    let dir = tempdir().unwrap();
    let reference = put(&FileVault::open(dir.path()).unwrap(), PERSONAL).await;
    let vault = FileVault::open(dir.path()).unwrap();
    assert_eq!(get(&vault, &reference).await.as_deref(), Some(PERSONAL));
    put(&vault, "more").await;
    let mode = |name: &str| std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    for name in [FILE_NAME, "vault.db-wal", KEYS_NAME, "keys.db-wal", MASTER_NAME] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

/// Whether any file below the directory holds these bytes.
fn holds(dir: &std::path::Path, canary: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(canary.len()).any(|window| window == canary)
    })
}

#[tokio::test]
async fn no_text_stands_in_the_files_and_an_erased_ones_key_neither() {
    let dir = tempdir().unwrap();
    let vault = FileVault::open(dir.path()).unwrap();
    let reference = put_with(&vault, 1, "SOMETHING-PERSONAL").await.unwrap();
    assert!(!holds(dir.path(), b"SOMETHING-PERSONAL"));
    let keys = Connection::open(dir.path().join(KEYS_NAME)).unwrap();
    let (wrapped, algorithm): (Vec<u8>, String) = keys
        .query_row("SELECT wrapped, algorithm FROM subject_key", (), |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    let texts = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let (sealed, beside): (Vec<u8>, String) = texts
        .query_row("SELECT sealed, algorithm FROM entry", (), |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    drop((keys, texts));
    assert_eq!((algorithm.as_str(), beside.as_str()), ("AES-256-GCM", "AES-256-GCM"));
    assert!(holds(dir.path(), &wrapped) && holds(dir.path(), &sealed));
    erase(&vault, &reference).await;
    assert!(!holds(dir.path(), &wrapped), "the key is gone");
    assert!(!holds(dir.path(), &sealed), "and what it opened");
}

#[tokio::test]
async fn what_an_older_version_wrote_in_the_clear_is_sealed_and_leaves_no_trace() {
    const OLD: [&str; 2] = ["vault:01ARZ3NDEKTSV4RRFFQ69G5FAV", "vault:01ARZ3NDEKTSV4RRFFQ69G5FAW"];
    let dir = tempdir().unwrap();
    let old = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    old.pragma_update(None, "journal_mode", "WAL").unwrap();
    old.execute_batch(&format!(
        "CREATE TABLE entry (county TEXT NOT NULL, ref TEXT NOT NULL, class TEXT NOT NULL, text TEXT, command TEXT,
         place INTEGER, PRIMARY KEY (county, ref)) WITHOUT ROWID, STRICT;
         CREATE UNIQUE INDEX entry_once ON entry (county, command, place) WHERE command IS NOT NULL;
         INSERT INTO entry VALUES ('530322', '{}', 'contact', 'OLD-AND-PERSONAL', '{}', 0);
         INSERT INTO entry VALUES ('530322', '{}', 'note', NULL, NULL, NULL);",
        OLD[0],
        Uuid::from_u128(1),
        OLD[1]
    ))
    .unwrap();
    drop(old);
    for _ in 0..2 {
        let vault = FileVault::open(dir.path()).unwrap();
        let kept = vault.look(&county(), &OLD[0].parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(
            (kept.state, kept.class, kept.text.as_deref()),
            (State::Kept, Class::Contact, Some("OLD-AND-PERSONAL"))
        );
        let erased = vault.look(&county(), &OLD[1].parse().unwrap()).await.unwrap().unwrap();
        assert_eq!((erased.state, erased.text), (State::Erased, None));
        let again = vault.put_with(&county(), (id(1), 0), Class::Contact, "OLD-AND-PERSONAL").await.unwrap();
        assert_eq!(again.as_str(), OLD[0]);
        assert!(!holds(dir.path(), b"OLD-AND-PERSONAL"));
    }
}

#[tokio::test]
async fn the_right_master_key_opens_and_no_other_does() {
    let (dir, apart) = (tempdir().unwrap(), tempdir().unwrap());
    let key = apart.path().join("master");
    let own = MasterKey::of(apart.path(), None).unwrap();
    std::fs::rename(apart.path().join(MASTER_NAME), &key).unwrap();
    let reference = put(&FileVault::open_with(dir.path(), Some(&key)).unwrap(), PERSONAL).await;
    assert!(!dir.path().join(MASTER_NAME).exists(), "none is made where one is named");
    let vault = FileVault::open_with(dir.path(), Some(&key)).unwrap();
    assert_eq!(get(&vault, &reference).await.as_deref(), Some(PERSONAL));

    let without = FileVault::open(dir.path()).unwrap();
    let error = without.opens().await.unwrap_err();
    assert!(
        matches!(error, VaultError::Master { .. }) && error.to_string().contains("--vault-key"),
        "{error}"
    );
    assert!(without.get(&county(), &reference).await.is_err());
    let other = apart.path().join(MASTER_NAME);
    MasterKey::of(apart.path(), None).unwrap();
    let error = FileVault::open_with(dir.path(), Some(&other)).err().unwrap();
    assert!(matches!(&error, VaultError::OtherMaster { wants, .. } if wants == own.id()), "{error}");

    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = FileVault::open_with(dir.path(), Some(&key)).err().unwrap().to_string();
    assert!(error.contains("chmod 600"), "{error}");
    std::fs::write(&other, "no key").unwrap();
    let error = MasterKey::read(&other).unwrap_err().to_string();
    assert!(error.contains("32 bytes") && !error.contains("no key"), "{error}");
}

#[tokio::test]
async fn rows_that_were_swapped_or_altered_do_not_open() {
    let dir = tempdir().unwrap();
    let vault = FileVault::open(dir.path()).unwrap();
    let (one, two) = (put(&vault, "甲").await, put(&vault, "乙").await);
    let alter = |sql: &str| {
        let texts = Connection::open(dir.path().join(FILE_NAME)).unwrap();
        assert_eq!(texts.execute(sql, ()).unwrap(), 1);
    };
    for change in [
        format!("UPDATE entry SET class = 'contact' WHERE ref = '{one}'"),
        format!(
            "UPDATE entry SET (sealed, subject) = (SELECT sealed, subject FROM entry WHERE ref = '{one}') WHERE ref = '{two}'"
        ),
    ] {
        alter(&change);
    }
    for reference in [one, two] {
        assert!(matches!(vault.get(&county(), &reference).await, Err(VaultError::Unsealable { .. })));
    }
    let lost = put(&vault, "丙").await;
    drop(vault);
    std::fs::remove_file(dir.path().join(KEYS_NAME)).unwrap();
    let kept = FileVault::open(dir.path()).unwrap().look(&county(), &lost).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.text), (State::NoKey, None));
}
