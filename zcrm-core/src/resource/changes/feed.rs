//! Up to where one kind of change was told.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::clock::Seconds;

/// How many changes are remembered as told. What is forgotten is told again, which is allowed.
const REMEMBERED: usize = 10_000;

/// Changes of one kind, told in the order of their times: up to which time, and which of the last ones.
///
/// Zoho commits late: a record may turn up with a time that was passed already. So the times of the overlap before the
/// mark are read again, and what was told of them is remembered. Once the overlap has passed by Zoho's clock, and all
/// was read since, the feed goes on behind the mark.
///
/// The mark is a time of the data. Zoho's `Date` header only tells how much time has passed since, and holds the mark
/// back where a record claims to be of the future: where the two clocks differ, more is read again, and nothing is
/// missed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Feed {
    mark: Option<Seconds>,
    /// The first second to read.
    floor: Option<Seconds>,
    /// What the `Date` header was when the mark was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set_at: Option<Seconds>,
    /// What was told from the floor on: when, which, and a checksum of it, by which a record that changes twice within
    /// a second is told twice.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    told: BTreeSet<(Seconds, Box<str>, u32)>,
}

impl Feed {
    /// Changes after this time; all when there is none.
    pub(super) fn after(mark: Option<Seconds>, set_at: Option<Seconds>, overlap: Seconds) -> Self {
        let floor = mark.map(|mark| mark.saturating_sub(overlap));
        Self { mark, floor, set_at, ..Self::default() }
    }

    /// Up to which time.
    pub(super) fn mark(&self) -> Option<Seconds> {
        self.mark
    }

    /// The first second to read; `None` reads all.
    pub(super) fn floor(&self) -> Option<Seconds> {
        self.floor
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
            self.go_on_from(reached.saturating_sub(overlap));
        }
        if self.told.len() < REMEMBERED {
            self.told.insert((time, Box::from(id), checksum));
        }
    }

    /// Holds a mark back that is of the future.
    pub(super) fn hold_back(&mut self, now: Option<Seconds>) {
        if let (Some(mark), Some(now)) = (self.mark, now) {
            self.mark = Some(mark.min(now));
            self.floor = self.floor.map(|floor| floor.min(now));
        }
    }

    /// All was read to the end, by a pass that began at `now`.
    pub(super) fn end_of_pass(&mut self, now: Option<Seconds>, overlap: Seconds) {
        let (Some(now), Some(mark)) = (now, self.mark) else { return };
        let has_passed = |since: Seconds| now.saturating_sub(since) > overlap;
        match self.set_at {
            // Whatever the clocks say: so much time has passed since.
            Some(set_at) if has_passed(set_at) => self.go_on_from(mark.saturating_add(1)),
            // The second of the mark itself goes on where the data's clock stands still or is late.
            _ if has_passed(mark) => self.go_on_from(mark),
            _ => {}
        }
        self.set_at = self.set_at.or(Some(now));
    }

    fn go_on_from(&mut self, floor: Seconds) {
        let floor = self.floor.map_or(floor, |before| before.max(floor));
        self.told = self.told.split_off(&(floor, Box::from(""), 0));
        self.floor = Some(floor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVERLAP: Seconds = 60;

    #[test]
    fn the_overlap_is_read_again_until_it_has_passed_by_zohos_clock() {
        let mut feed = Feed::default();
        assert_eq!(feed.floor(), None);
        feed.tell((1_000, "1", 7), Some(1_005), OVERLAP);
        feed.end_of_pass(Some(1_005), OVERLAP);
        assert_eq!(feed.floor(), Some(940));
        assert!(feed.has_told((1_000, "1", 7)) && !feed.has_told((1_001, "1", 7)) && !feed.has_told((1_000, "1", 8)));
        // A late commit moves nothing back.
        feed.tell((990, "2", 7), Some(1_010), OVERLAP);
        feed.end_of_pass(Some(1_010), OVERLAP);
        assert_eq!(feed.floor(), Some(940));
        feed.end_of_pass(Some(1_066), OVERLAP);
        assert_eq!(feed.floor(), Some(1_001));
        assert!(!feed.has_told((1_000, "1", 7)), "what cannot come again is forgotten");
    }

    #[test]
    fn a_record_of_the_future_and_a_clock_that_differs_hide_no_change() {
        let mut feed = Feed::default();
        feed.tell((9_000_000, "future", 7), Some(1_000), OVERLAP);
        assert_eq!(feed.floor(), Some(940));
        assert!(feed.has_told((9_000_000, "future", 7)));
        // The data's clock is a day late: the second that was reached stays open until time has passed.
        let mut feed = Feed::default();
        feed.tell((1_000, "1", 7), Some(90_000), OVERLAP);
        feed.end_of_pass(Some(90_000), OVERLAP);
        assert_eq!(feed.floor(), Some(1_000));
        feed.end_of_pass(Some(90_061), OVERLAP);
        assert_eq!(feed.floor(), Some(1_001));
        // Without a clock the overlap is read again for ever.
        let mut feed = Feed::default();
        feed.tell((1_000, "1", 7), None, OVERLAP);
        feed.end_of_pass(None, OVERLAP);
        assert_eq!(feed.floor(), Some(940));
    }
}
