//! Connections that have passed the handshake, for tonic's
//! `serve_with_incoming`.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
};
use tokio_rustls::server::TlsStream;
use tokio_stream::{Stream, wrappers::ReceiverStream};
use tonic::transport::server::Connected;

use super::{Acceptor, Peer};

/// How long to wait when the system has no file descriptor to spare.
const PAUSE: Duration = Duration::from_millis(50);

/// Limits of what waits at the door.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a handshake may take.
    pub handshake: Duration,
    /// How many handshakes may run at once; further clients wait in the
    /// system's queue.
    pub handshakes: usize,
    /// How many connections may be open at once; further ones are closed.
    pub connections: usize,
}

impl Default for Limits {
    /// 10 s, 256 handshakes, 4096 connections.
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            handshakes: 256,
            connections: 4096,
        }
    }
}

/// A connection whose client certificate has been verified.
#[derive(Debug)]
pub struct Connection {
    stream: TlsStream<TcpStream>,
    peer: Peer,
    _place: OwnedSemaphorePermit,
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

/// Accepts connections and shakes hands with each in a task of its own, so
/// that a slow client keeps nobody waiting. What fails is dropped and counted.
/// Ends when the stream is dropped. Call it inside a tokio runtime.
pub fn incoming(
    listener: TcpListener,
    acceptor: Acceptor,
    limits: Limits,
) -> impl Stream<Item = io::Result<Connection>> + Send + Unpin {
    let (ready, connections) = mpsc::channel(limits.handshakes.max(1));
    tokio::spawn(accept(listener, acceptor, limits, ready));
    ReceiverStream::new(connections)
}

async fn accept(
    listener: TcpListener,
    acceptor: Acceptor,
    limits: Limits,
    ready: mpsc::Sender<io::Result<Connection>>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut handshakes = JoinSet::new();
    loop {
        while handshakes.try_join_next().is_some() {}
        let full = handshakes.len() >= limits.handshakes.max(1);
        tokio::select! {
            () = ready.closed() => return,
            _ = handshakes.join_next(), if full => {}
            accepted = listener.accept(), if !full => match accepted {
                Ok((stream, _)) => {
                    let handshake = shake_hands(stream, acceptor.clone(), limits, Arc::clone(&places));
                    let ready = ready.clone();
                    handshakes.spawn(async move {
                        if let Some(connection) = handshake.await {
                            // A closed channel means that the server has gone.
                            let _ = ready.send(Ok(connection)).await;
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(error.kind = %error.kind(), "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
}

async fn shake_hands(
    stream: TcpStream,
    acceptor: Acceptor,
    limits: Limits,
    places: Arc<Semaphore>,
) -> Option<Connection> {
    let address = stream.peer_addr().ok();
    let _ = stream.set_nodelay(true);
    let outcome = tokio::time::timeout(limits.handshake, acceptor.current().accept(stream)).await;
    let refused = |reason: &str| {
        acceptor.count_failure();
        crate::telemetry::record_refused_handshake();
        tracing::debug!(reason, "a handshake failed");
        None
    };
    let stream = match outcome {
        Err(_) => return refused("it took too long"),
        Ok(Err(error)) => return refused(&error.to_string()),
        Ok(Ok(stream)) => stream,
    };
    let leaf = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(|chain| chain.first())
        .map(|leaf| leaf.clone().into_owned());
    let Some(leaf) = leaf else {
        return refused("no client certificate");
    };
    let Ok(place) = places.try_acquire_owned() else {
        return refused("too many connections");
    };
    Some(Connection {
        stream,
        peer: Peer::new(leaf, address),
        _place: place,
    })
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
