//! Records that match.

use serde::de::DeserializeOwned;

use super::Criteria;
use crate::entity::Record;
use crate::error::{Error, Result};
use crate::resource::ModuleHandle;
use crate::rest::{Listing, MAX_PER_PAGE, Page, PagePosition, Rows};
use crate::transport::Method;

use super::list::Which;

/// What to search by.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchBy {
    /// Conditions on fields.
    #[doc(alias = "search_records_by_criteria")]
    Criteria(Criteria),
    /// An e-mail address, in any field that holds one.
    #[doc(alias = "search_records_by_email")]
    Email(String),
    /// A phone number, in any field that holds one.
    #[doc(alias = "search_records_by_phone")]
    Phone(String),
    /// A word of at least two characters, anywhere.
    #[doc(alias = "search_records")]
    Word(String),
}

impl SearchBy {
    /// By e-mail address.
    pub fn email(address: impl Into<String>) -> Self {
        Self::Email(address.into())
    }

    /// By phone number.
    pub fn phone(number: impl Into<String>) -> Self {
        Self::Phone(number.into())
    }

    /// By word.
    pub fn word(word: impl Into<String>) -> Self {
        Self::Word(word.into())
    }

    fn parameter(&self) -> (&'static str, String) {
        match self {
            Self::Criteria(criteria) => ("criteria", criteria.to_string()),
            Self::Email(address) => ("email", address.clone()),
            Self::Phone(number) => ("phone", number.clone()),
            Self::Word(word) => ("word", word.clone()),
        }
    }
}

impl From<Criteria> for SearchBy {
    fn from(criteria: Criteria) -> Self {
        Self::Criteria(criteria)
    }
}

impl ModuleHandle {
    /// Searches the module: all matches as an iterator, or one page with [`send`](SearchRecords::send).
    ///
    /// Zoho's index lags behind writes, so what was just written may not be found yet. It gives 2,000 matches at most and
    /// answers the page after them with the error `LIMIT_REACHED`, which the iterator passes on. The scope
    /// `ZohoSearch.securesearch.READ` is needed.
    ///
    /// ```no_run
    /// use zcrm_core::resource::records::{Criteria, SearchBy};
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let oslo = Criteria::equals("City", "Oslo").and(Criteria::starts_with("Company", "A"));
    /// let page = client.module("Leads").search(oslo).per_page(50).send()?;
    /// for lead in client.module("Leads").search(SearchBy::email("abc@xyz.com")) {
    ///     println!("{:?}", lead?.id());
    /// }
    /// # let _ = page;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "search_records")]
    pub fn search(&self, by: impl Into<SearchBy>) -> SearchRecords {
        let (key, value) = by.into().parameter();
        SearchRecords {
            module: self.clone(),
            query: vec![(key.to_owned(), value)],
            fields: Vec::new(),
            per_page: MAX_PER_PAGE,
            start: PagePosition::Number(1),
        }
    }
}

/// A search for records; see [`ModuleHandle::search`].
#[derive(Debug, Clone)]
#[must_use = "nothing is asked for until the search is sent or iterated"]
pub struct SearchRecords {
    module: ModuleHandle,
    query: Vec<(String, String)>,
    fields: Vec<String>,
    per_page: u16,
    start: PagePosition,
}

impl SearchRecords {
    /// Which fields to give, by API name.
    pub fn fields<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.fields.extend(names.into_iter().map(Into::into));
        self
    }

    /// Which of the converted leads to find.
    pub fn converted(self, which: Which) -> Self {
        self.query("converted", which.as_str())
    }

    /// Which of the records under approval to find.
    pub fn approved(self, which: Which) -> Self {
        self.query("approved", which.as_str())
    }

    /// How many records a page has: 1 to 200, by default 200.
    pub fn per_page(mut self, records: u16) -> Self {
        self.per_page = records;
        self
    }

    /// Begins at this page, counted from 1.
    pub fn page(mut self, number: u32) -> Self {
        self.start = PagePosition::Number(number);
        self
    }

    /// Any other parameter of Zoho's.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    /// One page of matches; an empty one when nothing matches.
    ///
    /// ```no_run
    /// use zcrm_core::resource::records::SearchBy;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let page = client.module("Leads").search(SearchBy::word("Berg")).page(2).send()?;
    /// println!("{} rows, more: {:?}", page.items.len(), page.info.more_records);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) before anything is sent when there is nothing to search for or the page size is over
    /// 200; whatever a call can fail with.
    pub fn send(self) -> Result<Page<Record>> {
        self.send_as()
    }

    /// One page of matches, decoded into a type of one's own.
    ///
    /// ```no_run
    /// use serde::Deserialize;
    /// use zcrm_core::resource::records::SearchBy;
    ///
    /// #[derive(Deserialize)]
    /// struct Lead {
    ///     #[serde(rename = "Last_Name")]
    ///     last_name: String,
    /// }
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for lead in client.module("Leads").search(SearchBy::word("Berg")).send_as::<Lead>()? {
    ///     println!("{}", lead.last_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`ErrorKind::InvalidAnswer`](crate::ErrorKind::InvalidAnswer) when a record does not fit `T`.
    pub fn send_as<T: DeserializeOwned>(self) -> Result<Page<T>> {
        let listing = self.listing()?.checked()?;
        let reply = listing.fetch(&self.module.session, &listing.start)?;
        Page::from_reply(&reply, listing.key)
    }

    /// All matches, page after page.
    ///
    /// ```no_run
    /// use zcrm_core::resource::records::SearchBy;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for lead in client.module("Leads").search(SearchBy::word("Berg")).iter() {
    ///     println!("{}", lead?.raw());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter(&self) -> Rows<Record> {
        self.iter_as()
    }

    /// All matches, each decoded into a type of one's own.
    ///
    /// ```no_run
    /// use serde::Deserialize;
    /// use zcrm_core::resource::records::SearchBy;
    ///
    /// #[derive(Deserialize)]
    /// struct Lead {
    ///     #[serde(rename = "Last_Name")]
    ///     last_name: String,
    /// }
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for lead in client.module("Leads").search(SearchBy::word("Berg")).iter_as::<Lead>() {
    ///     println!("{}", lead?.last_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter_as<T: DeserializeOwned>(&self) -> Rows<T> {
        Rows::new(self.module.session.clone(), self.listing())
    }

    fn listing(&self) -> Result<Listing> {
        if self.query.first().is_none_or(|(_, value)| value.trim().is_empty()) {
            return Err(Error::invalid("there is nothing to search for"));
        }
        let mut call = self.module.call(Method::Get, &["search"])?;
        if !self.fields.is_empty() {
            call = call.query("fields", super::comma_list(&self.fields));
        }
        for (key, value) in &self.query {
            call = call.query(key, value);
        }
        Ok(Listing { call, key: "data", per_page: self.per_page, start: self.start.clone(), by_token: false })
    }
}

impl IntoIterator for SearchRecords {
    type Item = Result<Record>;
    type IntoIter = Rows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for &SearchRecords {
    type Item = Result<Record>;
    type IntoIter = Rows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
