//! Ranges of times: listings from v3 on, whose page tokens lead from one page to the next and end after 100,000 rows.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::value::RawValue;

use super::pages::Listed;
use super::range::{Chain, Division, Edge, Page, Place, Range, Ranges, Source};
use crate::entity::DateTime;
use crate::error::{Error, ErrorKind, Result};
use crate::resource::row::{Raw, Stamp, id_of};
use crate::rest::SortOrder;

/// Rows of a page, and rows that are reached by page number (Zoho's page *Get records*).
const PAGE: u64 = 200;
const BY_NUMBER: u32 = 10;

/// Rows that are reached by page token (Zoho's page *Get records*).
const BY_TOKEN: u64 = 100_000;

/// A range with fewer rows left is not worth dividing.
const WORTH: u64 = 3 * PAGE;

/// Reads ranges of times, in the order in which records were modified. What is modified meanwhile moves behind all
/// others, and is looked at in the end; a record that came before does not come again.
#[derive(Debug)]
pub(super) struct Timeline {
    listed: Listed,
    /// A custom view cannot be sorted: one listing, in Zoho's order.
    sorted: bool,
    seen: Mutex<Ids>,
}

/// The ids that have come, two bytes each where they lie close together.
#[derive(Debug, Default)]
struct Ids(BTreeMap<u64, Vec<u16>>);

impl Ids {
    /// Remembers an id; whether it is new.
    fn insert(&mut self, id: u64) -> bool {
        let [high, low] = [id >> 16, id & 0xffff];
        let low = u16::try_from(low).unwrap_or_default();
        let near = self.0.entry(high).or_default();
        match near.binary_search(&low) {
            Ok(_) => false,
            Err(place) => {
                near.insert(place, low);
                true
            }
        }
    }
}

impl Timeline {
    pub(super) fn new(listed: Listed) -> Self {
        let sorted = listed.spec.view.is_none();
        Self { listed, sorted, seen: Mutex::default() }
    }

    /// When the first or the last record was modified.
    fn bound(&self, order: SortOrder) -> Result<Option<i64>> {
        let list = self.listed.times().sort_by("Modified_Time").sort_order(order).per_page(1);
        let list = match &self.listed.spec.since {
            Some(since) => list.modified_since(since.clone()),
            None => list,
        };
        let page = list.send_as::<Raw>()?;
        Ok(page.items.first().and_then(|row| time_of(row)))
    }

    fn begin(since: Option<i64>) -> Place {
        Place::Time(Chain { since, page: 1, ..Chain::default() })
    }

    fn earliest(&self) -> Option<i64> {
        self.listed.spec.since.as_ref().and_then(DateTime::unix_seconds)
    }

    /// The rows of a page, and where the listing goes on.
    fn turn(&self, chain: &Chain) -> Result<Page> {
        let list = self.listed.list();
        let list = if self.sorted { list.sort_by("Modified_Time").sort_order(SortOrder::Ascending) } else { list };
        let list = match (chain.since, &self.listed.spec.since) {
            (Some(since), _) => list.modified_since(moment(since)),
            (None, Some(since)) => list.modified_since(since.clone()),
            (None, None) => list,
        };
        let list = match &chain.token {
            Some(token) => list.page_token(token.as_str()),
            None => list.page(chain.page),
        };
        let page = list.send_as::<Raw>()?;
        let mut behind = Chain { page: chain.page.saturating_add(1), token: None, ..chain.clone() };
        behind.rows = chain.rows.saturating_add(page.items.len() as u64);
        behind.last = page.items.iter().rev().find_map(|row| time_of(row)).or(chain.last);
        let more = page.info.says_more().unwrap_or(page.items.len() as u64 >= PAGE) && !page.items.is_empty();
        if chain.token.is_some() || chain.page >= BY_NUMBER {
            behind.token = page.info.next_page_token;
        }
        let next = match more {
            false => None,
            true if behind.page > BY_NUMBER && (behind.token.is_none() || behind.rows >= BY_TOKEN) => {
                Some(self.restarted(&behind)?)
            }
            true => Some(Place::Time(behind)),
        };
        Ok(Page { rows: page.items, next })
    }

    /// A new listing that begins within the second that was read last; what came before is known.
    fn restarted(&self, chain: &Chain) -> Result<Place> {
        let since = chain.last.map(|last| last.saturating_sub(1)).filter(|_| self.sorted);
        match since {
            Some(since) if chain.since.is_none_or(|before| since > before) => Ok(Self::begin(Some(since))),
            _ => Err(limit().logged()),
        }
    }
}

impl Source for Timeline {
    fn ranges(&self, workers: usize) -> Result<Ranges> {
        let whole = Range::from(Self::begin(None));
        if workers < 2 || !self.sorted {
            return Ok(whole.into());
        }
        let (first, last) = std::thread::scope(|scope| {
            let first = scope.spawn(|| self.bound(SortOrder::Ascending));
            let last = self.bound(SortOrder::Descending);
            (first.join().unwrap_or(Ok(None)), last)
        });
        let (Some(first), Some(last)) = (first?, last?) else { return Ok(whole.into()) };
        let begin = first.saturating_sub(1);
        let ranges = i64::try_from(workers).unwrap_or(i64::MAX).min(last.saturating_sub(begin)).max(1);
        let edge = |range: i64| {
            let within = i128::from(last.saturating_sub(begin)) * i128::from(range) / i128::from(ranges);
            begin.saturating_add(i64::try_from(within).unwrap_or_default())
        };
        let since = |range: i64| if range == 0 { self.earliest() } else { Some(edge(range)) };
        let range = |at: i64| Range::from(Self::begin(since(at))).upto(Some(Edge::Time(edge(at.saturating_add(1)))));
        Ok(Ranges { open: (0..ranges).map(range).collect(), last: Some(Range::from(Self::begin(Some(last)))) })
    }

    fn read(&self, range: &Range) -> Result<Page> {
        let Place::Time(chain) = &range.from else { return Ok(Page { rows: Vec::new(), next: None }) };
        let mut page = match self.turn(chain) {
            // A token that is of no use any more, or no further use: a new listing goes on.
            Err(error) if chain.token.is_some() && is_of_token(&error) => {
                return Ok(Page { rows: Vec::new(), next: Some(self.restarted(chain).map_err(|_| error)?) });
            }
            page => page?,
        };
        if let (Some(since), true) = (chain.since, self.sorted) {
            page.rows.retain(|row| time_of(row).is_none_or(|time| time > since));
        }
        Ok(page)
    }

    fn trim(&self, page: &mut Page, edge: &Edge) {
        let Edge::Time(edge) = edge else { return };
        let before = page.rows.len();
        page.rows.retain(|row| time_of(row).is_none_or(|time| time <= *edge));
        if page.rows.len() < before {
            page.next = None;
        }
    }

    fn finish(&self, rows: Vec<Raw>) -> Result<Vec<Raw>> {
        self.listed.completed(rows)
    }

    fn is_ahead(&self, edge: &Edge, place: &Place) -> bool {
        match (edge, place) {
            (Edge::Time(edge), Place::Time(chain)) => chain.last.or(chain.since).is_none_or(|reached| *edge > reached),
            _ => false,
        }
    }

    fn weight(&self, range: &Range) -> Option<u64> {
        let (Place::Time(chain), Some(Edge::Time(edge))) = (&range.from, &range.upto) else { return None };
        let last = chain.last?;
        let read = last.saturating_sub(chain.since.unwrap_or(last)).max(1);
        let ahead = edge.saturating_sub(last).max(0);
        let left = u128::from(chain.rows).saturating_mul(ahead.unsigned_abs().into()) / u128::from(read.unsigned_abs());
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        (ahead > 1 && left >= WORTH).then_some(left)
    }

    fn divide(&self, range: &Range) -> Result<Division> {
        let (Place::Time(chain), Some(Edge::Time(edge))) = (&range.from, &range.upto) else {
            return Ok(Division::Never);
        };
        let Some(reached) = chain.last.or(chain.since).filter(|reached| edge.saturating_sub(*reached) > 1) else {
            return Ok(Division::Never);
        };
        let middle = reached.saturating_add(edge.saturating_sub(reached) / 2);
        Ok(Division::At { edge: Edge::Time(middle), place: Self::begin(Some(middle)), left: None })
    }

    fn place_behind(&self, _: &RawValue) -> Option<Place> {
        None
    }

    fn admits(&self, row: &RawValue) -> bool {
        let id = id_of(row.get()).and_then(|id| id.parse().ok());
        id.is_none_or(|id| self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(id))
    }
}

fn time_of(row: &RawValue) -> Option<i64> {
    Stamp::of(row)?.modified?.unix_seconds()
}

fn moment(seconds: i64) -> DateTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let moment = if seconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    DateTime::from(moment.unwrap_or(UNIX_EPOCH))
}

fn is_of_token(error: &Error) -> bool {
    use ErrorKind::{CursorExpired, CursorMismatch, CursorUser, ListingLimit};
    matches!(error.kind(), CursorExpired | CursorMismatch | CursorUser | ListingLimit)
}

fn limit() -> Error {
    let message = "Zoho's page tokens reach 100,000 records, and these cannot be divided by the time at which they \
                   were modified; read them by COQL or by bulk read";
    Error::new(ErrorKind::ListingLimit, message)
}
