//! A node of ours on a loopback port, and a wire to it that can be cut.
//!
//! Invariant: a node that is stopped or dropped and started again has the same address and the same log.
//! Deliberately absent: KurrentDB; where one is given by `KURRENTDB_URL`, the same tests run on it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a house that does not stand is a panic with its place"
)]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use om_infra::clock::SystemClock;
use om_infra::esdb_node::{Node, NodeOptions};
use om_infra::log::kurrent::{Address, KurrentLog};
use om_infra::log::sqlite::Options;
use om_infra::log::{EventLog, SqliteLog};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{oneshot, watch};

use crate::conformance::{Home, county};

/// How long a log is waited for that must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A node over a log in a temporary directory.
pub struct NodeHome {
    dir: TempDir,
    address: SocketAddr,
    options: NodeOptions,
    running: Mutex<Option<Running>>,
}

struct Running {
    runtime: tokio::runtime::Runtime,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<()>,
    log: Arc<SqliteLog>,
}

impl Default for NodeHome {
    fn default() -> Self {
        Self::new()
    }
}

impl NodeHome {
    /// A node that is not started yet.
    pub fn new() -> Self {
        Self::with(NodeOptions::default())
    }

    /// The same, served otherwise.
    pub fn with(options: NodeOptions) -> Self {
        Self { dir: TempDir::new().unwrap(), address: free_address(), options, running: Mutex::default() }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The directory of its log.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Its address for a gateway.
    pub fn url(&self) -> String {
        format!("esdb://{}?tls=false", self.address)
    }

    /// The log that it serves.
    pub fn served(&self) -> Arc<SqliteLog> {
        let running = self.running.lock().unwrap();
        Arc::clone(&running.as_ref().expect("the node runs").log)
    }

    /// Starts it, if it does not run.
    pub fn start(&self) {
        self.start_at(self.address);
    }

    /// The same at another node's address.
    pub fn start_at(&self, address: SocketAddr) {
        let mut running = self.running.lock().unwrap();
        if running.is_some() {
            return;
        }
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let log = self.log();
        let listener = runtime.block_on_elsewhere(bound(address));
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&log) as Arc<dyn EventLog>;
        let node = Node::new(served, Arc::new(SystemClock), self.options.clone()).unwrap();
        let served = runtime.spawn(async move {
            let shutdown = async move {
                let _ = stopped.await;
            };
            node.serve(listener, shutdown).await.unwrap();
        });
        *running = Some(Running { runtime, stop, served, log });
    }

    /// The log, as soon as the node before has let go of it.
    fn log(&self) -> Arc<SqliteLog> {
        for _ in 0..200 {
            if let Ok(log) = SqliteLog::open(self.dir.path(), Options::default()) {
                return log;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        SqliteLog::open(self.dir.path(), Options::default()).unwrap()
    }

    /// Stops it as an administrator does: subscriptions are ended cleanly.
    pub async fn stop(&self) {
        let running = self.running.lock().unwrap().take();
        let Some(Running { runtime, stop, served, log }) = running else { return };
        let _ = stop.send(());
        served.await.unwrap();
        log.close().await;
        runtime.shutdown_background();
    }

    /// Ends it amid whatever it does: its connections are reset.
    pub async fn kill(&self) {
        let running = self.running.lock().unwrap().take();
        let Some(Running { runtime, log, .. }) = running else { return };
        runtime.shutdown_background();
        log.close().await;
    }

    /// A gateway's view of it.
    pub async fn connect(&self) -> Arc<KurrentLog> {
        self.start();
        KurrentLog::open(self.url().parse().unwrap(), PATIENCE).await.unwrap()
    }
}

impl Drop for NodeHome {
    fn drop(&mut self) {
        if let Some(running) = self.running.lock().unwrap().take() {
            running.runtime.shutdown_background();
        }
    }
}

#[async_trait]
impl Home for NodeHome {
    async fn open(&self) -> Arc<dyn EventLog> {
        self.connect().await
    }

    async fn close(&self, log: Arc<dyn EventLog>) {
        log.close().await;
        self.stop().await;
    }
}

/// A cluster that is there already. Its log is not empty: the streams are those of a county of this process's own.
pub struct ClusterHome(String);

impl ClusterHome {
    /// The cluster that `KURRENTDB_URL` names; none if it is not set, which is said.
    pub fn given() -> Option<Self> {
        match std::env::var("KURRENTDB_URL") {
            Ok(url) if !url.is_empty() => {
                let mark = if url.contains('?') { '&' } else { '?' };
                Some(Self(format!("{url}{mark}counties={}", county())))
            }
            _ => {
                eprintln!("SKIPPED: KURRENTDB_URL is not set, so nothing was run on KurrentDB");
                None
            }
        }
    }
}

#[async_trait]
impl Home for ClusterHome {
    async fn open(&self) -> Arc<dyn EventLog> {
        let address: Address = self.0.parse().unwrap();
        KurrentLog::open(address, PATIENCE).await.unwrap()
    }

    async fn close(&self, log: Arc<dyn EventLog>) {
        log.close().await;
    }
}

/// An address that is free now; whoever wants it takes it a moment later.
pub fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A listener at an address that another socket may have just left.
async fn bound(address: SocketAddr) -> TcpListener {
    for _ in 0..200 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        if socket.bind(address).is_ok() {
            return socket.listen(1_024).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{address} is not free")
}

trait BlockOnElsewhere {
    fn block_on_elsewhere<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T;
}

impl BlockOnElsewhere for tokio::runtime::Runtime {
    /// Waits for a task of this runtime on a thread of another one.
    fn block_on_elsewhere<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        let (done, answer) = std::sync::mpsc::channel();
        self.spawn(async move {
            let _ = done.send(work.await);
        });
        answer.recv().unwrap()
    }
}

/// A wire to a node: passes bytes on, until it is cut or held up.
pub struct Wire {
    address: SocketAddr,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    /// Counts the cuts: connections of an earlier count are dropped.
    cuts: u64,
    /// Whether bytes that come from the node are kept back.
    deaf: bool,
}

impl Wire {
    /// A wire to `node`.
    pub async fn to(node: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = watch::Sender::new(State { cuts: 0, deaf: false });
        let states = state.subscribe();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let mut states = states.clone();
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(node).await else { return };
                    let cuts = states.borrow().cuts;
                    let heard = states.clone();
                    tokio::select! {
                        () = pass_on(near, far, heard) => {}
                        _ = states.wait_for(|state| state.cuts != cuts) => {}
                    }
                });
            }
        });
        Self { address, state }
    }

    /// The address of the node by this wire.
    pub fn url(&self) -> String {
        format!("esdb://{}?tls=false", self.address)
    }

    /// Drops all connections; new ones are taken.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// Keeps back what the node answers, or lets it through again.
    pub fn deafen(&self, deaf: bool) {
        self.state.send_modify(|state| state.deaf = deaf);
    }
}

async fn pass_on(near: TcpStream, far: TcpStream, heard: watch::Receiver<State>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (_, _) = (near.set_nodelay(true), far.set_nodelay(true));
    let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
    let there = async { tokio::io::copy(&mut from_near, &mut to_far).await.map(|_| ()) };
    let back = async {
        let mut heard = heard;
        let mut bytes = vec![0; 64 << 10];
        loop {
            let count = from_far.read(&mut bytes).await?;
            if count == 0 {
                return Ok::<(), std::io::Error>(());
            }
            if heard.wait_for(|state| !state.deaf).await.is_err() {
                return Ok(());
            }
            to_near.write_all(&bytes[..count]).await?;
        }
    };
    // whichever side ends, both are dropped
    tokio::select! { _ = there => {}, _ = back => {} }
}
