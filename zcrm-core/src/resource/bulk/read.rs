//! What to export, as the caller says it.

use std::fmt;

use serde::de::DeserializeOwned;

use super::cursor::BulkCursor;
use super::handle::BulkReadJob;
use super::pages::BulkRows;
use super::query::{Position, Query};
use super::result::BulkResult;
use super::sieve::{Sieve, Test};
use super::start::Starter;
use crate::criteria::Criteria;
use crate::entity::{CustomViewId, Field, Json, Record};
use crate::error::{Error, Result};
use crate::resource::module::ModuleHandle;
use crate::rest::Session;

/// A bulk read of a module: all of it as an iterator, or one job with [`start`](BulkRead::start). Made by
/// [`ModuleHandle::bulk_read`].
#[must_use = "nothing is sent until it is started or iterated"]
#[derive(Clone)]
pub struct BulkRead {
    starter: Starter,
    position: Position,
    cursor: Option<BulkCursor>,
    start_again: bool,
    /// The module's fields, where they are known.
    fields: Option<Vec<Field>>,
    sieve: Sieve,
    fault: Option<Error>,
}

impl ModuleHandle {
    /// Reads the module by bulk read: jobs, each of which exports up to 200,000 records as a file.
    ///
    /// A job costs 50 credits, whatever the number of its rows, each question for its state 1 and its download 1; pages
    /// of 200 rows cost 1 each, so bulk read is the cheaper way from 10,000 records on, and COQL (3 credits for 2,000
    /// rows) up to some 33,000. An organization may download 10 results a minute. Scopes: `ZohoCRM.bulk.READ` and
    /// `ZohoCRM.settings.fields.READ`, besides that of the module. (Zoho's pages *Create Bulk Read Job* and *API
    /// limits*.)
    ///
    /// Zoho exports no subforms, multi-select lookups and files; a subform is a module of its own. Converted leads are
    /// left out unless a filter asks for them. Several jobs are several looks at the module: a record that is deleted
    /// between two of them may let another one be missed where pages are told by number (up to v6).
    ///
    /// ```no_run
    /// use zcrm_core::criteria::Criteria;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let oslo = Criteria::equals("City", "Oslo");
    /// for lead in client.module("Leads").bulk_read().fields(["Last_Name", "Owner"]).filter(&oslo) {
    ///     println!("{}", lead?.raw());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn bulk_read(&self) -> BulkRead {
        BulkRead::of(&self.session, self.api_name())
    }
}

impl BulkRead {
    pub(in crate::resource) fn of(session: &Session, module: &str) -> Self {
        Self::at(session.clone(), Query::new(module.to_owned()), Position::Page(1))
    }

    /// The module's fields are known already, and need not be read.
    pub(in crate::resource) fn knowing(mut self, fields: &[Field]) -> Self {
        self.fields = Some(fields.to_vec());
        self
    }

    /// Only rows for which these conditions hold, beside those of the job; after all fields were named.
    pub(in crate::resource) fn only(mut self, tests: Vec<Test>) -> Self {
        self.sieve = Sieve::new(tests, &mut self.starter.query.fields);
        self
    }

    fn at(session: Session, query: Query, position: Position) -> Self {
        let starter = Starter { session, query, callback: None };
        Self { starter, position, cursor: None, start_again: false, fields: None, sieve: Sieve::default(), fault: None }
    }

    /// Which fields to give, at most 200; the `id` comes always. None are all. A field of the record that a lookup
    /// leads to is `Account_Name.Phone`. Fields that Zoho does not export are left out, and told by
    /// [`left_out`](BulkReadJob::left_out).
    pub fn fields<S: Into<String>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.starter.query.fields.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Only the records that match: at most 25 conditions.
    pub fn filter(mut self, criteria: &Criteria) -> Self {
        match criteria.bulk_read_json(self.starter.session.version()) {
            Ok(json) => self.starter.query.criteria = Some(Json::from_raw(json)),
            Err(error) => {
                self.fault.get_or_insert(error);
            }
        }
        self
    }

    /// Only the records of a custom view, and among them those that match the [filter](Self::filter).
    pub fn custom_view(mut self, id: impl Into<CustomViewId>) -> Self {
        self.starter.query.custom_view = Some(id.into().as_str().to_owned());
        self
    }

    /// Which 200,000 rows to begin with, from 1 to 500. Only up to v6; later versions reach the others by
    /// [`next_page`](super::BulkResult::next_page).
    pub fn page(mut self, page: u32) -> Self {
        self.position = Position::Page(page);
        self
    }

    /// Where Zoho is to tell that the job is over, by a POST whose body [`BulkCallback`](super::BulkCallback) reads.
    pub fn callback(mut self, url: impl Into<String>) -> Self {
        self.starter.callback = Some(url.into());
        self
    }

    /// Starts a job, for 50 credits, and does not wait for it. To be repeated without a field that Zoho does not
    /// export, it has to be refused first; what that costs Zoho does not tell.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start()?;
    /// println!("job {} without {:?}", job.id(), job.left_out());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unanswered`](crate::ErrorKind::Unanswered) when the response was lost: the job may have been started, and it
    /// is never started twice by itself. [`InvalidInput`](crate::ErrorKind::InvalidInput),
    /// [`Unsupported`](crate::ErrorKind::Unsupported) and [`ListingLimit`](crate::ErrorKind::ListingLimit), before
    /// anything is sent, for criteria or a page that cannot be had; [`CursorExpired`](crate::ErrorKind::CursorExpired)
    /// for a page token that is too old; [`InvalidRequest`](crate::ErrorKind::InvalidRequest) when Zoho rejects it, or
    /// exports none of the fields; otherwise every kind that a request can fail with.
    pub fn start(&self) -> Result<BulkReadJob> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone().logged());
        }
        let job = self.starter.start(&self.position, Vec::new())?;
        Ok(BulkReadJob::new(self.starter.session.clone(), job))
    }

    /// Goes on where a [`BulkRows`] stood: the same module, fields, filter and view.
    pub fn cursor(mut self, cursor: &BulkCursor) -> Self {
        match cursor.check(&self.starter.query, &self.starter.session) {
            Ok(()) => self.cursor = Some(cursor.clone()),
            Err(error) => {
                self.fault.get_or_insert(error);
            }
        }
        self
    }

    /// Starts a job anew where the cursor tells of one that failed, is gone, or of which it is not known whether it was
    /// started. Not where rows of that job have come out already: whether another one gives the same is not known.
    pub fn start_again(mut self) -> Self {
        self.start_again = true;
        self
    }

    /// All rows, of as many jobs as it takes, one job after the other.
    pub fn iter<'a>(&self) -> BulkRows<'a, Record> {
        self.iter_as()
    }

    /// All rows as a type of one's own. A row is the JSON that a page of a listing would give; see
    /// [`read_as`](super::BulkResult::read_as) for what differs.
    ///
    /// ```no_run
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Lead {
    ///     #[serde(rename = "Last_Name")]
    ///     last_name: String,
    /// }
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = client.module("Leads").bulk_read().fields(["Last_Name"]);
    /// // Written down before and after each job is started, so that another process never starts one twice.
    /// for lead in leads.iter_as::<Lead>().journal(|cursor| std::fs::write("leads.cursor", cursor.to_string())) {
    ///     println!("{}", lead?.last_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter_as<'a, T: DeserializeOwned>(&self) -> BulkRows<'a, T> {
        let Self { starter, position, cursor, start_again, fields, sieve, fault } = self.clone();
        let rows = BulkRows::new(starter, position, cursor, start_again, fault).only(sieve);
        fields.into_iter().fold(rows, BulkRows::knowing)
    }
}

impl BulkResult {
    /// What to start for the next page; `None` behind the last one. Up to v6 pages are told by number; from v7 on by a
    /// page token, which belongs to the user and lives for 24 hours. (Zoho's page *Create Bulk Read Job*.)
    #[must_use]
    pub fn next_page(&self) -> Option<BulkRead> {
        let position = self.next_position()?;
        Some(BulkRead::at(self.session.clone(), self.job().query.clone(), position))
    }
}

impl IntoIterator for BulkRead {
    type Item = Result<Record>;
    type IntoIter = BulkRows<'static, Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for BulkRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkRead")
            .field("query", &self.starter.query)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
