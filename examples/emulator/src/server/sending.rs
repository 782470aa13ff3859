//! The body of an answer on its way out: whole, from a file, slowed down or cut off.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Body, Frame, SizeHint};

use crate::spool::Spool;
use crate::world::World;

/// Pieces in which a file is sent.
const PIECE: usize = 64 * 1024;

/// Time given to the first half of a cut-off body to leave before the connection goes.
const HEAD_START: Duration = Duration::from_millis(20);

type Inner = BoxBody<Bytes, io::Error>;

/// A call in flight, until its answer has been handed to the connection.
#[derive(Debug)]
pub(super) struct InFlight {
    world: Arc<World>,
    slots: usize,
    heavy: bool,
}

impl InFlight {
    /// Counts the call in, as so many, and tells how many are in flight with it.
    pub(super) fn enter(world: &Arc<World>, slots: usize) -> (Self, usize) {
        let together = world.watch.enter(slots);
        (Self { world: Arc::clone(world), slots, heavy: false }, together)
    }

    /// Counts the call as a heavy one too, and tells how many of those are in flight with it.
    pub(super) fn enter_heavy(&mut self) -> usize {
        self.heavy = true;
        self.world.watch.enter_heavy()
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.world.watch.leave(self.slots, self.heavy);
    }
}

/// A body that keeps its call counted as in flight until it is sent.
pub(super) struct Sending {
    inner: Inner,
    in_flight: Option<InFlight>,
}

impl Sending {
    pub(super) fn new(inner: Inner, in_flight: Option<InFlight>) -> Self {
        Self { inner, in_flight }
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(context);
        // Before the last bytes leave: a client that has them must not find itself still counted.
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) || self.inner.is_end_stream() {
            self.in_flight = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// All at once.
pub(super) fn whole(bytes: Bytes) -> Inner {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

/// A file, piece by piece, so that memory stays flat whatever its size.
pub(super) fn file(file: Spool) -> Inner {
    boxed(stream::unfold(0, move |place| {
        let file = file.clone();
        async move {
            let mut piece = vec![0; PIECE];
            match file.read_at(&mut piece, place) {
                Ok(0) => None,
                Ok(length) => {
                    piece.truncate(length);
                    Some((Ok(Bytes::from(piece)), place + length as u64))
                }
                Err(error) => Some((Err(error), place)),
            }
        }
    }))
}

/// The first half, then an error, upon which the connection is closed.
pub(super) fn cut_off(mut bytes: Bytes) -> Inner {
    bytes.truncate(bytes.len() / 2);
    boxed(stream::unfold(Some(bytes), |left| async move {
        match left {
            Some(half) if !half.is_empty() => Some((Ok(half), Some(Bytes::new()))),
            _ => {
                tokio::time::sleep(HEAD_START).await;
                Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
            }
        }
    }))
}

/// So many bytes at a time, with a pause after each piece.
pub(super) fn slow(bytes: Bytes, size: usize, pause: Duration) -> Inner {
    boxed(stream::unfold(bytes, move |mut left| async move {
        if left.is_empty() {
            return None;
        }
        let piece = left.split_to(left.len().min(size.max(1)));
        if !left.is_empty() {
            tokio::time::sleep(pause).await;
        }
        Some((Ok(piece), left))
    }))
}

fn boxed(pieces: impl stream::Stream<Item = io::Result<Bytes>> + Send + Sync + 'static) -> Inner {
    use futures_util::StreamExt;
    BodyExt::boxed(StreamBody::new(pieces.map(|piece| piece.map(Frame::data))))
}
