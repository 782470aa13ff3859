//! The iterator over all rows of a query.

use std::fmt;
use std::iter::FusedIterator;

use serde::de::DeserializeOwned;

use super::cursor::{QueryCursor, identity};
use super::page::{Decode, Row};
use super::part::{PartRows, Start};
use crate::coql::{Merge, Part, Query};
use crate::error::{Error, Result};
use crate::rest::Session;

/// All rows of a query: an iterator that asks for one page after the other as it is driven.
///
/// * The first page has 200 rows, the second 1,000, all others 2,000, as far as the version gives so many: a small
///   result costs one credit, a large one 1.5 for 1,000 rows. A query whose own `limit` fits one page is one request.
/// * Where the order is open or by id, pages go on by id: there is no limit on how many rows, and none is missed or
///   comes twice when others write meanwhile. Otherwise they go on by offset, which reaches 10,000 rows up to v6 and
///   100,000 from v7 on; past that the last item is an error.
/// * It never ends early without an error. After the error of a request it ends, and [`cursor`](QueryRows::cursor)
///   tells where to go on.
/// * A row that does not fit `T` is an `Err` whose source is an [`UnfitRow`](crate::rest::UnfitRow), and the rows go
///   on.
#[must_use = "nothing is sent until the iterator is driven"]
pub struct QueryRows<T> {
    rows: Source<T>,
    query: String,
    skip: u64,
    left: Option<u64>,
    taken: u64,
    last_id: Option<String>,
    end: Option<End>,
}

/// Why no more rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    All,
    Failed,
}

type Merged<T> = Merge<PartRows<T>, Row<T>, fn(&Row<T>) -> Option<&str>>;

enum Source<T> {
    Rows(Merged<T>),
    /// The query cannot be sent.
    Fault(Option<Error>),
}

impl<T: DeserializeOwned + 'static> QueryRows<T> {
    /// The rows from the beginning, or from where the cursor stands.
    pub(super) fn new(
        session: &Session,
        query: Result<Query>,
        cursor: Option<&QueryCursor>,
        decode: Decode<T>,
    ) -> Self {
        query.and_then(|query| Self::of(session, &query, cursor, decode)).unwrap_or_else(|fault| Self {
            rows: Source::Fault(Some(fault)),
            query: String::new(),
            skip: 0,
            left: None,
            taken: 0,
            last_id: None,
            end: None,
        })
    }

    fn of(session: &Session, query: &Query, cursor: Option<&QueryCursor>, decode: Decode<T>) -> Result<Self> {
        let paging = query.in_pages(session.version())?;
        let identity = identity(&paging);
        cursor.map_or(Ok(()), |cursor| cursor.check(&identity))?;
        let taken = cursor.map_or(0, |cursor| cursor.rows);
        let last_id = cursor.and_then(|cursor| cursor.last_id.clone());
        let skip = if taken == 0 { paging.skip() } else { 0 };
        let left = paging.limit().map(|limit| limit.saturating_sub(taken));
        let start = Start {
            read: taken,
            last_id: last_id.clone(),
            wanted: left.map(|left| left.saturating_add(skip)),
            direction: paging.direction(),
            id_key: query.id_key(),
        };
        let rows = |part: &Part| PartRows::new(session.clone(), part.clone(), start.clone(), decode);
        let parts = paging.parts().iter().map(rows);
        let rows = Source::Rows(Merge::new(parts, paging.direction(), |row| row.id.as_deref()));
        Ok(Self { rows, query: identity, skip, left, taken, last_id, end: None })
    }
}

impl<T> QueryRows<T> {
    /// Where the query stands: behind the row that came out last. `None` when it has come to its end, and when it
    /// cannot be sent at all.
    #[must_use]
    pub fn cursor(&self) -> Option<QueryCursor> {
        let Source::Rows(_) = self.rows else { return None };
        let cursor = || QueryCursor { query: self.query.clone(), rows: self.taken, last_id: self.last_id.clone() };
        (self.end != Some(End::All)).then(cursor)
    }
}

impl<T: DeserializeOwned + 'static> Iterator for QueryRows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = match &mut self.rows {
            Source::Rows(rows) => rows,
            Source::Fault(fault) => return fault.take().map(|fault| Err(fault.logged())),
        };
        loop {
            let row = match rows.next().filter(|_| self.left != Some(0)) {
                Some(Ok(row)) => row,
                Some(Err(error)) => {
                    self.end = Some(End::Failed);
                    return Some(Err(error));
                }
                None => {
                    self.end.get_or_insert(End::All);
                    return None;
                }
            };
            if self.skip > 0 {
                self.skip = self.skip.saturating_sub(1);
                continue;
            }
            self.left = self.left.map(|left| left.saturating_sub(1));
            self.taken = self.taken.saturating_add(1);
            if row.id.is_some() {
                self.last_id = row.id;
            }
            return Some(row.value.map_err(Error::logged));
        }
    }
}

impl<T: DeserializeOwned + 'static> FusedIterator for QueryRows<T> {}

impl<T> fmt::Debug for QueryRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryRows").field("cursor", &self.cursor()).finish_non_exhaustive()
    }
}
