//! Records that match.

use super::ModuleHandle;
use crate::config::ApiVersion;
use crate::criteria::Criteria;
use crate::entity::Record;
use crate::error::{Error, Result};
use crate::rest::{Cost, Fields, List, Listing};
use crate::transport::Method;

/// What to search by.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchBy {
    /// Conditions on fields.
    #[doc(alias = "search_records_by_criteria")]
    Criteria(Criteria),
    /// Criteria written by hand, with brackets and escapes as Zoho wants them.
    Raw(String),
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

    fn parameter(&self, version: ApiVersion) -> Result<(&'static str, String)> {
        let (name, value) = match self {
            Self::Criteria(criteria) => ("criteria", criteria.search_text(version)?),
            Self::Raw(text) => ("criteria", text.clone()),
            Self::Email(address) => ("email", address.clone()),
            Self::Phone(number) => ("phone", number.clone()),
            Self::Word(word) => ("word", word.clone()),
        };
        if value.trim().is_empty() {
            return Err(Error::invalid("there is nothing to search for"));
        }
        Ok((name, value))
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
    /// use zcrm_core::criteria::Criteria;
    /// use zcrm_core::resource::SearchBy;
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
        let request = self.request(Method::Get, &["search"]).with_cost(Cost::ONE.heavy());
        let request = match by.into().parameter(self.session.version()) {
            Ok((name, value)) => request.query(name, value),
            Err(error) => request.fault(error),
        };
        let listing = Listing::paged(request, "data").with_fields(Fields::Optional);
        List::new(&self.session, listing.with_filters(&["converted", "approved"]))
    }
}
