//! When a pass over a module is due.

use std::time::{Duration, Instant};

/// For so long notifications are gathered, and so long lies between two passes at least.
const GATHERED: Duration = Duration::from_secs(1);

/// How many requests each record that is told of may cause, at most a third of what a program may be charged with.
const PER_RECORD: f64 = 0.1;

/// How many requests notifications may cause a second, so that single ones are followed at once.
const PER_SECOND: f64 = 0.1;

/// How many requests can be saved up for later.
const SAVED: f64 = 20.0;

/// The longest pause after a failure, unless sweeps are farther apart anyway.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// When a module was swept, what it cost, and what may be spent because of notifications: under load they cause few
/// requests a record, and a single one is followed within a second.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    /// When it is to be swept whatever happens.
    due: Instant,
    ended: Option<Instant>,
    cost: f64,
    allowance: f64,
    counted: Instant,
    failures: u32,
}

impl Pace {
    /// The first pass is due at once.
    pub(super) fn new(now: Instant) -> Self {
        // A pass that finds little: what was deleted, what was modified, leads that were converted.
        let cost = 3.0;
        Self { due: now, ended: None, cost, allowance: cost, counted: now, failures: 0 }
    }

    /// When the next pass is due, where notifications have told of so many records since a moment.
    pub(super) fn due(&self, told: Option<(Instant, usize)>) -> Instant {
        let Some((since, records)) = told else { return self.due };
        let missing = self.cost - self.allowance - PER_RECORD * records as f64;
        let saving = Duration::try_from_secs_f64((missing / PER_SECOND).max(0.0)).unwrap_or_default();
        let earliest = [since + GATHERED, self.ended.map_or(since, |ended| ended + GATHERED), self.counted + saving];
        let early = earliest.into_iter().max().unwrap_or(since);
        if self.failures > 0 { self.due } else { early.min(self.due) }
    }

    /// A pass is over that found what notifications had told of so many records, and took so many requests.
    pub(super) fn ended(&mut self, now: Instant, every: Duration, told: Option<usize>, cost: u64) {
        let cost = cost as f64;
        let saved = self.allowance + PER_SECOND * now.saturating_duration_since(self.counted).as_secs_f64();
        let earned = PER_RECORD * told.unwrap_or_default() as f64;
        let spent = if told.is_some() { cost } else { 0.0 };
        // The first pass also reads what is read once; that keeps nothing from being followed.
        let saved = if self.ended.is_none() { saved.max(cost) } else { saved };
        self.allowance = (saved + earned - spent).clamp(-SAVED, SAVED.max(cost));
        self.counted = now;
        self.cost = cost.max(1.0);
        self.due = now + every;
        self.ended = Some(now);
        self.failures = 0;
    }

    /// A pass failed.
    pub(super) fn failed(&mut self, now: Instant, every: Duration) {
        let pause = GATHERED.saturating_mul(1 << self.failures.min(10)).min(LONGEST_PAUSE).min(every.max(GATHERED));
        self.failures = self.failures.saturating_add(1);
        self.due = now + pause;
        self.ended = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(300);

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_single_notification_is_followed_within_a_second_and_many_cost_few_requests_each() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin);
        assert_eq!(pace.due(None), begin);
        pace.ended(begin, EVERY, None, 6);
        assert_eq!(pace.due(None), begin + EVERY);
        assert_eq!(pace.due(Some((begin + seconds(40.0), 1))), begin + seconds(41.0));

        for changes_a_second in [1_000, 100, 10, 3] {
            let (mut now, mut requests, mut records) = (begin, 0, 0);
            while records < 10_000 {
                // Every second notification is lost.
                let told = |from: Instant, to: Instant| {
                    (to.saturating_duration_since(from).as_secs_f64() * f64::from(changes_a_second) / 2.0) as usize
                };
                let since = now;
                let mut at = now;
                while at < pace.due(Some((since, told(since, at)))) {
                    at += seconds(0.01);
                }
                let found = told(since, at) * 2;
                // The last minute is read again, 200 rows a request.
                let cost = 3 + (60 * u64::from(changes_a_second as u32)) / 200;
                pace.ended(at, EVERY, Some(found / 2), cost);
                (now, requests, records) = (at, requests + cost, records + found);
            }
            assert!((requests as f64) < 0.2 * records as f64, "{requests} for {records} at {changes_a_second}/s");
        }
    }

    #[test]
    fn failures_are_followed_by_growing_pauses() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            pace.failed(begin, EVERY);
            pauses.push(pace.due(Some((begin, 1_000))) - begin);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60].map(Duration::from_secs));
    }
}
