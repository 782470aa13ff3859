//! The limits in force: those of the program, lowered when Zoho answers 429, raised again step by step.

/// How many successes in a row raise a lowered limit by one.
const CALM: u32 = 50;

#[derive(Debug)]
pub(super) struct Limits {
    slots: Adaptive,
    heavy: Adaptive,
}

#[derive(Debug)]
struct Adaptive {
    allowed: usize,
    current: usize,
    successes: u32,
}

impl Limits {
    pub(super) fn new(slots: usize, heavy: usize) -> Self {
        Self { slots: Adaptive::new(slots), heavy: Adaptive::new(heavy.min(slots)) }
    }

    /// How many slots may be taken at once.
    pub(super) fn slots(&self) -> usize {
        self.slots.current
    }

    /// How many heavy requests may be in flight at once.
    pub(super) fn heavy(&self) -> usize {
        self.heavy.current
    }

    /// A request was rejected with 429 while so many were taken: one less is allowed.
    pub(super) fn lower(&mut self, heavy: bool, slots_taken: usize, heavy_taken: usize) {
        if heavy && heavy_taken > 1 {
            self.heavy.lower(heavy_taken);
        } else {
            self.slots.lower(slots_taken);
        }
    }

    /// A request was answered.
    pub(super) fn raise(&mut self, heavy: bool) {
        self.slots.raise();
        if heavy {
            self.heavy.raise();
        }
    }
}

impl Adaptive {
    fn new(allowed: usize) -> Self {
        let allowed = allowed.max(1);
        Self { allowed, current: allowed, successes: 0 }
    }

    fn lower(&mut self, taken: usize) {
        self.successes = 0;
        self.current = taken.saturating_sub(1).clamp(1, self.current);
    }

    fn raise(&mut self) {
        if self.current < self.allowed {
            self.successes = self.successes.saturating_add(1);
            if self.successes >= CALM {
                self.successes = 0;
                self.current = self.current.saturating_add(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_nobody_told_is_found_and_tried_again() {
        let mut limits = Limits::new(10, 5);
        for taken in [5, 4, 3] {
            limits.lower(true, 7, taken);
        }
        assert_eq!((limits.slots(), limits.heavy()), (10, 2));
        (0..CALM).for_each(|_| limits.raise(true));
        assert_eq!(limits.heavy(), 3);
        (0..CALM * 10).for_each(|_| limits.raise(true));
        assert_eq!(limits.heavy(), 5, "never more than the program allows");
    }

    #[test]
    fn one_request_may_always_be_in_flight() {
        let mut limits = Limits::new(0, 0);
        limits.lower(true, 1, 1);
        assert_eq!((limits.slots(), limits.heavy()), (1, 1));
    }
}
