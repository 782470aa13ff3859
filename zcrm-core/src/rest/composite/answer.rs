//! What became of each request of a composite call.

use std::io::Cursor;

use super::member::{Decoded, KEY, name};
use crate::entity::Json;
use crate::error::{ApiError, Error, ErrorKind, Result};
use crate::rest::request::Request;
use crate::rest::response::{ItemResult, Response, receive};
use crate::transport::{Headers, HttpResponse, Method};

/// Codes of a request that was undone, or not begun, because another one failed.
const UNDONE: [&str; 2] = ["ROLLBACK_PERFORMED", "PROCESSING_STOPPED"];

/// With rollback, 400 is all undone and 200 all done.
pub(super) fn is_rolled_back(status: u16) -> bool {
    status == 400
}

/// The outcome of each request, from the status and the body of the whole call and whether it was sent again; `None`
/// where the body has none.
pub(super) fn outcomes(
    requests: &[Request<Decoded>],
    (status, body, retried): (u16, &str, bool),
    rolled_back: bool,
) -> Option<Vec<Result<Decoded>>> {
    let mut items: Vec<Option<Json>> = body.parse::<Told>().ok()?.0.into_iter().map(Some).collect();
    let named = |request: usize| {
        let name = name(request);
        move |item: &Option<Json>| {
            item.as_ref().and_then(|item| item.get("sub_request_id")?.text().map(|id| id == name)).unwrap_or_default()
        }
    };
    let mut places = Vec::with_capacity(requests.len());
    for index in 0..requests.len() {
        let by_name = items.iter().position(named(index));
        places.push(items.get_mut(by_name.unwrap_or(index)).and_then(Option::take));
    }
    let outcome = |(request, item): (&Request<Decoded>, Option<Json>)| {
        let response = match item {
            Some(item) => Item { request, item, status, retried, rolled_back }.response(requests),
            None => Err(open(request, "Zoho's response has no result of this request")),
        };
        let (method, path) = (request.method().as_str(), request.path());
        request.decode(response).map_err(|error| error.with_request(method, path))
    };
    Some(requests.iter().zip(places).map(outcome).collect())
}

/// The items of a body.
struct Told(Vec<Json>);

impl std::str::FromStr for Told {
    type Err = ();

    fn from_str(body: &str) -> Result<Self, ()> {
        let body: Json = serde_json::from_str(body).map_err(drop)?;
        body.get(KEY).and_then(|items| items.elements()).map(Self).ok_or(())
    }
}

struct Item<'a> {
    request: &'a Request<Decoded>,
    item: Json,
    status: u16,
    retried: bool,
    rolled_back: bool,
}

impl Item<'_> {
    /// What the request was answered, as if it had been sent alone.
    fn response(&self, requests: &[Request<Decoded>]) -> Result<Response> {
        let inner = self.item.get("details").and_then(|details| details.get("response"));
        let Some(status) = inner.as_ref().and_then(|inner| number(&inner.get("status_code")?)) else {
            return Err(self.refused(requests));
        };
        let status = u16::try_from(status).unwrap_or_default();
        let member = |name: &str| inner.as_ref().and_then(|inner| inner.get(name)).unwrap_or_default();
        let body = match member("body") {
            body if body.is_null() => String::new(),
            body => body.text().map_or_else(|| body.raw().to_owned(), |text| text.into_owned()),
        };
        let headers = member("headers").members().unwrap_or_default().into_iter();
        let headers = headers.map(|(name, value)| {
            let text = value.text().map_or_else(|| value.raw().to_owned(), |text| text.into_owned());
            (name, text)
        });
        let answer = HttpResponse::new(status, Headers::new(headers), Cursor::new(body.into_bytes()));
        let received = receive(answer, u64::MAX).map_err(|failure| {
            let unknown = (self.retried || failure.classification.is_ambiguous()) && self.writes();
            failure.error.with_outcome_unknown(unknown)
        })?;
        if self.rolled_back && self.writes() {
            let text = "this request was done and undone again, since another one of the composite failed";
            return Err(Error::new(ErrorKind::RolledBack, text).with_status(self.status));
        }
        Ok(Response::new(self.request.parts(), received, self.retried))
    }

    /// Why the request was not answered.
    fn refused(&self, requests: &[Request<Decoded>]) -> Error {
        let told = ItemResult::parse(self.item.raw()).map(ItemResult::into_api_error);
        let Some(api) = told.filter(|api| !api.code.is_empty()) else {
            return open(self.request, "Zoho's result of this request cannot be read");
        };
        if UNDONE.contains(&api.code.as_str()) {
            return undone(api, self.status, requests);
        }
        let kind = ErrorKind::of_response(self.status, &api.code);
        let text = "Zoho rejected this request of the composite";
        let error = Error::new(kind, text).with_status(self.status).with_api(api);
        if self.writes() { timed_out(error.with_outcome_unknown(kind == ErrorKind::Server)) } else { error }
    }

    fn writes(&self) -> bool {
        self.request.method() != Method::Get
    }
}

/// The error of a request that was undone or not begun: it says which other one failed.
fn undone(api: ApiError, status: u16, requests: &[Request<Decoded>]) -> Error {
    let cause: Option<usize> = api.detail("rollbacked_by_sub_request_index");
    let named = cause.and_then(|index| Some((index.checked_add(1)?, requests.get(index)?)));
    let what = if api.code == "ROLLBACK_PERFORMED" { "this request was undone" } else { "this request was not begun" };
    let text = match named {
        Some((number, request)) => {
            format!("{what}, since request {number} of the composite failed, {} {}", request.method(), request.path())
        }
        None => format!("{what}, since another one of the composite failed"),
    };
    Error::new(ErrorKind::RolledBack, text).with_status(status).with_api(api)
}

fn open(request: &Request<Decoded>, text: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, text).with_outcome_unknown(request.method() != Method::Get)
}

fn number(value: &Json) -> Option<u64> {
    value.text().map_or_else(|| value.raw().parse().ok(), |text| text.parse().ok())
}

/// After five minutes Zoho gives up; what was asked for may still be done.
pub(super) fn timed_out(error: Error) -> Error {
    if error.code() != Some("REQUEST_TIMEOUT") {
        return error;
    }
    let text = "Zoho gave up on the composite after its time limit; its requests may have been done";
    error.understood_as(ErrorKind::Unanswered, text).with_outcome_unknown(true)
}
