//! Modified records by listing them, in the order of time.

use std::collections::HashSet;

use super::clock::{Seconds, moment};
use super::found::{Batch, Found, MODIFIED, unusable};
use crate::entity::Record;
use crate::error::{Error, Result};
use crate::rest::{List, Rows, SortOrder};

/// Rows of a page.
const PAGE: usize = 200;

/// Pages by number shift when others write, so a listing does not turn them: it begins again at the time of the last
/// row. Only where a whole page is of one second does it read on, and then again until nothing new turns up: a record
/// that leaves the second moves the ones behind it up.
#[derive(Debug)]
pub(super) struct ByListing {
    list: List<Record>,
    since: Option<Seconds>,
    /// What came of the second `since` and later ones.
    known: HashSet<(Seconds, Box<str>)>,
    second: Option<Second>,
}

/// All rows of one second.
#[derive(Debug)]
struct Second {
    rows: Rows<Record>,
    found_new: bool,
}

impl ByListing {
    /// The rows of a listing that is neither sorted nor limited in time yet.
    pub(super) fn new(list: List<Record>, floor: Option<Seconds>) -> Self {
        let list = list.sort_by(MODIFIED).sort_order(SortOrder::Ascending);
        Self { list, since: floor, known: HashSet::new(), second: None }
    }

    /// The next rows. They may have come before.
    pub(super) fn page(&mut self) -> Result<Batch> {
        match self.second.take() {
            Some(second) => self.page_of_second(second),
            None => self.first_page(),
        }
    }

    fn listing(&self) -> List<Record> {
        let list = self.list.clone();
        // Whether Zoho gives what was modified in that very second is not said.
        self.since.map_or_else(|| list.clone(), |since| list.clone().modified_since(moment(since.saturating_sub(1))))
    }

    fn first_page(&mut self) -> Result<Batch> {
        let page = self.listing().send()?;
        let more = page.info.says_more().unwrap_or(page.items.len() >= PAGE);
        let rows = read(page.items)?;
        let last = rows.last().map(|row| row.time);
        let rows = self.new_ones(rows);
        match last {
            None if more => return Err(unusable("Zoho gave an empty page and says that there is more").logged()),
            Some(last) if more && self.since.is_none_or(|since| last > since) => self.move_to(last),
            Some(_) if more => self.second = Some(Second { rows: self.listing().iter(), found_new: false }),
            _ => {}
        }
        Ok(Batch { rows, more })
    }

    fn page_of_second(&mut self, mut second: Second) -> Result<Batch> {
        let records: Vec<Record> = second.rows.by_ref().take(PAGE).collect::<Result<_>>()?;
        let at_end = records.len() < PAGE;
        let rows = read(records)?;
        let since = self.since.unwrap_or(Seconds::MIN);
        let is_over = at_end || rows.last().is_some_and(|row| row.time > since);
        let rows = self.new_ones(rows);
        second.found_new |= rows.iter().any(|row| row.time <= since);
        let again = second.found_new;
        if !is_over {
            self.second = Some(second);
        } else if again {
            self.second = Some(Second { rows: self.listing().iter(), found_new: false });
        } else if !at_end {
            self.move_to(since.saturating_add(1));
        }
        Ok(Batch { rows, more: !is_over || again || !at_end })
    }

    fn move_to(&mut self, second: Seconds) {
        self.since = Some(second);
        self.known.retain(|(time, _)| *time >= second);
    }

    fn new_ones(&mut self, rows: Vec<Found>) -> Vec<Found> {
        let floor = self.since.unwrap_or(Seconds::MIN);
        let is_new = |row: &Found| row.time >= floor && self.known.insert((row.time, row.id.clone()));
        rows.into_iter().filter(is_new).collect()
    }
}

fn read(records: Vec<Record>) -> Result<Vec<Found>> {
    let rows = records.into_iter().map(Found::of).collect::<Result<Vec<_>>>().map_err(Error::logged)?;
    // Rows out of order would be passed over by the next page.
    if rows.is_sorted_by_key(|row| row.time) {
        return Ok(rows);
    }
    Err(unusable("the rows are not in the order of time").logged())
}
