//! Where a listing stands that goes up in time.

use serde::{Deserialize, Serialize};

use super::estimate::PAGE;

/// How many of the last rows are remembered, to recognize them by.
const TAIL: usize = 50;

/// The smallest page that is asked for.
const SMALLEST: u64 = PAGE / 2;

/// Where a listing stands whose rows are in the order in which they were modified.
///
/// A row that is modified or deleted meanwhile moves away, and all behind it move up. So a page by number begins a
/// little before the end of the one before: while one of the rows that came is in it, nothing was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chain {
    /// It has what was modified later than this, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<i64>,
    /// The number of the next page, from 1, where it is told by number.
    pub(super) page: u32,
    /// How many rows each page has.
    pub(super) per_page: u16,
    /// The token of the next page, where it is told by token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    /// How many rows of the listing were read.
    #[serde(default)]
    pub(super) rows: u64,
    /// When the last of them was modified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<i64>,
    /// How many of them were modified in that second.
    #[serde(default)]
    pub(super) alike: u64,
    /// The last of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tail: Vec<Mark>,
}

/// A row, as far as the order is concerned: one that was modified is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) id: Option<String>,
    pub(super) time: Option<i64>,
}

/// A page by number, ahead of where a listing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ahead {
    pub(super) number: u64,
    pub(super) rows: u64,
}

impl Chain {
    /// The listing of what was modified later than this.
    pub(super) fn since(since: Option<i64>) -> Self {
        let per_page = u16::try_from(PAGE).unwrap_or(u16::MAX);
        Self { since, page: 1, per_page, token: None, rows: 0, last: None, alike: 0, tail: Vec::new() }
    }

    /// Whether the page that was read is not the first one.
    pub(super) fn has_begun(&self) -> bool {
        self.page > 1 || self.token.is_some()
    }

    /// Whether the page is in the order of time, and a first one not before the last row of the listing before.
    pub(super) fn is_followed_in_time(&self, page: &[Mark]) -> bool {
        let before = self.since.filter(|_| !self.has_begun());
        let times = before.into_iter().chain(page.iter().filter_map(|mark| mark.time));
        times.is_sorted()
    }

    /// Whether rows behind those that came have moved up past the beginning of this page.
    pub(super) fn is_shifted(&self, page: &[Mark]) -> bool {
        self.page > 1 && self.token.is_none() && !self.tail.is_empty() && !page.iter().any(|mark| self.has(mark))
    }

    /// Whether a row of the next page is known to have come.
    pub(super) fn knows(&self, mark: &Mark) -> bool {
        self.has(mark) || matches!((self.since, mark.time), (Some(since), Some(time)) if time <= since)
    }

    fn has(&self, mark: &Mark) -> bool {
        self.tail.contains(mark)
    }

    /// Where it stands behind its next page.
    pub(super) fn behind(&self, page: &[Mark]) -> Self {
        let last = page.iter().rev().find_map(|mark| mark.time).or(self.last);
        let before = if last == self.last { self.alike } else { 0 };
        let repeats = |mark: &&Mark| self.has_begun() && self.has(mark);
        let alike = page.iter().filter(|mark| mark.time == last && !repeats(mark)).count() as u64;
        let read = match self.token {
            Some(_) => self.rows,
            None => u64::from(self.page.saturating_sub(1)).saturating_mul(self.per_page.into()),
        };
        Self {
            rows: read.saturating_add(page.len() as u64),
            last,
            alike: before.saturating_add(alike),
            tail: tail(page),
            ..self.clone()
        }
    }

    /// A listing that begins with the second of the last row; none where that leads no further.
    pub(super) fn by_time(&self) -> Option<Self> {
        let last = self.last?;
        let since = last.saturating_sub(1);
        let further = self.since.is_none_or(|before| since > before);
        further.then(|| Self { last: Some(last), tail: self.tail.clone(), ..Self::since(Some(since)) })
    }

    /// The page by number that brings most, with a row at least of those that came, and how many rows it brings; none
    /// where Zoho gives no such page: only so many rows are reached by number.
    pub(super) fn by_number(&self, reach: u64) -> Option<(Self, u64)> {
        if self.token.is_some() || self.tail.is_empty() {
            return None;
        }
        let pages = (SMALLEST..=PAGE).map(|size| {
            let number = self.rows.saturating_sub(1) / size + 1;
            let end = number.saturating_mul(size);
            (end.saturating_sub(self.rows), size, number, end)
        });
        let (new, size, number, _) = pages.filter(|(new, .., end)| *new > 0 && *end <= reach).max()?;
        let (page, per_page) = (u32::try_from(number).ok()?, u16::try_from(size).ok()?);
        Some((Self { page, per_page, ..self.clone() }, new))
    }

    /// The page with this token.
    pub(super) fn by_token(&self, token: String) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    /// The page before.
    pub(super) fn page_before(&self) -> Self {
        Self { page: self.page.saturating_sub(1).max(1), ..self.clone() }
    }

    /// The page behind, without a row of those that came.
    pub(super) fn page_behind(&self) -> Self {
        Self { page: self.page.saturating_add(1), ..self.clone() }
    }

    /// How many rows come before a page, counted from where it stands.
    pub(super) fn rows_before(&self, ahead: Ahead) -> u64 {
        ahead.number.saturating_sub(1).saturating_mul(ahead.rows).saturating_sub(self.rows)
    }

    /// A page in the middle of the rows that are left, behind the one that is being read; none where Zoho gives no such
    /// page. It begins where some more pages end, less the rows of a second, `alike`: so none of them brings little.
    pub(super) fn page_ahead(&self, left: Option<u64>, alike: u64, reach: u64) -> Option<Ahead> {
        let brings = PAGE.saturating_sub(alike.clamp(2, 9));
        let reached = reach.saturating_sub(PAGE).saturating_sub(self.rows) / brings;
        let pages = left.map_or(reached, |left| left.div_ceil(brings).div_ceil(2).min(reached));
        let target = self.rows.saturating_add(pages.saturating_mul(brings)).saturating_sub(alike);
        let pages = (SMALLEST..=PAGE).map(|rows| {
            let number = target / rows + 1;
            let unused =
                target.saturating_sub(number.saturating_sub(1).saturating_mul(rows)).saturating_add(PAGE - rows);
            (unused, Ahead { number, rows })
        });
        let (_, ahead) = pages.min_by_key(|(unused, _)| *unused)?;
        let exists = u32::try_from(ahead.number).is_ok();
        (exists && self.token.is_none() && self.rows_before(ahead) > PAGE).then_some(ahead)
    }
}

/// The last rows.
fn tail(page: &[Mark]) -> Vec<Mark> {
    let last = page.iter().skip(page.len().saturating_sub(TAIL));
    last.filter(|mark| mark.id.is_some() && mark.time.is_some()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: std::ops::Range<u64>, second: impl Fn(u64) -> i64) -> Vec<Mark> {
        rows.map(|row| Mark { id: Some(row.to_string()), time: Some(second(row)) }).collect()
    }

    #[test]
    fn pages_by_number_overlap_and_lose_little() {
        let mut chain = Chain::since(None).behind(&page(0..200, |_| 7));
        for number in 2..=10 {
            let (next, new) = chain.by_number(2_000).unwrap();
            assert_eq!((next.page, new), (number, 202 - 2 * u64::from(number)));
            let first = u64::from(next.page - 1) * u64::from(next.per_page);
            assert!(first < chain.rows, "{next:?}");
            let read = page(first..first + u64::from(next.per_page), |_| 7);
            assert!(!next.is_shifted(&read) && next.knows(&read[0]) && !next.knows(read.last().unwrap()));
            let moved_up = page(chain.rows..chain.rows + 180, |_| 7);
            // A row that was modified stands at the end.
            let modified = page(chain.rows - 5..chain.rows, |_| 9);
            assert!(next.is_shifted(&[moved_up, modified].concat()));
            chain = next.behind(&read);
            assert_eq!((chain.rows, chain.alike), (first + read.len() as u64, chain.rows));
        }
        assert!(chain.by_time().is_some_and(|next| next.since == Some(6) && next.by_time().is_none()));
        assert!(chain.by_number(2_000).is_none_or(|(_, new)| new < 100), "{:?}", chain.rows);
    }

    #[test]
    fn far_away_pages_overlap_too() {
        for rows in [3_000, 9_999, 77_777, 1_000_000] {
            let chain = Chain { rows, tail: page(0..1, |_| 7), ..Chain::since(None) };
            let (next, new) = chain.by_number(u64::MAX).unwrap();
            assert!(u64::from(next.page - 1) * u64::from(next.per_page) < rows && new >= 150, "{rows}: {new}");
        }
    }
}
