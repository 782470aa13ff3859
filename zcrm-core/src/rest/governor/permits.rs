//! Permits: the right to have a request in flight.

use std::sync::MutexGuard;
use std::time::{Duration, Instant};

use super::{Cost, Governor, State, interrupted};
use crate::error::{Error, ErrorKind, Result};

/// The right to have one request in flight; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    governor: &'a Governor,
    cost: Cost,
    held: bool,
}

impl Governor {
    /// Waits until a request of this cost may be sent, and spends its credits.
    ///
    /// # Errors
    ///
    /// `Busy` when there was no room within the timeout, `CreditBudget`, `Interrupted`.
    pub(crate) fn acquire(&self, cost: Cost) -> Result<Permit<'_>> {
        let mut permit = Permit { governor: self, cost, held: false };
        permit.take(Purpose::New)?;
        Ok(permit)
    }

    /// Waits until a request that was sent before may go on.
    ///
    /// # Errors
    ///
    /// `Busy`, `Interrupted`.
    pub(crate) fn resume(&self, cost: Cost) -> Result<Permit<'_>> {
        let mut permit = Permit { governor: self, cost, held: false };
        permit.take(Purpose::Resumed)?;
        Ok(permit)
    }
}

/// Why a permit is wanted. Requests that are under way already go before new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    New,
    Resumed,
}

impl Permit<'_> {
    /// Gives the permit back while the caller's code runs, and takes it again afterwards.
    ///
    /// # Errors
    ///
    /// As [`Governor::acquire`]; the caller's code has run then.
    pub(crate) fn without<R>(&mut self, callers_code: impl FnOnce() -> R) -> Result<R> {
        self.give_back();
        let value = callers_code();
        self.take(Purpose::Resumed)?;
        Ok(value)
    }

    /// Gives back a new permit that was not used: nothing was sent.
    pub(crate) fn cancel(self) {
        self.governor.lock().credits.cancel(self.cost);
    }

    fn slots(&self) -> usize {
        usize::from(self.cost.slots()).max(1)
    }

    fn take(&mut self, purpose: Purpose) -> Result<()> {
        let governor = self.governor;
        let mut state = governor.lock();
        if purpose == Purpose::Resumed {
            state.resuming = state.resuming.saturating_add(1);
        }
        let waited;
        (state, waited) = self.wait_for_room(state, purpose);
        if purpose == Purpose::Resumed {
            state.resuming = state.resuming.saturating_sub(1);
            governor.changed.notify_all();
        }
        waited?;
        if purpose == Purpose::New {
            state.credits.spend(self.cost)?;
        }
        state.slots_taken = state.slots_taken.saturating_add(self.slots());
        state.heavy_taken = state.heavy_taken.saturating_add(usize::from(self.cost.is_heavy()));
        self.held = true;
        Ok(())
    }

    fn wait_for_room<'s>(
        &self,
        mut state: MutexGuard<'s, State>,
        purpose: Purpose,
    ) -> (MutexGuard<'s, State>, Result<()>)
    where
        Self: 's,
    {
        let governor = self.governor;
        let mut queued = Duration::ZERO;
        loop {
            if state.interrupted {
                return (state, Err(interrupted()));
            }
            let now = Instant::now();
            let paced = state.not_before.map(|start| start.saturating_duration_since(now)).unwrap_or_default();
            if purpose == Purpose::New && !paced.is_zero() {
                state = governor.wait(state, paced);
                continue;
            }
            let first = purpose == Purpose::Resumed || state.resuming == 0;
            if first && state.has_room(self.slots(), self.cost.is_heavy()) {
                return (state, Ok(()));
            }
            let Some(left) = governor.queue_timeout.checked_sub(queued).filter(|left| !left.is_zero()) else {
                return (state, Err(busy(governor.queue_timeout)));
            };
            state = governor.wait(state, left);
            queued = queued.saturating_add(now.elapsed());
        }
    }

    fn give_back(&mut self) {
        if std::mem::take(&mut self.held) {
            let mut state = self.governor.lock();
            state.slots_taken = state.slots_taken.saturating_sub(self.slots());
            state.heavy_taken = state.heavy_taken.saturating_sub(usize::from(self.cost.is_heavy()));
            drop(state);
            self.governor.changed.notify_all();
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Governor {
    /// Zoho answered a request.
    pub(crate) fn succeeded(&self, cost: Cost) {
        self.lock().limits.raise(cost.is_heavy());
    }

    /// Zoho did not do a request, so it cost nothing.
    pub(crate) fn refund(&self, cost: Cost) {
        self.lock().credits.refund(cost);
    }

    /// Zoho answered 429 to a request that is still in flight. Where Zoho names no time to wait, too many requests were
    /// in flight, so fewer are allowed from now on.
    pub(crate) fn rejected(&self, cost: Cost, named_wait: Option<Duration>) {
        let mut state = self.lock();
        if named_wait.is_none() {
            let (slots, heavy) = (state.slots_taken, state.heavy_taken);
            state.limits.lower(cost.is_heavy(), slots, heavy);
        }
    }

    /// Lets nothing start before this pause is over: a 429 slows all clones down, not only the request that met it.
    pub(crate) fn pace(&self, pause: Duration) {
        let Some(start) = Instant::now().checked_add(pause) else { return };
        let mut state = self.lock();
        state.not_before = state.not_before.max(Some(start));
    }
}

fn busy(timeout: Duration) -> Error {
    Error::new(
        ErrorKind::Busy,
        format!(
            "other requests of this client kept all places for {} s, nothing was sent; try again, or allow more with \
             HttpOptions::concurrency and heavy_concurrency",
            timeout.as_secs()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::HttpOptions;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn governor(concurrency: usize, heavy: usize) -> Governor {
        let options = HttpOptions::default().concurrency(concurrency).heavy_concurrency(heavy);
        Governor::new(&options.queue_timeout(Duration::from_millis(200)))
    }

    #[test]
    fn lets_through_as_many_as_it_has_permits() {
        let governor = governor(3, 2);
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (heavy, most_heavy) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let start = Barrier::new(16);
        std::thread::scope(|scope| {
            for thread in 0..16 {
                let (governor, start, inside, most) = (&governor, &start, &inside, &most);
                let (heavy, most_heavy) = (&heavy, &most_heavy);
                scope.spawn(move || {
                    start.wait();
                    for _ in 0..50 {
                        let is_heavy = thread % 2 == 0;
                        let _permit = governor.acquire(if is_heavy { Cost::ONE.heavy() } else { Cost::ONE }).unwrap();
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        if is_heavy {
                            most_heavy.fetch_max(heavy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        }
                        std::thread::yield_now();
                        heavy.fetch_sub(usize::from(is_heavy), Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 3 && most_heavy.into_inner() <= 2);
        assert_eq!(governor.usage().in_flight, 0);
        assert_eq!(governor.usage().requests, 800);
    }

    #[test]
    fn waiting_ends_with_an_error_and_a_request_of_many_slots_waits_for_all_of_them() {
        let governor = governor(5, 5);
        let composite = governor.acquire(Cost::ONE.with_slots(5)).unwrap();
        assert_eq!(governor.acquire(Cost::ONE).unwrap_err().kind(), ErrorKind::Busy);
        drop(composite);
        let _one = governor.acquire(Cost::ONE).unwrap();
        assert_eq!(governor.acquire(Cost::ONE.with_slots(5)).unwrap_err().kind(), ErrorKind::Busy);
    }

    #[test]
    fn a_request_of_more_slots_than_there_are_goes_alone() {
        let governor = governor(1, 1);
        assert!(governor.acquire(Cost::ONE.with_slots(5)).is_ok());
    }

    #[test]
    fn the_callers_code_runs_without_the_permit() {
        let governor = governor(1, 1);
        let mut permit = governor.acquire(Cost::ONE).unwrap();
        let inner = permit.without(|| governor.acquire(Cost::ONE).map(drop)).unwrap();
        assert!(inner.is_ok());
        assert_eq!(governor.usage().in_flight, 1);
        assert_eq!(governor.usage().credits_spent, 2, "taking the permit again costs nothing");
    }

    #[test]
    fn an_interrupt_ends_waits_and_backoff() {
        let governor = governor(1, 1);
        let _held = governor.acquire(Cost::ONE).unwrap();
        std::thread::scope(|scope| {
            let sleeper = scope.spawn(|| governor.sleep(Duration::from_secs(3600)));
            governor.interrupt(true);
            assert_eq!(sleeper.join().unwrap().unwrap_err().kind(), ErrorKind::Interrupted);
        });
        assert_eq!(governor.acquire(Cost::ONE).unwrap_err().kind(), ErrorKind::Interrupted);
        governor.interrupt(false);
        assert!(governor.sleep(Duration::ZERO).is_ok());
    }
}
