//! What to read, as the caller says it.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::choice::foresee;
use super::cursor::ScanCursor;
use super::plan::ScanPlan;
use super::rows::ScanRows;
use super::task::Task;
use super::way::{Prefer, Way};
use crate::criteria::Criteria;
use crate::entity::{CustomViewId, DateTime, Field, Record};
use crate::error::{Error, Result};
use crate::resource::module::{ModuleHandle, Which};

/// All records of a module of any size, by the way that costs least of those that give each record once; made by
/// [`ModuleHandle::scan`].
///
/// The same records with the same values come whatever the way; [`ScanPlan::gaps`] tells what a way cannot give.
///
/// | Way | Each record once, whatever others write | Costs | |
/// |---|---|---|---|
/// | [`Query`](Way::Query) | yes | 3 credits for 2,000 rows (v4 on), 1 for 200 (v2, v3) | COQL, on by id |
/// | [`Bulk`](Way::Bulk) | within a job of 200,000 rows | 50 credits a job | files, feature `bulk` |
/// | [`Pages`](Way::Pages) | no | 1 credit for 200 rows | where nothing else serves |
///
/// A module whose fields are more than one request gives is read in parts that are joined by id, and so are fields that
/// COQL does not select; a record that was changed between two of them is read again. That is told by its
/// `Modified_Time`, which has whole seconds: two changes within one second look like one.
///
/// What was learned by [`plan`](Self::plan) is kept in the value, so that iterating over it does not ask again. Clones
/// share it until they are changed.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until the scan is planned or iterated"]
pub struct Scan {
    task: Task,
}

impl ModuleHandle {
    /// Reads all records of the module, whatever its size: by COQL or by bulk read, whichever costs less, and by pages
    /// where neither serves.
    ///
    /// Scopes: `ZohoCRM.coql.READ`, and `ZohoCRM.bulk.READ` for bulk read; `ZohoCRM.settings.fields.READ` where fields
    /// are not named.
    ///
    /// ```no_run
    /// use zcrm_core::criteria::Criteria;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let oslo = Criteria::equals("City", "Oslo");
    /// let scan = client.module("Leads").scan().fields(["Last_Name", "Email"]).filter(&oslo);
    /// println!("{}", scan.plan()?);
    /// for lead in scan.iter() {
    ///     println!("{}", lead?.raw());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan(&self) -> Scan {
        Scan { task: Task::new(self.session.clone(), self.api_name()) }
    }
}

impl Scan {
    /// Adds fields to give, by API name; `id` comes always. Without any, all fields come that the way can give,
    /// and by pages of v2 and v2.1 also where more than 50 are named. What COQL does not select, such as files and
    /// subforms, comes by pages, or by COQL and from lists by id, a request for 100 records.
    pub fn fields<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        for name in names {
            let name = name.into();
            if name.trim().is_empty() || name.contains(',') {
                self.task
                    .fault
                    .get_or_insert(Error::invalid("a field name is empty or holds a comma; give one an item"));
            } else if !self.task.spec.fields.contains(&name) {
                self.task.spec.fields.push(name);
            }
        }
        self
    }

    /// Only records that match; called again: that match these criteria too. Pages cannot be filtered.
    pub fn filter(mut self, criteria: impl Into<Criteria>) -> Self {
        let criteria = criteria.into();
        self.task.spec.filter = Some(match self.task.spec.filter.take() {
            Some(earlier) => earlier.and(criteria),
            None => criteria,
        });
        self.counted_anew()
    }

    /// Only records that were created or modified after this moment, a time with an offset such as
    /// `2026-01-31T00:00:00+01:00`.
    pub fn modified_since(mut self, moment: impl Into<DateTime>) -> Self {
        let moment = moment.into();
        if moment.unix_seconds().is_none() {
            let shown = moment.as_str();
            let message = format!("{shown:?} is no moment with an offset, such as 2026-01-31T00:00:00+01:00");
            self.task.fault.get_or_insert(Error::invalid(message));
        }
        self.task.spec.since = Some(moment);
        self.counted_anew()
    }

    /// Only records of a custom view.
    pub fn custom_view(mut self, id: impl Into<CustomViewId>) -> Self {
        self.task.spec.view = Some(id.into());
        self.counted_anew()
    }

    /// Which of the converted leads to give; by default those that are not converted, whatever the way.
    pub fn converted(mut self, which: Which) -> Self {
        self.task.spec.converted = Some(which);
        self.counted_anew()
    }

    /// How many requests may be in flight at once, by default one; the client's own limits
    /// ([`concurrency`](crate::config::HttpOptions::concurrency)) hold besides. With more than one, each worker reads a
    /// range of ids or times on a thread of its own, holds one page in memory, and the rows come in no order.
    /// Bulk jobs run one after another whatever this says.
    pub fn workers(mut self, workers: usize) -> Self {
        if workers == 0 {
            self.task.fault.get_or_insert(Error::invalid("workers is 0; at least one has to read"));
        }
        self.task.wish.workers = workers.max(1);
        self
    }

    /// What counts when the way is chosen: credits, unless this says otherwise.
    pub fn prefer(mut self, prefer: Prefer) -> Self {
        self.task.wish.prefer = prefer;
        self
    }

    /// Takes this way in place of choosing one.
    pub fn way(mut self, way: Way) -> Self {
        self.task.wish.way = Some(way);
        self
    }

    /// Goes on where another iterator over the same scan stood, by the same way. Set it last: a cursor of another scan,
    /// of another version of the API or of another way than the one that is set makes the first item an error of kind
    /// [`CursorMismatch`](crate::ErrorKind::CursorMismatch).
    pub fn cursor(mut self, cursor: &ScanCursor) -> Self {
        if let Err(error) = cursor.check(&self.task.spec.identity(self.task.session.version()), self.task.wish.way) {
            self.task.fault.get_or_insert(error);
        }
        // A scan that cannot go on there stands there still.
        self.task.cursor = Some(cursor.clone());
        self
    }

    /// Starts a bulk job anew where the cursor tells of one that failed, is gone, or of which it is not known whether
    /// it was started.
    pub fn start_again(mut self) -> Self {
        self.task.start_again = true;
        self
    }

    /// Which way the scan takes, what it costs, and why. Reads the module's fields and counts the records, which costs
    /// two requests and as many credits where COQL counts, and asks nothing a second time.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let scan = client.module("Leads").scan().fields(["Last_Name", "Email"]);
    /// let plan = scan.plan()?;
    /// println!("{plan}");
    /// if plan.credits().is_some_and(|credits| credits < 1_000) {
    ///     println!("{} leads", scan.iter().count());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a setting that no way can take, before anything is sent;
    /// [`Unsupported`](crate::ErrorKind::Unsupported) when the way that was set cannot give it; otherwise every kind
    /// that a request can fail with.
    pub fn plan(&self) -> Result<ScanPlan> {
        if let Some(fault) = &self.task.fault {
            return Err(fault.clone().logged());
        }
        let Task { session, spec, wish, facts, .. } = &self.task;
        let foreseen = foresee(session, spec, wish, facts).map_err(Error::logged)?;
        Ok(ScanPlan::new(foreseen.choice, foreseen.rows, foreseen.estimate, wish.workers, facts.asked()))
    }

    /// The metadata of the module's fields, which neither the plan nor the iteration asks for again.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let scan = client.module("Leads").scan();
    /// for field in scan.describe()?.iter() {
    ///     println!("{:?} is a {:?}", field.api_name, field.data_type);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Every kind that a request can fail with.
    pub fn describe(&self) -> Result<Arc<[Field]>> {
        self.task.facts.described(&self.task.session, &self.task.spec)
    }

    /// All records.
    ///
    /// What is wrong with the scan is its first item; nothing is sent then.
    pub fn iter(&self) -> ScanRows<Record> {
        ScanRows::of_records(&self.task)
    }

    /// All records, each decoded into a type of your own. A row that does not fit is an `Err` item, and the scan goes
    /// on.
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
    /// for lead in client.module("Leads").scan().fields(["Last_Name"]).workers(4).iter_as::<Lead>() {
    ///     println!("{}", lead?.last_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter_as<T: DeserializeOwned>(&self) -> ScanRows<T> {
        ScanRows::of_type(&self.task)
    }

    /// Which records are meant has changed, so how many there are is not known any more.
    fn counted_anew(mut self) -> Self {
        self.task.facts = self.task.facts.without_count();
        self
    }
}

impl IntoIterator for Scan {
    type Item = Result<Record>;
    type IntoIter = ScanRows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for &Scan {
    type Item = Result<Record>;
    type IntoIter = ScanRows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
