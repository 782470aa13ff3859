//! All rows of a listing, page after page.

use std::error::Error as StdError;
use std::fmt;
use std::iter::FusedIterator;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::call::Call;
use super::page::PageInfo;
use super::reply::Reply;
use super::session::Session;
use crate::config::ApiVersion;
use crate::entity::RecordId;
use crate::error::{Error, ErrorKind, Result};

/// The largest page that Zoho gives.
pub(crate) const MAX_PER_PAGE: u16 = 200;

/// How many rows can be reached by page number where page tokens exist (v3 on; Zoho's page *Get records*).
const ROWS_BY_NUMBER: u64 = 2_000;

/// Where a page of a listing begins.
///
/// A listing that stopped can be taken up again: keep [`Rows::next_page`], and give it to the builder's `page` or
/// `page_token`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PagePosition {
    /// A number, from 1.
    Number(u32),
    /// A token of Zoho's, from v3 on.
    Token(String),
}

/// What a listing asks for, apart from the page.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The call without `page`, `page_token` and `per_page`.
    pub(crate) call: Call,
    /// The key of the rows in the answer, such as `data`.
    pub(crate) key: &'static str,
    /// How many rows a page has.
    pub(crate) per_page: u16,
    /// Where to begin.
    pub(crate) start: PagePosition,
    /// Whether this listing goes on by token past row 2,000, where the API version has tokens.
    pub(crate) by_token: bool,
}

impl Listing {
    /// Refuses what Zoho would refuse.
    pub(crate) fn checked(self) -> Result<Self> {
        if self.per_page == 0 || self.per_page > MAX_PER_PAGE {
            let message = format!("per_page is {}; it has to be 1 to {MAX_PER_PAGE}", self.per_page);
            return Err(Error::invalid(message));
        }
        if self.start == PagePosition::Number(0) {
            return Err(Error::invalid("page is 0; pages count from 1"));
        }
        Ok(self)
    }

    /// One page.
    pub(crate) fn fetch(&self, session: &Session, position: &PagePosition) -> Result<Reply> {
        let call = self.call.clone();
        let call = match position {
            PagePosition::Number(number) => call.query("page", number.to_string()),
            PagePosition::Token(token) => call.query("page_token", token),
        };
        session.send(&call.query("per_page", self.per_page.to_string()))
    }

    /// Where to go on after the page at `position`; `None` at the end.
    fn next(
        &self,
        version: ApiVersion,
        position: &PagePosition,
        info: PageInfo,
        rows: usize,
    ) -> Result<Option<PagePosition>> {
        let more = info.more_records.unwrap_or(rows >= usize::from(self.per_page));
        if !more {
            return Ok(None);
        }
        if rows == 0 {
            return Err(stuck("Zoho gave an empty page and says that there is more"));
        }
        let tokens = self.by_token && version >= ApiVersion::V3;
        let number = match position {
            PagePosition::Number(number) => number.checked_add(1),
            PagePosition::Token(_) => None,
        };
        let within = |number: u32| u64::from(number).saturating_mul(self.per_page.into()) <= ROWS_BY_NUMBER;
        match (number, info.next_page_token) {
            (Some(number), _) if !tokens || within(number) => Ok(Some(PagePosition::Number(number))),
            (_, Some(token)) if *position != PagePosition::Token(token.clone()) => Ok(Some(PagePosition::Token(token))),
            (_, Some(_)) => Err(stuck("Zoho gave the token of the same page again")),
            (_, None) => Err(stuck("Zoho says that there is more and gave no page token to reach it")),
        }
    }
}

fn stuck(why: &str) -> Error {
    Error::new(ErrorKind::InvalidAnswer, format!("the listing cannot go on: {why}"))
}

/// All rows of a listing: an iterator that asks for one page after the other as it is driven.
///
/// * One page is in memory at a time, read whole before its first row comes out, so an iterator that waits between two
///   rows holds no connection.
/// * It never ends early without an error. After an error of a call it ends.
/// * A row that does not fit `T` is an `Err` whose source is an [`UnfitRow`], and the listing goes on.
#[must_use = "nothing is asked for until the iterator is driven"]
pub struct Rows<T> {
    session: Session,
    listing: Option<Listing>,
    next: Result<Option<PagePosition>, Option<Error>>,
    rows: Batch<T>,
}

impl<T> Rows<T> {
    /// The rows of a listing; one that could not be put together is an iterator of that one error.
    pub(crate) fn new(session: Session, listing: Result<Listing>) -> Self {
        let (listing, next) = match listing.and_then(Listing::checked) {
            Ok(listing) => {
                let start = listing.start.clone();
                (Some(listing), Ok(Some(start)))
            }
            Err(error) => (None, Err(Some(error))),
        };
        Self { session, listing, next, rows: Batch::Fit(Vec::new().into_iter()) }
    }

    /// The same listing, known to have no rows; one that could not be put together is still an error.
    pub(crate) fn without_a_call(mut self) -> Self {
        self.next = self.next.map(|_| None);
        self
    }

    /// Where the page begins that would be asked for next; `None` when there is none.
    #[must_use]
    pub fn next_page(&self) -> Option<&PagePosition> {
        self.next.as_ref().ok().and_then(Option::as_ref)
    }
}

impl<T: DeserializeOwned> Rows<T> {
    /// Asks for the next page; `None` at the end of the listing.
    fn turn(&mut self) -> Option<Result<()>> {
        let position = match &mut self.next {
            Ok(position) => position.take()?,
            Err(error) => return error.take().map(Err),
        };
        let listing = self.listing.as_ref()?;
        let read = listing
            .fetch(&self.session, &position)
            .and_then(|reply| Batch::read(&reply, listing.key).map_err(Error::logged));
        let (rows, info) = match read {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        self.next = listing.next(self.session.version(), &position, info, rows.len()).map_err(Some);
        self.rows = rows;
        Some(Ok(()))
    }
}

impl<T: DeserializeOwned> Iterator for Rows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.rows.next() {
                return Some(row);
            }
            if let Err(error) = self.turn()? {
                return Some(Err(error));
            }
        }
    }
}

impl<T: DeserializeOwned> FusedIterator for Rows<T> {}

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("next", &self.next_page()).finish_non_exhaustive()
    }
}

/// The rows of one page.
enum Batch<T> {
    /// All of them fit: they were decoded in one pass.
    Fit(std::vec::IntoIter<T>),
    /// At least one does not.
    Mixed(std::vec::IntoIter<Result<T>>),
}

impl<T: DeserializeOwned> Batch<T> {
    /// In one pass; only when that fails, row by row, to find those that do not fit.
    fn read(reply: &Reply, key: &'static str) -> Result<(Self, PageInfo)> {
        if let Ok(page) = reply.rows(key) {
            return Ok((Self::Fit(page.rows.into_iter()), PageInfo::of(page.info)));
        }
        let page = reply.rows::<&RawValue>(key)?;
        let rows: Vec<_> = page.rows.into_iter().map(|row| decode(reply, row)).collect();
        Ok((Self::Mixed(rows.into_iter()), PageInfo::of(page.info)))
    }

    fn len(&self) -> usize {
        match self {
            Self::Fit(rows) => rows.len(),
            Self::Mixed(rows) => rows.len(),
        }
    }

    fn next(&mut self) -> Option<Result<T>> {
        match self {
            Self::Fit(rows) => rows.next().map(Ok),
            Self::Mixed(rows) => rows.next(),
        }
    }
}

fn decode<T: DeserializeOwned>(reply: &Reply, row: &RawValue) -> Result<T> {
    #[derive(Deserialize)]
    struct Identified {
        id: Option<RecordId>,
    }
    serde_json::from_str(row.get()).map_err(|cause| {
        let id = serde_json::from_str::<Identified>(row.get()).ok().and_then(|row| row.id);
        let message = match &id {
            Some(id) => format!("the row with the id {id} does not fit the type it was asked for as"),
            None => "a row without an id does not fit the type it was asked for as".to_owned(),
        };
        Error::new(ErrorKind::InvalidAnswer, message).with_request(reply.method, &reply.path).with_source(UnfitRow {
            id,
            row: row.get().into(),
            cause,
        })
    })
}

/// Why a row of a listing could not be decoded: a [`source`](StdError::source) of the item's error.
#[derive(Debug)]
pub struct UnfitRow {
    id: Option<RecordId>,
    row: Box<str>,
    cause: serde_json::Error,
}

impl UnfitRow {
    /// The id of the row, where it has one.
    #[must_use]
    pub fn id(&self) -> Option<&RecordId> {
        self.id.as_ref()
    }

    /// The row as Zoho sent it.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.row
    }
}

impl fmt::Display for UnfitRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the row cannot be decoded")
    }
}

impl StdError for UnfitRow {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.cause)
    }
}
