//! What to list, as the caller says it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::cursor::{Cursor, Position};
use super::page::Page;
use super::plan::Listing;
use super::rows::Rows;
use crate::entity::DateTime;
use crate::error::{Error, Result};
use crate::rest::request::Request;
use crate::rest::response::{Key, Response};
use crate::rest::session::Session;

/// In which order rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortOrder {
    /// The smallest, or the oldest, first.
    Ascending,
    /// The largest, or the latest, first. Zoho's default.
    Descending,
}

impl SortOrder {
    /// The word as Zoho wants it: `asc` or `desc`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

/// A listing: all of it as an iterator, or one page with [`send`](List::send).
///
/// All listings share this type. A setting that the endpoint does not have, such as sorting users, is an error when the
/// listing is sent, and never ignored.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// for lead in client.module("Leads").records().fields(["Last_Name"]) {
///     println!("{}", lead?.raw());
/// }
/// let first = client.users().list().per_page(10).send()?;
/// println!("{} users, more: {:?}", first.items.len(), first.info.more_records);
/// let roles = client.roles().list().all()?;
/// # let _ = roles;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until the listing is sent or iterated"]
pub struct List<T> {
    session: Session,
    listing: Listing,
    prefetch: bool,
    row: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    pub(crate) fn new(session: &Session, listing: Listing) -> Self {
        Self { session: session.clone(), listing, prefetch: false, row: PhantomData }
    }

    fn with(mut self, change: impl FnOnce(&mut Listing)) -> Self {
        change(&mut self.listing);
        self
    }

    /// Sets a filter that the endpoint may or may not have.
    pub(crate) fn filter(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with(|listing| listing.filter(name, value))
    }

    /// Keeps what is wrong with an argument.
    pub(crate) fn fault(self, error: Error) -> Self {
        self.with(|listing| listing.fault(error))
    }

    /// The listing is known to have no rows, so nothing is asked for.
    pub(crate) fn empty(self) -> Self {
        self.with(|listing| listing.empty = true)
    }

    /// Adds fields to give, by API name. From v3 on records and related records need some, at most 50; v2 gives all
    /// fields when none is named.
    pub fn fields<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        self.with(|listing| listing.name_fields(names.into_iter().map(Into::into)))
    }

    /// The field to sort by: of records any in v2, and `id`, `Created_Time` or `Modified_Time` in later versions.
    pub fn sort_by(self, field: impl Into<String>) -> Self {
        self.with(|listing| listing.sort("sort_by", field.into()))
    }

    /// The order to sort in; Zoho's default is descending.
    pub fn sort_order(self, order: SortOrder) -> Self {
        self.with(|listing| listing.sort("sort_order", order.as_str().to_owned()))
    }

    /// How many rows a page has: 1 to 200, by default 200.
    pub fn per_page(self, rows: u16) -> Self {
        self.with(|listing| listing.set_per_page(rows))
    }

    /// Begins at this page, counted from 1.
    pub fn page(self, number: u32) -> Self {
        self.with(|listing| listing.set_start(Position::Page(number)))
    }

    /// Begins at a page token of Zoho's, from v3 on. All other settings have to be those of the listing that gave it.
    pub fn page_token(self, token: impl Into<String>) -> Self {
        self.with(|listing| listing.set_start(Position::PageToken(token.into())))
    }

    /// Goes on where another iterator over the same listing stopped. Set it last: the cursor has to fit all other
    /// settings, else the listing is an error of kind [`CursorMismatch`](crate::ErrorKind::CursorMismatch).
    pub fn cursor(mut self, cursor: &Cursor) -> Self {
        match cursor.check(&self.listing.identity(), self.session.user()) {
            Ok(()) => {
                self.listing.start = cursor.position.clone();
                self.listing.resumed = Some(cursor.clone());
            }
            Err(error) => self.listing.fault(error),
        }
        self
    }

    /// Only rows that were created or modified after this moment (`If-Modified-Since`), a time with an offset such as
    /// `2026-01-31T00:00:00+01:00`. When there are none, the listing is empty.
    pub fn modified_since(self, moment: impl Into<DateTime>) -> Self {
        self.with(|listing| listing.since_moment(moment.into()))
    }

    /// Any other parameter of Zoho's. The last value of a parameter counts.
    pub fn param(self, name: &str, value: impl Into<String>) -> Self {
        self.with(|listing| listing.param(name, value.into()))
    }

    /// Asks for each page while the rows of the one before come out, on a thread of its own. Two pages are then in
    /// memory, and a page is asked for even if the iterator is dropped before it.
    pub fn prefetch(mut self) -> Self {
        self.prefetch = true;
        self
    }

    /// All rows, each decoded into a type of your own. A row that does not fit is an `Err` item, and the listing goes
    /// on.
    ///
    /// ```no_run
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Lead {
    ///     #[serde(rename = "Last_Name")]
    ///     last_name: String,
    /// }
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for lead in client.module("Leads").records().fields(["Last_Name"]).iter_as::<Lead>() {
    ///     println!("{}", lead?.last_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter_as<U: DeserializeOwned>(&self) -> Rows<U> {
        Rows::new(self.session.clone(), self.listing.clone(), self.prefetch)
    }

    /// One page, decoded into a type of your own; a row that does not fit fails the page.
    ///
    /// ```no_run
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Lead {
    ///     #[serde(rename = "Last_Name")]
    ///     last_name: String,
    /// }
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for lead in client.module("Leads").records().fields(["Last_Name"]).per_page(10).send_as::<Lead>()? {
    ///     println!("{}", lead.last_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`InvalidResponse`](crate::ErrorKind::InvalidResponse) when a row does not fit `U`.
    pub fn send_as<U: DeserializeOwned + 'static>(&self) -> Result<Page<U>> {
        self.send_read(|response, key| Page::of(&response, key))
    }

    /// One page, whose response is read by `read`.
    pub(crate) fn send_read<U: 'static>(&self, read: fn(Response, Key) -> Result<Page<U>>) -> Result<Page<U>> {
        if self.listing.empty {
            return self.listing.first_fault().map_or_else(|| Ok(Page::empty()), |fault| Err(fault.logged()));
        }
        self.session.run(&self.page_request(read))
    }

    fn page_request<U: 'static>(&self, read: fn(Response, Key) -> Result<Page<U>>) -> Request<Page<U>> {
        let key = self.listing.key;
        let request = self.listing.page(self.session.version(), &self.listing.start);
        request.and_then(move |response| read(response, key))
    }
}

impl<T: DeserializeOwned + 'static> List<T> {
    /// One page: the first, unless [`page`](Self::page), [`page_token`](Self::page_token) or [`cursor`](Self::cursor)
    /// says otherwise.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let page = client.module("Leads").records().fields(["Last_Name"]).page(2).send()?;
    /// println!("{} rows, more: {:?}", page.items.len(), page.info.more_records);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a setting does not apply or is
    /// out of bounds; the cursor kinds; otherwise every kind that a request can fail with.
    pub fn send(&self) -> Result<Page<T>> {
        self.send_as()
    }

    /// The request that [`send`](Self::send) sends, as a value: to be part of a
    /// [`Composite`](crate::resource::Composite), where a page has at most 25 rows, or run by
    /// [`Client::run`](crate::Client::run).
    pub fn request(&self) -> Request<Page<T>> {
        self.page_request(|response, key| Page::of(&response, key))
    }

    /// All rows, page after page.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for user in client.users().list().iter() {
    ///     println!("{:?}", user?.full_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter(&self) -> Rows<T> {
        self.iter_as()
    }

    /// All rows in memory, for listings that are short by nature.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for field in client.module("Leads").fields().list().all()? {
    ///     println!("{:?} is a {:?}", field.api_name, field.data_type);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); the rows that came before an error are dropped.
    pub fn all(&self) -> Result<Vec<T>> {
        self.iter().collect()
    }
}

impl<T: DeserializeOwned + 'static> IntoIterator for List<T> {
    type Item = Result<T>;
    type IntoIter = Rows<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: DeserializeOwned + 'static> IntoIterator for &List<T> {
    type Item = Result<T>;
    type IntoIter = Rows<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self { session: self.session.clone(), listing: self.listing.clone(), prefetch: self.prefetch, row: PhantomData }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("listing", &self.listing).finish_non_exhaustive()
    }
}
