//! Who reads which range.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::range::{Division, Page, Range, Ranges, Source};
use crate::error::Result;
use crate::resource::row::Raw;

/// The ranges of a scan, each read by one worker at a time. A worker without one takes half of the one that has most
/// left.
pub(super) struct Pool {
    source: Box<dyn Source>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    slots: Vec<Slot>,
    /// What is to be read when all others are.
    last: Option<Range>,
    stopped: bool,
}

struct Slot {
    range: Range,
    /// As it was when it came into being.
    start: Range,
    doing: Doing,
    /// Somebody is about to divide it.
    divided: bool,
    /// It was found not to be worth dividing.
    whole: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Waits,
    IsRead,
    IsOver,
}

/// A page of a range, on its way out.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) slot: usize,
    /// The range as it was before the page.
    pub(super) range: Option<Range>,
    pub(super) rows: std::vec::IntoIter<Raw>,
    /// The range as it is behind the page; none at its end.
    pub(super) next: Option<Range>,
}

impl Pool {
    pub(super) fn new(source: Box<dyn Source>, ranges: Ranges) -> Self {
        let slots = ranges.open.into_iter().map(Slot::new).collect();
        let state = State { slots, last: ranges.last, stopped: false };
        Self { source, state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(super) fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// Nothing more is to be read.
    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// Whether all was read.
    pub(super) fn is_over(&self) -> bool {
        let state = self.lock();
        state.last.is_none() && state.slots.iter().all(|slot| slot.doing == Doing::IsOver)
    }

    /// All ranges: as they began, and where they end by now.
    pub(super) fn starts(&self) -> Ranges {
        let with_end = |slot: &Slot| slot.start.clone().upto(slot.range.upto.clone());
        let state = self.lock();
        Ranges { open: state.slots.iter().map(with_end).collect(), last: state.last.clone() }
    }

    /// A range for a worker: one that waits, or a part of another. Waits for one; `None` when all is read.
    ///
    /// # Errors
    ///
    /// Those of requests.
    pub(super) fn take(&self) -> Result<Option<usize>> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return Ok(None);
            }
            if let Some(waiting) = state.slots.iter().position(|slot| slot.doing == Doing::Waits) {
                if let Some(slot) = state.slots.get_mut(waiting) {
                    slot.doing = Doing::IsRead;
                }
                return Ok(Some(waiting));
            }
            if state.slots.iter().all(|slot| slot.doing == Doing::IsOver) {
                match state.last.take() {
                    Some(range) => state.slots.push(Slot::new(range)),
                    None => return Ok(None),
                }
                continue;
            }
            let largest = self.largest(&state);
            let Some((place, range)) = largest else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if let Some(slot) = state.slots.get_mut(place) {
                slot.divided = true;
            }
            drop(state);
            let division = self.source.divide(&range);
            state = self.lock();
            let division = division.inspect_err(|_| state.end_division(place))?;
            self.apply(&mut state, place, division);
            state.end_division(place);
            self.changed.notify_all();
        }
    }

    /// The range that has most left, of those that can be divided.
    fn largest(&self, state: &State) -> Option<(usize, Range)> {
        let divisible = |slot: &Slot| slot.doing == Doing::IsRead && !slot.divided && !slot.whole;
        let slots = state.slots.iter().enumerate().filter(|(_, slot)| divisible(slot));
        let weighed = slots.filter_map(|(place, slot)| Some((self.source.weight(&slot.range)?, place, slot)));
        weighed.max_by_key(|(weight, ..)| *weight).map(|(_, place, slot)| (place, slot.range.clone()))
    }

    fn apply(&self, state: &mut State, place: usize, division: Division) {
        let Some(slot) = state.slots.get_mut(place) else { return };
        match division {
            Division::At { edge, place: behind, left } => {
                let within = slot.doing == Doing::IsRead && self.source.is_ahead(&edge, &slot.range.from);
                if !within {
                    return;
                }
                let other = Range::from(behind).upto(slot.range.upto.take()).with_left(left);
                slot.range.upto = Some(edge);
                slot.range.left = match (slot.range.left, left) {
                    (Some(all), Some(other)) => Some(all.saturating_sub(other)),
                    (all, _) => all,
                };
                state.slots.push(Slot::new(other));
            }
            Division::Fewer(rows) => slot.range.left = Some(slot.range.left.map_or(rows, |left| left.min(rows))),
            Division::Never => slot.whole = true,
        }
    }

    /// Reads the next page of a range that was taken.
    ///
    /// # Errors
    ///
    /// Those of requests; the range can be taken again.
    pub(super) fn step(&self, place: usize) -> Result<Batch> {
        let range = self.lock().slots.get(place).map(|slot| slot.range.clone());
        let Some(range) = range else { return Ok(Batch::default()) };
        let read = self.source.read(&range);
        let mut state = self.lock();
        let Some(slot) = state.slots.get_mut(place) else { return Ok(Batch::default()) };
        let mut page = match read {
            Ok(page) => page,
            Err(error) => {
                slot.doing = Doing::Waits;
                return Err(error);
            }
        };
        let next = slot.advance(&mut page, &*self.source);
        drop(state);
        self.changed.notify_all();
        let rows = self.source.finish(page.rows)?.into_iter();
        Ok(Batch { slot: place, range: Some(range), rows, next })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn end_division(&mut self, place: usize) {
        if let Some(slot) = self.slots.get_mut(place) {
            slot.divided = false;
        }
    }
}

impl Slot {
    fn new(range: Range) -> Self {
        Self { start: range.clone(), range, doing: Doing::Waits, divided: false, whole: false }
    }

    /// Goes on behind a page. Where the range ends may have changed while it was read.
    fn advance(&mut self, page: &mut Page, source: &dyn Source) -> Option<Range> {
        let read = page.rows.len() as u64;
        let range = &mut self.range;
        if let Some(edge) = &range.upto {
            source.trim(page, edge);
        }
        range.skip = 0;
        range.pages = range.pages.saturating_add(1);
        range.left = range.left.map(|left| left.saturating_sub(read));
        if range.left == Some(0) {
            // Should there be more, it is what came in since they were counted: a little.
            (range.left, range.pages, self.whole) = (None, 0, true);
        }
        match page.next.take() {
            Some(next) => {
                range.from = next;
                Some(range.clone())
            }
            None => {
                self.doing = Doing::IsOver;
                None
            }
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("ranges", &self.lock().slots.len()).finish_non_exhaustive()
    }
}
