//! Responses that arrive before the request was sent whole, read where ureq would overlook them.
//!
//! An upload announces itself with `Expect: 100-continue`. A server that refuses it sends its response at once, and ureq
//! 3.5 puts that into its buffer while it looks for the 100, but then waits for *more* input before it looks at the buffer
//! as a response. On a connection that stays open there is no more, so the refusal is taken for a timeout.

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Wraps the connections of the connector before it.
#[derive(Debug)]
pub(super) struct EarlyResponses;

/// A connection whose input can be looked at once more after it was read.
#[derive(Debug)]
pub(super) struct Connection<T> {
    inner: T,
    /// Input has come that was looked at once at most.
    fresh: bool,
}

impl<In: Transport> Connector<In> for EarlyResponses {
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
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        if std::mem::take(&mut self.fresh) && !self.inner.buffers().input().is_empty() {
            return Ok(true);
        }
        self.fresh = self.inner.await_input(timeout)?;
        Ok(self.fresh)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
