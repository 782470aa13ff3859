//! Accepting connections, and ending them on demand as a broken network would.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::answering::respond;
use super::line::Line;
use crate::world::World;

/// What connections come in by. The members are dropped in this order, so whoever holds the receiver of `_gone` learns
/// that the port is free when it is.
pub(crate) struct Door {
    listener: TcpListener,
    _gone: Sender<Infallible>,
}

impl Door {
    pub(crate) fn new(listener: TcpListener, gone: Sender<Infallible>) -> Self {
        Self { listener, _gone: gone }
    }
}

/// Accepts connections until the task is aborted.
pub(crate) async fn accept(world: Arc<World>, door: Door, tls: Option<TlsAcceptor>) {
    loop {
        let Ok((stream, _)) = door.listener.accept().await else {
            // Out of file descriptors, or the peer is gone already: neither ends the server.
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        world.watch.count(|counters| counters.connections += 1);
        tokio::spawn(serve(Arc::clone(&world), stream, tls.clone()));
    }
}

async fn serve(world: Arc<World>, stream: TcpStream, tls: Option<TlsAcceptor>) {
    let _ = stream.set_nodelay(true);
    if world.take_reset() {
        let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        return;
    }
    // A second handle of the socket: the one that is dropped last decides how the connection ends.
    let Ok(stream) = stream.into_std() else {
        return;
    };
    let Ok(last) = stream.try_clone() else { return };
    let Ok(stream) = TcpStream::from_std(stream) else {
        return;
    };
    let reset = match tls {
        None => converse(world, stream).await,
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => converse(world, stream).await,
            Err(_) => false,
        },
    };
    if reset {
        let _ = socket2::SockRef::from(&last).set_linger(Some(Duration::ZERO));
    }
}

/// Serves one connection; whether it is to end in a reset.
async fn converse(world: Arc<World>, stream: impl AsyncRead + AsyncWrite + Unpin) -> bool {
    let line = Arc::new(Line::default());
    let service = service_fn(|request| {
        let (world, line) = (Arc::clone(&world), Arc::clone(&line));
        async move { Ok::<_, Infallible>(respond(&world, &line, request).await) }
    });
    let connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection => false,
        () = line.reset.notified() => true,
        () = line.close.notified() => false,
        () = world.hang_up.notified() => false,
    }
}
