//! How long to wait before the next attempt, and when to give up.

use std::time::Duration;

use crate::config::HttpOptions;

/// No backoff that we choose ourselves is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// Exponential backoff with full jitter, bounded in time and, if the program says so, in number.
#[derive(Debug)]
pub(crate) struct Backoff {
    budget: Duration,
    base: Duration,
    max_retries: Option<u32>,
    retries: u32,
    /// What attempts and backoff took so far. Waiting for a permit is not counted.
    used: Duration,
    /// What the server asked to wait, so far.
    honored: Duration,
}

impl Backoff {
    pub(crate) fn new(options: &HttpOptions) -> Self {
        Self {
            budget: options.retry_budget,
            base: options.retry_base,
            max_retries: options.max_retries,
            retries: 0,
            used: Duration::ZERO,
            honored: Duration::ZERO,
        }
    }

    /// The wait before the next attempt, after one that took `attempt`; `None` when time or retries are used up.
    ///
    /// Where the server asks for a wait, that is honored as long as all such waits fit the budget, and the time is not
    /// up before it. Otherwise the last attempt is made when the budget ends. A server that asks for no wait at all is
    /// not asked again and again at once.
    pub(crate) fn next(&mut self, asked_for: Option<Duration>, attempt: Duration) -> Option<Duration> {
        self.used = self.used.saturating_add(attempt);
        if self.max_retries.is_some_and(|most| self.retries >= most) {
            return None;
        }
        let left = self.budget.checked_sub(self.used).filter(|left| !left.is_zero())?;
        let most = self.base.saturating_mul(2_u32.saturating_pow(self.retries)).min(LONGEST);
        let own = most.mul_f64(fastrand::f64()).min(left);
        let wait = match asked_for {
            Some(wait) => {
                self.honored = self.honored.checked_add(wait).filter(|honored| *honored <= self.budget)?;
                // Not all callers that were told the same moment should come back in the same one.
                wait.saturating_add(self.base.mul_f64(fastrand::f64())).max(own)
            }
            None => own,
        };
        self.retries = self.retries.saturating_add(1);
        self.used = self.used.saturating_add(wait);
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> HttpOptions {
        HttpOptions::default().retry_base(Duration::from_millis(100)).retry_budget(Duration::from_secs(60))
    }

    fn waits(mut backoff: Backoff) -> Vec<Duration> {
        std::iter::from_fn(|| backoff.next(None, Duration::ZERO)).collect()
    }

    #[test]
    fn waits_grow_at_random_and_use_the_whole_budget() {
        for _ in 0..100 {
            let waits = waits(Backoff::new(&options()));
            for (doublings, wait) in waits.iter().enumerate() {
                assert!(*wait <= Duration::from_millis(100).saturating_mul(1 << doublings.min(20)), "{waits:?}");
                assert!(*wait <= LONGEST, "{waits:?}");
            }
            assert_eq!(waits.iter().sum::<Duration>(), Duration::from_secs(60), "{waits:?}");
        }
    }

    #[test]
    fn attempts_count_against_the_budget() {
        let mut backoff = Backoff::new(&options());
        assert!(backoff.next(None, Duration::from_secs(30)).is_some());
        assert_eq!(backoff.next(None, Duration::from_secs(30)), None);
    }

    #[test]
    fn a_wait_that_the_server_asks_for_is_honored_up_to_the_budget() {
        let mut backoff = Backoff::new(&options());
        let wait = backoff.next(Some(Duration::from_secs(60)), Duration::from_secs(2)).unwrap();
        assert!(wait >= Duration::from_secs(60) && wait <= Duration::from_millis(60_100), "{wait:?}");
        assert_eq!(backoff.next(Some(Duration::from_secs(1)), Duration::ZERO), None);
        assert_eq!(Backoff::new(&options()).next(Some(Duration::MAX), Duration::ZERO), None);
    }

    #[test]
    fn a_server_that_asks_for_no_wait_does_not_keep_a_request_forever() {
        for asked in [Duration::ZERO, Duration::from_millis(1)] {
            let mut backoff = Backoff::new(&options());
            let retries = std::iter::from_fn(|| backoff.next(Some(asked), Duration::from_millis(5))).take(1_000);
            let retries: Vec<Duration> = retries.collect();
            assert!(retries.len() < 60, "{asked:?}: {} retries", retries.len());
            assert!(retries.iter().sum::<Duration>() < Duration::from_secs(61), "{asked:?}: {retries:?}");
        }
    }

    #[test]
    fn the_number_of_retries_can_be_limited() {
        assert_eq!(waits(Backoff::new(&options().max_retries(4))).len(), 4);
        assert_eq!(waits(Backoff::new(&options().max_retries(0))).len(), 0);
    }
}
