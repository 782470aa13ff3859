//! Listings in the order in which records were modified, divided into ranges of times.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use super::chain::{Ahead, Chain, Mark};
use super::columns::MODIFIED;
use super::estimate::{BY_TOKEN, PAGE};
use super::ids::Ids;
use super::listed::Listed;
use super::range::{Cut, Division, Edge, Page, Place, Range, Ranges, Share, Source};
use crate::config::ApiVersion;
use crate::entity::{DateTime, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::row::{Raw, Stamp, id_of};
use crate::rest::{List, SortOrder};

/// Rows that are reached by page number from v3 on (Zoho's page *Get records*).
const BY_NUMBER: u64 = 2_000;

/// Where pages were seen to move, so many rows of one second are read again rather than risking a page.
const RISKED: u64 = 40;

/// So many rows of one second are read again where no page by number leads on: tokens do not tell what they pass over.
const CROWD: u64 = 1_000;

/// A range with fewer rows left, but for some seconds, is not worth dividing: both parts end with a page that is not
/// full, and the rows of the second where they meet are read twice.
const WORTH: u64 = 3 * PAGE;
const SECONDS: u64 = 4;

/// Reads what a listing has, in the order in which records were modified. What is modified meanwhile moves behind all
/// others, and a record that came before does not come again.
#[derive(Debug)]
pub(super) struct Timeline {
    listed: Listed,
    /// How many records there are, where they were counted.
    rows: Option<u64>,
    /// How many rows are reached by page number.
    reach: u64,
    came: Mutex<Ids>,
    /// How many rows of one second a page ended with, at most.
    alike: AtomicU64,
    /// Rows moved while pages were read by number.
    moves: AtomicBool,
    /// A listing since a moment turned out to have what was modified in that very second; Zoho's pages do not say.
    inclusive: AtomicBool,
    /// More than 1,000 were modified in one second, so that page tokens lead on.
    crowded: AtomicBool,
}

/// A page as it came.
struct Found {
    rows: Vec<Raw>,
    marks: Vec<Mark>,
    more: bool,
    token: Option<String>,
}

impl Timeline {
    /// `came` are the records that came before.
    pub(super) fn new(listed: Listed, rows: Option<u64>, came: Ids) -> Self {
        let reach = if listed.session.version() < ApiVersion::V3 { u64::MAX } else { BY_NUMBER };
        let alike = AtomicU64::new(1);
        Self {
            listed,
            rows,
            reach,
            came: Mutex::new(came),
            alike,
            moves: false.into(),
            inclusive: false.into(),
            crowded: false.into(),
        }
    }

    fn page_ahead(&self, chain: &Chain, left: Option<u64>) -> Option<Ahead> {
        chain.page_ahead(left, self.alike.load(Ordering::Relaxed), self.reach)
    }

    fn earliest(&self) -> Option<i64> {
        self.listed.spec.since.as_ref().and_then(DateTime::unix_seconds)
    }

    /// The listing of what was modified later than this.
    fn list(&self, since: Option<i64>, sort_by: Option<&str>) -> List<Record> {
        let list = self.listed.list();
        let list = match sort_by {
            Some(sort_by) => list.sort_by(sort_by).sort_order(SortOrder::Ascending),
            None => list,
        };
        match (since, &self.listed.spec.since) {
            (Some(since), _) if self.inclusive.load(Ordering::Relaxed) => {
                list.modified_since(moment(since.saturating_add(1)))
            }
            (Some(since), _) => list.modified_since(moment(since)),
            (None, Some(since)) => list.modified_since(since.clone()),
            (None, None) => list,
        }
    }

    fn page(&self, chain: &Chain, sort_by: Option<&str>) -> Result<Found> {
        let list = self.list(chain.since, sort_by).per_page(chain.per_page);
        let list = match &chain.token {
            Some(token) => list.page_token(token.as_str()),
            None => list.page(chain.page),
        };
        let page = Raw::page(&list)?;
        let read = page.items.len();
        if read == 0 && page.info.more_records == Some(true) {
            let text = "the scan cannot go on: Zoho gave an empty page and says that there is more";
            return Err(Error::new(ErrorKind::InvalidResponse, text).logged());
        }
        let more = read > 0 && page.info.says_more().unwrap_or(read >= usize::from(chain.per_page));
        let marks = page.items.iter().map(mark_of).collect();
        Ok(Found { rows: page.items, marks, more, token: page.info.next_page_token })
    }

    /// A page of a listing in another order: that of a custom view, which cannot be sorted, or of the ids of a module
    /// whose records have no time. What others write moves its pages.
    fn read_in_order(&self, chain: &Chain) -> Result<Page> {
        let sort_by = self.listed.spec.view.is_none().then_some("id");
        let Found { rows, marks, more, token } = self.page(chain, sort_by)?;
        let here = chain.behind(&marks);
        let next = match token {
            _ if !more => None,
            _ if chain.token.is_none() && here.rows < self.reach => Some(here.page_behind()),
            Some(token) => Some(here.by_token(token)),
            None => return Err(limit().logged()),
        };
        Ok(Page::new(rows, next.map(Place::Listed)))
    }

    /// A page of the listing by time.
    fn read_by_time(&self, chain: &Chain) -> Result<Page> {
        let Found { mut rows, marks, more, token } = match self.page(chain, Some(MODIFIED)) {
            // A token that is of no use any more, or a page that Zoho does not give.
            Err(error) if chain.has_begun() && is_limit(&error) => {
                let next = chain.by_time().ok_or(error)?;
                return Ok(Page::new(Vec::new(), Some(Place::Time(next))));
            }
            Err(error) if chain.last.is_none() && error.kind() == ErrorKind::InvalidRequest => {
                log::debug!("scan of {}: not sorted by time: {error}", self.listed.spec.module);
                return self.read_in_order(&Chain::since(chain.since));
            }
            page => page?,
        };
        if !chain.is_followed_in_time(&marks) {
            // Zoho sorted them otherwise.
            return match chain.last {
                None => self.read_in_order(&Chain::since(chain.since)),
                Some(_) => Err(disorder().logged()),
            };
        }
        let again = chain.last.is_some() && marks.iter().any(|mark| mark.time.is_some() && mark.time == chain.since);
        if again && !self.inclusive.swap(true, Ordering::Relaxed) {
            return Ok(Page::new(Vec::new(), Some(Place::Time(Chain::clone(chain)))));
        }
        if chain.is_shifted(&marks) {
            self.moves.store(true, Ordering::Relaxed);
            let next = chain.by_time().unwrap_or_else(|| chain.page_before());
            return Ok(Page::new(Vec::new(), Some(Place::Time(next))));
        }
        let here = chain.behind(&marks);
        self.alike.fetch_max(here.alike, Ordering::Relaxed);
        let (next, again) = match more {
            true => (Some(Place::Time(self.next(&here, token)?)), None),
            false => (None, here.by_time().or(Some(here)).map(Place::Time)),
        };
        let mut marks = marks.iter();
        rows.retain(|_| marks.next().is_none_or(|mark| !chain.knows(mark)));
        Ok(Page { rows, next, again })
    }

    /// How to go on behind a page: so that few rows are read again, and none is passed over.
    fn next(&self, here: &Chain, token: Option<String>) -> Result<Chain> {
        let by_time = here.by_time();
        let by_number = here.by_number(self.reach).map(|(next, new)| (next, PAGE.saturating_sub(new)));
        let again = by_number.as_ref().map_or(CROWD, |(_, again)| match self.moves.load(Ordering::Relaxed) {
            true => RISKED.max(*again),
            false => *again,
        });
        match (by_time, by_number, token) {
            (Some(next), ..) if here.alike <= again => Ok(next),
            (_, Some((next, again)), _) if again <= PAGE / 2 => Ok(next),
            (Some(next), ..) if here.alike <= CROWD => Ok(next),
            (_, _, Some(token)) => {
                self.crowded.store(true, Ordering::Relaxed);
                Ok(here.by_token(token))
            }
            (Some(next), ..) | (None, Some((next, _)), None) => Ok(next),
            (None, None, None) => Err(limit().logged()),
        }
    }

    /// A page some pages ahead of where a range stands: up to it the range goes on, and from it on there is another
    /// one. Rows move towards the front only, so none is between the two, whenever they are read.
    fn divide_ahead(&self, chain: &Chain, ahead: Ahead, range: &Range) -> Result<Division> {
        let kept = chain.rows_before(ahead);
        let list = self.list(chain.since, Some(MODIFIED)).page(u32::try_from(ahead.number).unwrap_or(u32::MAX));
        let page = Raw::page(&list.per_page(u16::try_from(ahead.rows).unwrap_or(u16::MAX)))?;
        let more = page.info.says_more().unwrap_or(page.items.len() as u64 >= ahead.rows);
        let marks: Vec<Mark> = page.items.iter().map(mark_of).collect();
        let Some(first) = marks.iter().find_map(|mark| mark.time) else { return Ok(Division::Fewer(kept)) };
        match &range.upto {
            Some(Edge::Time(upto)) if first > *upto => return Ok(Division::Fewer(kept)),
            Some(Edge::Time(upto)) if first == *upto => return Ok(Division::Never),
            _ => {}
        }
        // The rows of its first second are left to the range before.
        let (edge, begin) = (Edge::Time(first), Chain::since(Some(first)));
        let later: Vec<Mark> = marks.iter().filter(|mark| mark.time.is_none_or(|time| time > first)).cloned().collect();
        let behind = begin.behind(&later).by_time();
        let place = Place::Time(begin);
        let Some(behind) = behind.map(Place::Time) else {
            return Ok(Cut { edge, place, kept: Some(kept), page: None }.into());
        };
        let (next, again) = if more { (Some(behind), None) } else { (None, Some(behind)) };
        let mut marks = marks.iter();
        let mut rows = page.items;
        rows.retain(|_| marks.next().and_then(|mark| mark.time).is_none_or(|time| time > first));
        let page = Page { rows, next, again };
        Ok(Cut { edge, place, kept: Some(kept), page: Some(page) }.into())
    }
}

impl Source for Timeline {
    fn ranges(&self, _: usize) -> Result<Ranges> {
        let begin = Chain::since(self.earliest());
        let place = if self.listed.spec.view.is_none() { Place::Time(begin) } else { Place::Listed(begin) };
        Ok(Range::from(place).with_left(self.rows).into())
    }

    fn read(&self, range: &Range) -> Result<Page> {
        match &range.from {
            Place::Listed(chain) => self.read_in_order(chain),
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
        let seconds = self.alike.load(Ordering::Relaxed).saturating_mul(SECONDS);
        (left > WORTH.saturating_add(seconds)).then_some(Share { left, kept })
    }

    fn divide(&self, range: &Range) -> Result<Division> {
        let Place::Time(chain) = &range.from else { return Ok(Division::Never) };
        match (self.page_ahead(chain, range.left), chain.last) {
            (Some(ahead), _) => self.divide_ahead(chain, ahead, range),
            // So many rows of one second take tokens, one after the other; others begin behind it.
            (None, Some(last)) if chain.token.is_some() => {
                let (edge, place) = (Edge::Time(last), Place::Time(Chain::since(Some(last))));
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
        id.is_none_or(|id| self.came.lock().unwrap_or_else(PoisonError::into_inner).insert(id))
    }

    fn gap(&self) -> Option<String> {
        let gap = "records that page tokens pass over while others write: more than 1,000 were modified in one second";
        self.crowded.load(Ordering::Relaxed).then(|| gap.to_owned())
    }

    fn came(&self) -> Ids {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn is_before(time: i64, edge: &Edge) -> bool {
    matches!(edge, Edge::Time(edge) if time < *edge)
}

fn mark_of(row: &Raw) -> Mark {
    match Stamp::of(row) {
        Some(Stamp { id, modified }) => {
            Mark { id: Some(id.as_str().to_owned()), time: modified.and_then(|time| time.unix_seconds()) }
        }
        None => Mark { id: id_of(row.get()), time: None },
    }
}

fn time_of(row: &Raw) -> Option<i64> {
    mark_of(row).time
}

fn moment(seconds: i64) -> DateTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let moment = if seconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    DateTime::from(moment.unwrap_or(UNIX_EPOCH))
}

fn is_limit(error: &Error) -> bool {
    use ErrorKind::{CursorExpired, CursorMismatch, CursorUser, ListingLimit};
    matches!(error.kind(), CursorExpired | CursorMismatch | CursorUser | ListingLimit)
}

fn disorder() -> Error {
    let message = "the scan cannot go on: the rows are not in the order in which they were modified; read them by COQL \
                   or by bulk read";
    Error::new(ErrorKind::InvalidResponse, message)
}

fn limit() -> Error {
    let message = "Zoho's page tokens reach 100,000 records, and these cannot be divided by the time at which they \
                   were modified; read them by COQL or by bulk read";
    Error::new(ErrorKind::ListingLimit, message)
}
