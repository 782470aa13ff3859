//! All records of a module.

use super::ModuleHandle;
use crate::entity::{CustomViewId, Record, RecordId, TerritoryId};
use crate::rest::{Fields, List, Listing, Row, comma_list};
use crate::transport::Method;

/// The filters of a listing of records.
const FILTERS: &[&str] = &["cvid", "ids", "converted", "approved", "territory_id", "include_child"];

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
    /// Lists the records of the module, 200 a page, in Zoho's order unless it is set.
    ///
    /// From v3 on fields have to be named, at most 50; v2 gives all of them when none is named. For all of a large
    /// module [`scan`](Self::scan) is cheaper, and each record comes once whatever others write.
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
    pub fn records(&self) -> List<Record> {
        let listing = Listing::paged(self.request(Method::Get, &[]), "data")
            .with_fields(Fields::Demanded)
            .sorted_and_by_time()
            .with_page_tokens()
            .with_filters(FILTERS);
        List::new(&self.session, listing)
    }
}

impl List<Record> {
    /// Only the records of a custom view (`cvid`). Zoho charges 3 credits a request in place of 1, and from v3 on does
    /// not sort it.
    #[doc(alias = "cvid")]
    #[doc(alias = "ZCRMCustomView")]
    pub fn custom_view(self, id: impl Into<CustomViewId>) -> Self {
        self.filter("cvid", id.into().as_str())
    }

    /// Only the records with these ids, at most 100 (Zoho's page *Get records*). With no id the listing is empty and
    /// asks for nothing: without the parameter Zoho would list the whole module.
    pub fn ids<I: Into<RecordId>>(self, ids: impl IntoIterator<Item = I>) -> Self {
        let ids: Vec<RecordId> = ids.into_iter().map(Into::into).collect();
        if ids.is_empty() {
            return self.empty();
        }
        match ids.iter().find_map(|id| Row::of_id(id.as_str()).err()) {
            Some(error) => self.fault(error),
            None => self.filter("ids", comma_list(&ids)),
        }
    }

    /// Which of the converted leads to give; by default those that are not converted.
    pub fn converted(self, which: Which) -> Self {
        self.filter("converted", which.as_str())
    }

    /// Which of the records under approval to give; by default the approved ones.
    pub fn approved(self, which: Which) -> Self {
        self.filter("approved", which.as_str())
    }

    /// Only the records of a territory, and of those below it if `with_children`.
    pub fn territory(self, id: impl Into<TerritoryId>, with_children: bool) -> Self {
        self.filter("territory_id", id.into().as_str()).filter("include_child", with_children.to_string())
    }
}
