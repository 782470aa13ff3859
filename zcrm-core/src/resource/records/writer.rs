//! Any number of records, written with options.

use serde::Serialize;
use serde_json::{Map, Value};

use super::batch::{Action, Batch, MAX_PER_CALL};
use super::outcome::BatchReport;
use super::row::Row;
use super::writes::{RowOf, Writes};
use crate::entity::{AssignmentRuleId, RecordId};
use crate::error::{Error, Result};
use crate::resource::ModuleHandle;

/// Writes records with options; see [`ModuleHandle::writer`].
///
/// Any number of records goes in. They are sent in calls of at most 100, one after the other:
///
/// * The report has one [`Outcome`](super::Outcome) per record, in the order of the input.
/// * A record that Zoho refuses does not disturb the others. A refusal of a whole call refuses each of its records. The
///   next calls still go out, also after a call whose answer was lost.
/// * When the tokens do not work, Zoho's limit on calls stays exhausted (429) or no connection can be made, the rest is
///   not sent.
/// * A create whose answer was lost is never sent again by itself: its records are [`Outcome::Unanswered`](super::Outcome::Unanswered).
#[derive(Debug, Clone)]
pub struct Writer {
    module: ModuleHandle,
    options: Map<String, Value>,
}

impl Writer {
    pub(super) fn new(module: ModuleHandle) -> Self {
        Self { module, options: Map::new() }
    }

    /// Which automation runs: any of `workflow`, `approval`, `blueprint`, `pathfinder`, `orchestration`. Without this,
    /// all of it; with an empty list, none.
    #[must_use]
    pub fn trigger<S: Into<String>>(self, kinds: impl IntoIterator<Item = S>) -> Self {
        let kinds: Vec<String> = kinds.into_iter().map(Into::into).collect();
        self.option("trigger", kinds)
    }

    /// The assignment rule that gives new records their owner (`lar_id`).
    #[doc(alias = "lar_id")]
    #[must_use]
    pub fn assignment_rule(self, id: impl Into<AssignmentRuleId>) -> Self {
        self.option("lar_id", id.into().as_str())
    }

    /// Leaves cadences out, in later versions of the API (`skip_feature_execution`): `insert` or `update`.
    #[must_use]
    pub fn skip_cadences(self, action: &str) -> Self {
        self.option("skip_feature_execution", serde_json::json!([{ "name": "cadences", "action": action }]))
    }

    /// Applies the rules of the layout, in later versions of the API (`apply_feature_execution`).
    #[must_use]
    pub fn apply_layout_rules(self) -> Self {
        self.option("apply_feature_execution", serde_json::json!([{ "name": "layout_rules" }]))
    }

    /// Any other member of the body, beside `data`.
    #[must_use]
    pub fn option(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.options.insert(key.into(), value.into());
        self
    }

    /// Creates records.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("Last_Name", "Berg");
    /// let report = client.module("Leads").writer().trigger(["approval"]).create(&[lead])?;
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record cannot be
    /// written as a JSON object or has an id; the text names its index. Whatever happens later stands in the report.
    pub fn create<T: Serialize>(&self, records: &[T]) -> Result<BatchReport> {
        self.send_all(Action::Create, records.iter().map(Row::new))
    }

    /// Creates records from an iterator, as the outcomes are asked for; no more than one call is in memory.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = (0..1_000).map(|index| Record::new().with("Last_Name", format!("Lead {index}")));
    /// for written in client.module("Leads").writer().trigger([""; 0]).create_iter(leads) {
    ///     println!("{}: {:?}", written.index, written.outcome.id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_iter<I>(&self, records: I) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize>,
    {
        self.writes(Action::Create, records, |_, record| Row::new(record))
    }

    /// Updates records. Each needs its id. Of a [`Record`](crate::entity::Record) only the changes are sent; a type of one's own says by its
    /// serde attributes what it sends ([`Nullable`](crate::Nullable) helps).
    ///
    /// An update whose answer was lost is repeated, because a repetition changes nothing more in the record; but Zoho may
    /// run its workflows twice, and
    /// [`no_repeated_updates`](crate::config::HttpOptions::no_repeated_updates) switches repeating off.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("id", "3652397000000190001").with("City", "Oslo");
    /// let report = client.module("Leads").writer().trigger(["workflow"]).update(&[lead])?;
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record has no id or
    /// cannot be written as a JSON object; the text names its index. Whatever happens later stands in the report.
    pub fn update<T: Serialize + 'static>(&self, records: &[T]) -> Result<BatchReport> {
        self.send_all(Action::Update, records.iter().map(Row::changed))
    }

    /// Updates records from an iterator, as the outcomes are asked for; no more than one call is in memory.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = (1..=250_u64).map(|id| Record::new().with("id", id.to_string()).with("City", "Oslo"));
    /// let report = client.module("Leads").writer().trigger(["workflow"]).update_iter(leads).report();
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_iter<I>(&self, records: I) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize + 'static>,
    {
        self.writes(Action::Update, records, |_, record| Row::changed(record))
    }

    /// Creates records, or updates those that Zoho finds by the id or by one of the check fields, tried in their order,
    /// system-defined unique fields first (Zoho's Kaizen post 56).
    ///
    /// A call whose answer was lost is repeated only if every one of its records has a value in one of these fields:
    /// otherwise a repetition could create a second record.
    ///
    /// Of a [`Record`](crate::entity::Record) with an id, the changes and the check fields are sent; of others, all.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("Last_Name", "Berg").with("Email", "abc@xyz.com");
    /// let report = client.module("Leads").writer().trigger(["workflow"]).upsert(&[lead], ["Email"])?;
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record cannot be
    /// written as a JSON object; the text names its index. Whatever happens later stands in the report.
    pub fn upsert<T: Serialize + 'static, S: Into<String>>(
        &self,
        records: &[T],
        check_fields: impl IntoIterator<Item = S>,
    ) -> Result<BatchReport> {
        let check_fields: Vec<String> = check_fields.into_iter().map(Into::into).collect();
        let action = Action::Upsert { check_fields: check_fields.clone() };
        self.send_all(action, records.iter().map(|record| Row::upserted(record, &check_fields)))
    }

    /// Creates or updates records from an iterator, as the outcomes are asked for; no more than one call is in memory.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = ["a@xyz.com", "b@xyz.com"].map(|email| Record::new().with("Last_Name", "Berg").with("Email", email));
    /// let report = client.module("Leads").writer().trigger(["workflow"]).upsert_iter(leads, ["Email"]).report();
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upsert_iter<I, S>(&self, records: I, check_fields: impl IntoIterator<Item = S>) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize + 'static>,
        S: Into<String>,
    {
        let check_fields = check_fields.into_iter().map(Into::into).collect();
        self.writes(Action::Upsert { check_fields }, records, |action, record| match action {
            Action::Upsert { check_fields } => Row::upserted(record, check_fields),
            Action::Create | Action::Update | Action::Delete => Row::upserted(record, &[]),
        })
    }

    /// Deletes records, which go to Zoho's recycle bin. A repetition after a lost answer takes "no such id" for
    /// deleted.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").writer().trigger([""; 0]).delete(["3652397000000190001"])?; // runs no workflow
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty.
    /// Whatever happens later stands in the report.
    pub fn delete<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        self.send_all(Action::Delete, ids.into_iter().map(|id| Row::deleted(id.into())))
    }

    /// Deletes records by the ids of an iterator, as the outcomes are asked for.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let ids = client.module("Leads").records().into_iter().filter_map(|lead| lead.ok()?.id());
    /// let report = client.module("Leads").writer().delete_iter(ids).report();
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_iter<I>(&self, ids: I) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Into<RecordId> + Clone>,
    {
        self.writes(Action::Delete, ids, |_, id| Row::deleted(id.clone().into()))
    }

    fn send_all(&self, action: Action, rows: impl Iterator<Item = Result<Row>>) -> Result<BatchReport> {
        let named = |(index, row): (usize, Result<Row>)| {
            row.map_err(|cause| Error::new(cause.kind(), format!("record {index}: {cause}")).with_source(cause))
        };
        let rows: Vec<Row> = rows.enumerate().map(named).collect::<Result<_>>()?;
        let mut batch = Batch::new(self.module.clone(), action, self.options.clone());
        batch.call(&[])?;
        Ok(rows.chunks(MAX_PER_CALL).flat_map(|rows| batch.send(rows)).collect())
    }

    fn writes<I: IntoIterator>(&self, action: Action, records: I, row: RowOf<I::Item>) -> Writes<I::IntoIter> {
        let batch = Batch::new(self.module.clone(), action.clone(), self.options.clone());
        Writes::new(batch, action, records.into_iter(), row)
    }
}
