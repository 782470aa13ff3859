//! One call with several requests.

use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::answer::{is_rolled_back, outcomes, timed_out};
use super::member::{Decoded, KEY, Member};
use crate::config::ApiVersion;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::cost::Cost;
use crate::rest::parts::Idempotency;
use crate::rest::request::Request;
use crate::rest::response::rejection_in;
use crate::transport::Method;

/// The most requests in a call (Zoho's page *Composite API*).
const MOST: usize = 5;

/// The slots of the concurrency that a call takes, however many requests it has.
const SLOTS: u8 = 5;

/// How requests are done together.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Together {
    /// All or none.
    pub(crate) rollback: bool,
    /// One after the other.
    pub(crate) in_order: bool,
}

impl Together {
    pub(crate) fn cost(self) -> Cost {
        Cost::credits_of(if self.rollback { 2 } else { 1 }).heavy().with_slots(SLOTS)
    }
}

/// One call with all of these requests; gives what became of each, in their order.
pub(crate) fn composite(
    version: ApiVersion,
    requests: &[Request<Decoded>],
    together: Together,
) -> Request<Vec<Result<Decoded>>> {
    let idempotency = requests.iter().map(Request::idempotency).max_by_key(|idempotency| match idempotency {
        Idempotency::Idempotent => 0,
        Idempotency::Update => 1,
        Idempotency::NotIdempotent => 2,
    });
    let call = Request::new(Method::Post, version, [KEY])
        .with_cost(together.cost())
        .with_idempotency(idempotency.unwrap_or(Idempotency::Idempotent))
        .checked(check(version, requests.len()));
    let members: Result<Vec<Member<'_>>> =
        requests.iter().enumerate().map(|(index, request)| Member::of(index, request, version)).collect();
    let call = match members {
        Ok(members) => call.json(&Body { version, together, members: &members }),
        Err(error) => call.fault(error),
    };
    let requests: Arc<[Request<Decoded>]> = requests.into();
    call.handle(move |answer| {
        let reads_only = requests.iter().all(|request| request.method() == Method::Get);
        let open = |error: Error| {
            if reads_only { error.with_outcome_unknown(false) } else { timed_out(error) }
        };
        match answer {
            Ok(response) => {
                let told = (response.status(), response.body(), response.is_retry());
                let outcomes = outcomes(&requests, told, false);
                outcomes.ok_or_else(|| match rejection_in(response.body()) {
                    Some(api) => response.rejection(api),
                    None => open(response.undecided("Zoho's response has no results of the requests")),
                })
            }
            Err(error) => {
                let status = error.status().unwrap_or_default();
                let told = error.response_text().map(|text| (status, text, error.outcome_unknown()));
                let rolled_back = together.rollback && is_rolled_back(status);
                told.and_then(|told| outcomes(&requests, told, rolled_back)).ok_or_else(|| open(error))
            }
        }
    })
}

fn check(version: ApiVersion, requests: usize) -> Result<()> {
    if version < ApiVersion::V3 {
        let text = format!("Zoho's API {version} has no composite requests; v3 and later have");
        return Err(Error::new(ErrorKind::Unsupported, text));
    }
    match requests {
        0 => Err(Error::invalid("the composite has no request; add one")),
        1..=MOST => Ok(()),
        _ => Err(Error::invalid(format!("{requests} requests were added; a composite takes at most {MOST}"))),
    }
}

struct Body<'a> {
    version: ApiVersion,
    together: Together,
    members: &'a [Member<'a>],
}

impl Serialize for Body<'_> {
    /// Without a word Zoho does the requests side by side, or one after the other where all or none are to be done.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        if self.together.rollback {
            body.serialize_entry("rollback_on_fail", &true)?;
        }
        if self.together.in_order {
            let side_by_side =
                if self.version < ApiVersion::V6 { "concurrent_execution" } else { "parallel_execution" };
            body.serialize_entry(side_by_side, &false)?;
        }
        body.serialize_entry(KEY, self.members)?;
        body.end()
    }
}
