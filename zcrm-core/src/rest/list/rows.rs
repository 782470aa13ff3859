//! The iterator over all rows of a listing.

use std::fmt;
use std::iter::FusedIterator;
use std::thread::JoinHandle;

use serde::de::DeserializeOwned;

use super::cursor::{Cursor, Position, now};
use super::decode::{PageRows, Read};
use super::plan::{Listing, Seen};
use crate::error::{Error, ErrorKind, Result};
use crate::rest::response::Response;
use crate::rest::session::Session;

/// All rows of a listing: an iterator that asks for one page after the other as it is driven.
///
/// * One page is in memory at a time, read whole before its first row comes out, so an iterator that waits between two
///   rows holds no connection and no permit.
/// * It never ends early without an error. After the error of a request it ends, and [`cursor`](Rows::cursor) tells
///   where to go on.
/// * A row that does not fit `T`, or that is not valid JSON, is an `Err` whose source is an
///   [`UnfitRow`](super::UnfitRow), and the listing goes on.
/// * Pages by number shift when others write meanwhile: a record that is deleted before the current page moves all
///   later ones up, so one may be missed; a record that is created moves them down, so one may come twice. Whoever
///   deletes what it lists collects the ids first. [`scan`](crate::resource::ModuleHandle::scan) reads all of a module
///   without that.
#[must_use = "nothing is sent until the iterator is driven"]
pub struct Rows<T> {
    session: Session,
    listing: Listing,
    next: Next,
    /// The page whose rows come out at the moment.
    position: Position,
    page: PageRows<T>,
    skip: usize,
    taken: usize,
    rows: u64,
    token_given: Option<u64>,
    seen: Seen,
    prefetch: bool,
    ahead: Option<JoinHandle<Result<Response>>>,
}

/// What comes after the current page.
enum Next {
    Page(Position),
    /// The page at this position could not be read; the iterator has ended.
    Failed(Position),
    /// There is no next page that could be asked for; the error comes out after the rows.
    Broken(Option<Error>),
    End,
}

impl<T> Rows<T> {
    pub(super) fn new(session: Session, listing: Listing, prefetch: bool) -> Self {
        let start = listing.start.clone();
        let resumed = listing.resumed.as_ref();
        let (skip, rows) = resumed.map_or((0, 0), |cursor| (cursor.skip, cursor.rows));
        let token_given = resumed.and_then(|cursor| cursor.token_given);
        let next = match (listing.empty, listing.first_fault()) {
            (true, None) => Next::End,
            (true, fault) => Next::Broken(fault),
            (false, _) => Next::Page(start.clone()),
        };
        Self {
            session,
            listing,
            next,
            position: start,
            page: PageRows::default(),
            skip,
            taken: 0,
            rows,
            token_given,
            seen: Seen::default(),
            prefetch,
            ahead: None,
        }
    }

    /// Where the listing stands: behind the row that came out last, or at the page that could not be read. `None` when
    /// it has come to its end.
    #[must_use]
    pub fn cursor(&self) -> Option<Cursor> {
        let (position, skip) = match &self.next {
            _ if self.page.len() > 0 => (&self.position, self.taken),
            Next::Page(position) | Next::Failed(position) => (position, self.skip),
            Next::Broken(_) | Next::End => return None,
        };
        Some(Cursor {
            listing: self.listing.identity(),
            user: self.session.user().map(|user| user.as_str().to_owned()),
            position: position.clone(),
            skip,
            rows: self.rows,
            token_given: self.token_given,
        })
    }
}

impl<T: DeserializeOwned> Rows<T> {
    /// Reads the next page; `None` at the end of the listing. Its errors are logged.
    fn turn(&mut self) -> Option<Result<()>> {
        let position = match &mut self.next {
            Next::Page(position) => position.clone(),
            Next::Broken(error) => return error.take().map(|error| Err(error.logged())),
            Next::Failed(_) | Next::End => return None,
        };
        let response = match self.ahead.take() {
            Some(ahead) => ahead.join().unwrap_or_else(|_| Err(prefetch_failed().logged())),
            None => self.listing.fetch(&self.session, &position),
        };
        let read = response.and_then(|response| self.take(&position, &response).map_err(Error::logged));
        if let Err(error) = read {
            self.next = Next::Failed(position);
            return Some(Err(error));
        }
        self.position = position;
        if let (true, Next::Page(next)) = (self.prefetch, &self.next) {
            let (session, listing, next) = (self.session.clone(), self.listing.clone(), next.clone());
            self.ahead = Some(std::thread::spawn(move || listing.fetch(&session, &next)));
        }
        Some(Ok(()))
    }

    fn take(&mut self, position: &Position, response: &Response) -> Result<()> {
        let Read { rows, info, text } = PageRows::read(response, self.listing.key)?;
        if matches!(position, Position::Page(_)) && rows.len() > 0 {
            self.seen.page(text)?;
        }
        let next = self.listing.next(self.session.version(), position, info, rows.len());
        let next = next.and_then(|next| self.seen.position(next.as_ref()).map(|()| next));
        self.next = match next {
            Ok(Some(next)) => {
                self.token_given = matches!(next, Position::PageToken(_)).then(now).flatten();
                Next::Page(next)
            }
            Ok(None) => Next::End,
            Err(error) => Next::Broken(Some(error)),
        };
        self.page = rows;
        self.taken = 0;
        while self.taken < self.skip && self.page.next().is_some() {
            self.taken = self.taken.saturating_add(1);
        }
        self.skip = 0;
        Ok(())
    }
}

impl<T: DeserializeOwned> Iterator for Rows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.page.next() {
                self.taken = self.taken.saturating_add(1);
                self.rows = self.rows.saturating_add(1);
                return Some(row.map_err(Error::logged));
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
        f.debug_struct("Rows").field("cursor", &self.cursor()).finish_non_exhaustive()
    }
}

fn prefetch_failed() -> Error {
    Error::new(ErrorKind::Unanswered, "the thread that read the next page ahead panicked")
}
