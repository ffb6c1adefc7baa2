//! The node: serves one event log over the EventStoreDB protocol, so that the official clients, and gateways on other
//! machines, work on the embedded log.
//!
//! What always holds:
//! - what is acknowledged here was acknowledged by the log, and is on disk;
//! - an event comes out as it went in: id, type, payload, and an [`Envelope`](crate::log::envelope::Envelope) with the rest;
//! - nothing is deleted: `Delete` and `Tombstone` are refused whoever asks.
//!
//! Deliberately absent: persistent subscriptions, projections, users and operations of the protocol (unimplemented), a
//! cluster, and rules: the log stores bytes. Why: docs/decisions/0020, 0021.

mod about;
mod append;
mod batch;
mod fault;
mod filter;
mod gate;
mod limits;
mod listen;
pub(crate) mod proto;
mod read;
mod streams;
mod subscription;
mod tls;
pub mod users;
mod wire;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::codegen::http;
use tonic::transport::Server;
use uuid::Uuid;

use crate::clock::Clock;
use crate::log::{EventLog, MAX_APPEND_BYTES};
use crate::tls::{Tls, TlsError};
use about::{Features, Gossip};
use gate::Gate;
use proto::gossip::gossip_server::GossipServer;
use proto::server_features::server_features_server::ServerFeaturesServer;
use proto::streams::streams_server::StreamsServer;
use streams::Streams;
use users::UsersError;

pub use crate::tls::TlsFiles;
pub use limits::Limits;

/// Longest time for what runs when the node is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often a silent peer is asked whether it lives, and how long it may think.
const KEEPALIVE: Duration = Duration::from_secs(10);
/// Calls at a time on one connection: a gateway has a call for each append under way.
const MAX_CALLS: u32 = 1_000;
/// Longest request head.
const MAX_HEAD: u32 = 16 * 1_024;
/// How often the files of accounts and certificates are looked at.
const REFRESH: Duration = Duration::from_secs(2);
/// One message: the largest append, whose metadata may come in base64.
const MAX_MESSAGE: usize = 2 * MAX_APPEND_BYTES;

/// How the node is served.
#[derive(Debug, Clone, Default)]
pub struct NodeOptions {
    /// Certificate chain and key, PEM files; without them the connection is plain.
    pub tls: Option<TlsFiles>,
    /// The accounts; without them everybody may read and append.
    pub users: Option<PathBuf>,
    /// How much one account may use at once.
    pub limits: Limits,
}

/// The node could not be served.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The accounts.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// A file of the certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The socket.
    #[error("the node cannot be served: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// A node that is ready to be served.
pub struct Node {
    shared: Arc<Shared>,
    server: Server,
    tls: Option<Arc<Tls>>,
    options: NodeOptions,
}

struct Shared {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    gate: Gate,
    instance: Uuid,
    stop: CancellationToken,
}

impl Shared {
    /// Whole microseconds: what the log keeps.
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

impl Node {
    /// Reads the accounts and the certificate.
    ///
    /// # Errors
    /// Names the file that cannot be used.
    pub fn new(
        log: Arc<dyn EventLog>,
        clock: Arc<dyn Clock>,
        options: NodeOptions,
    ) -> Result<Self, NodeError> {
        let gate = Gate::new(options.users.as_deref(), options.limits)?;
        let tls = options.tls.clone().map(|files| Tls::load(files, &["h2"])).transpose()?.map(Arc::new);
        let server = Server::builder()
            .tcp_nodelay(true)
            .http2_keepalive_interval(Some(KEEPALIVE))
            .http2_keepalive_timeout(Some(KEEPALIVE))
            .max_concurrent_streams(MAX_CALLS)
            .http2_max_header_list_size(MAX_HEAD);
        let (instance, stop) = (Uuid::new_v4(), CancellationToken::new());
        let shared = Arc::new(Shared { log, clock, gate, instance, stop });
        Ok(Self { shared, server, tls, options })
    }

    /// Whether connections are encrypted, and whether callers are known.
    pub fn is_guarded(&self) -> (bool, bool) {
        (self.options.tls.is_some(), self.options.users.is_some())
    }

    /// Serves until `shutdown` resolves; then appends under way are answered, subscriptions are told to go, and what
    /// does not end within the grace is dropped.
    ///
    /// # Errors
    /// The transport failed.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), NodeError> {
        let Self { shared, server, tls, .. } = self;
        let stop = shared.stop.clone();
        let streams = StreamsServer::new(Streams(Arc::clone(&shared))).max_decoding_message_size(MAX_MESSAGE);
        let serving = server
            .layer(tower::util::MapRequestLayer::new(remember_authority))
            .add_service(streams)
            .add_service(GossipServer::new(Gossip(Arc::clone(&shared))))
            .add_service(ServerFeaturesServer::new(Features))
            .serve_with_incoming_shutdown(
                listen::sockets(listener, tls.clone()),
                stop.clone().cancelled_owned(),
            );
        let mut serving = std::pin::pin!(serving);
        let mut shutdown = std::pin::pin!(shutdown);
        let mut refresh = tokio::time::interval(REFRESH);
        loop {
            tokio::select! {
                served = &mut serving => return Ok(served?),
                () = &mut shutdown => break,
                _ = refresh.tick() => {
                    shared.gate.refresh();
                    tls.as_deref().inspect(|tls| tls.refresh());
                }
            }
        }
        stop.cancel();
        match tokio::time::timeout(GRACE, serving).await {
            Ok(served) => Ok(served?),
            Err(_) => {
                tracing::warn!("some calls to the node did not end within the grace");
                Ok(())
            }
        }
    }
}

/// How the client called the node, for [`Gossip`]'s answer.
fn remember_authority<B>(mut request: http::Request<B>) -> http::Request<B> {
    if let Some(authority) = request.uri().authority().cloned() {
        request.extensions_mut().insert(authority);
    }
    request
}
