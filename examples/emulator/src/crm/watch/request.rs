//! A channel as a call asks for it, checked for the version.

use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::operation::Operation;
use super::selection::Selection;
use crate::answer::Answer;
use crate::crm::metadata;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{expected_type, failure, missing_member, refuse, too_many};
use crate::version::Version;

const MOST: usize = 50;
const LONGEST_TOKEN: usize = 50;
const LONGEST_URL: usize = 255;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// One channel of a call.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) id: u64,
    pub(super) wanted: Wanted,
}

/// What is said of it.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) events: Option<Vec<(&'static str, Operation)>>,
    /// The moment, and what it becomes where it is too far.
    pub(super) expiry: Option<OffsetDateTime>,
    pub(super) longest: Duration,
    pub(super) token: Option<String>,
    pub(super) notify_url: Option<String>,
    pub(super) values: Option<bool>,
    pub(super) related: Option<bool>,
    pub(super) conditions: Option<Vec<Selection>>,
    pub(super) delete_events: bool,
}

/// The channels of a body. It is read as it came: whether an id is a number or text matters here.
pub(super) fn read(visit: &Visit<'_>) -> Result<Vec<Result<Asked, Value>>, Box<Answer>> {
    let details = || json!({ "expected_data_type": "jsonobject" });
    let body: Row =
        serde_json::from_slice(&visit.call.body).map_err(|_| refuse(400, "INVALID_DATA", "body", details()))?;
    let list = body.get("watch").ok_or_else(|| missing_member("watch"))?;
    let list = list.as_array().filter(|list| !list.is_empty()).ok_or_else(|| {
        let details = json!({ "expected_data_type": "jsonarray", "api_name": "watch" });
        refuse(400, "INVALID_DATA", "invalid data", details)
    })?;
    if list.len() > MOST {
        return Err(too_many("watch", MOST));
    }
    Ok(list.iter().map(|item| asked(visit, item)).collect())
}

fn invalid(api_name: &str) -> Value {
    failure("INVALID_DATA", "invalid data", json!({ "api_name": api_name }))
}

fn asked(visit: &Visit<'_>, item: &Value) -> Result<Asked, Value> {
    let text = |name: &str| match &item[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(expected_type(name, "string")),
    };
    let flag = |name: &str| match &item[name] {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        _ => Err(expected_type(name, "boolean")),
    };
    let token = text("token")?;
    if token.as_ref().is_some_and(|token| token.chars().count() > LONGEST_TOKEN) {
        return Err(invalid("token"));
    }
    let notify_url = text("notify_url")?;
    if notify_url.as_ref().is_some_and(|url| url.len() > LONGEST_URL || !is_web(url)) {
        return Err(invalid("notify_url"));
    }
    let expiry = match text("channel_expiry")? {
        None => None,
        Some(text) => {
            let moment = moment::parse(&text).filter(|moment| *moment > OffsetDateTime::now_utc());
            Some(moment.ok_or_else(|| invalid("channel_expiry"))?)
        }
    };
    let wanted = Wanted {
        events: events(&item["events"])?,
        expiry,
        longest: if visit.version >= Version::V4 { DAY * 7 } else { DAY },
        token,
        notify_url,
        values: flag("return_affected_field_values")?.filter(|_| visit.version >= Version::V4),
        related: flag("notify_on_related_action")?,
        conditions: match &item["notification_condition"] {
            Value::Null => None,
            conditions if visit.version >= Version::V6 => Some(Selection::read_all(conditions)?),
            _ => None,
        },
        delete_events: flag("_delete_events")?.unwrap_or_default(),
    };
    Ok(Asked { id: id(visit, &item["channel_id"])?, wanted })
}

/// A number up to v4, text from v5 on.
fn id(visit: &Visit<'_>, id: &Value) -> Result<u64, Value> {
    let as_text = visit.version >= Version::V5;
    match id {
        Value::Null => Err(crate::verdict::mandatory("channel_id")),
        Value::Number(number) if !as_text => number.as_u64().ok_or_else(|| invalid("channel_id")),
        Value::String(text) if as_text => text.parse().map_err(|_| invalid("channel_id")),
        _ => Err(expected_type("channel_id", if as_text { "string" } else { "long" })),
    }
}

fn is_web(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn events(given: &Value) -> Result<Option<Vec<(&'static str, Operation)>>, Value> {
    if given.is_null() {
        return Ok(None);
    }
    let list = given.as_array().filter(|list| !list.is_empty()).ok_or_else(|| expected_type("events", "jsonarray"))?;
    if list.len() > MOST {
        return Err(invalid("events"));
    }
    let mut events = Vec::new();
    for event in list {
        let (module, word) = event.as_str().and_then(|event| event.split_once('.')).ok_or_else(|| invalid("events"))?;
        let module = match module {
            "users" if word == "all" => "users",
            _ => metadata::find(module).ok_or_else(|| invalid("events"))?.api_name,
        };
        let operations: &[Operation] = match word {
            "all" => &Operation::ALL,
            "create" => &[Operation::Insert],
            "edit" => &[Operation::Update],
            "delete" => &[Operation::Delete],
            _ => return Err(invalid("events")),
        };
        events.extend(operations.iter().map(|operation| (module, *operation)));
    }
    Ok(Some(events))
}
