//! Where modified records come from: COQL, or a list.

use super::by_listing::ByListing;
use super::by_query::ByQuery;
use super::clock::Seconds;
use super::columns::Columns;
use super::found::Batch;
use crate::config::ApiVersion;
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

impl Source {
    /// COQL from v3 on, where all columns of a record come in large pages; it knows no converted leads. v2 gives all
    /// fields in a list.
    pub(super) fn new(module: &ModuleHandle, fields: &[String], which: Which, floor: Option<Seconds>) -> Result<Self> {
        if module.session.version() >= ApiVersion::V3 && which == Which::Without {
            let columns = Columns::of_query(module, fields)?;
            let query = ByQuery::new(&module.session, module.api_name(), &columns.main, floor);
            return Ok(Self { pages: Pages::Query(query), columns, which });
        }
        let columns = Columns::of_listing(module, fields)?;
        let mut list = module.records();
        if !columns.main.is_empty() {
            list = list.fields(columns.main.iter().map(String::as_str));
        }
        if which != Which::Without {
            list = list.converted(which);
        }
        Ok(Self { pages: Pages::Listing(Box::new(ByListing::new(list, floor))), columns, which })
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
                Err(error) => self.columns.learn(error)?,
            }
            query.set_columns(&self.columns.main);
        };
        let rows = self.columns.complete(module, self.which, batch.rows)?;
        Ok(Batch { rows, more: batch.more })
    }
}
