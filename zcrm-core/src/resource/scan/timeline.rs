//! Ranges of times: listings from v3 on, whose page tokens lead from one page to the next and end after 100,000 rows.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use super::columns::MODIFIED;
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

/// So many rows of one second are read again, so that the next page begins by its time.
const ALIKE: usize = 20;

/// A range with fewer rows left is not worth dividing.
const WORTH: u64 = 3 * PAGE;

/// Reads a listing by id, or, for several workers and past 100,000 rows, ranges of times, in the order in which records
/// were modified. What is modified meanwhile moves behind all others, and is looked at in the end; a record that came
/// before does not come again.
#[derive(Debug)]
pub(super) struct Timeline {
    listed: Listed,
    /// A custom view cannot be sorted: one listing, in Zoho's order.
    sorted: bool,
    seen: Mutex<Ids>,
    /// All that came was read here.
    began: AtomicBool,
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
        Self { listed, sorted, seen: Mutex::default(), began: AtomicBool::new(false) }
    }

    /// When the first or the last record was modified.
    fn bound(&self, order: SortOrder) -> Result<Option<i64>> {
        let list = self.listed.times().sort_by(MODIFIED).sort_order(order).per_page(1);
        let list = match &self.listed.spec.since {
            Some(since) => list.modified_since(since.clone()),
            None => list,
        };
        let page = list.send_as::<Raw>()?;
        Ok(page.items.first().and_then(time_of))
    }

    fn begin(since: Option<i64>) -> Place {
        Place::Time(Chain { since, page: 1, ..Chain::default() })
    }

    fn earliest(&self) -> Option<i64> {
        self.listed.spec.since.as_ref().and_then(DateTime::unix_seconds)
    }

    /// A page, and where the same listing goes on.
    fn page(&self, chain: &Chain, sort_by: &str) -> Result<(Vec<Raw>, Option<Chain>)> {
        let list = self.listed.list();
        let list = if self.sorted { list.sort_by(sort_by).sort_order(SortOrder::Ascending) } else { list };
        let list = match (chain.since, &self.listed.spec.since) {
            (Some(since), _) => list.modified_since(moment(since)),
            (None, Some(since)) => list.modified_since(since.clone()),
            (None, None) => list,
        };
        let list = match &chain.token {
            Some(token) => list.page_token(token.as_str()),
            None => list.page(chain.page),
        };
        let page = Raw::page(&list)?;
        let read = page.items.len() as u64;
        let more = read > 0 && page.info.says_more().unwrap_or(read >= PAGE);
        let by_token = chain.token.is_some() || chain.page >= BY_NUMBER;
        let behind = Chain {
            page: chain.page.saturating_add(1),
            token: page.info.next_page_token.filter(|_| by_token),
            rows: chain.rows.saturating_add(read),
            ..chain.clone()
        };
        Ok((page.items, more.then_some(behind)))
    }

    /// A page of the listing by id. Behind the last one that Zoho gives, a listing by time gives what did not come.
    fn read_by_id(&self, chain: &Chain) -> Result<Page> {
        let (rows, behind) = match self.page(chain, "id") {
            Err(error) if error.kind() == ErrorKind::ListingLimit => {
                (Vec::new(), Some(Chain { rows: BY_TOKEN, ..chain.clone() }))
            }
            page => page?,
        };
        let next = match behind {
            None => None,
            Some(behind) if behind.is_at_its_end() => Some(self.by_time_from_the_front()?),
            Some(behind) => Some(Place::Listed(behind)),
        };
        Ok(Page { rows, next })
    }

    fn by_time_from_the_front(&self) -> Result<Place> {
        // Where another process read a part, what came is not known here.
        if self.sorted && self.began.load(Ordering::Relaxed) { Ok(Self::begin(None)) } else { Err(limit().logged()) }
    }

    /// A page of the listing by time.
    fn read_by_time(&self, chain: &Chain) -> Result<Page> {
        let (mut rows, behind) = match self.page(chain, MODIFIED) {
            // A token that is of no use any more.
            Err(error) if chain.token.is_some() && is_of_token(&error) => {
                let next = Self::restarted(chain, Vec::new()).ok_or(error)?;
                return Ok(Page { rows: Vec::new(), next: Some(next) });
            }
            page => page?,
        };
        let times: Vec<Option<i64>> = rows.iter().map(time_of).collect();
        let last = times.iter().rev().find_map(|time| *time).or(chain.last);
        let first = chain.since.or(times.iter().find_map(|time| *time)).unwrap_or_default();
        let (before, first) = chain.pace.unwrap_or((0, first));
        let pace = Some((before.saturating_add(rows.len() as u64), first));
        let alike = times.iter().filter(|time| **time == last).count();
        let latest = || {
            let latest = rows.iter().zip(&times).filter(|(_, time)| **time == last);
            let ids: Vec<String> = latest.filter_map(|(row, _)| id_of(row.get())).collect();
            // The second that was known goes on.
            let still = if last.is_some() && last == chain.since.map(|since| since.saturating_add(1)) {
                chain.known.clone()
            } else {
                Vec::new()
            };
            still.into_iter().chain(ids).collect::<Vec<_>>()
        };
        let next = match behind.map(|behind| Chain { last, pace, ..behind }) {
            None => None,
            // What is modified meanwhile moves away, and the rows behind it move up: a page that begins by its time
            // misses none of them.
            Some(behind) if alike <= ALIKE => Self::restarted(&behind, latest()).or(Some(Place::Time(behind))),
            Some(behind) if behind.is_at_its_end() => {
                Some(Self::restarted(&behind, latest()).ok_or_else(|| limit().logged())?)
            }
            Some(behind) => Some(Place::Time(behind)),
        };
        let is_new = |row: &Raw| {
            let later = chain.since.is_none_or(|since| time_of(row).is_none_or(|time| time > since));
            later && (chain.known.is_empty() || !id_of(row.get()).is_some_and(|id| chain.known.contains(&id)))
        };
        rows.retain(is_new);
        Ok(Page { rows, next })
    }

    /// A new listing that begins with the second that was read last, of which these rows have come.
    fn restarted(chain: &Chain, known: Vec<String>) -> Option<Place> {
        let since = chain.last?.saturating_sub(1);
        let further = chain.since.is_none_or(|before| since > before);
        let Chain { last, pace, .. } = *chain;
        let restarted = Chain { since: Some(since), page: 1, known, last, pace, ..Chain::default() };
        further.then_some(Place::Time(restarted))
    }
}

impl Chain {
    /// The time that was reached.
    fn reached(&self) -> Option<i64> {
        self.last.max(self.since)
    }

    /// Zoho gives no further page of the listing.
    fn is_at_its_end(&self) -> bool {
        self.rows >= BY_TOKEN || (self.page > BY_NUMBER && self.token.is_none())
    }
}

impl Source for Timeline {
    fn ranges(&self, workers: usize) -> Result<Ranges> {
        self.began.store(true, Ordering::Relaxed);
        let whole = Range::from(Place::Listed(Chain { page: 1, ..Chain::default() }));
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
        match &range.from {
            Place::Listed(chain) => self.read_by_id(chain),
            Place::Time(chain) => self.read_by_time(chain),
            _ => Ok(Page { rows: Vec::new(), next: None }),
        }
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
        let (last, (rows, first)) = (chain.last?, chain.pace?);
        let read = last.saturating_sub(first).max(1);
        let ahead = edge.saturating_sub(last).max(0);
        let left = u128::from(rows).saturating_mul(ahead.unsigned_abs().into()) / u128::from(read.unsigned_abs());
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        (ahead > 1 && left >= WORTH).then_some(left)
    }

    fn divide(&self, range: &Range) -> Result<Division> {
        let (Place::Time(chain), Some(Edge::Time(edge))) = (&range.from, &range.upto) else {
            return Ok(Division::Never);
        };
        let Some(reached) = chain.reached().filter(|reached| edge.saturating_sub(*reached) > 1) else {
            return Ok(Division::Never);
        };
        let middle = reached.saturating_add(edge.saturating_sub(reached) / 2);
        Ok(Division::At { edge: Edge::Time(middle), place: Self::begin(Some(middle)), left: None })
    }

    fn place_behind(&self, _: &Raw) -> Option<Place> {
        None
    }

    fn admits(&self, row: &Raw) -> bool {
        let id = id_of(row.get()).and_then(|id| id.parse().ok());
        id.is_none_or(|id| self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(id))
    }
}

fn time_of(row: &Raw) -> Option<i64> {
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
