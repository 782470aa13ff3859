//! Ranges of times: listings from v3 on, whose page tokens lead from one page to the next and end after 100,000 rows.
//! A page by number, some pages ahead, tells where a range can be divided.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use super::columns::MODIFIED;
use super::estimate::PAGE;
use super::pages::Listed;
use super::range::{Chain, Cut, Division, Edge, Page, Place, Range, Ranges, Share, Source};
use crate::entity::{DateTime, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::row::{Raw, Stamp, id_of};
use crate::rest::{List, SortOrder};

/// Pages, and rows, that are reached by page number (Zoho's page *Get records*).
const BY_NUMBER: u32 = 10;
const ROWS_BY_NUMBER: u64 = 2_000;

/// Rows that are reached by page token (Zoho's page *Get records*).
const BY_TOKEN: u64 = 100_000;

/// So many rows of one second are read again, so that the next page begins by its time.
const ALIKE: usize = 20;

/// A range with fewer rows left is not worth dividing: both parts end with a page that is not full.
const WORTH: u64 = 3 * PAGE;

/// How many rows less than others a page has that is read ahead: pages that begin by time overlap, and those up to
/// there have to reach it.
const OVERLAP: u64 = 3;

/// Reads a listing by id, or, for several workers and past 100,000 rows, ranges of times, in the order in which records
/// were modified. What is modified meanwhile moves behind all others, and is looked at in the end; a record that came
/// before does not come again.
#[derive(Debug)]
pub(super) struct Timeline {
    listed: Listed,
    /// A custom view cannot be sorted: one listing, in Zoho's order.
    sorted: bool,
    /// How many records there are, where they were counted.
    rows: Option<u64>,
    seen: Mutex<Ids>,
    /// All that came was read here.
    began: AtomicBool,
    /// How many rows of one second a page ended with, at most.
    alike: AtomicU64,
}

/// A page of a listing by time, ahead of where a range stands.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    number: u64,
    rows: u64,
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
    pub(super) fn new(listed: Listed, rows: Option<u64>) -> Self {
        let sorted = listed.spec.view.is_none();
        Self { listed, sorted, rows, seen: Mutex::default(), began: AtomicBool::new(false), alike: AtomicU64::new(1) }
    }

    fn page_ahead(&self, chain: &Chain, left: Option<u64>) -> Option<Ahead> {
        // Pages with more rows of one second go on by number, and do not overlap.
        let overlap = self.alike.load(Ordering::Relaxed).min(ALIKE as u64);
        chain.page_ahead(left, PAGE.saturating_sub(overlap).saturating_sub(OVERLAP))
    }

    fn begin(since: Option<i64>) -> Place {
        Place::Time(Chain { since, page: 1, ..Chain::default() })
    }

    fn earliest(&self) -> Option<i64> {
        self.listed.spec.since.as_ref().and_then(DateTime::unix_seconds)
    }

    /// The listing of what was modified later than this.
    fn list(&self, since: Option<i64>, sort_by: &str) -> List<Record> {
        let list = self.listed.list();
        let list = if self.sorted { list.sort_by(sort_by).sort_order(SortOrder::Ascending) } else { list };
        match (since, &self.listed.spec.since) {
            (Some(since), _) => list.modified_since(moment(since)),
            (None, Some(since)) => list.modified_since(since.clone()),
            (None, None) => list,
        }
    }

    /// A page, and where the same listing goes on.
    fn page(&self, chain: &Chain, sort_by: &str) -> Result<(Vec<Raw>, Option<Chain>)> {
        let list = self.list(chain.since, sort_by);
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
        Ok(Page::new(rows, next))
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
                return Ok(Page::new(Vec::new(), Some(next)));
            }
            page => page?,
        };
        let times: Vec<Option<i64>> = rows.iter().map(time_of).collect();
        let last = times.iter().rev().find_map(|time| *time).or(chain.last);
        let alike = times.iter().filter(|time| **time == last).count();
        self.alike.fetch_max(alike as u64, Ordering::Relaxed);
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
        let mut again = None;
        let next = match behind.map(|behind| Chain { last, ..behind }) {
            None => {
                again = last.map(|last| Self::again_from(last, latest()));
                None
            }
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
        Ok(Page { rows, next, again })
    }

    /// A page some pages ahead of where a range stands: up to it the range goes on, and from it on there is another
    /// one. Rows move towards the front only, so none is between the two, whenever they are read.
    fn divide_ahead(&self, chain: &Chain, ahead: Ahead, range: &Range) -> Result<Division> {
        let kept = chain.rows_before(ahead);
        let list = self.list(chain.since, MODIFIED).page(u32::try_from(ahead.number).unwrap_or(u32::MAX));
        let page = Raw::page(&list.per_page(u16::try_from(ahead.rows).unwrap_or(u16::MAX)))?;
        let more = page.info.says_more().unwrap_or(page.items.len() as u64 >= ahead.rows);
        let times: Vec<Option<i64>> = page.items.iter().map(time_of).collect();
        let (Some(first), Some(last)) =
            (times.iter().find_map(|time| *time), times.iter().rev().find_map(|time| *time))
        else {
            return Ok(Division::Fewer(kept));
        };
        match &range.upto {
            Some(Edge::Time(upto)) if first > *upto => return Ok(Division::Fewer(kept)),
            Some(Edge::Time(upto)) if first == *upto => return Ok(Division::Never),
            _ => {}
        }
        // The rows of its first second are left to the range before.
        let (edge, place) = (Edge::Time(first), Self::begin(Some(first)));
        if first == last {
            return Ok(Cut { edge, place, kept: Some(kept), page: None }.into());
        }
        let latest = page.items.iter().zip(&times).filter(|(_, time)| **time == Some(last));
        let latest = latest.filter_map(|(row, _)| id_of(row.get())).collect();
        let behind = Self::again_from(last, latest);
        let (next, again) = if more { (Some(behind), None) } else { (None, Some(behind)) };
        let later = page.items.into_iter().zip(times).filter(|(_, time)| time.is_none_or(|time| time > first));
        let page = Page { rows: later.map(|(row, _)| row).collect(), next, again };
        Ok(Cut { edge, place, kept: Some(kept), page: Some(page) }.into())
    }

    /// A listing that begins with this second, of which these rows have come.
    fn again_from(last: i64, known: Vec<String>) -> Place {
        let since = Some(last.saturating_sub(1));
        Place::Time(Chain { since, page: 1, known, last: Some(last), ..Chain::default() })
    }

    /// A new listing that begins with the second that was read last, of which these rows have come.
    fn restarted(chain: &Chain, known: Vec<String>) -> Option<Place> {
        let last = chain.last?;
        let further = chain.since.is_none_or(|before| last.saturating_sub(1) > before);
        further.then(|| Self::again_from(last, known))
    }
}

impl Chain {
    /// How many rows the pages before had, where it is told by number.
    fn rows_read(&self) -> u64 {
        u64::from(self.page.saturating_sub(1)).saturating_mul(PAGE)
    }

    /// How many rows come before a page, counted from where it stands.
    fn rows_before(&self, ahead: Ahead) -> u64 {
        ahead.number.saturating_sub(1).saturating_mul(ahead.rows).saturating_sub(self.rows_read())
    }

    /// The page of so many rows in the middle of those that are left, where there is one behind the page that is being
    /// read.
    fn page_ahead(&self, left: Option<u64>, rows: u64) -> Option<Ahead> {
        let reached = u64::from(BY_NUMBER).min(ROWS_BY_NUMBER / rows.max(1));
        let number = left.map_or(reached, |left| {
            let middle = left.div_ceil(rows).saturating_add(3) / 2;
            self.rows_read().div_ceil(rows).saturating_add(middle).min(reached)
        });
        let ahead = Ahead { number, rows };
        (self.token.is_none() && self.rows_before(ahead) > PAGE).then_some(ahead)
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
        Ok(Range::from(Self::begin(self.earliest())).with_left(self.rows).into())
    }

    fn read(&self, range: &Range) -> Result<Page> {
        match &range.from {
            Place::Listed(chain) => self.read_by_id(chain),
            Place::Time(chain) => self.read_by_time(chain),
            _ => Ok(Page::new(Vec::new(), None)),
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

    fn is_within(&self, edge: &Edge, range: &Range) -> bool {
        let (Edge::Time(time), Place::Time(chain)) = (edge, &range.from) else { return false };
        let ahead = match (chain.last, chain.since) {
            (Some(last), _) => *time >= last,
            (None, since) => since.is_none_or(|since| *time > since),
        };
        ahead && range.upto.as_ref().is_none_or(|upto| is_before(*time, upto))
    }

    fn share(&self, range: &Range) -> Option<Share> {
        let Place::Time(chain) = &range.from else { return None };
        let left = range.left.unwrap_or(BY_TOKEN);
        let kept = match (self.page_ahead(chain, range.left), chain.last) {
            (Some(ahead), _) => chain.rows_before(ahead),
            (None, Some(last)) if chain.token.is_some() => {
                range.upto.as_ref().is_none_or(|upto| is_before(last, upto)).then_some(0)?
            }
            (None, _) => return None,
        };
        (left > WORTH).then_some(Share { left, kept })
    }

    fn divide(&self, range: &Range) -> Result<Division> {
        let Place::Time(chain) = &range.from else { return Ok(Division::Never) };
        match (self.page_ahead(chain, range.left), chain.last) {
            (Some(ahead), _) => self.divide_ahead(chain, ahead, range),
            // So many rows of one second take tokens, one after the other; others begin behind it.
            (None, Some(last)) if chain.token.is_some() => {
                let (edge, place) = (Edge::Time(last), Self::begin(Some(last)));
                Ok(Cut { edge, place, kept: Some(0), page: None }.into())
            }
            (None, _) => Ok(Division::Never),
        }
    }

    fn place_behind(&self, _: &Raw) -> Option<Place> {
        None
    }

    fn admits(&self, row: &Raw) -> bool {
        let id = id_of(row.get()).and_then(|id| id.parse().ok());
        id.is_none_or(|id| self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(id))
    }
}

fn is_before(time: i64, edge: &Edge) -> bool {
    matches!(edge, Edge::Time(edge) if time < *edge)
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
