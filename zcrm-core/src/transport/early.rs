//! Responses that arrive while the body is still being sent.
//!
//! A server that refuses a body in its middle responds and closes the connection, or resets it. What it has sent is
//! still there to be read, but the next write fails, and ureq gives up with that. Below TLS such writes are passed over
//! from then on, so that the response is read; when there is none, reading fails as writing did.

use std::io;
use std::time::Duration;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// How long a response is waited for that was on its way when a write failed.
const TO_ARRIVE: Duration = Duration::from_millis(200);

/// Wraps connections below TLS.
#[derive(Debug)]
pub(super) struct EarlyResponses;

/// A connection whose server may respond and take no more.
#[derive(Debug)]
pub(super) struct Answering<T> {
    inner: T,
    /// The server has sent something, and takes nothing more.
    answered: bool,
}

impl<In: Transport> Connector<In> for EarlyResponses {
    type Out = Answering<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Answering { inner, answered: false }))
    }
}

impl<T: Transport> Answering<T> {
    fn has_answered(&mut self, timeout: NextTimeout) -> bool {
        let timeout = NextTimeout { after: TO_ARRIVE.into(), ..timeout };
        !self.inner.buffers().input().is_empty() || matches!(self.inner.await_input(timeout), Ok(true))
    }
}

impl<T: Transport> Transport for Answering<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.answered {
            return Ok(());
        }
        let sent = self.inner.transmit_output(amount, timeout);
        let stuck = sent.as_ref().is_err_and(is_about_writing);
        self.answered = stuck && self.has_answered(timeout);
        if self.answered { Ok(()) } else { sent }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        !self.answered && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

fn is_about_writing(error: &Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    match error {
        Error::Io(cause) => matches!(cause.kind(), BrokenPipe | ConnectionAborted | ConnectionReset),
        Error::Timeout(_) => true,
        _ => false,
    }
}
