//! A subscriber to a matter that comes back whenever another server is there.
//!
//! Invariant: it asks for what lies after the last revision it has, and for nothing else; an error that says
//! `retryable` makes it ask again, any other ends the test.
//! Deliberately absent: expectations; each test has its own.

#![expect(clippy::unwrap_used, reason = "a harness: a panic ends the test and is seen")]

use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// What a subscriber notices.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// An entry.
    Entry {
        /// Its revision.
        revision: u64,
        /// Its id.
        id: String,
    },
    /// The connection was closed, with this code.
    Closed(u16),
}

/// Subscribes anew, from the last revision it has, whenever another server is there.
pub async fn follow(
    mut servers: watch::Receiver<SocketAddr>,
    matter: String,
    heard: mpsc::UnboundedSender<Heard>,
) {
    let mut since: Option<u64> = None;
    loop {
        let server = *servers.borrow_and_update();
        if listen(server, &matter, &mut since, &heard).await == Ended::Again {
            tokio::time::sleep(Duration::from_millis(50)).await;
        } else if servers.changed().await.is_err() {
            return;
        }
    }
}

/// How listening ended.
#[derive(PartialEq, Eq)]
enum Ended {
    /// The server is gone.
    Gone,
    /// The server is there, and said to ask again.
    Again,
}

/// Listens until the connection ends, in whatever way.
async fn listen(
    server: SocketAddr,
    matter: &str,
    since: &mut Option<u64>,
    heard: &mpsc::UnboundedSender<Heard>,
) -> Ended {
    let mut request = format!("ws://{server}/graphql/ws").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let Ok((mut socket, _)) = connect_async(request).await else { return Ended::Gone };
    let query = "subscription($id: ID!, $since: Int) { matterChanged(id: $id, since: $since) { __typename
        ... on MatterChanged { revision event { id } } ... on Resync { reason } } }";
    let variables = json!({ "id": matter, "since": *since });
    for message in [
        json!({ "type": "connection_init", "payload": { "authorization": "Bearer dev:lead" } }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": query, "variables": variables } }),
    ] {
        if socket.send(Message::Text(message.to_string().into())).await.is_err() {
            return Ended::Gone;
        }
    }
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == "connection_ack" {
                    continue;
                }
                if message["payload"]["errors"][0]["extensions"]["retryable"] == true {
                    return Ended::Again;
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
    Ended::Gone
}
