//! Listening, and going down without losing what was begun.
//!
//! Invariants: a connection that sends its headers too slowly is dropped; at most so many are open at once; after
//! shutdown is asked for no new connection is taken, WebSockets are told to go, and what runs is waited for, not longer
//! than the grace.
//! Deliberately absent: TLS; a proxy of the county's network ends it.

use crate::app::{GatewayState, app};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use std::{future::Future, io, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    time::{Instant, sleep},
};

/// Most connections at a time, WebSockets included.
const MAX_SOCKETS: usize = 24_000;
/// Longest time for a request's headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time for what runs when shutdown is asked for.
pub const GRACE: Duration = Duration::from_secs(15);

/// Serves until `shutdown` resolves, then drains.
pub async fn serve(
    listener: TcpListener,
    state: GatewayState,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let router = app(state.clone());
    let graceful = GracefulShutdown::new();
    let sockets = Arc::new(Semaphore::new(MAX_SOCKETS));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, or a peer that left: neither is a reason to stop.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&sockets).try_acquire_owned() else {
            tracing::warn!("too many connections: one was turned away");
            continue;
        };
        let _ = stream.set_nodelay(true);
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(64 * 1024);
        builder.http2().timer(TokioTimer::new()).max_concurrent_streams(128).max_header_list_size(32 * 1024);
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(place);
        });
    }
    drop(listener);
    drain(&state, graceful).await;
    Ok(())
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
