//! A request as it goes into a composite call, and why it cannot.

use std::any::Any;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::config::ApiVersion;
use crate::error::{Error, Result};
use crate::rest::parts::{Host, Parts};
use crate::rest::request::Request;
use crate::transport::Method;

/// Under which key requests and their results are.
pub(super) const KEY: &str = "__composite_requests";

/// What a request gave, of any type.
pub(crate) type Decoded = Box<dyn Any + Send>;

/// The most rows that a request which reads a list may ask for.
const MOST_ROWS: u64 = 25;

/// A request within a composite call.
#[derive(Serialize)]
pub(super) struct Member<'a> {
    sub_request_id: String,
    method: &'static str,
    uri: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
}

/// The name of the request at an index, by which others refer to it.
pub(crate) fn name(index: usize) -> String {
    format!("r{}", index.saturating_add(1))
}

impl<'a> Member<'a> {
    pub(super) fn of(index: usize, request: &'a Request<Decoded>, version: ApiVersion) -> Result<Self> {
        let parts = request.parts();
        if let Some(fault) = &parts.fault {
            return Err(fault.clone());
        }
        let unfit = |why: String| {
            let number = index.saturating_add(1);
            Error::invalid(format!(
                "request {number} ({} {}) cannot be part of a composite: {why}",
                parts.method, parts.path
            ))
        };
        let params: BTreeMap<String, String> =
            url::form_urlencoded::parse(parts.query.trim_start_matches('?').as_bytes()).into_owned().collect();
        let body = match &parts.body {
            Some(bytes) => Some(json_of(parts, bytes).ok_or_else(|| unfit("its body is not JSON".to_owned()))?),
            None => None,
        };
        check(parts, &params, body, version).map_err(unfit)?;
        Ok(Self {
            sub_request_id: name(index),
            method: parts.method.as_str(),
            uri: parts.path.split('/').map(segment).collect::<Vec<_>>().join("/"),
            params,
            headers: parts.headers.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect(),
            body,
        })
    }
}

/// A segment of the path: escaped, unless it refers to another request.
fn segment(escaped: &str) -> String {
    let plain = percent_decode_str(escaped).decode_utf8_lossy();
    if plain.contains("@{") { plain.into_owned() } else { escaped.to_owned() }
}

fn json_of<'a>(parts: &Parts, bytes: &'a [u8]) -> Option<&'a RawValue> {
    parts.content_type.starts_with("application/json").then(|| serde_json::from_slice(bytes).ok()).flatten()
}

/// The limits of Zoho's page *Composite API*, as far as they are known before sending.
fn check(
    parts: &Parts,
    params: &BTreeMap<String, String>,
    body: Option<&RawValue>,
    version: ApiVersion,
) -> Result<(), String> {
    if parts.host != Host::Api || parts.origin.is_some() {
        return Err("it goes to another host".to_owned());
    }
    let own = parts.path.split('/').filter_map(|segment| segment.parse::<ApiVersion>().ok()).next();
    if own.is_some_and(|own| own > version) {
        return Err(format!("its version of the API is above that of the composite, {version}"));
    }
    if parts.path.starts_with("/crm/bulk/") {
        return Err("Zoho takes no bulk jobs in one".to_owned());
    }
    if parts.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-crm-org")) {
        return Err("Zoho takes no header X-CRM-ORG in one".to_owned());
    }
    if parts.method == Method::Delete && params.contains_key("ids") {
        return Err("a deletion has its one id in the path; use record(id).delete_request()".to_owned());
    }
    let rows = params.get("per_page").and_then(|rows| rows.parse::<u64>().ok());
    let body: Value = body.and_then(|body| serde_json::from_str(body.get()).ok()).unwrap_or_default();
    let query = body.get("select_query").and_then(Value::as_str);
    let rows = query.map_or(rows, |query| Some(limit_of(query).unwrap_or(u64::MAX)));
    match rows {
        Some(u64::MAX) => return Err(format!("its query has no limit; add \"limit {MOST_ROWS}\"")),
        Some(rows) if rows > MOST_ROWS => {
            return Err(format!(
                "it asks for {rows} rows, and a list gives at most {MOST_ROWS}; set per_page or limit"
            ));
        }
        _ => {}
    }
    match body.get("data").and_then(Value::as_array).map_or(0, Vec::len) {
        0 | 1 => Ok(()),
        records => Err(format!("it writes {records} records; add a request for each")),
    }
}

/// The number of rows that a query in COQL asks for: `limit ROWS`, or `limit OFFSET, ROWS`.
fn limit_of(query: &str) -> Option<u64> {
    let lower = query.to_ascii_lowercase();
    let (_, limit) = lower.rsplit_once("limit")?;
    let mut numbers =
        limit.split(|separator: char| separator == ',' || separator.is_whitespace()).filter(|part| !part.is_empty());
    let first = numbers.next()?.parse().ok()?;
    let second = numbers.next().and_then(|number| number.parse().ok());
    Some(second.unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_a_query_are_those_after_limit() {
        for (query, rows) in [
            ("select id from Leads where City = 'limit 99' limit 20", Some(20)),
            ("select id from Leads LIMIT 40, 25", Some(25)),
            ("select id from Leads limit 20 offset 100", Some(20)),
            ("select id from Leads", None),
        ] {
            assert_eq!(limit_of(query), rows, "{query}");
        }
    }
}
