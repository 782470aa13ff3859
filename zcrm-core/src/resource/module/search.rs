//! Records that match.

use super::{Criteria, ModuleHandle};
use crate::entity::Record;
use crate::error::Error;
use crate::rest::{Cost, Fields, List, Listing};
use crate::transport::Method;

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

impl From<&Criteria> for SearchBy {
    fn from(criteria: &Criteria) -> Self {
        Self::Criteria(criteria.clone())
    }
}

impl From<Criteria> for SearchBy {
    fn from(criteria: Criteria) -> Self {
        Self::Criteria(criteria)
    }
}

impl ModuleHandle {
    /// Searches the module.
    ///
    /// Zoho's index lags behind writes, so what was just written may not be found yet. Zoho gives 2,000 matches at most;
    /// past them the listing fails with [`ListingLimit`](crate::ErrorKind::ListingLimit). Scope:
    /// `ZohoSearch.securesearch.READ`, besides that of the module.
    ///
    /// ```no_run
    /// use zcrm_core::resource::{Criteria, SearchBy};
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let oslo = Criteria::equals("City", "Oslo").and(Criteria::starts_with("Company", "A"));
    /// let page = client.module("Leads").search(&oslo).per_page(50).send()?;
    /// for lead in client.module("Leads").search(SearchBy::email("abc@xyz.com")) {
    ///     println!("{:?}", lead?.id());
    /// }
    /// # let _ = page;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "search_records")]
    pub fn search(&self, by: impl Into<SearchBy>) -> List<Record> {
        let (name, value) = by.into().parameter();
        let request = self.request(Method::Get, &["search"]).query(name, &value).with_cost(Cost::ONE.heavy());
        let listing = Listing::paged(request, "data").with_fields(Fields::Optional).with_filters(&["converted", "approved"]);
        let list = List::new(&self.session, listing);
        if value.trim().is_empty() {
            return list.fault(Error::invalid("there is nothing to search for"));
        }
        list
    }
}
