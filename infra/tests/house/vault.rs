//! Personal text: durable, a county's own, put once, erasable.

use std::os::unix::fs::PermissionsExt;

use om_domain::ids::{CountyId, VaultRef};
use om_infra::vault::{Class, FILE_NAME, FileVault, Vault, VaultError};
use tempfile::tempdir;

use crate::toy::*;

async fn put(vault: &FileVault, text: &str) -> VaultRef {
    vault.put(&county(), Class::Note, text).await.unwrap()
}

async fn put_with(vault: &FileVault, n: u128, text: &str) -> Result<VaultRef, VaultError> {
    vault.put_with(&county(), (id(n), 0), Class::FileName, text).await
}

#[tokio::test]
async fn a_text_is_kept_across_restarts_and_read_by_its_county_only() {
    let dir = tempdir().unwrap();
    let other: CountyId = "530323".parse().unwrap();
    let reference = put(&FileVault::open(dir.path()).unwrap(), "张三，电话 138…").await;
    let vault = FileVault::open(dir.path()).unwrap();
    assert_eq!(vault.get(&county(), &reference).await.unwrap().as_deref(), Some("张三，电话 138…"));
    assert_eq!(vault.get(&other, &reference).await.unwrap(), None);
    assert_ne!(put(&vault, "张三，电话 138…").await, reference);
    let mode = |name: &str| std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(FILE_NAME), mode("vault.db-wal")), (0o600, 0o600));
}

#[tokio::test]
async fn a_command_sent_again_gets_the_same_reference() {
    let dir = tempdir().unwrap();
    let vault = FileVault::open(dir.path()).unwrap();
    let first = put_with(&vault, 1, "草图.pdf").await.unwrap();
    assert_eq!(put_with(&vault, 1, "草图.pdf").await.unwrap(), first);
    assert_ne!(put_with(&vault, 2, "草图.pdf").await.unwrap(), first);
    let other = put_with(&vault, 1, "别的.pdf").await;
    assert!(matches!(other, Err(VaultError::CommandIdReused { command, .. }) if command == id(1)));
}

#[tokio::test]
async fn an_erased_text_is_gone_from_the_files_too() {
    let dir = tempdir().unwrap();
    let vault = FileVault::open(dir.path()).unwrap();
    let reference = put_with(&vault, 1, "SOMETHING-PERSONAL").await.unwrap();
    let kept = put(&vault, "something else").await;
    assert!(vault.erase(&county(), &reference).await.unwrap());
    assert!(!vault.erase(&county(), &reference).await.unwrap());
    assert_eq!(vault.get(&county(), &reference).await.unwrap(), None);
    assert_eq!(vault.get(&county(), &kept).await.unwrap().as_deref(), Some("something else"));
    // the command sent again does not bring it back
    assert_eq!(put_with(&vault, 1, "SOMETHING-PERSONAL").await.unwrap(), reference);
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(18).any(|window| window == b"SOMETHING-PERSONAL"));
    }
}
