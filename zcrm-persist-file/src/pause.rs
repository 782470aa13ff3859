//! The pauses between two attempts.

use std::thread;
use std::time::{Duration, Instant};

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// For a lock that is held for milliseconds.
const LONGEST_SHORT_PAUSE: Duration = Duration::from_millis(5);

/// The growing pauses between two attempts: no system offers to wait for a file's lock for a limited time.
pub(crate) struct Pause {
    next: Duration,
    longest: Duration,
}

impl Default for Pause {
    fn default() -> Self {
        Self { next: SHORTEST_PAUSE, longest: LONGEST_PAUSE }
    }
}

impl Pause {
    pub(crate) fn short() -> Self {
        Self { longest: LONGEST_SHORT_PAUSE, ..Self::default() }
    }

    /// Waits a while; `false` when the deadline has passed.
    pub(crate) fn wait(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        thread::sleep(self.next.min(left));
        self.next = (self.next * 2).min(self.longest);
        !left.is_zero()
    }
}
