//! Up to where one kind of change was told.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::clock::Seconds;

/// How many changes are remembered as told. What is forgotten is told again, which is allowed.
const REMEMBERED: usize = 10_000;

/// Changes of one kind, told in the order of their times: up to which time, and which of the last ones.
///
/// Zoho commits late: a record may turn up with a time that was passed already. So the times of the overlap before the
/// mark are read again, and what was told of them is remembered. When that long has passed without anything new, and
/// they were read once more, the feed is settled, and goes on behind the mark.
///
/// The times are those of the data. Zoho's `Date` header only tells how much time has passed, and holds the mark back
/// where a record claims to be of the future.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Feed {
    mark: Option<Seconds>,
    /// What the `Date` header was when the mark was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set_at: Option<Seconds>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    settled: bool,
    /// What was told of the overlap: when, which, and a checksum of it. Times are of whole seconds, so a record that is
    /// modified twice within one is told by it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    told: BTreeSet<(Seconds, Box<str>, u32)>,
}

impl Feed {
    /// Changes after this time; all when there is none.
    pub(super) fn after(mark: Option<Seconds>, set_at: Option<Seconds>) -> Self {
        Self { mark, set_at, ..Self::default() }
    }

    /// Up to which time.
    pub(super) fn mark(&self) -> Option<Seconds> {
        self.mark
    }

    /// The first second to read; `None` reads all.
    pub(super) fn floor(&self, overlap: Seconds) -> Option<Seconds> {
        let mark = self.mark?;
        Some(if self.settled { mark.saturating_add(1) } else { mark.saturating_sub(overlap) })
    }

    /// Whether the change was told before.
    pub(super) fn has_told(&self, (time, id, checksum): (Seconds, &str, u32)) -> bool {
        // A set of tuples is looked up by a tuple.
        self.told.contains(&(time, Box::from(id), checksum))
    }

    /// Remembers a change as told; `now` is Zoho's.
    pub(super) fn tell(&mut self, (time, id, checksum): (Seconds, &str, u32), now: Option<Seconds>, overlap: Seconds) {
        let reached = now.map_or(time, |now| time.min(now));
        if self.mark.is_none_or(|mark| reached > mark) {
            self.mark = Some(reached);
            self.set_at = now;
            self.settled = false;
            self.forget_before(reached.saturating_sub(overlap));
        }
        if self.told.len() < REMEMBERED {
            self.told.insert((time, Box::from(id), checksum));
        }
    }

    /// Holds a mark back that is of the future.
    pub(super) fn hold_back(&mut self, now: Option<Seconds>) {
        if let (Some(mark), Some(now)) = (self.mark, now) {
            self.mark = Some(mark.min(now));
        }
    }

    /// All was read to the end, by a pass that began at `now`.
    pub(super) fn end_of_pass(&mut self, now: Option<Seconds>, overlap: Seconds) {
        match (now, self.set_at) {
            (Some(now), Some(set_at)) if now.saturating_sub(set_at) > overlap => {
                self.settled = true;
                self.told.clear();
            }
            (_, None) => self.set_at = now,
            _ => {}
        }
    }

    fn forget_before(&mut self, floor: Seconds) {
        self.told = self.told.split_off(&(floor, Box::from(""), 0));
    }
}
