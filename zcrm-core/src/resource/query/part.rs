//! The rows of one part of a query, page after page.

use std::cmp::Ordering;

use serde::de::DeserializeOwned;

use super::page::{Decode, Row, RowsOfPage, read, reading, request};
use crate::coql::{Direction, Limits, Part, compare_ids};
use crate::error::{Error, ErrorKind, Result};
use crate::rest::Session;

/// What is known of the whole query when a part begins.
#[derive(Debug, Clone)]
pub(super) struct Start {
    /// How many rows were read before, by an iterator that this one goes on from.
    pub(super) read: u64,
    /// The id of the last of them.
    pub(super) last_id: Option<String>,
    /// How many rows are still wanted.
    pub(super) wanted: Option<u64>,
    pub(super) direction: Direction,
    /// Where the id of a row stands.
    pub(super) id_key: String,
}

/// The rows of one part. A row that does not fit is an item, a page that cannot be had is an error and the last item;
/// it is logged already.
pub(super) struct PartRows<T> {
    session: Session,
    part: Part,
    limits: Limits,
    start: Start,
    decode: Decode<T>,
    pages: usize,
    page: RowsOfPage<T>,
    /// The fingerprint of the page before.
    previous: Option<u64>,
    ended: bool,
}

impl<T: DeserializeOwned + 'static> PartRows<T> {
    pub(super) fn new(session: Session, part: Part, start: Start, decode: Decode<T>) -> Self {
        let limits = Limits::of(session.version());
        let page = RowsOfPage::none(decode);
        Self { session, part, limits, start, decode, pages: 0, page, previous: None, ended: false }
    }

    /// How many rows the next page asks for. What is known to fit one page is asked for at once.
    fn page_rows(&self) -> u64 {
        let growing = self.limits.page_rows(self.pages);
        match self.start.wanted {
            Some(wanted) if wanted <= self.limits.rows => wanted,
            Some(wanted) => growing.min(wanted),
            None => growing,
        }
    }

    /// Reads the next page.
    fn turn(&mut self) -> Result<()> {
        let wanted = self.page_rows();
        if wanted == 0 {
            self.ended = true;
            return Ok(());
        }
        let text = self.part.text(self.start.read, self.start.last_id.as_deref(), wanted);
        let asked = self.part.rows_of_page(self.start.read, wanted);
        let id_key = self.part.is_by_id().then(|| self.start.id_key.clone());
        let request = request(&self.session, text, asked, false);
        let decode = self.decode;
        let request = reading(request, move |response| read(response, id_key.as_deref(), decode));
        let page = self.session.run(&request)?;
        self.take(page, asked).map_err(Error::logged)
    }

    fn take(&mut self, page: RowsOfPage<T>, asked: u64) -> Result<()> {
        let RowsOfPage { more, fingerprint, .. } = page;
        let count = page.len() as u64;
        if more == Some(true) && count == 0 {
            return Err(stuck("Zoho gave an empty page and says that there is more"));
        }
        let previous = std::mem::replace(&mut self.previous, fingerprint);
        if count > 0 && fingerprint.is_some() && previous == fingerprint {
            return Err(stuck("Zoho gave the same page again"));
        }
        self.check_order(&page)?;
        let start = &mut self.start;
        start.read = start.read.saturating_add(count);
        start.wanted = start.wanted.map(|wanted| wanted.saturating_sub(count));
        self.ended = !more.unwrap_or(count >= asked) || start.wanted == Some(0);
        if self.part.is_by_id() && !self.ended {
            start.last_id = page.ids().next_back().flatten().map(str::to_owned);
            if start.last_id.is_none() {
                return Err(stuck("the last row of a page came without its id, behind which the next page begins"));
            }
        }
        self.pages = self.pages.saturating_add(1);
        self.page = page;
        Ok(())
    }
}

impl<T> PartRows<T> {
    /// Where pages go on by id, ids have to go up, or down, from the first row to the last: otherwise rows would be
    /// missed or come twice.
    fn check_order(&self, page: &RowsOfPage<T>) -> Result<()> {
        let beyond = match self.start.direction {
            Direction::Ascending => Ordering::Greater,
            Direction::Descending => Ordering::Less,
        };
        let mut last = self.start.last_id.as_deref();
        for id in page.ids().flatten() {
            if last.is_some_and(|last| compare_ids(id, last) != beyond) {
                return Err(stuck("the rows are not in the order of their ids, or Zoho gave the same rows again"));
            }
            last = Some(id);
        }
        Ok(())
    }
}

impl<T: DeserializeOwned + 'static> Iterator for PartRows<T> {
    type Item = Result<Row<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.page.next() {
                return Some(Ok(row));
            }
            if self.ended {
                return None;
            }
            if let Err(error) = self.turn() {
                self.ended = true;
                return Some(Err(error));
            }
        }
    }
}

fn stuck(why: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the query cannot go on: {why}"))
}
