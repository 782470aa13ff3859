//! Any number of records, written.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::batch::{Action, Batch, MAX_PER_CALL};
use super::outcome::{BatchReport, Outcome};
use super::row::Row;
use crate::entity::{AssignmentRuleId, Record, RecordId};
use crate::error::{Error, Result};
use crate::resource::ModuleHandle;

impl ModuleHandle {
    /// Writes records with options: which automation they trigger, which assignment rule they follow.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, leads: Vec<zcrm_core::entity::Record>) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").writer().trigger(["workflow"]).assignment_rule("3652397000000190004").create(&leads)?;
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer { module: self.clone(), options: Map::new() }
    }

    /// Creates any number of records: [`Record`]s or any type that serde can write; see [`Writer::create`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = [Record::new().with("Last_Name", "Berg"), Record::new().with("Last_Name", "Dahl")];
    /// let report = client.module("Leads").create(&leads)?;
    /// for (index, lead) in report.created() {
    ///     println!("lead {index} has the id {}", lead.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::create`].
    #[doc(alias = "create_records")]
    pub fn create<T: Serialize>(&self, records: &[T]) -> Result<BatchReport> {
        self.writer().create(records)
    }

    /// Creates records from an iterator; see [`Writer::create_iter`].
    pub fn create_iter<I>(&self, records: I) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize>,
    {
        self.writer().create_iter(records)
    }

    /// Updates any number of records; see [`Writer::update`].
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let module = client.module("Leads");
    /// let mut leads = module.records().fields(["City"]).send()?.items;
    /// for lead in &mut leads {
    ///     lead.set("City", "Oslo").clear("Fax");
    /// }
    /// let report = module.update(&leads)?; // sends City and Fax, nothing else
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::update`].
    #[doc(alias = "update_records")]
    pub fn update<T: Serialize + 'static>(&self, records: &[T]) -> Result<BatchReport> {
        self.writer().update(records)
    }

    /// Updates records from an iterator; see [`Writer::update_iter`].
    pub fn update_iter<I>(&self, records: I) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize + 'static>,
    {
        self.writer().update_iter(records)
    }

    /// Creates or updates any number of records; see [`Writer::upsert`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("Last_Name", "Berg").with("Email", "abc@xyz.com");
    /// let report = client.module("Leads").upsert(&[lead], ["Email"])?;
    /// println!("{} created, {} updated", report.created().count(), report.updated().count());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::upsert`].
    #[doc(alias = "upsert_records")]
    pub fn upsert<T: Serialize + 'static, S: Into<String>>(
        &self,
        records: &[T],
        check_fields: impl IntoIterator<Item = S>,
    ) -> Result<BatchReport> {
        self.writer().upsert(records, check_fields)
    }

    /// Creates or updates records from an iterator; see [`Writer::upsert_iter`].
    pub fn upsert_iter<I, S>(&self, records: I, check_fields: impl IntoIterator<Item = S>) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize + 'static>,
        S: Into<String>,
    {
        self.writer().upsert_iter(records, check_fields)
    }

    /// Deletes any number of records; see [`Writer::delete`].
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").delete(["3652397000000190001", "3652397000000190002"])?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::delete`].
    #[doc(alias = "delete_records")]
    pub fn delete<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        self.writer().delete(ids)
    }

    /// Sets one field to one value in any number of records; null clears it. See [`Writer::update`].
    ///
    /// Zoho's Ruby SDK calls this mass update. It is an update of each record, in calls of 100, not Zoho's scheduled
    /// job of that name.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").mass_update(["3652397000000190001"], "City", "Oslo")?;
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::update`].
    #[doc(alias = "mass_update_records")]
    pub fn mass_update<I: Into<RecordId>>(
        &self,
        ids: impl IntoIterator<Item = I>,
        field: &str,
        value: impl Into<Value>,
    ) -> Result<BatchReport> {
        let value = value.into();
        let with_id = |id: I| Record::new().with("id", id.into().as_str()).with(field, value.clone());
        let records: Vec<Record> = ids.into_iter().map(with_id).collect();
        self.update(&records)
    }
}

/// Writes records with options; see [`ModuleHandle::writer`].
///
/// Any number of records goes in. They are sent in calls of at most 100, one after the other:
///
/// * The report has one [`Outcome`] per record, in the order of the input.
/// * A record that Zoho refuses does not disturb the others. A refusal of a whole call refuses each of its records. The
///   next calls still go out, also after a call whose answer was lost.
/// * When the tokens do not work, Zoho's limit on calls stays exhausted (429) or no connection can be made, the rest is
///   not sent.
/// * A create whose answer was lost is never sent again by itself: its records are [`Outcome::Unanswered`].
#[derive(Debug, Clone)]
pub struct Writer {
    module: ModuleHandle,
    options: Map<String, Value>,
}

impl Writer {
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
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record cannot be
    /// written as a JSON object or has an id; the text names its index. Whatever happens later stands in the report.
    pub fn create<T: Serialize>(&self, records: &[T]) -> Result<BatchReport> {
        self.send_all(Action::Create, records.iter().map(Row::new))
    }

    /// Creates records from an iterator, as the outcomes are asked for; no more than one call is in memory.
    pub fn create_iter<I>(&self, records: I) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize>,
    {
        self.writes(Action::Create, records, |_, record| Row::new(record))
    }

    /// Updates records. Each needs its id. Of a [`Record`] only the changes are sent; a type of one's own says by its
    /// serde attributes what it sends ([`Nullable`](crate::Nullable) helps).
    ///
    /// An update whose answer was lost is repeated, because a repetition changes nothing more in the record; but Zoho may
    /// run its workflows twice, and
    /// [`no_repeated_updates`](crate::config::HttpOptions::no_repeated_updates) switches repeating off.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record has no id or
    /// cannot be written as a JSON object; the text names its index. Whatever happens later stands in the report.
    pub fn update<T: Serialize + 'static>(&self, records: &[T]) -> Result<BatchReport> {
        self.send_all(Action::Update, records.iter().map(Row::changed))
    }

    /// Updates records from an iterator, as the outcomes are asked for; no more than one call is in memory.
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
    /// Of a [`Record`] with an id, the changes and the check fields are sent; of others, all.
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
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty.
    /// Whatever happens later stands in the report.
    pub fn delete<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        self.send_all(Action::Delete, ids.into_iter().map(|id| Row::deleted(id.into())))
    }

    /// Deletes records by the ids of an iterator, as the outcomes are asked for.
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
        Writes {
            batch: Batch::new(self.module.clone(), action.clone(), self.options.clone()),
            action,
            records: records.into_iter(),
            row,
            next_index: 0,
            ready: VecDeque::new(),
        }
    }
}

type RowOf<T> = fn(&Action, &T) -> Result<Row>;

/// A record of a [`Writes`] with what became of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Written<T> {
    /// Its place in the input, from 0.
    pub index: usize,
    /// The record, as it was given.
    pub record: T,
    /// What became of it.
    pub outcome: Outcome,
}

/// Writes the records of an iterator, and gives each back with its outcome, in order.
///
/// It sends a call of up to 100 records when the next outcome is asked for, so at most one call is in memory, whatever
/// the length of the input. Dropping it before its end leaves the rest of the input unsent. A record that cannot be sent
/// as it is has the outcome [`Outcome::NotSent`] and does not disturb the others.
///
/// ```no_run
/// use zcrm_core::entity::Record;
/// use zcrm_core::resource::records::Counts;
///
/// # fn run(client: zcrm_core::Client, lines: impl Iterator<Item = String>) {
/// let leads = lines.map(|name| Record::new().with("Last_Name", name));
/// let mut counts = Counts::default();
/// for written in client.module("Leads").create_iter(leads) {
///     counts.add(&written.outcome);
///     if let Some(error) = written.outcome.error() {
///         eprintln!("{}: {error}", written.record.raw());
///     }
/// }
/// println!("{counts}");
/// # }
/// ```
#[must_use = "nothing is sent until the iterator is driven"]
pub struct Writes<I: Iterator> {
    batch: Batch,
    action: Action,
    records: I,
    row: RowOf<I::Item>,
    next_index: usize,
    ready: VecDeque<Written<I::Item>>,
}

impl<I: Iterator> Writes<I> {
    /// Writes all that is left, and keeps the outcomes only.
    pub fn report(self) -> BatchReport {
        self.map(|written| written.outcome).collect()
    }

    fn send_next(&mut self) {
        let records: Vec<I::Item> = self.records.by_ref().take(MAX_PER_CALL).collect();
        let mut rows = Vec::with_capacity(records.len());
        let mut faults = VecDeque::new();
        for (place, record) in records.iter().enumerate() {
            match (self.row)(&self.action, record) {
                Ok(row) => rows.push(row),
                Err(error) => faults.push_back((place, Outcome::NotSent(Arc::new(error)))),
            }
        }
        let mut sent = if rows.is_empty() { Vec::new() } else { self.batch.send(&rows) }.into_iter();
        for (place, record) in records.into_iter().enumerate() {
            let outcome = match faults.front() {
                Some((fault, _)) if *fault == place => faults.pop_front().map(|(_, outcome)| outcome),
                _ => sent.next(),
            };
            if let Some(outcome) = outcome {
                self.ready.push_back(Written { index: self.next_index, record, outcome });
            }
            self.next_index = self.next_index.saturating_add(1);
        }
    }
}

impl<I: Iterator> Iterator for Writes<I> {
    type Item = Written<I::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            self.send_next();
        }
        self.ready.pop_front()
    }
}

impl<I: Iterator> fmt::Debug for Writes<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writes")
            .field("batch", &self.batch)
            .field("next_index", &self.next_index)
            .finish_non_exhaustive()
    }
}
