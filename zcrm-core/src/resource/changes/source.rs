//! Where modified records come from: COQL, or a list.

use super::by_listing::ByListing;
use super::by_query::ByQuery;
use super::clock::Seconds;
use super::columns::Columns;
use super::found::Batch;
use crate::config::ApiVersion;
use crate::entity::Field;
use crate::error::Result;
use crate::resource::module::{ModuleHandle, Which};

/// The module with leads that can be converted.
pub(super) const LEADS: &str = "Leads";

/// Modified records, with all their fields.
#[derive(Debug)]
pub(super) struct Source {
    pages: Pages,
    columns: Columns,
    which: Which,
}

#[derive(Debug)]
enum Pages {
    Query(ByQuery),
    Listing(Box<ByListing>),
}

/// What pages of a thousand records cost: by COQL, of up to 2,000 from v4 on; in lists, of 200.
const BY_QUERY: usize = 2;
const IN_LISTS: usize = 5;

impl Source {
    /// COQL from v3 on, where lists need names of fields as well: its pages are ten times as large. It has no converted
    /// leads, and not every type of field; where it is cheaper to list than to fetch those by id, records are listed,
    /// unless lists would cut a rich text short.
    pub(super) fn new(
        module: &ModuleHandle,
        fields: &[String],
        known: Option<&[Field]>,
        which: Which,
        floor: Option<Seconds>,
    ) -> Result<Self> {
        let version = module.session.version();
        if version < ApiVersion::V3 || which != Which::Without {
            return Ok(Self::in_lists(module, Columns::of_listing(module, fields, known)?, which, floor));
        }
        let columns = Columns::of_query(module, fields, known)?;
        let by_query = if version < ApiVersion::V4 { IN_LISTS } else { BY_QUERY };
        let listed = columns.in_lists();
        if !columns.has_rich_text && listed.credits(IN_LISTS) < columns.credits(by_query) {
            return Ok(Self::in_lists(module, listed, which, floor));
        }
        let query = ByQuery::new(&module.session, module.api_name(), &columns.main, floor);
        Ok(Self { pages: Pages::Query(query), columns, which })
    }

    fn in_lists(module: &ModuleHandle, columns: Columns, which: Which, floor: Option<Seconds>) -> Self {
        let mut list = module.records();
        if !columns.main.is_empty() {
            list = list.fields(columns.main.iter().map(String::as_str));
        }
        if which != Which::Without {
            list = list.converted(which);
        }
        Self { pages: Pages::Listing(Box::new(ByListing::new(list, floor))), columns, which }
    }

    /// The next records.
    pub(super) fn page(&mut self, module: &ModuleHandle) -> Result<Batch> {
        let batch = loop {
            let query = match &mut self.pages {
                Pages::Listing(listing) => break listing.page()?,
                Pages::Query(query) => query,
            };
            match query.page() {
                Ok(batch) => break batch,
                Err(error) => self.columns.learn(module, error)?,
            }
            query.set_columns(&self.columns.main);
        };
        let rows = self.columns.complete(module, self.which, batch.rows)?;
        Ok(Batch { rows, more: batch.more })
    }
}
