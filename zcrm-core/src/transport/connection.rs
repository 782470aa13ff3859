//! What ureq overlooks on a connection that was made.
//!
//! An upload announces itself with `Expect: 100-continue`. A server that refuses it sends its response at once, and
//! ureq 3.5 puts that into its buffer while it looks for the 100, but then waits for *more* input before it looks at
//! the buffer as a response. On a connection that stays open there is no more, so the refusal is taken for a timeout.
//!
//! Besides, a failure of an established connection is told from one to make a connection: after the former, the request
//! may have been done.

use std::io;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Wraps what the connector before it connects.
#[derive(Debug)]
pub(super) struct Connections;

/// A connection whose input can be looked at once more after it was read.
#[derive(Debug)]
pub(super) struct Connection<T> {
    inner: T,
    /// Input has come that was looked at once at most.
    fresh: bool,
}

impl<In: Transport> Connector<In> for Connections {
    type Out = Connection<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Connection { inner, fresh: false }))
    }
}

impl<T: Transport> Transport for Connection<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.inner.transmit_output(amount, timeout).map_err(established)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        if std::mem::take(&mut self.fresh) && !self.inner.buffers().input().is_empty() {
            return Ok(true);
        }
        self.fresh = self.inner.await_input(timeout).map_err(established)?;
        Ok(self.fresh)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// Networks report "unreachable" for connections that exist as well.
fn established(error: Error) -> Error {
    use io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable};
    match error {
        Error::Io(cause)
            if matches!(
                cause.kind(),
                AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkDown | NetworkUnreachable
            ) =>
        {
            Error::Io(io::Error::new(io::ErrorKind::ConnectionAborted, cause))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::unversioned::transport::LazyBuffers;

    /// A connection that answers a piece at a time, and then fails in this way.
    #[derive(Debug)]
    struct Scripted(LazyBuffers, Vec<&'static [u8]>, io::ErrorKind);

    impl Transport for Scripted {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.0
        }

        fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
            Err(Error::Io(self.2.into()))
        }

        fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
            let Some(piece) = self.1.pop() else { return Err(Error::Io(self.2.into())) };
            self.0.input_append_buf()[..piece.len()].copy_from_slice(piece);
            self.0.input_appended(piece.len());
            Ok(true)
        }

        fn is_open(&mut self) -> bool {
            true
        }
    }

    fn connection(pieces: Vec<&'static [u8]>, failure: io::ErrorKind) -> Connection<Scripted> {
        Connection { inner: Scripted(LazyBuffers::new(64, 64), pieces, failure), fresh: false }
    }

    #[test]
    fn input_can_be_looked_at_once_more_and_then_more_is_waited_for() {
        let mut connection = connection(vec![b" 401", b"HTTP/1.1"], io::ErrorKind::ConnectionReset);
        for expected in [b"HTTP/1.1".as_slice(), b"HTTP/1.1", b"HTTP/1.1 401", b"HTTP/1.1 401"] {
            assert!(connection.await_input(NextTimeout::default()).unwrap());
            assert_eq!(connection.buffers().input(), expected);
        }
        assert!(connection.await_input(NextTimeout::default()).is_err());
    }

    #[test]
    fn a_connection_that_exists_was_made() {
        for unreachable in [io::ErrorKind::HostUnreachable, io::ErrorKind::NetworkUnreachable] {
            let mut connection = connection(Vec::new(), unreachable);
            for failed in [
                connection.transmit_output(0, NextTimeout::default()).err(),
                connection.await_input(NextTimeout::default()).err(),
            ] {
                let kind = match failed {
                    Some(Error::Io(cause)) => cause.kind(),
                    other => panic!("{other:?}"),
                };
                assert_eq!(kind, io::ErrorKind::ConnectionAborted);
            }
        }
    }
}
