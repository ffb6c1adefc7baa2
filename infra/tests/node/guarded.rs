//! Who may come in: accounts, roles, and TLS, as the official Rust client meets them.

use crate::running::{client, foreign, start_at, stream};
use kurrentdb::{AppendToStreamOptions, Error, ReadStreamOptions, StreamState};
use om_infra::clock::SystemClock;
use om_infra::esdb_node::users::{Role, Users};
use om_infra::esdb_node::{Node, NodeOptions, TlsFiles};
use om_infra::log::SqliteLog;
use std::path::Path;
use std::sync::Arc;

const PASSWORD: &str = "a-long-password";

fn accounts(dir: &Path) -> NodeOptions {
    let file = dir.join("users");
    Users::set(&file, "gateway", Role::ReadWrite, PASSWORD).unwrap();
    Users::set(&file, "audit", Role::ReadOnly, PASSWORD).unwrap();
    NodeOptions { users: Some(file), ..NodeOptions::default() }
}

async fn append(client: &kurrentdb::Client, id: u128, state: StreamState) -> Result<(), Error> {
    let options = AppendToStreamOptions::default().stream_state(state);
    client.append_to_stream(stream("1").as_str(), &options, foreign(id, "A", 1)).await.map(drop)
}

async fn read(client: &kurrentdb::Client) -> Result<bool, Error> {
    let mut read = client.read_stream(stream("1").as_str(), &ReadStreamOptions::default()).await?;
    Ok(read.next().await?.is_some())
}

#[tokio::test]
async fn each_account_does_what_its_role_says_and_nobody_else_comes_in() {
    let dir = tempfile::tempdir().unwrap();
    let node = start_at(dir.path(), 0, accounts(dir.path())).await;
    let (address, log) = (node.address, "?tls=false");
    let gateway = client(&format!("esdb://gateway:{PASSWORD}@{address}{log}"));
    append(&gateway, 1, StreamState::NoStream).await.unwrap();
    let audit = client(&format!("esdb://audit:{PASSWORD}@{address}{log}"));
    assert!(read(&audit).await.unwrap());
    assert!(matches!(append(&audit, 2, StreamState::StreamRevision(0)).await, Err(Error::AccessDenied)));
    for wrong in ["", "audit:wrong-password@", "admin:changeit@", "gateway:@"] {
        let stranger = client(&format!("esdb://{wrong}{address}{log}"));
        assert!(matches!(read(&stranger).await, Err(Error::AccessDenied)), "{wrong}");
        let append = append(&stranger, 3, StreamState::StreamRevision(0)).await;
        assert!(matches!(append, Err(Error::AccessDenied)), "{wrong}");
    }
    node.stop().await;
}

#[tokio::test]
async fn a_connection_is_encrypted_and_a_certificate_is_checked() {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let (cert, key) = (dir.path().join("node.crt"), dir.path().join("node.key"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = Some(TlsFiles { cert: cert.clone(), key });
    let node = start_at(dir.path(), 0, NodeOptions { tls, ..accounts(dir.path()) }).await;
    let port = node.address.port();
    let ca = cert.display();
    let known = client(&format!("esdb://gateway:{PASSWORD}@localhost:{port}?tlsCaFile={ca}"));
    append(&known, 1, StreamState::NoStream).await.unwrap();
    assert!(read(&known).await.unwrap());
    let stranger = client(&format!("esdb://gateway:{PASSWORD}@localhost:{port}?maxDiscoverAttempts=1"));
    assert!(read(&stranger).await.is_err(), "the certificate is of an authority that nobody trusts");
    let plain =
        client(&format!("esdb://gateway:{PASSWORD}@localhost:{port}?tls=false&maxDiscoverAttempts=1"));
    assert!(read(&plain).await.is_err(), "nothing is said in the clear");
    node.stop().await;
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let log = SqliteLog::open(dir.path(), om_infra::log::sqlite::Options::default()).unwrap();
    let missing = dir.path().join("missing");
    let tls = TlsFiles { cert: missing.clone(), key: missing.clone() };
    for options in
        [NodeOptions { users: Some(missing), tls: None }, NodeOptions { users: None, tls: Some(tls) }]
    {
        let error = Node::new(log.clone(), Arc::new(SystemClock), options).err().unwrap();
        assert!(error.to_string().contains("missing"), "{error}");
    }
    log.close().await;
}
