//! Calls that carry many items, and what became of each.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::records::{BatchReport, Outcome, Saved, comma_list};
use crate::entity::RecordId;
use crate::error::{ApiError, Error, ErrorKind, Result};
use crate::rest::{Call, ItemResult, Reply, Session, refused_results};
use crate::transport::Method;

/// What a success of an item means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Create,
    Update,
    /// One of the two; the result says which.
    Upsert,
    Delete,
}

/// Sends call after call, and stops when it makes no sense to go on.
#[derive(Debug)]
pub(super) struct Sending {
    session: Session,
    /// Under which key the results stand.
    key: &'static str,
    effect: Effect,
    /// Whether one result stands for all items of a call.
    together: bool,
    stopped: Option<Arc<Error>>,
}

impl Sending {
    pub(super) fn new(session: &Session, key: &'static str, effect: Effect) -> Self {
        Self { session: session.clone(), key, effect, together: false, stopped: None }
    }

    /// Zoho accounts for all items of a call with one result, in place of a list.
    pub(super) fn together(self, together: bool) -> Self {
        Self { together, ..self }
    }

    /// Sends any number of items, `limit` in a call.
    ///
    /// # Errors
    ///
    /// When a call cannot be put together; nothing was sent then.
    pub(super) fn in_calls<T>(
        mut self,
        items: &[T],
        limit: usize,
        id: impl Fn(&T) -> Option<RecordId>,
        call: impl Fn(&[T]) -> Result<Call>,
    ) -> Result<BatchReport> {
        let calls = items.chunks(limit).map(|items| Ok((items, call(items)?))).collect::<Result<Vec<_>>>()?;
        Ok(calls.into_iter().flat_map(|(items, call)| self.send(items, &id, Ok(call))).collect())
    }

    /// Deletes by ids, which stand in the query.
    ///
    /// # Errors
    ///
    /// When an id cannot be one; nothing was sent then.
    pub(super) fn by_ids<I: AsRef<str>>(self, ids: &[I], limit: usize, path: &[&str]) -> Result<BatchReport> {
        sendable(ids)?;
        let session = self.session.clone();
        let call = |ids: &[I]| Ok(session.call(Method::Delete, path)?.query("ids", comma_list(ids)));
        self.in_calls(ids, limit, |id| Some(id.as_ref().into()), call)
    }

    /// Sends some items in one call; as many outcomes as items.
    pub(super) fn send<T>(
        &mut self,
        items: &[T],
        id: impl Fn(&T) -> Option<RecordId>,
        call: Result<Call>,
    ) -> Vec<Outcome> {
        if let Some(cause) = &self.stopped {
            return items.iter().map(|_| Outcome::NotSent(Arc::clone(cause))).collect();
        }
        let ids: Vec<_> = items.iter().map(id).collect();
        let answer = call.and_then(|call| self.session.send(&call));
        let failure = match answer.and_then(|reply| self.outcomes(&reply, &ids)) {
            Ok(outcomes) => return outcomes,
            Err(error) => error,
        };
        if is_refusal(&failure) {
            let results = refused_results(&failure, self.key);
            if results.len() == ids.len() {
                let about = |api| failure.about_item(api);
                return self.each(results, ids, failure.outcome_unknown(), &about);
            }
        }
        self.fate(Arc::new(failure), ids.len())
    }

    /// What the failure of a whole call means for its items and for the calls after it.
    fn fate(&mut self, failure: Arc<Error>, items: usize) -> Vec<Outcome> {
        let refused = is_refusal(&failure);
        let of_this_call =
            matches!(failure.kind(), ErrorKind::Unanswered | ErrorKind::Server | ErrorKind::InvalidAnswer);
        if !refused && !of_this_call {
            // No tokens, a scope that lacks, an exhausted 429, no connection: the next call would fare no better.
            self.stopped = Some(Arc::clone(&failure));
        }
        let outcome = if failure.outcome_unknown() || of_this_call {
            Outcome::Unanswered(failure)
        } else if refused {
            Outcome::Refused(failure)
        } else {
            Outcome::NotSent(failure)
        };
        vec![outcome; items]
    }

    fn outcomes(&self, reply: &Reply, ids: &[Option<RecordId>]) -> Result<Vec<Outcome>> {
        let results = if self.together {
            let mut answer: Map<String, Value> = reply.json()?;
            let result = answer.remove(self.key).and_then(|result| serde_json::from_value(result).ok());
            vec![result.ok_or_else(|| reply.undecided("there is no result in Zoho's answer"))?; ids.len()]
        } else {
            reply.results(self.key)?
        };
        if results.len() != ids.len() {
            let message = format!("{} items were sent, and Zoho answered for {}", ids.len(), results.len());
            return Err(reply.undecided(message));
        }
        Ok(self.each(results, ids.to_vec(), reply.is_repetition(), &|api| reply.refused(api)))
    }

    /// One outcome per result; `repeated` says that an earlier attempt may have been done.
    fn each(
        &self,
        results: Vec<ItemResult>,
        ids: Vec<Option<RecordId>>,
        repeated: bool,
        about: &dyn Fn(ApiError) -> Error,
    ) -> Vec<Outcome> {
        let outcome = |(result, id): (ItemResult, Option<RecordId>)| match (self.effect, id) {
            (Effect::Delete, Some(id)) if repeated && is_absent(&result.code) => Outcome::Deleted(id),
            (_, id) => self.outcome(result, id.as_ref(), about),
        };
        results.into_iter().zip(ids).map(outcome).collect()
    }

    fn outcome(&self, result: ItemResult, id: Option<&RecordId>, about: &dyn Fn(ApiError) -> Error) -> Outcome {
        if !result.is_success() {
            return Outcome::Refused(Arc::new(about(result.into_api_error())));
        }
        let updated = result.action.as_deref() == Some("update");
        match Saved::of(result, id) {
            Err(error) => Outcome::Unanswered(Arc::new(error)),
            Ok(saved) => match self.effect {
                Effect::Update => Outcome::Updated(saved),
                Effect::Upsert if updated => Outcome::Updated(saved),
                Effect::Create | Effect::Upsert => Outcome::Created(saved),
                Effect::Delete => Outcome::Deleted(saved.id),
            },
        }
    }
}

/// Refuses ids that would be none, or two, in a list with commas.
pub(super) fn sendable<I: AsRef<str>>(ids: &[I]) -> Result<()> {
    match ids.iter().map(AsRef::as_ref).position(|id| id.is_empty() || id.contains(',')) {
        Some(index) => {
            let id = ids.get(index).map_or("", AsRef::as_ref);
            Err(Error::invalid(format!("{id:?}, at place {index}, is no id")))
        }
        None => Ok(()),
    }
}

/// Whether Zoho refused what was asked, for good and before any work.
fn is_refusal(failure: &Error) -> bool {
    use ErrorKind::{Forbidden, InvalidRequest, Modified, NotFound};
    matches!(failure.kind(), InvalidRequest | NotFound | Forbidden | Modified)
}

/// Whether Zoho says of a deletion that there is nothing with this id. After a lost answer that means: it was done the
/// first time.
pub(super) fn is_absent(code: &str) -> bool {
    matches!(code, "INVALID_DATA" | "RECORD_NOT_FOUND" | "RESOURCE_NOT_FOUND")
}
