//! Modified records by COQL, in the order of time and id.

use super::clock::{Seconds, moment};
use super::found::{Batch, Found, MODIFIED, unusable};
use crate::coql::{Limits, Select, Statement, compare_ids};
use crate::criteria::Criteria;
use crate::entity::{Record, RecordId};
use crate::error::{Error, Result};
use crate::resource::query::QueryHandle;
use crate::rest::Session;

/// Pages go on behind the time and the id of the last row (key-set paging): one that is modified meanwhile moves to the
/// end and comes again there, and none is passed over.
#[derive(Debug, Clone)]
pub(super) struct ByQuery {
    session: Session,
    module: String,
    columns: Vec<String>,
    floor: Option<Seconds>,
    last: Option<(Seconds, Box<str>)>,
    pages: usize,
}

impl ByQuery {
    pub(super) fn new(session: &Session, module: &str, columns: &[String], floor: Option<Seconds>) -> Self {
        Self {
            session: session.clone(),
            module: module.to_owned(),
            columns: columns.to_vec(),
            floor,
            last: None,
            pages: 0,
        }
    }

    /// The same with other columns, from where it stands.
    pub(super) fn set_columns(&mut self, columns: &[String]) {
        self.columns = columns.to_vec();
    }

    /// The next rows.
    pub(super) fn page(&mut self) -> Result<Batch> {
        let asked = Limits::of(self.session.version()).page_rows(self.pages);
        let query = QueryHandle::new(self.session.clone(), Statement::from(self.select().limit(asked)));
        let page = query.send_as::<Record>()?;
        let more = page.info.says_more().unwrap_or(page.items.len() as u64 >= asked);
        let rows = page.items.into_iter().map(Found::of).collect::<Result<Vec<_>>>().map_err(Error::logged)?;
        if more && rows.is_empty() {
            return Err(unusable("Zoho gave an empty page and says that there is more").logged());
        }
        self.check_order(&rows).map_err(Error::logged)?;
        if let Some(row) = rows.last() {
            self.last = Some((row.time, row.id.clone()));
        }
        self.pages = self.pages.saturating_add(1);
        Ok(Batch { rows, more })
    }

    fn select(&self) -> Select {
        let since = |time| Criteria::greater_equal(MODIFIED, moment(time));
        let condition = match (&self.last, self.floor) {
            (Some((time, id)), _) => {
                let later = Criteria::greater_than(MODIFIED, moment(*time));
                since(*time).and(later.or(Criteria::greater_than("id", RecordId::new(id.to_string()))))
            }
            (None, Some(floor)) => since(floor),
            (None, None) => Criteria::is_not_null("id"),
        };
        let columns = self.columns.iter().map(String::as_str);
        Select::from(&self.module).fields(columns).filter(condition).order_by(MODIFIED).order_by("id")
    }

    /// Rows out of order would be passed over by the next page.
    fn check_order(&self, rows: &[Found]) -> Result<()> {
        let mut last = self.last.as_ref().map(|(time, id)| (*time, id.as_ref()));
        for row in rows {
            let follows = |(time, id)| row.time > time || row.time == time && compare_ids(&row.id, id).is_gt();
            if !last.is_none_or(follows) {
                return Err(unusable("the rows are not in the order of time and id, or Zoho gave the same again"));
            }
            last = Some((row.time, &row.id));
        }
        Ok(())
    }
}
