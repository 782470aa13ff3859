//! The rows, and what to do next.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::time::Duration;

use super::children::ChildColumns;
use super::columns::Columns;
use super::job::BulkWriteJob;
use super::mandatory;
use super::options::{Children, Operation, Options};
use super::outcomes::BulkWriteOutcomes;
use super::plan::BulkWritePlan;
use super::request::COST;
use super::run::{Journal, Run};
use super::spool::Spool;
use super::zone::Zone;
use crate::config::ApiVersion;
use crate::entity::{Field, User};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::collection::Collection;
use crate::resource::module::ModuleHandle;
use crate::resource::organization::OrganizationHandle;
use crate::rest::BatchReport;
use crate::transport::Method;

/// From this version on, a job may have several resources.
const CHILDREN: ApiVersion = ApiVersion::V5;

/// How long to wait for a job.
const WAIT_LIMIT: Duration = Duration::from_secs(60 * 60);

/// A bulk write with its rows, which lie in a temporary file; made by [`BulkWrite::rows`](super::BulkWrite::rows).
#[must_use = "nothing is sent before it is run"]
pub struct BulkWriteRows<'a> {
    module: ModuleHandle,
    options: Options,
    spool: Result<Spool>,
    resumed: Vec<BulkWriteJob>,
    journal: Option<Journal<'a>>,
    limit: Duration,
    max_credits: Option<u64>,
}

impl<'a> BulkWriteRows<'a> {
    pub(super) fn new(module: ModuleHandle, options: Options, spool: Result<Spool>) -> Self {
        Self { module, options, spool, resumed: Vec::new(), journal: None, limit: WAIT_LIMIT, max_credits: None }
    }

    /// Calls `keep` before Zoho is asked to create a job, with a job that has no id, and once it is created, with its
    /// id. When `keep` fails, no job is created any more.
    ///
    /// A process that ends between the two calls leaves a job without an id: whether Zoho created it is not known.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, people: Vec<zcrm_core::Record>) -> zcrm_core::Result<()> {
    /// use std::io::Write;
    ///
    /// let mut kept = std::fs::File::create("leads.jobs").expect("a file");
    /// let write = client.module("Leads").bulk_write().upsert_by("Email").rows(people);
    /// let report = write.journal(move |job| writeln!(kept, "{job}").and_then(|()| kept.sync_data())).run()?;
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    pub fn journal(mut self, keep: impl FnMut(&BulkWriteJob) -> io::Result<()> + Send + 'a) -> Self {
        self.journal = Some(Box::new(keep));
        self
    }

    /// Takes up jobs of a run that broke, in the order in which its [`journal`](Self::journal) was told them. The rows
    /// and the options have to be those of that run. Zoho keeps a result for 7 days, so also the outcomes of jobs that
    /// were over are told again.
    ///
    /// The rows of a job of which it is not known whether it was created are unanswered, unless the job may be done
    /// twice; then it is.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, people: Vec<zcrm_core::Record>) -> Result<(), Box<dyn std::error::Error>> {
    /// let jobs = std::fs::read_to_string("leads.jobs")?;
    /// let jobs = jobs.lines().map(str::parse).collect::<Result<Vec<_>, _>>()?;
    /// let write = client.module("Leads").bulk_write().upsert_by("Email").rows(people);
    /// println!("{}", write.resume(jobs).run()?.counts());
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume(mut self, jobs: impl IntoIterator<Item = BulkWriteJob>) -> Self {
        self.resumed.extend(jobs);
        self
    }

    /// How long to wait for each job, an hour without this.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sends nothing if the [plan](Self::plan) costs more credits.
    pub fn max_credits(mut self, credits: u64) -> Self {
        self.max_credits = Some(credits);
        self
    }

    /// Says what it would cost. Reads the fields of the module and, unless it is an update, its layouts, and finds out
    /// whether these rows can be sent.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, people: Vec<zcrm_core::Record>) -> zcrm_core::Result<()> {
    /// let write = client.module("Leads").bulk_write().upsert_by("Email").rows(people);
    /// println!("{}", write.plan()?);
    /// write.run()?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), but for the credits.
    pub fn plan(&self) -> Result<BulkWritePlan> {
        let spool = self.spool.as_ref().map_err(|error| error.clone().logged())?;
        if spool.rows == 0 {
            return Ok(BulkWritePlan::new(spool, 0, 0));
        }
        let columns = self.columns(spool)?;
        self.children(spool)?;
        Ok(self.plan_for(spool, &columns))
    }

    /// Writes all rows, one job after the other, and keeps the outcomes only, some 200 bytes each.
    /// [`start`](Self::start) keeps those of one job.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, people: Vec<zcrm_core::Record>) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").bulk_write().update_by("id").fields(["City"]).rows(people).run()?;
    /// println!("{}", report.counts());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start). What happens later is in the report.
    pub fn run(self) -> Result<BatchReport> {
        Ok(self.start()?.collect())
    }

    /// Finds out whether the rows can be sent, and gives an iterator that writes them, a job when the next outcome is
    /// asked for: the outcomes come in the order of the rows, and those of one job are in memory.
    ///
    /// A row that Zoho refuses is [`Rejected`](crate::rest::Outcome::Rejected), with code and field in
    /// [`Error::api`](crate::Error::api). So is one that it skips without a reason, with the code `SKIPPED`, and each
    /// row of a job that Zoho refuses or that fails. Rows of which nothing is known are
    /// [`Unanswered`](crate::rest::Outcome::Unanswered): the response to the start of their job was lost, the job was
    /// not over in time, its result could not be read, or has no line for them. After a job that was refused, failed,
    /// or could not be followed to its end, no other is started, and the rest is
    /// [`NotSent`](crate::rest::Outcome::NotSent), as are rows that bulk write cannot send.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, people: Vec<zcrm_core::Record>) -> zcrm_core::Result<()> {
    /// let write = client.module("Leads").bulk_write().upsert_by("Email").rows(people);
    /// for (row, outcome) in write.start()?.enumerate() {
    ///     println!("{row}: {:?}", outcome.id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput), before anything is paid for, when a column is no field of the module
    /// or cannot be written, a mandatory field is missing, or there are more than 200 columns;
    /// [`CreditBudget`](ErrorKind::CreditBudget) when [`max_credits`](Self::max_credits) does not suffice;
    /// [`Io`](ErrorKind::Io) when the rows could not be kept; otherwise every kind that the requests for fields,
    /// layouts, user and organization can fail with.
    pub fn start(mut self) -> Result<BulkWriteOutcomes<'a>> {
        let spool = std::mem::replace(&mut self.spool, Err(Error::invalid("the rows are taken")));
        let spool = spool.map_err(Error::logged)?;
        if spool.rows == 0 {
            return Ok(BulkWriteOutcomes::default());
        }
        let mut columns = self.columns(&spool)?;
        let children = self.children(&spool)?;
        if let Some(job) = self.resumed.first() {
            columns.put_first(&job.columns).map_err(Error::logged)?;
        }
        let plan = self.plan_for(&spool, &columns);
        if let Some(most) = self.max_credits.filter(|most| plan.credits > *most) {
            let message = format!("the write costs {} credits, more than {most}; nothing was sent", plan.credits);
            return Err(Error::new(ErrorKind::CreditBudget, message).logged());
        }
        columns.zone = self.zone(&columns)?;
        let session = self.module.session.clone();
        let zgid = OrganizationHandle::new(session.clone()).get()?.zgid.filter(|zgid| !zgid.is_empty());
        let zgid = zgid.ok_or_else(|| {
            let message = "Zoho does not tell the zgid of the organization, which an upload needs";
            Error::new(ErrorKind::InvalidResponse, message).logged()
        })?;
        // Of two notes about the same rows, the later one knows more.
        let resumed = self.resumed.into_iter().map(|job| (job.rows.start, job)).collect();
        let reader = spool.into_reader().map_err(Error::logged)?;
        let module = self.module.api_name().to_owned();
        let run = Run::new(session, module, self.options, (columns, children), zgid, reader);
        Ok(BulkWriteOutcomes::new(run.resuming(resumed).limited(self.limit).journaled(self.journal)))
    }

    fn columns(&self, spool: &Spool) -> Result<Columns> {
        let module = self.module.api_name();
        let fields = fields_of(&self.module)?;
        let columns = Columns::new(module, &self.options, &fields, &spool.fields).map_err(Error::logged)?;
        if self.needs_layouts() {
            let layouts = match self.module.layouts().list().all() {
                Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
                layouts => layouts?,
            };
            mandatory::check(module, &self.options, &columns, &fields, &layouts).map_err(Error::logged)?;
        }
        Ok(columns)
    }

    /// The columns of the rows that rows list, where some do.
    fn children(&self, spool: &Spool) -> Result<Vec<ChildColumns>> {
        let session = &self.module.session;
        if !self.options.children.is_empty() && session.version() < CHILDREN {
            let message = format!("rows of subforms and links go with their record from {CHILDREN} on");
            return Err(Error::new(ErrorKind::Unsupported, message).logged());
        }
        let column = |(children, seen): (&Children, &BTreeSet<String>)| {
            let fields = match children.target {
                Some(_) => BTreeMap::new(),
                None => fields_of(&ModuleHandle::new(session.clone(), children.module.as_str()))?,
            };
            ChildColumns::new(children, &fields, seen).map_err(Error::logged)
        };
        self.listed(spool).map(column).collect()
    }

    fn listed<'s>(&'s self, spool: &'s Spool) -> impl Iterator<Item = (&'s Children, &'s BTreeSet<String>)> {
        let seen = |children: &'s Children| Some((children, spool.child_fields.get(&children.member)?));
        self.options.children.iter().filter_map(seen)
    }

    /// What starting a job costs, by Zoho's own price where that was read.
    fn credits_a_job(&self) -> u64 {
        let session = &self.module.session;
        session.credits(Method::Post, &format!("/crm/bulk/{}/write", session.version()), COST)
    }

    fn plan_for(&self, spool: &Spool, columns: &Columns) -> BulkWritePlan {
        let subforms = self.listed(spool).filter(|(children, _)| children.target.is_none()).count();
        // Fields and organization always.
        let calls = [true, true, self.needs_layouts(), self.needs_user(columns)].into_iter().filter(|call| *call);
        let calls = calls.count().saturating_add(subforms) as u64;
        BulkWritePlan::new(spool, calls, self.credits_a_job())
    }

    fn needs_layouts(&self) -> bool {
        self.options.operation != Operation::Update
    }

    fn needs_user(&self, columns: &Columns) -> bool {
        columns.has_moments() && self.options.time_zone.is_none()
    }

    /// In which time zone Zoho reads moments.
    fn zone(&self, columns: &Columns) -> Result<Zone> {
        if let Some(name) = &self.options.time_zone {
            return Zone::named(name).map_err(Error::logged);
        }
        if !self.needs_user(columns) {
            return Ok(Zone::AsWritten);
        }
        let unknown = |why: &str| {
            log::warn!("bulk write: {why}; moments are sent in the offset in which they are written, say time_zone()");
            Ok(Zone::AsWritten)
        };
        let user = Collection::<User>::new(&self.module.session, ["users"]).current();
        match user.map(|user| user.time_zone) {
            Ok(Some(name)) => Zone::named(&name).or_else(|_| unknown("the user's time zone is not known")),
            Ok(None) => unknown("Zoho does not tell the user's time zone"),
            Err(error) if matches!(error.kind(), ErrorKind::Scope | ErrorKind::Forbidden | ErrorKind::NotFound) => {
                unknown("the user's time zone cannot be read")
            }
            Err(error) => Err(error),
        }
    }
}

/// The fields of a module, by their names.
fn fields_of(module: &ModuleHandle) -> Result<BTreeMap<String, Field>> {
    let fields = module.fields().list().all()?;
    Ok(fields.into_iter().filter_map(|field| Some((field.api_name.clone()?, field))).collect())
}

impl fmt::Debug for BulkWriteRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkWriteRows")
            .field("module", &self.module)
            .field("options", &self.options)
            .field("spool", &self.spool)
            .field("resumed", &self.resumed)
            .finish_non_exhaustive()
    }
}
