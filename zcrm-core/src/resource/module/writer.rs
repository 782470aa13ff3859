//! Writing records with options: any number of them.

#[cfg(doc)]
use crate::entity::Record;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::ModuleHandle;
use super::lock::{Condition, Lock};
use crate::config::ApiVersion;
use crate::entity::{AssignmentRuleId, RecordId};
use crate::error::Result;
use crate::resource::collection::saved;
use crate::rest::{
    Batch, BatchReport, Cost, Effect, Idempotency, Request, Response, Row, Saved, WriteStream, comma_list,
};
use crate::transport::Method;

/// The most records that Zoho takes in a request.
pub(super) const PER_REQUEST: usize = 100;

/// Under which key records and their results are.
const KEY: &str = "data";

/// Writes records with options; made by [`ModuleHandle::writer`].
///
/// Any number of records goes in. They are sent in requests of at most 100, one after the other or, with
/// [`workers`](Self::workers), several side by side:
///
/// * The report has one [`Outcome`](crate::rest::Outcome) a record, in the order of the input.
/// * A record that Zoho rejects does not disturb the others. A rejection of a whole request rejects each of its
///   records. The next requests still go out, also after one whose response was lost.
/// * When there is no user, no working token, no scope, no connection, a wrong host, or an exhausted rate limit (429),
///   the rest is not sent. When that shows at the first request, nothing was written, and it is an error in place of a
///   report.
/// * A create whose response was lost is never sent again by itself: its records are
///   [`Unanswered`](crate::rest::Outcome::Unanswered).
#[derive(Debug, Clone)]
pub struct Writer {
    pub(super) module: ModuleHandle,
    pub(super) options: Map<String, Value>,
    pub(super) condition: Option<Condition>,
    pub(super) workers: usize,
    pub(super) per_request: usize,
}

/// What is done with records.
#[derive(Debug, Clone)]
enum Action {
    Create,
    Update,
    /// At the path of its own.
    UpdateOne,
    Upsert {
        check_fields: Vec<String>,
    },
    Delete,
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

    /// Leaves cadences out, from v8 on (`skip_feature_execution`): `insert` or `update`.
    #[must_use]
    pub fn skip_cadences(self, action: &str) -> Self {
        self.option("skip_feature_execution", serde_json::json!([{ "name": "cadences", "action": action }]))
    }

    /// Applies the rules of the layout, in v2.1 and from v8 on (`apply_feature_execution`).
    #[must_use]
    pub fn apply_layout_rules(self) -> Self {
        self.option("apply_feature_execution", serde_json::json!([{ "name": "layout_rules" }]))
    }

    /// Sends up to `n` requests side by side. Without this, one after the other.
    ///
    /// No more are in flight than [`concurrency`](crate::config::HttpOptions::concurrency) and, for requests of more
    /// than 10 records, [`heavy_concurrency`](crate::config::HttpOptions::heavy_concurrency) allow. One request for
    /// each is in memory. All that is promised of one request after the other still holds: outcomes come in the order
    /// of the input, and once a request shows that the others would fare no better, no other is begun; those in flight
    /// are awaited, and their outcomes are told.
    ///
    /// In which order Zoho does them is chance. So that it does not matter, requests whose records share an id or a
    /// value in a check field are never in flight together. New records that repeat a value of a unique field are not
    /// seen: which of them Zoho rejects is open.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, leads: Vec<zcrm_core::Record>) -> zcrm_core::Result<()> {
    /// client.module("Leads").writer().workers(5).create(&leads)?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn workers(mut self, n: usize) -> Self {
        self.workers = n.max(1);
        self
    }

    /// Sends at most `records` in a request: 1 to 100, the default.
    ///
    /// Credits are the same, one for ten records. A request of at most 10 is not heavy: where Zoho's sub-concurrency,
    /// or [`heavy_concurrency`](crate::config::HttpOptions::heavy_concurrency), is what holds the
    /// [workers](Self::workers) up, 10 lets more of them work. Without such a limit, large requests are faster.
    #[must_use]
    pub fn per_request(mut self, records: usize) -> Self {
        self.per_request = records.clamp(1, PER_REQUEST);
        self
    }

    /// Any other member of the body, beside `data`.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }

    /// Creates records.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("Last_Name", "Berg");
    /// client.module("Leads").writer().trigger(["approval"]).create(&[lead])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record cannot be written as a
    /// JSON object or has an id; the text names its index. The error of the first request when it shows that nothing
    /// can be sent. What happens later is in the report.
    pub fn create<T: Serialize>(&self, records: &[T]) -> Result<BatchReport> {
        self.batch(Action::Create).send_all(records.iter().map(Row::new))
    }

    /// Creates one record, whose rejection is an error.
    ///
    /// It is sent once: after [`Unanswered`](crate::ErrorKind::Unanswered) the record may exist or not.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let writer = client.module("Leads").writer().trigger([""; 0]); // runs no automation
    /// println!("{}", writer.create_one(&Record::new().with("Last_Name", "Berg"))?.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when the record has an id or cannot
    /// be written as a JSON object; [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with
    /// [`Error::api`](crate::Error::api) when Zoho rejects it; [`Unanswered`](crate::ErrorKind::Unanswered),
    /// [`Server`](crate::ErrorKind::Server) or [`InvalidResponse`](crate::ErrorKind::InvalidResponse) when it is not
    /// known whether it was created; otherwise every kind that a request can fail with.
    pub fn create_one<T: Serialize>(&self, record: &T) -> Result<Saved> {
        saved(self.batch(Action::Create).send_one(Row::new(record)))
    }

    /// Creates records from an iterator, as the outcomes are asked for; no more than one request for each
    /// worker is in memory.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = (0..1_000).map(|index| Record::new().with("Last_Name", format!("Lead {index}")));
    /// for written in client.module("Leads").writer().create_iter(leads) {
    ///     println!("{}: {:?}", written.index, written.outcome.id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_iter<I: IntoIterator<Item: Serialize>>(&self, records: I) -> WriteStream<I::IntoIter> {
        WriteStream::new(self.batch(Action::Create), records.into_iter(), |record, _| Row::new(record))
    }

    /// Updates records. Each needs its id. Of a [`Record`](crate::Record) only the changes are sent; a type of your own
    /// says by its serde attributes what it sends ([`Nullable`](crate::Nullable) helps).
    ///
    /// An update whose response was lost is retried, because doing it twice changes nothing more in the record; but
    /// Zoho may run its workflows twice, and [`no_update_retries`](crate::config::HttpOptions::no_update_retries)
    /// switches such retries off.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("id", "3652397000000190001").with("City", "Oslo");
    /// client.module("Leads").writer().trigger(["workflow"]).update(&[lead])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record has no id or cannot be
    /// written as a JSON object; the text names its index. The error of the first request when it shows that nothing
    /// can be sent. What happens later is in the report.
    pub fn update<T: Serialize + 'static>(&self, records: &[T]) -> Result<BatchReport> {
        self.batch(Action::Update).send_all(records.iter().map(Row::changed))
    }

    /// Updates one record, whose rejection is an error; see
    /// [`RecordHandle::update`](super::super::RecordHandle::update).
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let writer = client.module("Leads").writer().trigger([""; 0]); // runs no automation
    /// writer.update_one("3652397000000190001", &Record::new().with("City", "Oslo"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) before anything is sent when the record cannot be written as a
    /// JSON object; [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when
    /// Zoho rejects it; [`Modified`](crate::ErrorKind::Modified) under a condition that does not hold; otherwise every
    /// kind that a request can fail with.
    pub fn update_one<T: Serialize + 'static>(&self, id: impl Into<RecordId>, record: &T) -> Result<Saved> {
        saved(self.batch(Action::UpdateOne).send_one(Row::changed_by_id(record, &id.into())))
    }

    /// Updates records from an iterator, as the outcomes are asked for; no more than one request for each
    /// worker is in memory.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = (1..=250_u64).map(|id| Record::new().with("id", id.to_string()).with("City", "Oslo"));
    /// client.module("Leads").writer().update_iter(leads).report().into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_iter<I: IntoIterator<Item: Serialize + 'static>>(&self, records: I) -> WriteStream<I::IntoIter> {
        WriteStream::new(self.batch(Action::Update), records.into_iter(), |record, _| Row::changed(record))
    }

    /// Creates records, or updates those that Zoho finds by the id or by one of the check fields, tried in their order,
    /// system-defined unique fields first (Zoho's Kaizen post 56).
    ///
    /// A request whose response was lost is retried only if every one of its records has a value in one of these fields
    /// that Zoho can find it by: not an empty text, blanks, a list or null. Otherwise a retry could create a second
    /// record.
    ///
    /// Of a [`Record`](crate::Record) with an id, the changes and the check fields are sent; of others, all.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("Last_Name", "Berg").with("Email", "abc@xyz.com");
    /// client.module("Leads").writer().trigger(["workflow"]).upsert(&[lead], ["Email"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record cannot be written as a
    /// JSON object; the text names its index. The error of the first request when it shows that nothing can be sent.
    /// What happens later is in the report.
    pub fn upsert<T: Serialize + 'static, S: Into<String>>(
        &self,
        records: &[T],
        check_fields: impl IntoIterator<Item = S>,
    ) -> Result<BatchReport> {
        let check_fields = names(check_fields);
        let rows: Vec<_> = records.iter().map(|record| Row::upserted(record, &check_fields)).collect();
        self.batch(Action::Upsert { check_fields }).send_all(rows)
    }

    /// Creates or updates records from an iterator, as the outcomes are asked for; no more than one request for
    /// each worker is in memory.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = |email| Record::new().with("Last_Name", "Berg").with("Email", email);
    /// let leads = ["a@xyz.com", "b@xyz.com"].map(lead);
    /// client.module("Leads").writer().upsert_iter(leads, ["Email"]).report().into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upsert_iter<I, S>(&self, records: I, check_fields: impl IntoIterator<Item = S>) -> WriteStream<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize + 'static>,
        S: Into<String>,
    {
        let check_fields = names(check_fields);
        let batch = self.batch(Action::Upsert { check_fields: check_fields.clone() });
        WriteStream::new(batch, records.into_iter(), Row::upserted).with_check_fields(check_fields)
    }

    /// Deletes records, which go to Zoho's recycle bin. Where the response to a first attempt was lost, "no such id"
    /// counts as deleted.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let writer = client.module("Leads").writer().trigger([""; 0]); // runs no workflow
    /// writer.delete(["3652397000000190001"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty. The error of the
    /// first request when it shows that nothing can be sent. What happens later is in the report.
    pub fn delete<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        let rows: Vec<_> = ids.into_iter().map(|id| Row::of_id(id.into().as_str())).collect();
        self.batch(Action::Delete).send_all(rows)
    }

    /// Deletes records by the ids of an iterator, as the outcomes are asked for.
    ///
    /// The ids must not come from a listing of the same module that is still being read: its pages shift while records
    /// are deleted, so it would miss some. Collect them first.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = client.module("Leads");
    /// let ids = leads.records().fields(["id"]).iter().map(|lead| Ok(lead?.id()));
    /// let ids: Vec<_> = ids.collect::<zcrm_core::Result<Vec<_>>>()?;
    /// leads.writer().delete_iter(ids.into_iter().flatten()).report().into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_iter<I: IntoIterator<Item: Into<RecordId> + Clone>>(&self, ids: I) -> WriteStream<I::IntoIter> {
        WriteStream::new(self.batch(Action::Delete), ids.into_iter(), |id, _| Row::of_id(id.clone().into().as_str()))
    }

    fn batch(&self, action: Action) -> Batch {
        let effect = match action {
            Action::Create => Effect::Create,
            Action::Update | Action::UpdateOne => Effect::Update,
            Action::Upsert { .. } => Effect::Upsert,
            Action::Delete => Effect::Delete,
        };
        let per_request = if self.condition.is_some() { 1 } else { self.per_request };
        let cost = if effect == Effect::Delete { Cost::ONE } else { Cost::records(per_request) };
        let workers = self.workers.min(self.module.session.most_in_flight(cost));
        let writer = self.clone();
        let request = move |rows: &[Row]| writer.request(&action, rows);
        let batch = Batch::new(&self.module.session, effect, KEY, per_request, request).workers(workers);
        match &self.condition {
            Some(condition) => batch.guarded(Lock::new(&self.module, effect, condition.clone())),
            None => batch,
        }
    }

    /// The request that writes some records.
    fn request(&self, action: &Action, rows: &[Row]) -> Request<Response> {
        let mut options = self.options.clone();
        let request = match action {
            Action::Create => self.module.request(Method::Post, &[]),
            Action::Update => self.module.request(Method::Put, &[]),
            Action::UpdateOne => {
                let id = rows.first().and_then(|row| row.id.as_ref()).map_or("", |id| id.as_str());
                self.module.request(Method::Put, &[id])
            }
            Action::Delete => return self.deletion(rows),
            Action::Upsert { check_fields } => {
                let findable = rows.iter().all(|row| row.findable);
                let idempotency = if findable { Idempotency::Idempotent } else { Idempotency::NotIdempotent };
                let mut request = self.module.request(Method::Post, &["upsert"]).with_idempotency(idempotency);
                if !check_fields.is_empty() {
                    if self.module.session.version() == ApiVersion::V2 {
                        // The Ruby SDK names them in the query, Zoho's Python SDK for v2 in the body.
                        request = request.query("duplicate_check_fields", comma_list(check_fields));
                    }
                    options.insert("duplicate_check_fields".to_owned(), check_fields.clone().into());
                }
                request
            }
        };
        let request = match (&self.condition, rows.first().and_then(|row| row.modified_time.as_ref())) {
            (Some(_), Some(since)) => request.header("If-Unmodified-Since", since.as_str()),
            _ => request,
        };
        request.with_cost(Cost::records(rows.len())).json(&Body { rows, options: &options })
    }

    fn deletion(&self, rows: &[Row]) -> Request<Response> {
        let ids = comma_list(rows.iter().filter_map(|row| row.id.as_ref()));
        let request = self.module.request(Method::Delete, &[]).query("ids", ids);
        match self.options.get("trigger").and_then(Value::as_array) {
            Some(triggers) => {
                let workflow = triggers.iter().any(|trigger| trigger == "workflow");
                request.query("wf_trigger", workflow.to_string())
            }
            None => request,
        }
    }
}

fn names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

/// The body of a write: the records, and the options beside them.
struct Body<'a> {
    rows: &'a [Row],
    options: &'a Map<String, Value>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let rows: Vec<&RawValue> = self.rows.iter().filter_map(|row| row.json.as_deref()).collect();
        let mut body = serializer.serialize_map(None)?;
        body.serialize_entry(KEY, &rows)?;
        for (name, value) in self.options {
            body.serialize_entry(name, value)?;
        }
        body.end()
    }
}
