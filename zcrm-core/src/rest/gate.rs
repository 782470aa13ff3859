//! A limit on calls under way at once.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lets so many calls through at once. The limit is Zoho's, per organisation; a permit is held from sending until the
/// answer is read, and never during a pause, a wait for a token, or the caller's own work, so nothing that waits here
/// can be waited for by a holder.
#[derive(Debug)]
pub(crate) struct Gate {
    free: Mutex<usize>,
    returned: Condvar,
}

/// The right to have one call under way; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Permit<'a>(&'a Gate);

impl Gate {
    pub(crate) fn new(permits: usize) -> Self {
        Self { free: Mutex::new(permits.max(1)), returned: Condvar::new() }
    }

    /// Waits for a permit.
    pub(crate) fn enter(&self) -> Permit<'_> {
        let mut free = self.returned.wait_while(self.lock(), |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Permit(self)
    }

    /// The count stays right when a holder panics: its permit is dropped while the stack unwinds.
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.lock() += 1;
        self.0.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn lets_through_as_many_as_it_has_permits() {
        let gate = Gate::new(3);
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let start = Barrier::new(16);
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..200 {
                        let _permit = gate.enter();
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((1..=3).contains(&most.load(Ordering::SeqCst)), "{most:?}");
        assert_eq!(*gate.lock(), 3);
    }

    #[test]
    fn a_panicking_holder_gives_its_permit_back() {
        let gate = Gate::new(1);
        let panicked = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _permit = gate.enter();
                    panic!("in the middle of a call");
                })
                .join()
        });
        assert!(panicked.is_err());
        drop(gate.enter());
    }
}
