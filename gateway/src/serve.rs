//! Listening, and going down without losing what was begun.
//!
//! Invariants: a connection that does not ask for anything in time is dropped, whether it says nothing, shakes hands too
//! slowly or sends its headers drop by drop; at most so many are open at once, and of one address no more than a part of
//! them, but for named proxies and this machine; a certificate that was renewed is taken up without a restart; after
//! shutdown is asked for no new connection is taken, WebSockets are told to go, and what runs is waited for, not longer
//! than the grace.
//! Deliberately absent: what is answered.

use crate::{
    app::{GatewayState, app, figures},
    edge::client::{Client, Peer},
};
use axum::{Router, http, response::Response};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
    service::TowerToHyperService,
};
use std::{
    collections::HashMap,
    convert::Infallible,
    future::Future,
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};
use tower::Service;

/// Most connections at a time, WebSockets included.
const MAX_SOCKETS: usize = 24_000;
/// Most of them from one address, behind which a whole office may sit.
const MAX_OF_ONE_ADDRESS: usize = MAX_SOCKETS / 4;
/// Longest time for a request's headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time until a connection has asked for anything, whatever it speaks.
const FIRST_REQUEST: Duration = Duration::from_secs(15);
/// Longest time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long an HTTP/2 peer may be silent until it is asked whether it lives, and how long it may think. With the longest time for a body
/// before, both stay below the half minute after which a connection that gives nothing is closed.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(8));
/// How often the certificate's files are looked at, and what has rested is forgotten.
const REFRESH: Duration = Duration::from_secs(2);
/// Longest time for what runs when shutdown is asked for.
pub const GRACE: Duration = Duration::from_secs(15);

/// The API that TLS is shaken hands for, best first.
pub const PROTOCOLS: &[&str] = &["h2", "http/1.1"];

/// Serves the API until `shutdown` resolves, then drains.
pub async fn serve(
    listener: TcpListener,
    state: GatewayState,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    serve_with_figures(listener, None, state, shutdown).await
}

/// The same, with health and figures at an address of their own.
pub async fn serve_with_figures(
    listener: TcpListener,
    for_figures: Option<TcpListener>,
    state: GatewayState,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut door = Door::new(state.clone());
    let mut shutdown = std::pin::pin!(shutdown);
    let mut refresh = interval(REFRESH);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => (accepted, false),
            accepted = accepted(for_figures.as_ref()) => (accepted, true),
            _ = refresh.tick() => {
                state.tls().inspect(|tls| tls.refresh());
                state.rates().forget_rested();
                continue;
            }
        };
        match accepted {
            (Ok((stream, peer)), figures) => door.let_in(stream, peer.ip(), figures),
            (Err(error), _) => {
                // Out of file descriptors, or a peer that left: neither is a reason to stop.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop((listener, for_figures));
    drain(&state, door.graceful).await;
    Ok(())
}

async fn accepted(listener: Option<&TcpListener>) -> io::Result<(TcpStream, std::net::SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

/// Connections that are open, by where they come from.
type PerAddress = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// Where connections come in.
struct Door {
    state: GatewayState,
    api: Router,
    figures: Router,
    graceful: GracefulShutdown,
    sockets: Arc<Semaphore>,
    of_address: PerAddress,
}

/// A connection's place, given back when dropped.
struct Place {
    _socket: OwnedSemaphorePermit,
    counted: Option<(IpAddr, PerAddress)>,
}

impl Door {
    fn new(state: GatewayState) -> Self {
        Door {
            api: app(state.clone()),
            figures: figures(state.clone()),
            state,
            graceful: GracefulShutdown::new(),
            sockets: Arc::new(Semaphore::new(MAX_SOCKETS)),
            of_address: Arc::default(),
        }
    }

    fn let_in(&mut self, stream: TcpStream, peer: IpAddr, figures: bool) {
        let Some(place) = self.place(peer) else {
            self.state.rates().connection_turned_away();
            tracing::debug!(%peer, "too many connections: one was turned away");
            return;
        };
        let _ = stream.set_nodelay(true);
        let router = if figures { &self.figures } else { &self.api };
        let asked = Arc::new(AtomicBool::new(false));
        let service = OfPeer { router: router.clone(), peer: Peer(peer), asked: Arc::clone(&asked) };
        let watcher = self.graceful.watcher();
        let tls = self.state.tls().filter(|_| !figures).map(|tls| tls.acceptor());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, service, asked, watcher).await,
                Some(tls) => match timeout(HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => connection(stream, service, asked, watcher).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_) => tracing::debug!("a TLS handshake took too long"),
                },
            }
            drop(place);
        });
    }

    /// A place for one more connection of this address; none if all, or all of its own, are taken.
    fn place(&self, peer: IpAddr) -> Option<Place> {
        let socket = Arc::clone(&self.sockets).try_acquire_owned().ok()?;
        // behind these are others, whose connections they count
        if peer.to_canonical().is_loopback() || self.state.proxies().trusts(peer) {
            return Some(Place { _socket: socket, counted: None });
        }
        let peer = Client(peer).place();
        let mut of_address = self.of_address.lock().unwrap_or_else(PoisonError::into_inner);
        let open = of_address.entry(peer).or_default();
        if *open >= MAX_OF_ONE_ADDRESS {
            return None;
        }
        *open += 1;
        Some(Place { _socket: socket, counted: Some((peer, Arc::clone(&self.of_address))) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((peer, of_address)) = &self.counted else { return };
        let mut of_address = of_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = of_address.get_mut(peer) {
            *open -= 1;
            if *open == 0 {
                of_address.remove(peer);
            }
        }
    }
}

/// Serves one connection to its end; one that asks for nothing is not waited for.
async fn connection<S>(stream: S, service: OfPeer, asked: Arc<AtomicBool>, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(64 * 1024);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(128).max_header_list_size(32 * 1024);
    http2.keep_alive_interval(KEEPALIVE.0).keep_alive_timeout(KEEPALIVE.1);
    let service = TowerToHyperService::new(service);
    let served = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    let mut served = std::pin::pin!(watcher.watch(served));
    let first = Instant::now() + FIRST_REQUEST;
    let ended = tokio::select! {
        ended = &mut served => ended,
        () = silence(&asked, first) => return tracing::debug!("a connection asked for nothing"),
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// Resolves at the deadline if nothing was asked for until then, never otherwise.
async fn silence(asked: &AtomicBool, deadline: Instant) {
    tokio::time::sleep_until(deadline).await;
    if asked.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

/// The router, told whom the connection is with.
#[derive(Clone)]
struct OfPeer {
    router: Router,
    peer: Peer,
    asked: Arc<AtomicBool>,
}

impl<B> Service<http::Request<B>> for OfPeer
where
    Router: Service<http::Request<B>, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = <Router as Service<http::Request<B>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<http::Request<B>>::poll_ready(&mut self.router, context)
    }

    fn call(&mut self, mut request: http::Request<B>) -> Self::Future {
        self.asked.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(self.peer);
        self.router.call(request)
    }
}

/// Lets what runs come to its end, not longer than the grace.
async fn drain(state: &GatewayState, graceful: GracefulShutdown) {
    state.shutdown().cancel();
    let deadline = Instant::now() + GRACE;
    if tokio::time::timeout_at(deadline, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end within the grace");
    }
    while state.connections() > 0 && Instant::now() < deadline {
        sleep(Duration::from_millis(20)).await;
    }
}
