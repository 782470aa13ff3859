//! All records of a module.

use serde::de::DeserializeOwned;

use crate::config::ApiVersion;
use crate::entity::{CustomViewId, DateTime, Record, RecordId, TerritoryId};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::ModuleHandle;
use crate::rest::{Listing, MAX_PER_PAGE, Page, PagePosition, Rows};
use crate::transport::Method;

/// How many fields a listing may name, from v3 on.
const MAX_FIELDS: usize = 50;

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

/// Which records a listing has: with the property, without it, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    /// Those that are (converted, approved).
    Only,
    /// Those that are not.
    Without,
    /// Both.
    Both,
}

impl Which {
    /// The word as Zoho wants it: `true`, `false` or `both`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Only => "true",
            Self::Without => "false",
            Self::Both => "both",
        }
    }
}

impl ModuleHandle {
    /// Lists the records of the module: all of them as an iterator, or one page with [`send`](ListRecords::send).
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
    /// for lead in client.module("Leads").records().fields(["Last_Name"]) {
    ///     println!("{}", lead?.raw());
    /// }
    /// let leads: Vec<Lead> = client
    ///     .module("Leads")
    ///     .records()
    ///     .fields(["Last_Name"])
    ///     .modified_since("2026-01-31T00:00:00+01:00")
    ///     .iter_as::<Lead>()
    ///     .collect::<Result<_, _>>()?;
    /// # let _ = leads[0].last_name;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_records")]
    pub fn records(&self) -> ListRecords {
        ListRecords {
            module: self.clone(),
            fields: Vec::new(),
            query: Vec::new(),
            modified_since: None,
            per_page: MAX_PER_PAGE,
            start: PagePosition::Number(1),
        }
    }
}

/// A listing of records; see [`ModuleHandle::records`].
///
/// Without further ado it lists all records, 200 a page, in Zoho's order.
#[derive(Debug, Clone)]
#[must_use = "nothing is asked for until the listing is sent or iterated"]
pub struct ListRecords {
    module: ModuleHandle,
    fields: Vec<String>,
    query: Vec<(String, String)>,
    modified_since: Option<DateTime>,
    per_page: u16,
    start: PagePosition,
}

impl ListRecords {
    /// Which fields to give, by API name. Needed from v3 on, where at most 50 may be named; v2 gives all fields when none
    /// is named.
    pub fn fields<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.fields.extend(names.into_iter().map(Into::into));
        self
    }

    /// The field to sort by: any in v2; `id`, `Created_Time` or `Modified_Time` in later versions, and there not
    /// together with [`custom_view`](Self::custom_view).
    pub fn sort_by(self, field: impl Into<String>) -> Self {
        self.query("sort_by", field)
    }

    /// The order; Zoho's default is descending.
    pub fn sort_order(self, order: SortOrder) -> Self {
        self.query("sort_order", order.as_str())
    }

    /// How many records a page has: 1 to 200, by default 200.
    pub fn per_page(mut self, records: u16) -> Self {
        self.per_page = records;
        self
    }

    /// Only records that were created or changed after this moment (`If-Modified-Since`), a time with an offset such as
    /// `2026-01-31T00:00:00+01:00`. When there are none, the listing is empty.
    pub fn modified_since(mut self, moment: impl Into<DateTime>) -> Self {
        self.modified_since = Some(moment.into());
        self
    }

    /// Only the records of a custom view (`cvid`). Zoho charges 3 credits a call in place of 1.
    #[doc(alias = "cvid")]
    #[doc(alias = "ZCRMCustomView")]
    pub fn custom_view(self, id: impl Into<CustomViewId>) -> Self {
        self.query("cvid", id.into().as_str())
    }

    /// Only the records with these ids. Zoho takes about 50 at a time. With no id the listing is empty and asks for
    /// nothing: without the parameter Zoho would list the whole module.
    pub fn ids<I: Into<RecordId>>(self, ids: impl IntoIterator<Item = I>) -> Self {
        let ids: Vec<RecordId> = ids.into_iter().map(Into::into).collect();
        self.query("ids", super::comma_list(&ids))
    }

    /// Which of the converted leads to give; by default those that are not converted.
    pub fn converted(self, which: Which) -> Self {
        self.query("converted", which.as_str())
    }

    /// Which of the records under approval to give; by default the approved ones.
    pub fn approved(self, which: Which) -> Self {
        self.query("approved", which.as_str())
    }

    /// Only the records of a territory, and of those below it if `with_children`.
    pub fn territory(self, id: impl Into<TerritoryId>, with_children: bool) -> Self {
        self.query("territory_id", id.into().as_str()).query("include_child", with_children.to_string())
    }

    /// Any other parameter of Zoho's.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    /// Begins at this page, counted from 1.
    pub fn page(mut self, number: u32) -> Self {
        self.start = PagePosition::Number(number);
        self
    }

    /// Begins where a token of Zoho's says, from v3 on. All other parameters have to be those of the listing that gave
    /// the token.
    pub fn page_token(mut self, token: impl Into<String>) -> Self {
        self.start = PagePosition::Token(token.into());
        self
    }

    /// One page: the first, unless [`page`](Self::page) or [`page_token`](Self::page_token) says otherwise.
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
    /// [`ErrorKind::InvalidInput`] before anything is sent when the page size is over 200, when the API version demands
    /// fields and there are none or over 50, when a field name is empty, or when, from v3 on, a custom view is combined with sorting; whatever a
    /// call can fail with.
    pub fn send(self) -> Result<Page<Record>> {
        self.send_as()
    }

    /// One page, decoded into a type of one's own; a record that does not fit fails the page.
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
    /// for lead in client.module("Leads").records().fields(["Last_Name"]).send_as::<Lead>()? {
    ///     println!("{}", lead.last_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`ErrorKind::InvalidAnswer`] when a record does not fit `T`.
    pub fn send_as<T: DeserializeOwned>(self) -> Result<Page<T>> {
        let listing = self.listing()?.checked()?;
        if self.names_no_record() {
            return Ok(Page::empty());
        }
        let reply = listing.fetch(&self.module.session, &listing.start)?;
        Page::from_reply(&reply, listing.key)
    }

    /// All records, page after page.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for lead in client.module("Leads").records().fields(["Last_Name"]).iter() {
    ///     println!("{}", lead?.raw());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter(&self) -> Rows<Record> {
        self.iter_as()
    }

    /// All records, each decoded into a type of one's own in one pass over the answer, which is the fastest way to read
    /// them. A record that does not fit is an `Err` item, and the listing goes on.
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
    pub fn iter_as<T: DeserializeOwned>(&self) -> Rows<T> {
        let rows = Rows::new(self.module.session.clone(), self.listing());
        if self.names_no_record() { rows.without_a_call() } else { rows }
    }

    fn names_no_record(&self) -> bool {
        self.query.iter().any(|(key, value)| key == "ids" && value.is_empty())
    }

    fn listing(&self) -> Result<Listing> {
        self.check()?;
        let mut call = self.module.call(Method::Get, &[])?;
        if !self.fields.is_empty() {
            call = call.query("fields", super::comma_list(&self.fields));
        }
        for (key, value) in &self.query {
            call = call.query(key, value);
        }
        if let Some(moment) = &self.modified_since {
            call = call.header("If-Modified-Since", moment.as_str());
        }
        Ok(Listing { call, key: "data", per_page: self.per_page, start: self.start.clone(), by_token: true })
    }

    fn check(&self) -> Result<()> {
        let version = self.module.session.version();
        let has = |key: &str| self.query.iter().any(|(name, _)| name == key);
        let fault = if version >= ApiVersion::V3 && self.fields.is_empty() && !has("fields") {
            format!(
                "Zoho's API {version} lists records only with a list of fields, at most {MAX_FIELDS}; add fields([...])"
            )
        } else if version >= ApiVersion::V3 && self.fields.len() > MAX_FIELDS {
            let named = self.fields.len();
            format!("{named} fields are named; Zoho's API {version} takes at most {MAX_FIELDS}")
        } else if self.fields.iter().any(|name| name.trim().is_empty()) {
            "a field name is empty".to_owned()
        } else if version >= ApiVersion::V3 && has("cvid") && has("sort_by") {
            format!("Zoho's API {version} does not sort a custom view: leave out either custom_view or sort_by")
        } else if version < ApiVersion::V3 && matches!(self.start, PagePosition::Token(_)) {
            return Err(
                Error::new(ErrorKind::Unsupported, format!("Zoho's API {version} has no page tokens; v3 has")).logged()
            );
        } else {
            return Ok(());
        };
        Err(Error::invalid(fault))
    }
}

impl IntoIterator for ListRecords {
    type Item = Result<Record>;
    type IntoIter = Rows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for &ListRecords {
    type Item = Result<Record>;
    type IntoIter = Rows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
