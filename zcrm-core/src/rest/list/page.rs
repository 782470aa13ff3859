//! One page of a listing, and what Zoho says of it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::entity::DateTime;
use crate::error::Result;
use crate::rest::response::{Key, Response};

/// What a response says of its page: Zoho's `info`. Which keys are there depends on the API version and on the
/// endpoint.
#[doc(alias = "ResponseInfo")]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(from = "Map<String, Value>")]
#[non_exhaustive]
pub struct PageInfo {
    /// The number of the page, from 1.
    pub page: Option<u64>,
    /// How many rows a page may have.
    pub per_page: Option<u64>,
    /// How many rows this page has.
    pub count: Option<u64>,
    /// Whether there are rows after this page.
    pub more_records: Option<bool>,
    /// From v3 on: the token of the next page. It lives for 24 hours and belongs to the user and to the very parameters
    /// of the listing.
    pub next_page_token: Option<String>,
    /// From v3 on: the token of the previous page.
    pub previous_page_token: Option<String>,
    /// From v3 on: when the tokens die.
    pub page_token_expiry: Option<DateTime>,
    /// All other keys (`sort_by`, `sort_order`, `call`, `email` ...).
    pub other: Map<String, Value>,
    /// Whether Zoho says something of a next page that is not understood.
    unclear: bool,
}

impl From<Map<String, Value>> for PageInfo {
    /// Takes what is understood, in whatever type it comes, and keeps the rest: a listing must not fail because of an
    /// odd `info`.
    fn from(mut info: Map<String, Value>) -> Self {
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
        let (page, per_page, count) =
            (take(&mut info, "page", number), take(&mut info, "per_page", number), take(&mut info, "count", number));
        let mut text =
            |key: &str| take(&mut info, key, |value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
        Self {
            page,
            per_page,
            count,
            next_page_token: text("next_page_token"),
            previous_page_token: text("previous_page_token"),
            page_token_expiry: text("page_token_expiry").map(DateTime::new),
            more_records: flag(&mut info, "more_records"),
            unclear: info.get("more_records").is_some_and(|more| !is_nothing(more)),
            other: info,
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::String(text) => text.trim().is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Removes a member that is understood; leaves one that is not.
fn take<T>(info: &mut Map<String, Value>, key: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let value = read(info.get(key)?)?;
    info.remove(key);
    Some(value)
}

fn flag(info: &mut Map<String, Value>, key: &str) -> Option<bool> {
    take(info, key, |value| match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" | "" => Some(false),
            _ => None,
        },
        _ => None,
    })
}

impl PageInfo {
    /// Whether there are rows after this page, as far as Zoho says so: by `more_records`, or by the token of a next
    /// page. What is not understood may say so.
    pub(crate) fn says_more(&self) -> Option<bool> {
        match (self.more_records, &self.next_page_token) {
            (Some(false), _) => Some(false),
            (Some(true), _) | (None, Some(_)) => Some(true),
            (None, None) => self.unclear.then_some(true),
        }
    }

    /// Whether there are rows after an empty page: then something is wrong.
    pub(super) fn insists(&self) -> bool {
        self.more_records == Some(true) || (self.more_records.is_none() && self.next_page_token.is_some())
    }

    /// The `info` of a response.
    pub(crate) fn of(info: Option<&RawValue>) -> Self {
        let Some(info) = info else { return Self::default() };
        serde_json::from_str(info.get()).unwrap_or_else(|_| match serde_json::from_str(info.get()) {
            Ok(other) if is_nothing(&other) => Self::default(),
            _ => Self::unreadable(),
        })
    }

    /// An `info` that cannot be read.
    pub(super) fn unreadable() -> Self {
        Self { unclear: true, ..Self::default() }
    }
}

/// One page of a listing.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// let page = client.module("Leads").records().fields(["Last_Name"]).per_page(50).send()?;
/// println!("{} leads, more: {:?}", page.items.len(), page.info.more_records);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "BulkAPIResponse")]
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows; none when Zoho has nothing (204) or nothing newer (304).
    pub items: Vec<T>,
    /// What Zoho says of the page.
    pub info: PageInfo,
}

impl<T> Page<T> {
    /// The page of a listing that cannot have rows.
    pub(super) fn empty() -> Self {
        Self { items: Vec::new(), info: PageInfo::default() }
    }
}

impl<T: DeserializeOwned> Page<T> {
    /// The rows under `key` and the `info` of a response, in one pass over its text.
    pub(crate) fn of(response: &Response, key: Key) -> Result<Self> {
        let envelope = response.found(key)?;
        Ok(Self { items: envelope.rows, info: PageInfo::of(envelope.info) })
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
