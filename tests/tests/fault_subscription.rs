//! Hearing of a matter across servers that are killed and stopped: nothing is missed, nothing comes twice.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use om_tests::load::{planned, send};
use om_tests::server::{Api, PATIENCE, Server, prepare};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// What a subscriber notices.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Entry { revision: u64, id: String },
    Closed(u16),
}

/// Subscribes anew, from the last revision it has, whenever another server is there.
async fn follow(
    mut servers: watch::Receiver<SocketAddr>,
    matter: String,
    heard: mpsc::UnboundedSender<Heard>,
) {
    let mut since: Option<u64> = None;
    loop {
        let server = *servers.borrow_and_update();
        listen(server, &matter, &mut since, &heard).await;
        if servers.changed().await.is_err() {
            return;
        }
    }
}

/// Listens until the connection ends, in whatever way.
async fn listen(
    server: SocketAddr,
    matter: &str,
    since: &mut Option<u64>,
    heard: &mpsc::UnboundedSender<Heard>,
) {
    let mut request = format!("ws://{server}/graphql/ws").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let Ok((mut socket, _)) = connect_async(request).await else { return };
    let query = "subscription($id: ID!, $since: Int) { matterChanged(id: $id, since: $since) { __typename
        ... on MatterChanged { revision event { id } } ... on Resync { reason } } }";
    let variables = json!({ "id": matter, "since": *since });
    for message in [
        json!({ "type": "connection_init", "payload": { "authorization": "Bearer dev:lead" } }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": query, "variables": variables } }),
    ] {
        if socket.send(Message::Text(message.to_string().into())).await.is_err() {
            return;
        }
    }
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == "connection_ack" {
                    continue;
                }
                let change = &message["payload"]["data"]["matterChanged"];
                assert_eq!(change["__typename"], "MatterChanged", "{message}");
                let (revision, id) =
                    (change["revision"].as_u64().unwrap(), change["event"]["id"].as_str().unwrap());
                *since = Some(revision);
                let _ = heard.send(Heard::Entry { revision, id: id.into() });
            }
            Message::Close(frame) => {
                let _ = heard.send(Heard::Closed(frame.map_or(1005, |frame| frame.code.into())));
            }
            _ => {}
        }
    }
}

async fn act(api: &Api, numbers: std::ops::Range<u64>, matter: &str, facts: &mut Vec<String>) {
    for n in numbers {
        let answer = send(api, &planned(3, 0, n, Some(matter))).await.unwrap();
        facts.extend(answer.unwrap_or_else(|answer| panic!("{answer}")).events);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_misses_nothing_across_restarts() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let first = Server::start(&data);
    first.ready().await;
    let proposed = send(&first.api(), &planned(3, 0, 0, None)).await.unwrap().unwrap();
    let (matter, mut facts) = (proposed.matter, proposed.events);
    let (tell, servers) = watch::channel(first.address);
    let (hear, mut heard) = mpsc::unbounded_channel();
    let follower = tokio::spawn(follow(servers, matter.clone(), hear));

    act(&first.api(), 1..10, &matter, &mut facts).await;
    first.kill();
    let second = Server::start(&data);
    // what is recorded before the subscriber is back is heard as well
    act(&second.api(), 10..13, &matter, &mut facts).await;
    tell.send(second.address).unwrap();
    act(&second.api(), 13..17, &matter, &mut facts).await;
    let (mut entries, mut closed) = (Vec::new(), Vec::new());
    let mut until = async |wanted: usize, entries: &mut Vec<(u64, String)>, closed: &mut Vec<u16>| {
        while entries.len() < wanted {
            match tokio::time::timeout(PATIENCE, heard.recv()).await.unwrap().unwrap() {
                Heard::Entry { revision, id } => entries.push((revision, id)),
                Heard::Closed(code) => closed.push(code),
            }
        }
    };
    until(facts.len(), &mut entries, &mut closed).await;
    let (status, _) = second.terminate(Duration::from_secs(20));
    assert!(status.success());
    let third = Server::start(&data);
    tell.send(third.address).unwrap();
    act(&third.api(), 17..22, &matter, &mut facts).await;
    until(facts.len(), &mut entries, &mut closed).await;

    let expected: Vec<_> = (0..).zip(facts).collect();
    assert_eq!(entries, expected);
    assert_eq!(closed, [1001], "a server that stops says that it goes away");
    assert!(!follower.is_finished(), "the subscriber still listens");
    follower.abort();
}
