//! Why nothing more is begun.

use std::sync::{Arc, OnceLock};

use crate::error::Error;

/// Shared by requests that go out side by side: once one of them shows that the others would fare no better, none of
/// them is begun any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<OnceLock<Error>>);

impl Stop {
    /// Begins nothing from now on; the first cause counts.
    pub(crate) fn set(&self, cause: Error) {
        // What is not begun is certainly not done, whatever became of the request that stopped it.
        let _ = self.0.set(cause.with_outcome_unknown(false));
    }

    /// Why nothing is begun.
    pub(crate) fn cause(&self) -> Option<&Error> {
        self.0.get()
    }
}
