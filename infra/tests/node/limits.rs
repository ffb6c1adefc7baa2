//! What one account may use at once, and what a subscriber costs that does not read.

use std::path::Path;

use kurrentdb::{Client, Error, StreamState, SubscribeToAllOptions, SubscriptionEvent};
use om_infra::esdb_node::users::{Role, Users};
use om_infra::esdb_node::{Limits, NodeOptions};
use om_infra::log::{EventLog as _, Expected};

use crate::running::{client, ours, soon, start_at, stream};

const PASSWORD: &str = "a-long-password";

fn limited(dir: &Path, connections: usize, subscriptions: usize) -> NodeOptions {
    let file = dir.join("users");
    for name in ["one", "other"] {
        Users::set(&file, name, Role::ReadWrite, PASSWORD).unwrap();
    }
    let limits = Limits { connections, subscriptions };
    NodeOptions { users: Some(file), limits, ..NodeOptions::default() }
}

async fn subscribe(client: &Client) -> Result<kurrentdb::Subscription, Error> {
    let mut subscription = client.subscribe_to_all(&SubscribeToAllOptions::default()).await;
    loop {
        if let SubscriptionEvent::Confirmed(_) = soon(subscription.next_subscription_event()).await? {
            return Ok(subscription);
        }
    }
}

fn is_refused<T>(answer: &Result<T, Error>, what: &str) -> bool {
    matches!(answer, Err(Error::Grpc { message, .. }) if message.contains(what) && message.contains("at once"))
}

#[tokio::test]
async fn an_account_has_so_many_subscriptions_and_gets_a_place_back() {
    let dir = tempfile::tempdir().unwrap();
    let node = start_at(dir.path(), 0, limited(dir.path(), 10, 2)).await;
    let of = |name: &str| client(&format!("esdb://{name}:{PASSWORD}@{}?tls=false", node.address));
    let (one, other) = (of("one"), of("other"));
    let first = subscribe(&one).await.unwrap();
    let _second = subscribe(&one).await.unwrap();
    let third = subscribe(&one).await;
    assert!(is_refused(&third, "2 subscriptions"), "{:?}", third.err());
    subscribe(&other).await.unwrap();
    drop(first);
    for tried in 0.. {
        match subscribe(&one).await {
            Ok(_) => break,
            Err(error) => assert!(tried < 100, "the place was not given back: {error}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    node.stop().await;
}

#[tokio::test]
async fn an_account_has_so_many_connections() {
    let dir = tempfile::tempdir().unwrap();
    let node = start_at(dir.path(), 0, limited(dir.path(), 2, 10)).await;
    let of = |name: &str| client(&format!("esdb://{name}:{PASSWORD}@{}?tls=false", node.address));
    let append = async |client: &Client, id: &str| {
        let options = kurrentdb::AppendToStreamOptions::default().stream_state(StreamState::NoStream);
        let event = crate::running::foreign(1, "A", 1);
        client.append_to_stream(stream(id).as_str(), &options, event).await
    };
    let clients = [of("one"), of("one"), of("one")];
    append(&clients[0], "1").await.unwrap();
    append(&clients[1], "2").await.unwrap();
    let third = append(&clients[2], "3").await;
    assert!(is_refused(&third, "2 connections"), "{third:?}");
    append(&clients[0], "4").await.unwrap();
    append(&of("other"), "5").await.unwrap();
    node.stop().await;
}

/// What this process has in memory, in MiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() / 1024
}

/// Twenty-four subscribers that do not read, of a log of 48 MiB: queued for them it would be more than a GiB. Each has a
/// client of its own, for what one does not read holds up the others of a connection.
#[tokio::test]
async fn subscribers_that_do_not_read_cost_little_and_miss_nothing() {
    const EVENTS: u64 = 192;
    const SUBSCRIBERS: usize = 24;
    let dir = tempfile::tempdir().unwrap();
    let node = start_at(dir.path(), 0, NodeOptions::default()).await;
    let payload = format!("{{\"text\":\"{}\"}}", "一".repeat(256 * 1024 / 3));
    let append = async |from: u64, to: u64| {
        for n in from..to {
            let at = n.checked_sub(1).map_or(Expected::NoStream, Expected::Revision);
            let event = ours(u128::from(n) + 1, &payload, b"{}");
            node.log.append(&stream("1"), at, vec![event]).await.unwrap();
        }
    };
    append(0, EVENTS / 2).await;
    let mut idle = Vec::new();
    for _ in 0..SUBSCRIBERS {
        let client = node.client();
        idle.push((subscribe(&client).await.unwrap(), client));
    }
    let before = resident();
    append(EVENTS / 2, EVENTS).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let grown = resident().saturating_sub(before);
    println!("{SUBSCRIBERS} subscribers that do not read: {grown} MiB more than {before}");
    assert!(grown < 250, "{grown} MiB are held for subscribers that do not read");
    drop(idle.split_off(1));
    let (mut slow, _client) = idle.pop().unwrap();
    for revision in 0..EVENTS {
        assert_eq!(soon(slow.next()).await.unwrap().get_original_event().revision, revision);
    }
    node.stop().await;
}
