//! Rows in the order of their ids, where the criteria leave no room for `id > last`.

use std::cmp::Ordering;
use std::sync::atomic::Ordering::Relaxed;

use super::estimate::page_rows;
use super::query::{Queries, check_order, ids_of, out_of_reach, selected, stuck};
use super::range::{Page, Place, Range};
use crate::coql::compare_ids;
use crate::criteria::Criteria;
use crate::error::Result;
use crate::resource::row::{Raw, id_of};

/// How many rows to go back first, where rows in front have vanished.
const BACK: u64 = 200;

impl Queries {
    /// The page behind a row. It begins with that row, or with one before it: so nothing is missed when rows in front
    /// have vanished and the others moved up, and nothing comes twice when they moved down.
    pub(super) fn read_at_offset(&self, criteria: &Criteria, range: &Range) -> Result<Page> {
        let (read, behind) = match &range.from {
            Place::Row { read, behind } => (*read, Some(behind.as_str())),
            _ => (0, None),
        };
        let (mut offset, mut back) = (read.saturating_sub(1), BACK);
        loop {
            let (rows, more) = self.at_offset(criteria, offset, range)?;
            let ids = ids_of(&rows);
            check_order(None, &ids)?;
            let is_joined =
                behind.zip(ids.first()).is_some_and(|(last, id)| compare_ids(id, last) != Ordering::Greater);
            if offset > 0 && !is_joined {
                (offset, back) = (offset.saturating_sub(back), back.saturating_mul(2));
                continue;
            }
            let end = offset.saturating_add(rows.len() as u64);
            let new = rows_behind(rows, behind);
            if new.is_empty() && more {
                if end.saturating_sub(1) <= offset {
                    return Err(stuck("Zoho gave a page of one row and says that there is more").logged());
                }
                offset = end.saturating_sub(1);
                continue;
            }
            self.offset.store(offset, Relaxed);
            let last = ids.into_iter().next_back();
            if more && last.is_none() {
                return Err(stuck("no row of a page has an id, behind which the next page begins").logged());
            }
            let next = last.filter(|_| more).map(|behind| Place::Row { read: end, behind });
            return Ok(Page::new(new, next));
        }
    }

    /// Where to go on behind a row of the page that was read last.
    pub(super) fn row_behind(&self, id: String) -> Place {
        Place::Row { read: self.offset.load(Relaxed).saturating_add(1), behind: id }
    }

    fn at_offset(&self, criteria: &Criteria, offset: u64, range: &Range) -> Result<(Vec<Raw>, bool)> {
        let reached = self.limits.reach.saturating_sub(offset);
        let rows = page_rows(range.left, range.pages, &self.limits).min(reached);
        // Behind the first page, one row is there already.
        if rows <= u64::from(offset > 0) {
            return Err(out_of_reach(criteria, self.limits.reach).logged());
        }
        let first = self.columns.parts.first().cloned().unwrap_or_default();
        let select = selected(&self.spec, Some(criteria.clone())).fields(first).order_by("id").offset(offset);
        self.fetch(select, rows)
    }
}

/// The rows behind an id; one that cannot be read may have none, and belongs to those before it.
fn rows_behind(mut rows: Vec<Raw>, behind: Option<&str>) -> Vec<Raw> {
    let Some(behind) = behind else { return rows };
    let mut is_passed = false;
    rows.retain(|row| match id_of(row.get()).map(|id| compare_ids(&id, behind)) {
        Some(order) => {
            is_passed |= order != Ordering::Less;
            order == Ordering::Greater
        }
        None => is_passed,
    });
    rows
}
