//! Pages by number, each a range of its own: up to v2.1, which reach all of a module.

use std::sync::atomic::{AtomicU32, Ordering};

use super::columns::{Columns, MODIFIED};
use super::estimate::PAGE;
use super::join::joined;
use super::range::{Cut, Division, Edge, Page, Place, Range, Ranges, Share, Source};
use super::spec::Spec;
use crate::entity::{Record, RecordId};
use crate::error::Result;
use crate::resource::module::ModuleHandle;
use crate::resource::row::{Raw, Stamp};
use crate::rest::{List, Session, SortOrder};

/// Ids of one request (Zoho's page *Get records*).
const IDS: usize = 100;

/// The listing behind a scan by pages, and its parts.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    session: Session,
    pub(super) spec: Spec,
    columns: Columns,
}

impl Listed {
    pub(super) fn new(session: &Session, spec: &Spec, columns: &Columns) -> Self {
        Self { session: session.clone(), spec: spec.clone(), columns: columns.clone() }
    }

    /// The listing with the fields of one part.
    fn part(&self, fields: &[String]) -> List<Record> {
        let list = ModuleHandle::new(self.session.clone(), self.spec.module.as_str()).records().fields(fields.to_vec());
        match self.spec.converted {
            Some(which) => list.converted(which),
            None => list,
        }
    }

    /// The listing, of the view where one is set, with the fields of the first part.
    pub(super) fn list(&self) -> List<Record> {
        let list = self.part(self.columns.parts.first().map_or(&[], Vec::as_slice));
        match &self.spec.view {
            Some(view) => list.custom_view(view.clone()),
            None => list,
        }
    }

    /// The fields of all other parts added to rows.
    pub(super) fn completed(&self, rows: Vec<Raw>) -> Result<Vec<Raw>> {
        let hidden = self.columns.hides_modified.then_some(MODIFIED);
        if rows.is_empty() || (self.columns.parts.len() < 2 && hidden.is_none()) {
            return Ok(rows);
        }
        let ids: Vec<RecordId> = rows.iter().filter_map(Stamp::of).map(|stamp| stamp.id).collect();
        let mut parts = vec![rows];
        for part in self.columns.parts.iter().skip(1) {
            parts.push(self.by_id(part, &ids)?);
        }
        joined(parts, hidden, |ids| self.columns.parts.iter().map(|part| self.by_id(part, ids)).collect())
    }

    /// These fields of the records with these ids.
    pub(super) fn by_id(&self, fields: &[String], ids: &[RecordId]) -> Result<Vec<Raw>> {
        let mut rows = Vec::new();
        for ids in ids.chunks(IDS) {
            rows.extend(Raw::page(&self.part(fields).ids(ids))?.items);
        }
        Ok(rows)
    }
}

/// Reads pages by number.
#[derive(Debug)]
pub(super) struct Pages {
    listed: Listed,
    /// The last page, once it was found.
    last: AtomicU32,
    /// The last page by the count; those behind it are not asked for in advance.
    foreseen: u32,
}

impl Pages {
    pub(super) fn new(listed: Listed, rows: Option<u64>) -> Self {
        let foreseen = rows.map_or(u32::MAX, |rows| u32::try_from(rows.div_ceil(PAGE)).unwrap_or(u32::MAX));
        Self { listed, last: AtomicU32::new(u32::MAX), foreseen }
    }

    /// The lowest ids first, so that what is created meanwhile comes behind what is there.
    fn list(&self) -> List<Record> {
        let list = self.listed.list();
        let list = match &self.listed.spec.since {
            Some(since) => list.modified_since(since.clone()),
            None => list,
        };
        match self.listed.spec.view {
            Some(_) => list,
            None => list.sort_by("id").sort_order(SortOrder::Ascending),
        }
    }
}

impl Source for Pages {
    fn ranges(&self, _: usize) -> Result<Ranges> {
        Ok(Range::from(Place::Page(1)).into())
    }

    fn read(&self, range: &Range) -> Result<Page> {
        let Place::Page(number) = range.from else { return Ok(Page::new(Vec::new(), None)) };
        if number > self.last.load(Ordering::Relaxed) {
            return Ok(Page::new(Vec::new(), None));
        }
        let page = Raw::page(&self.list().page(number))?;
        let more = page.info.says_more().unwrap_or(page.items.len() as u64 >= PAGE) && !page.items.is_empty();
        if !more {
            self.last.fetch_min(number, Ordering::Relaxed);
        }
        let next = number.checked_add(1).filter(|_| more).map(Place::Page);
        Ok(Page::new(page.items, next))
    }

    fn trim(&self, page: &mut Page, edge: &Edge) {
        if let (Some(Place::Page(next)), Edge::Page(last)) = (&page.next, edge)
            && next > last
        {
            page.next = None;
        }
    }

    fn finish(&self, rows: Vec<Raw>) -> Result<Vec<Raw>> {
        self.listed.completed(rows)
    }

    fn is_within(&self, edge: &Edge, range: &Range) -> bool {
        matches!((edge, &range.from), (Edge::Page(edge), Place::Page(page)) if edge >= page && range.upto.is_none())
    }

    fn share(&self, range: &Range) -> Option<Share> {
        let Place::Page(page) = range.from else { return None };
        let last = self.foreseen.min(self.last.load(Ordering::Relaxed));
        (range.upto.is_none() && page < last).then_some(Share { left: PAGE, kept: PAGE })
    }

    fn divide(&self, range: &Range) -> Result<Division> {
        let Place::Page(page) = range.from else { return Ok(Division::Never) };
        let behind = page.checked_add(1).map(Place::Page);
        let cut = |place| Cut { edge: Edge::Page(page), place, kept: None, page: None }.into();
        Ok(behind.map_or(Division::Never, cut))
    }

    fn place_behind(&self, _: &Raw) -> Option<Place> {
        None
    }
}
