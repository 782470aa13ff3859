//! Who reads which range.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::range::{Cut, Division, Page, Range, Ranges, Source};
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
    /// How many rows it keeps by each of the divisions that are under way.
    divisions: Vec<u64>,
    /// It was found not to be worth dividing.
    whole: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Waits,
    IsRead,
    IsOver,
}

/// A range that a worker reads.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) slot: usize,
    /// Its next page, where it was read already.
    page: Option<Page>,
}

impl Taken {
    /// The same range, behind that page.
    pub(super) fn of(slot: usize) -> Self {
        Self { slot, page: None }
    }
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
        Ranges { open: state.slots.iter().map(with_end).collect(), last: state.last.clone(), came: self.source.came() }
    }

    /// A range for a worker: one that waits, or a part of another. Waits for one; `None` when all is read.
    ///
    /// # Errors
    ///
    /// Those of requests.
    pub(super) fn take(&self) -> Result<Option<Taken>> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return Ok(None);
            }
            if let Some(waiting) = state.slots.iter().position(|slot| slot.doing == Doing::Waits) {
                if let Some(slot) = state.slots.get_mut(waiting) {
                    slot.doing = Doing::IsRead;
                }
                return Ok(Some(Taken::of(waiting)));
            }
            if state.slots.iter().all(|slot| slot.doing == Doing::IsOver) {
                match state.last.take() {
                    Some(range) => state.slots.push(Slot { whole: true, ..Slot::new(range) }),
                    None => return Ok(None),
                }
                continue;
            }
            let Some((place, range, kept)) = self.largest(&state) else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let all = state.begin_division(place, kept);
            drop(state);
            let division = self.source.divide(&range);
            state = self.lock();
            state.end_division(place, kept);
            let taken = self.apply(&mut state, place, all, division?);
            self.changed.notify_all();
            if taken.is_some() {
                return Ok(taken);
            }
        }
    }

    /// The range that has most left, of those that can be divided, and how many rows it keeps. One that is being
    /// divided is divided once more before that place.
    fn largest(&self, state: &State) -> Option<(usize, Range, u64)> {
        let slots = state.slots.iter().enumerate().filter(|(_, slot)| slot.doing == Doing::IsRead && !slot.whole);
        let shares = slots.filter_map(|(place, slot)| {
            let mut range = slot.range.clone();
            range.left = range.left.into_iter().chain(slot.divisions.iter().copied()).min();
            self.source.share(&range).map(|share| (share, place, range))
        });
        shares.max_by_key(|(share, ..)| share.left).map(|(share, place, range)| (place, range, share.kept))
    }

    /// Divides a range that had `all` rows left; gives the new one where its first page was read.
    fn apply(&self, state: &mut State, place: usize, all: Option<u64>, division: Division) -> Option<Taken> {
        match division {
            Division::At(cut) => {
                let Cut { edge, place: behind, kept, page } = *cut;
                let beyond = all.map(|all| all.saturating_sub(kept.unwrap_or(0)));
                // Another division may have come first.
                let within = |slot: &Slot| slot.doing == Doing::IsRead && self.source.is_within(&edge, &slot.range);
                let divided = match state.slots.get(place) {
                    Some(slot) if within(slot) => place,
                    _ => state.slots.iter().position(within)?,
                };
                let slot = state.slots.get_mut(divided)?;
                let other = Range::from(behind).upto(slot.range.upto.take()).with_left(beyond);
                slot.range.upto = Some(edge);
                slot.range.left = match (slot.range.left, beyond) {
                    (Some(left), Some(beyond)) => Some(left.saturating_sub(beyond)),
                    (left, _) => kept.or(left),
                };
                let doing = if page.is_some() { Doing::IsRead } else { Doing::Waits };
                state.slots.push(Slot { doing, ..Slot::new(other) });
                return page.map(|page| Taken { slot: state.slots.len().saturating_sub(1), page: Some(page) });
            }
            Division::Fewer(rows) => {
                let slot = state.slots.get_mut(place)?;
                slot.range.left = Some(slot.range.left.map_or(rows, |left| left.min(rows)));
            }
            Division::Never => state.slots.get_mut(place)?.whole = true,
        }
        None
    }

    /// Reads the next page of a range that was taken, unless it was read with it.
    ///
    /// # Errors
    ///
    /// Those of requests; the range can be taken again.
    pub(super) fn step(&self, Taken { slot: place, page }: Taken) -> Result<Batch> {
        let state = self.lock();
        let Some(range) = state.slots.get(place).map(|slot| slot.range.clone()) else { return Ok(Batch::default()) };
        let alone = page.is_none() && state.all_are_over_but(place);
        drop(state);
        let read = page.map_or_else(|| self.source.read(&range), Ok);
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
        if next.is_none() && slot.range.upto.is_none() && !alone {
            // What the others have not read yet may have moved behind it.
            state.last = page.again.take().map(Range::from).or(state.last.take());
        }
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
    fn all_are_over_but(&self, place: usize) -> bool {
        self.slots.iter().enumerate().all(|(other, slot)| other == place || slot.doing == Doing::IsOver)
    }

    /// Gives how many rows the range has left.
    fn begin_division(&mut self, place: usize, kept: u64) -> Option<u64> {
        let slot = self.slots.get_mut(place)?;
        slot.divisions.push(kept);
        slot.range.left
    }

    fn end_division(&mut self, place: usize, kept: u64) {
        let Some(slot) = self.slots.get_mut(place) else { return };
        if let Some(under_way) = slot.divisions.iter().position(|other| *other == kept) {
            slot.divisions.swap_remove(under_way);
        }
    }
}

impl Slot {
    fn new(range: Range) -> Self {
        Self { start: range.clone(), range, doing: Doing::Waits, divisions: Vec::new(), whole: false }
    }

    /// Goes on behind a page. Where the range ends may have changed while it was read.
    fn advance(&mut self, page: &mut Page, source: &dyn Source) -> Option<Range> {
        let read = page.rows.len() as u64;
        let range = &mut self.range;
        if let Some(edge) = &range.upto {
            source.trim(page, edge);
        }
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
