//! The request of each page of a listing, and where to go on after it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::cursor::{Cursor, Position, expired};
use super::page::PageInfo;
use crate::config::ApiVersion;
use crate::entity::DateTime;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::cost::Cost;
use crate::rest::request::Request;
use crate::rest::response::{Key, Response};
use crate::rest::session::Session;

/// The largest page that Zoho gives.
pub(super) const MAX_PER_PAGE: u16 = 200;

/// How many fields a listing may name, from v3 on (Zoho's page *Get records*).
const MAX_FIELDS: usize = 50;

/// How many rows can be reached by page number where page tokens exist (v3 on; Zoho's page *Get records*).
const ROWS_BY_NUMBER: u64 = 2_000;

/// What the endpoint of a listing knows of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fields {
    /// It has no such parameter.
    Unknown,
    /// They may be named.
    Optional,
    /// They have to be named from v3 on; these are, unless the caller names others.
    Default(&'static str),
    /// They have to be named from v3 on, and only the caller can know them.
    Demanded,
}

/// What is listed.
#[derive(Debug, Clone)]
pub struct Listing {
    request: Request<Response>,
    pub(super) key: Key,
    fields_rule: Fields,
    sortable: bool,
    by_time: bool,
    by_token: bool,
    in_pages: bool,
    filters: &'static [&'static str],
    fields: Vec<String>,
    params: Vec<(String, String)>,
    modified_since: Option<DateTime>,
    per_page: Option<u16>,
    pub(super) start: Position,
    pub(super) resumed: Option<Cursor>,
    /// Known to have no rows, so nothing is asked for.
    pub(super) empty: bool,
}

impl Listing {
    /// Everything that `request` gives under `key`, in one response.
    pub(crate) fn whole(request: Request<Response>, key: impl Into<Key>) -> Self {
        Self {
            request,
            key: key.into(),
            fields_rule: Fields::Unknown,
            sortable: false,
            by_time: false,
            by_token: false,
            in_pages: false,
            filters: &[],
            fields: Vec::new(),
            params: Vec::new(),
            modified_since: None,
            per_page: None,
            start: Position::Page(1),
            resumed: None,
            empty: false,
        }
    }

    /// The same, in pages of at most 200 rows.
    pub(crate) fn paged(request: Request<Response>, key: impl Into<Key>) -> Self {
        Self { in_pages: true, ..Self::whole(request, key) }
    }

    /// What the endpoint knows of fields.
    pub(crate) fn with_fields(self, fields_rule: Fields) -> Self {
        Self { fields_rule, ..self }
    }

    /// The endpoint sorts, and takes `If-Modified-Since`.
    pub(crate) fn sorted_and_by_time(self) -> Self {
        Self { sortable: true, ..self.since() }
    }

    /// The endpoint takes `If-Modified-Since`.
    pub(crate) fn since(self) -> Self {
        Self { by_time: true, ..self }
    }

    /// Past row 2,000 the listing goes on by page token, from v3 on.
    pub(crate) fn with_page_tokens(self) -> Self {
        Self { by_token: true, ..self }
    }

    /// The endpoint has these filters.
    pub(crate) fn with_filters(self, filters: &'static [&'static str]) -> Self {
        Self { filters, ..self }
    }

    /// What is wrong with the listing.
    pub(super) fn first_fault(&self) -> Option<Error> {
        self.request.parts().fault.clone()
    }

    /// Keeps what is wrong with the listing; nothing is sent then.
    pub(super) fn fault(&mut self, error: Error) {
        self.request = self.request.clone().fault(error);
    }

    pub(super) fn name_fields(&mut self, names: impl Iterator<Item = String>) {
        self.fields.extend(names);
        if self.fields_rule == Fields::Unknown {
            self.fault(Error::invalid("the fields of this listing cannot be chosen; leave out fields([...])"));
        } else if self.fields.iter().any(|name| name.trim().is_empty() || name.contains(',')) {
            self.fault(Error::invalid("a field name is empty or holds a comma; give one API name an item"));
        }
    }

    pub(super) fn filter(&mut self, name: &'static str, value: impl Into<String>) {
        if !self.filters.contains(&name) {
            self.fault(Error::invalid(format!("this listing has no filter {name}")));
        }
        self.param(name, value.into());
    }

    pub(super) fn sort(&mut self, name: &str, value: String) {
        if !self.sortable {
            self.fault(Error::invalid("Zoho does not sort this listing; leave out sort_by and sort_order"));
        }
        self.param(name, value);
    }

    /// Sets a parameter; the last value counts.
    pub(super) fn param(&mut self, name: &str, value: String) {
        if matches!(name, "page" | "page_token" | "per_page" | "fields") {
            self.fault(Error::invalid(format!("set {name} by the method of this name, not as a parameter")));
        }
        self.params.retain(|(present, _)| present != name);
        self.params.push((name.to_owned(), value));
    }

    pub(super) fn since_moment(&mut self, moment: DateTime) {
        if !self.by_time {
            self.fault(Error::invalid("this listing cannot be limited by time; leave out modified_since"));
        } else if moment.unix_seconds().is_none() {
            self.fault(Error::invalid(format!(
                "{:?} is no moment with an offset, such as 2026-01-31T00:00:00+01:00",
                moment.as_str()
            )));
        }
        self.modified_since = Some(moment);
    }

    pub(super) fn set_per_page(&mut self, rows: u16) {
        if !self.in_pages {
            self.fault(Error::invalid("Zoho gives this listing whole; leave out per_page and page"));
        } else if rows == 0 || rows > MAX_PER_PAGE {
            self.fault(Error::invalid(format!("per_page is {rows}; it has to be 1 to {MAX_PER_PAGE}")));
        }
        self.per_page = Some(rows);
    }

    pub(super) fn set_start(&mut self, start: Position) {
        match start {
            Position::Page(0) => self.fault(Error::invalid("page is 0; pages count from 1")),
            Position::Page(_) if !self.in_pages => {
                self.fault(Error::invalid("Zoho gives this listing whole; leave out per_page and page"));
            }
            Position::PageToken(_) if !self.by_token => {
                self.fault(Error::invalid("this listing has no page tokens; begin at a page number"));
            }
            _ => {}
        }
        self.start = start;
    }

    /// The listing in words, to recognize it by: path, parameters, and all else that decides which rows come when.
    pub(super) fn identity(&self) -> String {
        let parts = self.request.parts();
        let mut identity = format!("{} {}", parts.path, parts.query);
        for (name, value) in &self.params {
            identity.push_str(&format!(" {name}={value}"));
        }
        let since = self.modified_since.as_ref().map_or("", DateTime::as_str);
        identity.push_str(&format!(
            " fields={} per_page={} since={since}",
            self.fields.join(","),
            self.rows_per_page()
        ));
        identity
    }

    fn rows_per_page(&self) -> u16 {
        self.per_page.unwrap_or(MAX_PER_PAGE)
    }

    fn param_value(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(present, _)| present == name).map(|(_, value)| value.as_str())
    }

    /// What is wrong with the listing in this version of the API.
    fn check(&self, version: ApiVersion, position: &Position) -> Result<()> {
        let later = version >= ApiVersion::V3;
        let nothing_named = self.fields.is_empty();
        let fault = if later && nothing_named && self.fields_rule == Fields::Demanded {
            format!(
                "Zoho's API {version} lists this only with a list of fields, at most {MAX_FIELDS}; add fields([...])"
            )
        } else if later && self.fields.len() > MAX_FIELDS {
            format!("{} fields are named; Zoho's API {version} takes at most {MAX_FIELDS}", self.fields.len())
        } else if later && self.param_value("cvid").is_some() && self.param_value("sort_by").is_some() {
            format!("Zoho's API {version} does not sort a custom view; leave out either custom_view or sort_by")
        } else if !later && matches!(position, Position::PageToken(_)) {
            let message = format!("Zoho's API {version} has no page tokens; v3 and later have");
            return Err(Error::new(ErrorKind::Unsupported, message));
        } else {
            return Ok(());
        };
        Err(Error::invalid(fault))
    }

    /// The request of one page.
    pub(super) fn page(&self, version: ApiVersion, position: &Position) -> Request<Response> {
        let mut request = self.request.clone().checked(self.check(version, position));
        if !self.fields.is_empty() {
            request = request.query("fields", self.fields.join(","));
        } else if let (Fields::Default(names), true) = (self.fields_rule, version >= ApiVersion::V3) {
            request = request.query("fields", names);
        }
        for (name, value) in &self.params {
            request = request.query(name, value);
        }
        if let Some(moment) = &self.modified_since {
            request = request.header("If-Modified-Since", moment.as_str());
        }
        if self.in_pages || *position != Position::Page(1) {
            request = match position {
                Position::Page(number) => request.query("page", number.to_string()),
                Position::PageToken(token) => request.query("page_token", token),
            };
            request = request.query("per_page", self.rows_per_page().to_string());
        }
        let by_token = matches!(position, Position::PageToken(_));
        let cost = self.cost();
        request.with_cost(cost).handle(move |response| response.map_err(|error| of_token(error, by_token)))
    }

    /// Records of a custom view cost 3 credits, sorted ones count as heavy (Zoho's page *API limits*).
    fn cost(&self) -> Cost {
        if self.param_value("cvid").is_some() {
            Cost::credits_of(3).heavy()
        } else if self.param_value("sort_by").is_some() {
            self.request.cost().heavy()
        } else {
            self.request.cost()
        }
    }

    /// Sends the request of one page.
    pub(super) fn fetch(&self, session: &Session, position: &Position) -> Result<Response> {
        session.run(&self.page(session.version(), position))
    }

    /// Where to go on after the page at `position`; `None` at the end.
    pub(super) fn next(
        &self,
        version: ApiVersion,
        position: &Position,
        info: PageInfo,
        rows: usize,
    ) -> Result<Option<Position>> {
        let full = self.in_pages && rows >= usize::from(self.rows_per_page());
        if !info.says_more().unwrap_or(full) {
            return Ok(None);
        }
        if rows == 0 && !info.insists() {
            return Ok(None);
        }
        if rows == 0 {
            return Err(stuck("Zoho gave an empty page and says that there is more"));
        }
        let tokens = self.by_token && version >= ApiVersion::V3;
        let number = match position {
            Position::Page(number) => number.checked_add(1),
            Position::PageToken(_) => None,
        };
        let within = |number: u32| u64::from(number).saturating_mul(self.rows_per_page().into()) <= ROWS_BY_NUMBER;
        match (number, info.next_page_token) {
            (Some(number), _) if !tokens || within(number) => Ok(Some(Position::Page(number))),
            (_, Some(token)) => Ok(Some(Position::PageToken(token))),
            (_, None) => Err(stuck("Zoho says that there is more and gave no page token to reach it")),
        }
    }
}

/// Notices pages and page tokens that come back, so that no listing goes on for ever.
#[derive(Debug, Default)]
pub(super) struct Seen(HashSet<u64>);

impl Seen {
    /// Remembers a page by its rows, without `info`, which counts pages even if the rows are the same.
    pub(super) fn page(&mut self, rows: [&str; 2]) -> Result<()> {
        if self.0.insert(checksum(rows)) {
            return Ok(());
        }
        Err(stuck("Zoho gave the same page again"))
    }

    /// Remembers the page token of the next page.
    pub(super) fn position(&mut self, position: Option<&Position>) -> Result<()> {
        match position {
            Some(Position::PageToken(token)) if !self.0.insert(hash(&("page token", token))) => {
                Err(stuck("Zoho gave the same page token again"))
            }
            _ => Ok(()),
        }
    }
}

/// Two checksums, of the halves of a text: one of 32 bits would take some pages of a long listing for equal.
fn checksum([text, rest]: [&str; 2]) -> u64 {
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(second);
    hasher.update(rest.as_bytes());
    u64::from(crc32fast::hash(first)) << 32 | u64::from(hasher.finalize())
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn stuck(why: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the listing cannot go on: {why}"))
}

/// What Zoho's rejection of a page token means.
fn of_token(error: Error, by_token: bool) -> Error {
    match error.code() {
        Some("EXPIRED_VALUE") if by_token => expired().with_source(error),
        Some("INVALID_DATA") if by_token => error.understood_as(
            ErrorKind::CursorUser,
            "Zoho rejected the page token; it belongs to another user, or is damaged. Begin the listing anew",
        ),
        _ => error,
    }
}
