//! What is asked before reading: the module's fields, and how many records there are.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::query::{Queries, number};
use super::spec::Spec;
use crate::config::ApiVersion;
use crate::entity::{CustomViewId, Field};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::module::{ModuleHandle, Which};
use crate::rest::{Cost, Session};
use crate::transport::Method;

/// How long a request is thought to take where none was measured.
const LATENCY: Duration = Duration::from_millis(300);

/// What a count by the search index costs, as far as is known; Zoho's pages do not tell.
const BY_INDEX: Cost = Cost::credits_of(50);

/// What was learned, shared by clones.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    fields: Arc<OnceLock<Arc<[Field]>>>,
    by_query: Arc<OnceLock<Counted>>,
    by_index: Arc<OnceLock<Option<u64>>>,
    measured: Arc<Mutex<Measured>>,
    /// The caller has the fields read in any case.
    described: Arc<OnceLock<()>>,
}

#[derive(Debug, Default)]
struct Measured {
    requests: u32,
    time: Duration,
}

/// What COQL says of how many records there are.
#[derive(Debug, Clone)]
pub(super) enum Counted {
    Rows(u64),
    /// It does not count them.
    Not,
    /// It does not give them either.
    NoQuery(Error),
}

impl Counted {
    pub(super) fn rows(&self) -> Option<u64> {
        match self {
            Self::Rows(rows) => Some(*rows),
            Self::Not | Self::NoQuery(_) => None,
        }
    }
}

impl Facts {
    /// The same facts, but for the count.
    pub(super) fn without_count(&self) -> Self {
        Self { by_query: Arc::default(), by_index: Arc::default(), ..self.clone() }
    }

    /// What COQL said of how many there are, if it was asked.
    pub(super) fn counted(&self) -> Option<&Counted> {
        self.by_query.get()
    }

    /// How many requests were sent to learn all this.
    pub(super) fn asked(&self) -> u64 {
        self.lock().requests.into()
    }

    /// How long a request takes.
    pub(super) fn latency(&self) -> Duration {
        let measured = self.lock();
        measured.time.checked_div(measured.requests).unwrap_or(LATENCY)
    }

    /// The module's fields, if they were read.
    pub(super) fn known_fields(&self) -> Option<Arc<[Field]>> {
        self.fields.get().cloned()
    }

    /// The module's fields, for the caller.
    pub(super) fn described(&self, session: &Session, spec: &Spec) -> Result<Arc<[Field]>> {
        self.described.get_or_init(|| ());
        self.fields(session, spec)
    }

    /// Whether the caller has the fields read, whatever the way needs.
    pub(super) fn are_described(&self) -> bool {
        self.described.get().is_some()
    }

    /// The module's fields.
    pub(super) fn fields(&self, session: &Session, spec: &Spec) -> Result<Arc<[Field]>> {
        if let Some(fields) = self.fields.get() {
            return Ok(Arc::clone(fields));
        }
        let module = ModuleHandle::new(session.clone(), spec.module.as_str());
        let fields = self.timed(|| module.fields().list().all())?;
        Ok(Arc::clone(self.fields.get_or_init(|| fields.into())))
    }

    /// How many records there are, by COQL, for one credit.
    pub(super) fn count(&self, session: &Session, spec: &Spec) -> Result<Counted> {
        if let Some(counted) = self.by_query.get() {
            return Ok(counted.clone());
        }
        let counted = match Queries::count(session, spec) {
            None => Counted::Not,
            Some(request) => match self.timed(|| session.run(&request)) {
                Ok(Some(rows)) => Counted::Rows(rows),
                Ok(None) => Counted::Not,
                Err(error) if is_no_query(&error) => Counted::NoQuery(error),
                Err(error) if is_refusal(&error) => Counted::Not,
                Err(error) => return Err(error),
            },
        };
        Ok(self.by_query.get_or_init(|| counted).clone())
    }

    /// As [`count`](Self::count), for a way that does without: what is wrong with COQL, or with the connection, is for
    /// the requests to tell that are needed.
    pub(super) fn count_if_possible(&self, session: &Session, spec: &Spec) -> Result<Counted> {
        match self.count(session, spec) {
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::CreditBudget) => Err(error),
            Err(_) => Ok(self.by_query.get_or_init(|| Counted::Not).clone()),
            counted => counted,
        }
    }

    /// How many records the search index knows of, where it can be asked; its number lags behind by minutes.
    pub(super) fn count_by_index(&self, session: &Session, spec: &Spec) -> Result<Option<u64>> {
        if let Some(counted) = self.by_index.get() {
            return Ok(*counted);
        }
        let Some((name, value)) = index_parameter(spec, session.version()) else { return Ok(None) };
        let request = session.request(Method::Get, [spec.module.as_str(), "actions", "count"]).with_cost(BY_INDEX);
        let request = if name.is_empty() { request } else { request.query(name, value) };
        let request = request.and_then(|response| Ok(number(response.json::<Value>()?.get("count"))));
        let counted = match self.timed(|| session.run(&request)) {
            Ok(counted) => counted,
            Err(error) if is_refusal(&error) => None,
            Err(error) => return Err(error),
        };
        Ok(*self.by_index.get_or_init(|| counted))
    }

    fn timed<T>(&self, send: impl FnOnce() -> Result<T>) -> Result<T> {
        let started = Instant::now();
        let result = send();
        let mut measured = self.lock();
        measured.requests = measured.requests.saturating_add(1);
        measured.time = measured.time.saturating_add(started.elapsed());
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What tells the search index which records are meant; `None` where it cannot say it. Versions before 2.1 have no such
/// count.
fn index_parameter(spec: &Spec, version: ApiVersion) -> Option<(&'static str, String)> {
    let plain = spec.since.is_none() && matches!(spec.converted, None | Some(Which::Without));
    if version < ApiVersion::V2_1 || !plain {
        return None;
    }
    match (&spec.filter, spec.view.as_ref().map(CustomViewId::as_str)) {
        (None, None) => Some(("", String::new())),
        (None, Some(view)) => Some(("cvid", view.to_owned())),
        (Some(filter), None) => Some(("criteria", filter.search_text(version).ok()?)),
        (Some(_), Some(_)) => None,
    }
}

/// Zoho does not do what was asked for, and another way may.
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidRequest
            | ErrorKind::InvalidInput
            | ErrorKind::NotFound
            | ErrorKind::Forbidden
            | ErrorKind::Scope
            | ErrorKind::Unsupported
            | ErrorKind::ListingLimit
    )
}

/// COQL does not have the module, or the user may not query.
fn is_no_query(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Scope)
        || matches!(
            error.code(),
            Some("INVALID_MODULE" | "MODULE_NOT_SUPPORTED" | "NO_PERMISSION" | "OAUTH_SCOPE_MISMATCH")
        )
}
