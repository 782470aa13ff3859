//! One page of an answer.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::reply::Reply;
use crate::entity::DateTime;
use crate::error::{Error, Result};

/// What an answer says of its page: Zoho's `info`. Which keys are there depends on the API version and on the call.
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
}

impl From<Map<String, Value>> for PageInfo {
    /// Takes what is understood and keeps the rest: a listing must not fail because of an odd `info`.
    fn from(mut info: Map<String, Value>) -> Self {
        let mut number = |key: &str| {
            let value = info.remove(key)?;
            value.as_u64().or_else(|| value.as_str()?.parse().ok())
        };
        let (page, per_page, count) = (number("page"), number("per_page"), number("count"));
        let mut text = |key: &str| match info.remove(key) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        Self {
            page,
            per_page,
            count,
            next_page_token: text("next_page_token"),
            previous_page_token: text("previous_page_token"),
            page_token_expiry: text("page_token_expiry").map(DateTime::new),
            more_records: info.remove("more_records").and_then(|more| more.as_bool()),
            other: info,
        }
    }
}

impl PageInfo {
    /// The `info` of an answer, as far as it is an object.
    pub(super) fn of(info: Option<&RawValue>) -> Self {
        info.and_then(|info| serde_json::from_str(info.get()).ok()).unwrap_or_default()
    }
}

/// One page of an answer.
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
    pub(crate) fn empty() -> Self {
        Self { items: Vec::new(), info: PageInfo::default() }
    }
}

impl<T: DeserializeOwned> Page<T> {
    /// The rows under `key` and the `info` of an answer, in one pass over its text.
    pub(crate) fn from_reply(reply: &Reply, key: &'static str) -> Result<Self> {
        let envelope = reply.rows(key).map_err(Error::logged)?;
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
