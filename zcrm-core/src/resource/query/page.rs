//! One page of a query: its request, and its rows.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::coql::credits;
use crate::entity::{Record, range_within};
use crate::error::Result;
use crate::resource::row::id_under;
use crate::rest::{Cost, Idempotency, Key, PageInfo, Request, Response, Session, decode_row, row_texts};
use crate::transport::Method;

/// Under which key rows stand.
pub(in crate::resource) const DATA: &str = "data";

#[derive(Serialize)]
struct Body<'a> {
    select_query: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_meta: Option<[&'static str; 1]>,
}

/// The request of a page of at most `rows` rows. A query is a POST, but it only reads.
pub(in crate::resource) fn request(
    session: &Session,
    text: Result<String>,
    rows: u64,
    with_fields: bool,
) -> Request<Response> {
    let request = session.request(Method::Post, ["coql"]);
    let request = match text {
        Ok(text) => request.json(&Body { select_query: &text, include_meta: with_fields.then_some(["fields"]) }),
        Err(error) => request.fault(error),
    };
    request.with_idempotency(Idempotency::Idempotent).with_cost(Cost::credits_of(credits(rows)).heavy())
}

/// The same request with its response read. An error never says that something may have been done: a query changes
/// nothing.
pub(in crate::resource) fn reading<U: 'static>(
    request: Request<Response>,
    read: impl Fn(Response) -> Result<U> + Send + Sync + 'static,
) -> Request<U> {
    request.handle(move |response| response.and_then(&read).map_err(|error| error.with_outcome_unknown(false)))
}

/// A row, with its id where the pages go on by id.
pub(super) struct Row<T> {
    pub(super) id: Option<String>,
    pub(super) value: Result<T>,
}

/// The rows of one page. Each is decoded when it comes out, so that a page is in memory once.
pub(super) struct RowsOfPage<T> {
    response: Option<Response>,
    rows: std::vec::IntoIter<Place>,
    decode: Decode<T>,
    /// Whether Zoho says that there are more.
    pub(super) more: Option<bool>,
    /// By which a page that comes back is known, where ids do not tell.
    pub(super) fingerprint: Option<u64>,
}

/// Where in the body a row stands, and its id where the pages go on by id.
struct Place {
    id: Option<String>,
    text: Range<usize>,
}

/// How the text of a row is decoded.
pub(super) type Decode<T> = fn(&Response, &str) -> Result<T>;

/// A type of the caller's.
pub(super) fn typed<T: DeserializeOwned>(response: &Response, row: &str) -> Result<T> {
    decode_row(response, row)
}

/// A record keeps the text as it came, which needs no second look.
pub(super) fn record(response: &Response, row: &str) -> Result<Record> {
    Record::from_text(row).map_or_else(|| decode_row(response, row), Ok)
}

/// Decodes the rows one by one, so that one that does not fit hides no other. `id_key` is where the id of a row stands.
pub(super) fn read<T: DeserializeOwned>(
    response: Response,
    id_key: Option<&str>,
    decode: Decode<T>,
) -> Result<RowsOfPage<T>> {
    let place = |text: &str| Place {
        id: id_key.and_then(|key| id_under(text, key)),
        text: range_within(response.body(), text),
    };
    let (rows, info, decode): (Vec<_>, _, _) = match response.found::<&RawValue>(Key::from(DATA)) {
        Ok(found) => (found.rows.into_iter().map(|row| place(row.get())).collect(), PageInfo::of(found.info), decode),
        // One of them is no JSON.
        Err(_) => {
            let page = row_texts(&response, Key::from(DATA))?;
            (page.texts.into_iter().map(place).collect(), page.info, typed as Decode<T>)
        }
    };
    let fingerprint = id_key.is_none().then(|| hash(response.body()));
    Ok(RowsOfPage { response: Some(response), rows: rows.into_iter(), decode, more: info.says_more(), fingerprint })
}

impl<T> RowsOfPage<T> {
    /// No page at all.
    pub(super) fn none(decode: Decode<T>) -> Self {
        Self { response: None, rows: Vec::new().into_iter(), decode, more: None, fingerprint: None }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The ids of the rows, where they have one.
    pub(super) fn ids(&self) -> impl DoubleEndedIterator<Item = Option<&str>> {
        self.rows.as_slice().iter().map(|row| row.id.as_deref())
    }
}

impl<T> Iterator for RowsOfPage<T> {
    type Item = Row<T>;

    fn next(&mut self) -> Option<Row<T>> {
        let response = self.response.as_ref()?;
        let Some(Place { id, text }) = self.rows.next() else {
            // The next page is read without this one in memory.
            self.response = None;
            return None;
        };
        let text = response.body().get(text).unwrap_or_default();
        Some(Row { id, value: (self.decode)(response, text) })
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
