//! Personal text: durable, a county's own, put once, erasable; the same promises in the file and in the database.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;

use om_domain::ids::{CommandId, CountyId, VaultRef};
use om_infra::vault::{Class, FILE_NAME, FileVault, PostgresVault, Vault, VaultError};
use om_tests::postgres::Postgres;
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

    assert!(vault.erase(&county(), &first).await.unwrap());
    assert!(!vault.erase(&county(), &first).await.unwrap());
    assert_eq!(get(vault, &first).await, None);
    assert_eq!(put_with(vault, 1, "草图.pdf").await.unwrap(), first);
    assert_eq!(get(vault, &first).await, None, "a command sent again does not bring it back");
    assert_eq!(get(vault, &reference).await.as_deref(), Some(PERSONAL));
}

#[tokio::test]
async fn the_file_keeps_its_promises() {
    let dir = tempdir().unwrap();
    keeps_its_promises(&FileVault::open(dir.path()).unwrap()).await;
}

#[tokio::test]
async fn the_database_keeps_its_promises_across_its_own_crash() {
    let server = Postgres::start();
    let vault = PostgresVault::connect(&server.address(), None).await.unwrap();
    keeps_its_promises(&vault).await;

    // twenty gateways start at once and send one command each: one reference
    let references = futures::future::join_all((0..20).map(|_| async {
        let gateway = PostgresVault::connect(&server.address(), None).await.unwrap();
        put_with(&gateway, 7, "同一件事").await.unwrap()
    }));
    let references = references.await;
    assert!(references.iter().all(|reference| *reference == references[0]));

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
        let error = PostgresVault::connect(address, None).await.err().unwrap().to_string();
        assert!(error.contains(says) && !error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_text_survives_reopening_of_a_file_that_others_cannot_read() {
    let dir = tempdir().unwrap();
    let reference = put(&FileVault::open(dir.path()).unwrap(), PERSONAL).await;
    let vault = FileVault::open(dir.path()).unwrap();
    assert_eq!(get(&vault, &reference).await.as_deref(), Some(PERSONAL));
    put(&vault, "more").await;
    let mode = |name: &str| std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(FILE_NAME), mode("vault.db-wal")), (0o600, 0o600));
}

#[tokio::test]
async fn an_erased_text_is_gone_from_the_files_too() {
    let dir = tempdir().unwrap();
    let vault = FileVault::open(dir.path()).unwrap();
    let reference = put_with(&vault, 1, "SOMETHING-PERSONAL").await.unwrap();
    assert!(vault.erase(&county(), &reference).await.unwrap());
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(18).any(|window| window == b"SOMETHING-PERSONAL"));
    }
}
