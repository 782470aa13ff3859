//! What a signal waits for.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Something that is not to be broken off in the middle, such as a request that costs anew when its response is lost.
#[derive(Debug, Clone, Default)]
pub struct Hold(Arc<(Mutex<bool>, Condvar)>);

impl Hold {
    /// Holds up whoever waits, or lets them go.
    pub fn set(&self, held: bool) {
        let (state, changed) = &*self.0;
        *state.lock().unwrap_or_else(PoisonError::into_inner) = held;
        changed.notify_all();
    }

    /// Returns when nothing holds.
    pub fn wait(&self) {
        let (state, changed) = &*self.0;
        let held = state.lock().unwrap_or_else(PoisonError::into_inner);
        drop(changed.wait_while(held, |held| *held));
    }
}
