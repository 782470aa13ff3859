//! Listings that come in pages, other than those of records.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::records::SortOrder;
use crate::config::ApiVersion;
use crate::entity::DateTime;
use crate::error::{Error, Result};
use crate::rest::{Listing, MAX_PER_PAGE, Page, PagePosition, Rows, Session};
use crate::transport::Method;

/// How many fields a listing may name, from v3 on.
const MAX_FIELDS: usize = 50;

/// A listing: all of it as an iterator, or one page with [`send`](List::send).
///
/// ```no_run
/// use zcrm_core::resource::UserType;
///
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// for user in client.organization().users(UserType::Active) {
///     println!("{:?}", user?.full_name);
/// }
/// let first = client.organization().users(UserType::All).per_page(10).send()?;
/// println!("{} users, more: {:?}", first.items.len(), first.info.more_records);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is asked for until the listing is sent or iterated"]
pub struct List<T> {
    session: Session,
    segments: Vec<String>,
    key: &'static str,
    query: Vec<(&'static str, String)>,
    fields: Fields,
    modified_since: Option<DateTime>,
    per_page: u16,
    start: PagePosition,
    row: PhantomData<fn() -> T>,
}

/// What is known of the fields that a listing gives.
#[derive(Debug, Clone)]
enum Fields {
    /// The call knows no such parameter.
    Unknown,
    /// It does; from v3 on these are asked for unless others are.
    Default(&'static str),
    /// It does, and from v3 on there is nothing that could be asked for by default.
    Demanded,
    /// Those that were asked for.
    Named(Vec<String>),
}

impl<T> List<T> {
    pub(super) fn new<S: Into<String>>(
        session: &Session,
        segments: impl IntoIterator<Item = S>,
        key: &'static str,
    ) -> Self {
        Self {
            session: session.clone(),
            segments: segments.into_iter().map(Into::into).collect(),
            key,
            query: Vec::new(),
            fields: Fields::Unknown,
            modified_since: None,
            per_page: MAX_PER_PAGE,
            start: PagePosition::Number(1),
            row: PhantomData,
        }
    }

    /// From v3 on Zoho demands a list of fields: these, unless others are named.
    pub(super) fn default_fields(mut self, fields: &'static str) -> Self {
        self.fields = Fields::Default(fields);
        self
    }

    /// From v3 on Zoho demands a list of fields, and only the caller can know them.
    pub(super) fn demand_fields(mut self) -> Self {
        self.fields = Fields::Demanded;
        self
    }

    pub(super) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.query.push((key, value.into()));
        self
    }

    /// How many rows a page has: 1 to 200, by default 200.
    pub fn per_page(mut self, rows: u16) -> Self {
        self.per_page = rows;
        self
    }

    /// Begins at this page, counted from 1.
    pub fn page(mut self, number: u32) -> Self {
        self.start = PagePosition::Number(number);
        self
    }

    /// Which fields to give, by API name, from v3 on at most 50. Users have no such choice: there it is ignored.
    pub fn fields<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        if !matches!(self.fields, Fields::Unknown) {
            self.fields = Fields::Named(names.into_iter().map(Into::into).collect());
        }
        self
    }

    /// The field to sort by. Users cannot be sorted by Zoho.
    pub fn sort_by(self, field: impl Into<String>) -> Self {
        self.with("sort_by", field)
    }

    /// The order to sort in.
    pub fn sort_order(self, order: SortOrder) -> Self {
        self.with("sort_order", order.as_str())
    }

    /// Only what was created or changed after this moment (`If-Modified-Since`), a time with an offset such as
    /// `2026-01-31T00:00:00+01:00`. When there is nothing, the listing is empty.
    pub fn modified_since(mut self, moment: impl Into<DateTime>) -> Self {
        self.modified_since = Some(moment.into());
        self
    }

    fn listing(&self) -> Result<Listing> {
        let version = self.session.version();
        let mut call = self.session.call(Method::Get, &self.segments)?;
        for (key, value) in &self.query {
            call = call.query(key, value);
        }
        call = match &self.fields {
            Fields::Named(names) if version >= ApiVersion::V3 && names.len() > MAX_FIELDS => {
                let named = names.len();
                return Err(Error::invalid(format!(
                    "{named} fields are named; Zoho's API {version} takes at most {MAX_FIELDS}"
                )));
            }
            Fields::Named(names) if !names.is_empty() => call.query("fields", names.join(",")),
            Fields::Default(names) if version >= ApiVersion::V3 => call.query("fields", names),
            Fields::Demanded | Fields::Named(_) if version >= ApiVersion::V3 => {
                return Err(Error::invalid(format!(
                    "Zoho's API {version} lists this only with a list of fields; add fields([...])"
                )));
            }
            _ => call,
        };
        if let Some(moment) = &self.modified_since {
            call = call.header("If-Modified-Since", moment.as_str());
        }
        let by_token = !matches!(self.fields, Fields::Unknown);
        Ok(Listing { call, key: self.key, per_page: self.per_page, start: self.start.clone(), by_token })
    }
}

impl<T: DeserializeOwned> List<T> {
    /// One page: the first, unless [`page`](Self::page) says otherwise.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) before anything is sent when the page size is over 200 or the API version demands
    /// fields and there are none or over 50; whatever a call can fail with.
    pub fn send(&self) -> Result<Page<T>> {
        let listing = self.listing()?.checked()?;
        let reply = listing.fetch(&self.session, &listing.start)?;
        Page::from_reply(&reply, listing.key)
    }

    /// All rows, page after page.
    pub fn iter(&self) -> Rows<T> {
        self.iter_as()
    }
}

impl<T> List<T> {
    /// All rows, each decoded into a type of one's own. A row that does not fit is an `Err` item, and the listing goes
    /// on.
    pub fn iter_as<U: DeserializeOwned>(&self) -> Rows<U> {
        Rows::new(self.session.clone(), self.listing())
    }
}

impl<T: DeserializeOwned> IntoIterator for List<T> {
    type Item = Result<T>;
    type IntoIter = Rows<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: DeserializeOwned> IntoIterator for &List<T> {
    type Item = Result<T>;
    type IntoIter = Rows<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            session: self.session.clone(),
            segments: self.segments.clone(),
            key: self.key,
            query: self.query.clone(),
            fields: self.fields.clone(),
            modified_since: self.modified_since.clone(),
            per_page: self.per_page,
            start: self.start.clone(),
            row: PhantomData,
        }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("path", &self.segments)
            .field("per_page", &self.per_page)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}
