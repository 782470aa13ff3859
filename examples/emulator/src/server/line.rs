//! The connection that a request came on.

use std::convert::Infallible;

use tokio::sync::Notify;

/// How a request may end the connection that it came on.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) reset: Notify,
    pub(super) close: Notify,
}

impl Line {
    /// Ends the connection with a TCP reset. Never returns, because the connection takes this task down with it.
    pub(super) async fn reset(&self) -> Infallible {
        self.reset.notify_one();
        std::future::pending().await
    }

    /// Closes the connection in good order without an answer. Never returns.
    pub(super) async fn close(&self) -> Infallible {
        self.close.notify_one();
        std::future::pending().await
    }
}
