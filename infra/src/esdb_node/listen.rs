//! The node's sockets: Nagle's algorithm off, so many at a time, each giving its place back when it closes; and TLS.
//!
//! Invariant: more connections than [`MAX_SOCKETS`] are turned away, not queued, and one that does not shake hands in
//! time is dropped.
//! Deliberately absent: who calls; a connection only tells the name in its client's certificate.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::{self, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::limits::Connection;
use super::tls::common_name;
use crate::tls::Tls;

/// Most connections at a time; a client uses one or two.
const MAX_SOCKETS: usize = 2_000;
/// Longest time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// One connection and its place.
pub(super) struct Socket {
    wire: Wire,
    peer: Peer,
    _place: OwnedSemaphorePermit,
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Whom a connection is with.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// The node's end.
    pub(super) local: Option<SocketAddr>,
    /// The name in the client's certificate, which was checked.
    pub(super) certified: Option<Arc<str>>,
    pub(super) connection: Arc<Connection>,
}

struct Accepting {
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    places: Arc<Semaphore>,
    handshakes: JoinSet<Option<Socket>>,
}

/// The connections of a listener, without end.
pub(super) fn sockets(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
) -> impl Stream<Item = io::Result<Socket>> {
    let places = Arc::new(Semaphore::new(MAX_SOCKETS));
    let accepting = Accepting { listener, tls, places, handshakes: JoinSet::new() };
    stream::unfold(accepting, |mut accepting| async move {
        let socket = accepting.next().await;
        Some((Ok(socket), accepting))
    })
}

impl Accepting {
    async fn next(&mut self) -> Socket {
        loop {
            let accepted = tokio::select! {
                Some(shaken) = self.handshakes.join_next(), if !self.handshakes.is_empty() => match shaken {
                    Ok(Some(socket)) => return socket,
                    _ => continue,
                },
                accepted = self.listener.accept() => accepted,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // out of file descriptors, or a peer that left: neither is a reason to stop
                    tracing::warn!(%error, "a connection to the node could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
                tracing::warn!("too many connections to the node: one was turned away");
                continue;
            };
            // without this a client that sends small messages waits for our delayed acknowledgement
            let _ = stream.set_nodelay(true);
            let peer = Peer { local: stream.local_addr().ok(), certified: None, connection: Arc::default() };
            match &self.tls {
                None => return Socket { wire: Wire::Plain(stream), peer, _place: place },
                Some(tls) => {
                    let acceptor = tls.acceptor();
                    self.handshakes.spawn(async move {
                        let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
                        let stream = shaken
                            .ok()?
                            .inspect_err(
                                |error| tracing::debug!(%error, "a TLS handshake with the node failed"),
                            )
                            .ok()?;
                        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                        let certified = shown.and_then(common_name).map(Arc::from);
                        let peer = Peer { certified, ..peer };
                        Some(Socket { wire: Wire::Tls(Box::new(stream)), peer, _place: place })
                    });
                }
            }
        }
    }
}

impl Connected for Socket {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

/// The same of either.
macro_rules! of_wire {
    ($self:expr, $method:ident ( $($argument:expr),* )) => {
        match &mut $self.get_mut().wire {
            Wire::Plain(stream) => Pin::new(stream).$method($($argument),*),
            Wire::Tls(stream) => Pin::new(stream).$method($($argument),*),
        }
    };
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        of_wire!(self, poll_read(context, buffer))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        of_wire!(self, poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        of_wire!(self, poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        of_wire!(self, poll_shutdown(context))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.wire {
            Wire::Plain(stream) => stream.is_write_vectored(),
            Wire::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        of_wire!(self, poll_write_vectored(context, buffers))
    }
}
