//! A node on a log of its own, on a loopback port, and official clients for it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kurrentdb::{Client, ClientSettings, EventData};
use om_infra::clock::SystemClock;
use om_infra::esdb_node::{Node, NodeOptions};
use om_infra::log::envelope::Envelope;
use om_infra::log::leaf::LeafContent;
use om_infra::log::sqlite::Options;
use om_infra::log::{NewEvent, SqliteLog, StreamName};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// A node under way.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) log: Arc<SqliteLog>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

/// Starts a node on the log in `dir`; on a port of its own, or on one that an earlier node had.
pub(crate) async fn start_at(dir: &Path, port: u16, options: NodeOptions) -> Running {
    let log = SqliteLog::open(dir, Options::default()).unwrap();
    let node = Node::new(log.clone(), Arc::new(SystemClock), options).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(async move {
        node.serve(listener, async move { drop(stopped.await) }).await.unwrap();
    });
    Running { address, log, stop, serving }
}

pub(crate) async fn start(dir: &Path) -> Running {
    start_at(dir, 0, NodeOptions::default()).await
}

impl Running {
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap();
        self.log.close().await;
    }

    pub(crate) fn client(&self) -> Client {
        client(&format!("esdb://{}?tls=false", self.address))
    }
}

pub(crate) fn client(connection: &str) -> Client {
    Client::new(connection.parse::<ClientSettings>().unwrap()).unwrap()
}

pub(crate) fn stream(id: &str) -> StreamName {
    StreamName::new("530322", "matter", id).unwrap()
}

/// An event as somebody else's client sends it.
pub(crate) fn foreign(id: u128, kind: &str, n: u64) -> EventData {
    EventData::json(kind, &HashMap::from([("n", n)])).unwrap().id(Uuid::from_u128(id))
}

/// An event of ours, as the log keeps it.
pub(crate) fn ours(id: u128, payload: &str, metadata: &'static [u8]) -> NewEvent {
    NewEvent {
        id: Uuid::from_u128(id),
        kind: "PermitApproved".into(),
        version: 2,
        recorded: Timestamp::from_microsecond(1_689_134_400_123_456).unwrap(),
        payload: payload.to_owned().into(),
        metadata: metadata.into(),
    }
}

/// The same event as the engine sends it.
pub(crate) fn sealed(stream: &StreamName, revision: u64, event: &NewEvent) -> EventData {
    let leaf = LeafContent {
        stream,
        revision,
        id: event.id,
        kind: &event.kind,
        version: event.version,
        recorded: event.recorded,
        payload: &event.payload,
        metadata: &event.metadata,
    }
    .leaf();
    let (version, recorded, metadata) = (event.version, event.recorded, event.metadata.clone());
    let envelope = Envelope { version, recorded, leaf, metadata };
    EventData::binary(event.kind.clone(), event.payload.clone()).id(event.id).metadata(envelope.seal().into())
}

/// What must come, comes; a hanging test ends here.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what).await.expect("nothing came for 30 seconds")
}
