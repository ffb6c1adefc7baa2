//! Who may come in: accounts, roles, and TLS, as the official Rust client meets them.

use crate::running::{client, foreign, soon, start_at, stream};
use kurrentdb::{
    AppendToStreamOptions, Client, Error, ReadStreamOptions, StreamState, SubscribeToAllOptions,
    SubscriptionEvent,
};
use om_infra::clock::SystemClock;
use om_infra::esdb_node::users::{Role, Users};
use om_infra::esdb_node::{Node, NodeOptions, TlsFiles};
use om_infra::log::SqliteLog;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    let tls = Some(TlsFiles { cert: cert.clone(), key, client_ca: None });
    let node = start_at(dir.path(), 0, NodeOptions { tls, ..accounts(dir.path()) }).await;
    let port = node.address.port();
    let ca = cert.display();
    let known = client(&format!("esdb://gateway:{PASSWORD}@localhost:{port}?tlsCaFile={ca}"));
    append(&known, 1, StreamState::NoStream).await.unwrap();
    assert!(read(&known).await.unwrap());
    let stranger = client(&format!("esdb://gateway:{PASSWORD}@localhost:{port}"));
    assert!(read(&stranger).await.is_err(), "the certificate is of an authority that nobody trusts");
    let plain = client(&format!("esdb://gateway:{PASSWORD}@localhost:{port}?tls=false"));
    assert!(read(&plain).await.is_err(), "nothing is said in the clear");
    node.stop().await;
}

/// A subscription that is under way.
async fn subscribed(client: &Client) -> kurrentdb::Subscription {
    let mut subscription = client.subscribe_to_all(&SubscribeToAllOptions::default()).await;
    loop {
        if let SubscriptionEvent::CaughtUp(_) = soon(subscription.next_subscription_event()).await.unwrap() {
            return subscription;
        }
    }
}

#[tokio::test]
async fn an_open_subscription_ends_with_its_account_and_with_its_password() {
    let dir = tempfile::tempdir().unwrap();
    let options = accounts(dir.path());
    let users = options.users.clone().unwrap();
    let node = start_at(dir.path(), 0, options).await;
    let of = |name: &str| client(&format!("esdb://{name}:{PASSWORD}@{}?tls=false", node.address));
    let (gateway, audit) = (of("gateway"), of("audit"));
    let (mut stays, mut leaves) = (subscribed(&gateway).await, subscribed(&audit).await);
    assert!(Users::remove(&users, "audit").unwrap());
    let ended = soon(leaves.next()).await;
    assert!(matches!(ended, Err(Error::AccessDenied)), "{ended:?}");
    append(&gateway, 1, StreamState::NoStream).await.unwrap();
    assert_eq!(
        soon(stays.next()).await.unwrap().get_original_event().revision,
        0,
        "it is none of this one's"
    );
    Users::set(&users, "gateway", Role::ReadWrite, "another-long-password").unwrap();
    let ended = soon(stays.next()).await;
    assert!(matches!(ended, Err(Error::AccessDenied)), "{ended:?}");
    assert!(matches!(read(&gateway).await, Err(Error::AccessDenied)));
    node.stop().await;
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = (dir.path().join("node.crt"), dir.path().join("node.key"));
    let renew = |trusted: &str| {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let trusted = dir.path().join(trusted);
        std::fs::write(&trusted, made.cert.pem()).unwrap();
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        trusted
    };
    let old = renew("old.crt");
    let tls = Some(TlsFiles { cert: cert.clone(), key: key.clone(), client_ca: None });
    let node = start_at(dir.path(), 0, NodeOptions { tls, ..accounts(dir.path()) }).await;
    let port = node.address.port();
    let trusting = |ca: &Path| {
        client(&format!(
            "esdb://gateway:{PASSWORD}@localhost:{port}?tlsCaFile={}&discoveryInterval=10",
            ca.display()
        ))
    };
    let before = trusting(&old);
    append(&before, 1, StreamState::NoStream).await.unwrap();
    let new = renew("new.crt");
    let begun = Instant::now();
    while !read(&trusting(&new)).await.unwrap_or(false) {
        assert!(begun.elapsed() < Duration::from_secs(20), "the new certificate is not taken up");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(read(&before).await.unwrap(), "a connection that stands, stands");
    assert!(read(&trusting(&old)).await.is_err(), "the old one is not shown any more");
    std::fs::write(&key, "broken").unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(read(&trusting(&new)).await.unwrap(), "what can be used stays in use");
    node.stop().await;
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let log = SqliteLog::open(dir.path(), om_infra::log::sqlite::Options::default()).unwrap();
    let missing = dir.path().join("missing");
    let tls = TlsFiles { cert: missing.clone(), key: missing.clone(), client_ca: None };
    for (users, tls) in [(Some(missing), None), (None, Some(tls))] {
        let options = NodeOptions { users, tls, ..NodeOptions::default() };
        let error = Node::new(log.clone(), Arc::new(SystemClock), options).err().unwrap();
        assert!(error.to_string().contains("missing"), "{error}");
    }
    log.close().await;
}
