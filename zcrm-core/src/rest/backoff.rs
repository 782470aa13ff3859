//! How long to wait before the next attempt, and when to give up.

use std::time::{Duration, Instant};

use crate::config::HttpOptions;

/// No single pause that we choose ourselves is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// Exponential back-off with full jitter, bounded in number and in total time.
#[derive(Debug)]
pub(crate) struct Backoff {
    started: Instant,
    budget: Duration,
    base: Duration,
    retries: u32,
    used: u32,
}

impl Backoff {
    pub(crate) fn new(options: &HttpOptions) -> Self {
        Self {
            started: Instant::now(),
            budget: options.retry_budget,
            base: options.retry_base,
            retries: options.retries,
            used: 0,
        }
    }

    /// The pause before the next attempt; `None` when attempts or time are used up, at once if the server asks for more
    /// patience than is left.
    pub(crate) fn pause(&mut self, asked_for: Option<Duration>) -> Option<Duration> {
        if self.used >= self.retries {
            return None;
        }
        let most = self.base.saturating_mul(2_u32.saturating_pow(self.used)).min(LONGEST);
        let pause = match asked_for {
            // Not all callers that were told the same moment should come back in the same one.
            Some(wait) => wait.saturating_add(self.base.mul_f64(fastrand::f64())),
            None => most.mul_f64(fastrand::f64()),
        };
        if self.started.elapsed().saturating_add(pause) > self.budget {
            return None;
        }
        self.used += 1;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> HttpOptions {
        HttpOptions::default().retry_base(Duration::from_millis(100)).retry_budget(Duration::from_secs(60))
    }

    #[test]
    fn pauses_grow_are_random_and_come_to_an_end() {
        let mut backoff = Backoff::new(&options().retries(4));
        let pauses: Vec<_> = std::iter::from_fn(|| backoff.pause(None)).collect();
        assert_eq!(pauses.len(), 4);
        for (doublings, pause) in pauses.iter().enumerate() {
            assert!(*pause <= Duration::from_millis(100 << doublings), "{pauses:?}");
        }
    }

    #[test]
    fn a_long_series_never_pauses_longer_than_the_longest() {
        let mut backoff = Backoff::new(&options().retries(50).retry_budget(Duration::from_secs(3600)));
        assert!(std::iter::from_fn(|| backoff.pause(None)).all(|pause| pause <= LONGEST));
    }

    #[test]
    fn a_servers_wish_is_honoured_within_the_budget_only() {
        let mut backoff = Backoff::new(&options());
        let pause = backoff.pause(Some(Duration::from_secs(7))).unwrap();
        assert!(pause >= Duration::from_secs(7) && pause <= Duration::from_millis(7100), "{pause:?}");
        assert_eq!(backoff.pause(Some(Duration::from_secs(61))), None);
        assert_eq!(backoff.pause(Some(Duration::MAX)), None);
    }

    #[test]
    fn no_retries_means_no_pause() {
        assert_eq!(Backoff::new(&options().retries(0)).pause(None), None);
    }
}
