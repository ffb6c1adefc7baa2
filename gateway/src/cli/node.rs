//! `node`: serves the log over the EventStoreDB protocol, alone or beside `serve`.
//!
//! Invariants: unguarded only on a loopback address and only when asked for, and says so; SIGTERM and Ctrl-C drain, and
//! the exit status is 0.
//! Deliberately absent: projections, policies and the ticker; those are the gateways'.

use super::{
    Failure,
    args::Node as Args,
    serve::stopped,
    text::{Paint, Style},
};
use crate::start;
use om_infra::{
    clock::{Clock, SystemClock},
    config::{self, EMBEDDED, ServeConfig, ServeFlags},
    esdb_node::{Node, NodeError, NodeOptions},
    log::{EventLog, SqliteLog, sqlite::Options},
    telemetry::Telemetry,
};
use std::{net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// The port of the protocol's servers, which clients take if none is said.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 2113);

/// Serves by flags, environment and config file.
pub(super) async fn run(args: Args) -> Result<(), Failure> {
    let flags = ServeFlags {
        data: args.data,
        otlp: args.otlp,
        log_lines: args.log_lines,
        esdb_listen: args.listen,
        esdb_tls_cert: args.tls_cert,
        esdb_tls_key: args.tls_key,
        esdb_tls_client_ca: args.tls_client_ca,
        esdb_users: args.users,
        esdb_insecure: args.insecure.then_some(true),
        ..ServeFlags::default()
    };
    let config = config::load(args.config.as_deref(), &flags)?;
    let listen = config.esdb_listen.unwrap_or(LISTEN);
    let options = start::node(&config, listen, "--insecure")?;
    let telemetry = Telemetry::begin(&config.telemetry())?;
    let log = SqliteLog::open(&config.data, Options::default())?;
    let (node, listener) = prepare((listen, options), log.clone(), Arc::new(SystemClock)).await?;
    eprintln!("stop with Ctrl-C");
    let served = node.serve(listener, stopped()).await;
    log.close().await;
    eprintln!("drained and closed; everything acknowledged is on disk");
    telemetry.shutdown();
    Ok(served?)
}

/// What `serve` was asked to serve beside itself.
pub(super) type Beside = Option<(SocketAddr, NodeOptions)>;

/// Whether and how `serve` may serve the log too.
pub(super) fn beside(config: &ServeConfig) -> Result<Beside, Failure> {
    let Some(listen) = config.esdb_listen else { return Ok(None) };
    if config.log != EMBEDDED {
        return Err(Failure::new(
            "--esdb-listen serves the embedded log of --data, and --log names a cluster",
            "leave --esdb-listen out: others reach the cluster by its own address; or leave --log out",
        ));
    }
    Ok(Some((listen, start::node(config, listen, "--esdb-insecure")?)))
}

/// A node under way beside `serve`, or none.
pub(super) struct Serving(Option<(CancellationToken, JoinHandle<Result<(), NodeError>>)>);

/// Begins it.
pub(super) async fn begin(
    beside: Beside,
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
) -> Result<Serving, Failure> {
    let Some(beside) = beside else { return Ok(Serving(None)) };
    let (node, listener) = prepare(beside, log, clock).await?;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(node.serve(listener, stop.clone().cancelled_owned()));
    Ok(Serving(Some((stop, serving))))
}

impl Serving {
    /// Lets it drain.
    pub(super) async fn shutdown(self) {
        let Some((stop, serving)) = self.0 else { return };
        stop.cancel();
        match serving.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the node stopped"),
            Err(error) => tracing::error!(%error, "the node stopped"),
        }
    }
}

async fn prepare(
    (listen, options): (SocketAddr, NodeOptions),
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
) -> Result<(Node, TcpListener), Failure> {
    let id = log.id();
    let node = Node::new(log, clock, options)?;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Failure::new(
            format!("{listen} cannot be listened on: {error}"),
            "free the port, or give another address for the node",
        )
    })?;
    // with port 0 the system has chosen one
    let listen = listener.local_addr()?;
    let (encrypted, guarded) = node.is_guarded();
    let query = if encrypted { "" } else { "?tls=false" };
    if !(encrypted && guarded) {
        let line = "  NODE UNGUARDED: whoever reaches this port on this machine reads and appends.";
        eprintln!("{}", Paint::detect().on(Style::Yellow, line));
    }
    eprintln!("log        esdb://{listen}{query}     {id}");
    tracing::info!(%listen, %id, encrypted, guarded, "the node is ready");
    Ok((node, listener))
}
