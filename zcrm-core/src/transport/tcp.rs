//! TCP connections on which a response can be noticed while a body is still being sent.
//!
//! A server may refuse a body in its middle, respond, keep the connection open and read no more. ureq writes a buffer
//! as a whole and so waits until its time limit is over. Here a write that makes no progress looks whether a response
//! is there to be read: then the limit counts as over, and [`EarlyResponses`](super::early::EarlyResponses) has it
//! read.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
};
use ureq::{Error, Timeout};

/// A write that stands still for so long, while there is something to read, was answered already. Shorter pauses are
/// part of an upload over a slow line.
const STANDSTILL: Duration = Duration::from_secs(5);

/// The least time that each address of a host gets.
const LEAST_PER_ADDRESS: Duration = Duration::from_millis(10);

/// Connects, unless a proxy did.
#[derive(Debug)]
pub(super) struct TcpConnector;

#[derive(Debug)]
pub(super) struct TcpConnection {
    stream: TcpStream,
    buffers: LazyBuffers,
}

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, TcpConnection>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        if let Some(proxied) = chained {
            return Ok(Some(Either::A(proxied)));
        }
        let limit = details.timeout.not_zero().map(|limit| *limit);
        let stream = connect(&details.addrs, limit).map_err(|cause| match cause.kind() {
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Error::Timeout(Timeout::Connect),
            _ => Error::Io(cause),
        })?;
        stream.set_nodelay(details.config.no_delay())?;
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(TcpConnection { stream, buffers })))
    }
}

/// Tries the addresses one after the other. Each but the last gets half of the time that is left.
fn connect(addresses: &[SocketAddr], limit: Option<Duration>) -> io::Result<TcpStream> {
    let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
    let mut failure = None;
    for (index, address) in addresses.iter().enumerate() {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let is_last = index + 1 == addresses.len();
        let connected = match left {
            None => TcpStream::connect(address),
            Some(left) => {
                let part = if is_last { left } else { left / 2 };
                TcpStream::connect_timeout(address, part.max(LEAST_PER_ADDRESS))
            }
        };
        match connected {
            Ok(stream) => return Ok(stream),
            Err(cause) => failure = Some(cause),
        }
    }
    Err(failure.unwrap_or_else(|| ErrorKind::ConnectionRefused.into()))
}

/// How much there is to be read now, of one byte; none at the end of the stream.
fn peek(stream: &TcpStream) -> io::Result<usize> {
    stream.set_nonblocking(true)?;
    let peeked = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    peeked
}

impl Transport for TcpConnection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        let limit = timeout.not_zero().map(|limit| *limit);
        let Self { stream, buffers } = self;
        let mut stream = &*stream;
        let mut left = buffers.output().get(..amount).unwrap_or_default();
        let begun = Instant::now();
        let mut since = begun;
        while !left.is_empty() {
            // A limit of one write is one of standing still.
            let counted = if timeout.reason == Timeout::PerWrite { since } else { begun };
            let part = limit.map_or(STANDSTILL, |limit| limit.saturating_sub(counted.elapsed()).min(STANDSTILL));
            may_be_closed(stream.set_write_timeout(Some(part.max(Duration::from_millis(1)))))?;
            match stream.write(left) {
                Ok(0) => return Err(Error::Io(ErrorKind::WriteZero.into())),
                Ok(count) => {
                    left = left.get(count..).unwrap_or_default();
                    since = Instant::now();
                }
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) if is_timeout(&cause) => {
                    let is_over = limit.is_some_and(|limit| counted.elapsed() >= limit);
                    if is_over || since.elapsed() >= STANDSTILL && peek(stream).is_ok_and(|count| count > 0) {
                        return Err(Error::Timeout(timeout.reason));
                    }
                }
                Err(cause) => return Err(Error::Io(cause)),
            }
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let deadline = timeout.not_zero().and_then(|limit| Instant::now().checked_add(*limit));
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            may_be_closed(self.stream.set_read_timeout(left.map(|left| left.max(Duration::from_millis(1)))))?;
            match (&self.stream).read(self.buffers.input_append_buf()) {
                Ok(count) => {
                    self.buffers.input_appended(count);
                    return Ok(count > 0);
                }
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) if is_timeout(&cause) => return Err(Error::Timeout(timeout.reason)),
                Err(cause) => return Err(Error::Io(cause)),
            }
        }
    }

    /// What the server says without being asked, its goodbye included, is no reason to use the connection again.
    fn is_open(&mut self) -> bool {
        peek(&self.stream).is_err_and(|cause| cause.kind() == ErrorKind::WouldBlock)
    }
}

/// Systems tell it as either of the two.
fn is_timeout(cause: &io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// macOS takes no time limits for a connection that the other side closed, though its response can still be read.
fn may_be_closed(set: io::Result<()>) -> io::Result<()> {
    set.or_else(|cause| if cause.kind() == ErrorKind::InvalidInput { Ok(()) } else { Err(cause) })
}
