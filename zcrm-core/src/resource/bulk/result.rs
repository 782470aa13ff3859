//! A job that is over.

use std::fmt;

use serde::de::DeserializeOwned;

use super::archive::Entry;
use super::cells::Types;
use super::job::Job;
use super::query::{Position, bulk_request, now};
use super::rows::ResultRows;
use super::sieve::Sieve;
use super::status::JobResult;
use crate::entity::Record;
use crate::error::{Error, Result};
use crate::rest::{Download, Host, Request, Response, Session};
use crate::transport::Method;

/// A bulk read job that is completed; made by [`BulkReadJob::wait`](super::BulkReadJob::wait). Zoho keeps its file for
/// a day, and lets an organization download 10 files a minute.
pub struct BulkResult {
    pub(super) session: Session,
    job: Job,
    result: JobResult,
}

impl BulkResult {
    pub(super) fn new(session: Session, job: Job, result: JobResult) -> Self {
        Self { session, job, result }
    }

    /// The job.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// The number of rows, as Zoho says.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.result.count
    }

    /// Whether there are rows behind these, for another job.
    #[must_use]
    pub fn more_records(&self) -> bool {
        self.result.more_records
    }

    /// Where the next page is; `None` behind the last one.
    pub(super) fn next_position(&self) -> Option<Position> {
        if !self.result.more_records {
            return None;
        }
        let page = self.job.page().saturating_add(1);
        Some(match &self.result.next_page_token {
            Some(token) => Position::Token { token: token.clone(), page, given: now() },
            None => Position::Page(page),
        })
    }

    /// Downloads the file and reads it as records, row by row. See [`read_as`](Self::read_as).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start()?;
    /// for lead in job.wait()?.read()? {
    ///     println!("{:?}", lead?.get::<String>("Last_Name")?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read_as`](Self::read_as).
    pub fn read(&self) -> Result<ResultRows<Record>> {
        self.read_as()
    }

    /// Downloads the file and reads it row by row, as a type of one's own. The file is a temporary one, which goes with
    /// the iterator or the process; memory stays flat.
    ///
    /// A row is the JSON that a page of a listing would give, so it fits the same struct: the types of the module's
    /// fields are read from the metadata, with one request a module (scope `ZohoCRM.settings.fields.READ`). What
    /// differs:
    ///
    /// * Lookups and owners have their `id` and no name: Zoho gives no more. Ask for `Owner.last_name` or
    ///   `Account_Name.Account_Name` besides, which come under just these names.
    /// * Tags have their names only.
    /// * An empty text cannot be told from no value: both are null. A list of choices without any is an empty list.
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
    /// let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start()?;
    /// for lead in job.wait()?.read_as::<Lead>()? {
    ///     println!("{}", lead?.last_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when Zoho keeps the file no longer;
    /// [`RateLimited`](crate::ErrorKind::RateLimited) past 10 downloads a minute, when the retries are used up;
    /// [`Unanswered`](crate::ErrorKind::Unanswered) when the download broke off; [`Io`](crate::ErrorKind::Io) when the
    /// temporary file cannot be written; [`InvalidResponse`](crate::ErrorKind::InvalidResponse) when the file is no ZIP
    /// file with one CSV file that has an `Id`; [`WrongHost`](crate::ErrorKind::WrongHost) when Zoho names another host
    /// for it; otherwise every kind that a request can fail with.
    pub fn read_as<T: DeserializeOwned>(&self) -> Result<ResultRows<T>> {
        self.open(&mut Types::of(self.job.module()), &Sieve::default())
    }

    pub(super) fn open<T: DeserializeOwned>(&self, types: &mut Types, sieve: &Sieve) -> Result<ResultRows<T>> {
        let file = self.download()?.into_temporary()?;
        let entry = Entry::open(file).map_err(Error::logged)?;
        ResultRows::open(entry, &self.session, types, sieve, self.result.count)
    }

    /// The file itself, to be downloaded: a ZIP file with one CSV file.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start()?;
    /// job.wait()?.download()?.to_file("leads.zip")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WrongHost`](crate::ErrorKind::WrongHost) when Zoho says that the file is at a host that is not known as
    /// Zoho's.
    pub fn download<'a>(&self) -> Result<Download<'a>> {
        let request = self.request().map_err(Error::logged)?;
        Ok(Download::new(self.session.clone(), request))
    }

    fn request(&self) -> Result<Request<Response>> {
        match &self.result.download_url {
            Some(url) => self.session.file_at(url, Host::Api),
            None => Ok(bulk_request(Method::Get, self.job.version, &["read", &self.job.id, "result"])),
        }
    }
}

impl fmt::Debug for BulkResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkResult").field("job", &self.job).field("result", &self.result).finish_non_exhaustive()
    }
}
