//! A writer: the options of its writes, and the requests that they make.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::ModuleHandle;
use super::lock::{Condition, Lock};
use crate::config::ApiVersion;
use crate::entity::AssignmentRuleId;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Batch, BeforeRequest, Cost, Effect, Guard, Idempotency, Request, Response, Row, Saved, comma_list};
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
    pub(super) before: Option<BeforeRequest>,
}

/// What is done with records.
#[derive(Debug, Clone)]
pub(super) enum Action {
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

    /// Leaves cadences out (`skip_feature_execution`): `insert` or `update`. Before v8, the write fails with
    /// [`Unsupported`](crate::ErrorKind::Unsupported).
    #[must_use]
    pub fn skip_cadences(self, action: &str) -> Self {
        self.option("skip_feature_execution", serde_json::json!([{ "name": "cadences", "action": action }]))
    }

    /// Applies the rules of the layout (`apply_feature_execution`). From v3 to v7, the write fails with
    /// [`Unsupported`](crate::ErrorKind::Unsupported).
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

    /// Does something before each request goes out, in the thread that sends it: with [`workers`](Self::workers), side
    /// by side. When it fails, that request and the rest are not sent.
    ///
    /// ```no_run
    /// use zcrm_core::journal::Journal;
    ///
    /// # fn run(client: zcrm_core::Client, journal: std::sync::Arc<Journal>, leads: Vec<zcrm_core::Record>) {
    /// // What the journal announces has reached the disk before it is sent.
    /// let writer = client.module("Leads").writer().before_each_request(move || journal.sync());
    /// for written in writer.workers(5).create_iter(leads) {
    ///     println!("{:?}", written.outcome.id());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn before_each_request(mut self, act: impl Fn() -> Result<()> + Send + Sync + 'static) -> Self {
        self.before = Some(BeforeRequest::new(act));
        self
    }

    /// Any other member of the body, beside `data`.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }

    pub(super) fn batch(&self, action: Action) -> Batch {
        let effect = action.effect();
        let per_request = if self.condition.is_some() { 1 } else { self.per_request };
        let cost = if effect == Effect::Delete { Cost::ONE } else { Cost::records(per_request) };
        let workers = self.workers.min(self.module.session.most_in_flight(cost));
        let writer = self.clone();
        let request = move |rows: &[Row]| writer.request(&action, rows);
        let batch = Batch::new(&self.module.session, effect, KEY, per_request, request).workers(workers);
        let batch = batch.before_each_request(self.before.clone());
        match self.lock(effect) {
            Some(lock) => batch.guarded(lock),
            None => batch,
        }
    }

    fn lock(&self, effect: Effect) -> Option<Lock> {
        Some(Lock::new(&self.module, effect, self.condition.clone()?))
    }

    /// The request that writes one record, as a value.
    pub(super) fn one_request(&self, action: &Action, row: Result<Row>) -> Request<Saved> {
        let lock = self.lock(action.effect());
        let row = row.and_then(|row| lock.as_ref().map_or_else(|| Ok(row.clone()), |lock| lock.admit(row.clone())));
        let (request, id) = match &row {
            Ok(row) => (self.request(action, std::slice::from_ref(row)), row.id.clone()),
            Err(error) => (self.request(action, &[]).fault(error.clone()), None),
        };
        request.and_then(move |response| {
            let result = response.result(KEY)?;
            let saved = Saved::of(result, id.as_ref());
            saved.ok_or_else(|| response.undecided("Zoho reports success without an id"))
        })
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
        let request = request.checked(self.check_options());
        request.with_cost(Cost::records(rows.len())).json(&Body { rows, options: &options })
    }

    /// Refuses options that the version has not, by the schemas of Zoho's SDKs: it would pass over them in silence.
    fn check_options(&self) -> Result<()> {
        let version = self.module.session.version();
        let absent = [
            ("apply_feature_execution", (ApiVersion::V3..ApiVersion::V8).contains(&version), "v2, v2.1 and v8"),
            ("skip_feature_execution", version < ApiVersion::V8, "v8"),
        ];
        match absent.into_iter().find(|(name, absent, _)| *absent && self.options.contains_key(*name)) {
            Some((name, _, versions)) => {
                let text = format!("{name} is there in {versions}, and api_version is {version}; leave it out");
                Err(Error::new(ErrorKind::Unsupported, text))
            }
            None => Ok(()),
        }
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

pub(super) fn names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

impl Action {
    fn effect(&self) -> Effect {
        match self {
            Self::Create => Effect::Create,
            Self::Update | Self::UpdateOne => Effect::Update,
            Self::Upsert { .. } => Effect::Upsert,
            Self::Delete => Effect::Delete,
        }
    }
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
