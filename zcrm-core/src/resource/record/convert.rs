//! A lead becomes a contact, an account, and a deal if there is one.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::RecordHandle;
use crate::config::ApiVersion;
use crate::entity::{Json, Lookup, Members, Record, RecordId, UserId};
use crate::error::Result;
use crate::rest::{Cost, ItemResult, Request, Response};
use crate::transport::Method;

/// How a lead is converted. All of it is optional.
///
/// ```
/// use zcrm_core::entity::Record;
/// use zcrm_core::resource::Conversion;
///
/// let deal = Record::new().with("Deal_Name", "Planks").with("Stage", "Qualification");
/// let deal = deal.with("Closing_Date", "2026-12-31");
/// let conversion = Conversion::new().deal(deal).overwrite(true);
/// # let _ = conversion;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Conversion {
    options: Map<String, Value>,
    references: Map<String, Value>,
    deal: Option<Record>,
}

impl Conversion {
    /// A conversion into a contact and an account.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates this deal as well.
    #[must_use]
    pub fn deal(mut self, deal: Record) -> Self {
        self.deal = Some(deal);
        self
    }

    /// Whether the lead's details replace those of the contact, account and deal.
    #[must_use]
    pub fn overwrite(self, overwrite: bool) -> Self {
        self.option("overwrite", overwrite)
    }

    /// Whether the owner of the lead gets a mail.
    #[must_use]
    pub fn notify_lead_owner(self, notify: bool) -> Self {
        self.option("notify_lead_owner", notify)
    }

    /// Whether the owner of the contact, account and deal gets a mail.
    #[must_use]
    pub fn notify_new_entity_owner(self, notify: bool) -> Self {
        self.option("notify_new_entity_owner", notify)
    }

    /// An account that is there already.
    #[must_use]
    pub fn account(self, id: impl Into<RecordId>) -> Self {
        self.reference("Accounts", id.into().as_str())
    }

    /// A contact that is there already.
    #[must_use]
    pub fn contact(self, id: impl Into<RecordId>) -> Self {
        self.reference("Contacts", id.into().as_str())
    }

    /// Owner of the created records.
    #[must_use]
    pub fn assign_to(self, user: impl Into<UserId>) -> Self {
        self.reference("assign_to", user.into().as_str())
    }

    fn reference(mut self, key: &str, id: &str) -> Self {
        self.references.insert(key.to_owned(), id.into());
        self
    }

    /// References are bare ids up to v2.1, and objects from v3 on (the schemas of Zoho's SDKs 2.1 and 3).
    fn body(self, version: ApiVersion) -> Body {
        let Self { options: mut data, references, deal } = self;
        for (key, id) in references {
            let reference = if version < ApiVersion::V3 { id } else { json!({ "id": id }) };
            data.entry(key).or_insert(reference);
        }
        Body { data: [Data { members: data, deal }] }
    }

    /// Any other member, such as `carry_over_tags`.
    #[must_use]
    pub fn option(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.options.insert(key.into(), value.into());
        self
    }
}

/// What a lead became.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Converted {
    /// The contact.
    pub contact: Option<Lookup>,
    /// The account.
    pub account: Option<Lookup>,
    /// The deal, where one was asked for.
    pub deal: Option<Lookup>,
    /// All other members of the response, kept as they came.
    pub other: Members,
}

#[derive(Serialize)]
struct Body {
    data: [Data; 1],
}

#[derive(Serialize)]
struct Data {
    #[serde(flatten)]
    members: Map<String, Value>,
    #[serde(rename = "Deals", skip_serializing_if = "Option::is_none")]
    deal: Option<Record>,
}

impl RecordHandle {
    /// Converts the lead. It cannot be undone, and it is never retried by itself after a lost response.
    ///
    /// ```no_run
    /// use zcrm_core::resource::Conversion;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = client.module("Leads").record("3652397000000190001");
    /// let converted = lead.convert(Conversion::new().overwrite(true))?;
    /// println!("{:?}", converted.contact.map(|contact| contact.id));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when Zoho
    /// rejects it (the lead is converted already, the deal lacks a field ...);
    /// [`ErrorKind::Unanswered`](crate::ErrorKind::Unanswered), [`ErrorKind::Server`](crate::ErrorKind::Server) or
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) when it is not known whether it was converted;
    /// otherwise every kind that a request can fail with.
    pub fn convert(&self, conversion: Conversion) -> Result<Converted> {
        self.session().run(&self.convert_request(conversion))
    }

    /// The request that [`convert`](Self::convert) sends, as a value.
    pub fn convert_request(&self, conversion: Conversion) -> Request<Converted> {
        let request = self.request(Method::Post, &["actions", "convert"]).with_cost(Cost::credits_of(5).heavy());
        let request = request.json(&conversion.body(self.session().version()));
        request.and_then(|response| converted(&response))
    }
}

/// Up to v2.1 Zoho answers with bare ids and no code; from v3 on with a result that has objects in its `details`.
fn converted(response: &Response) -> Result<Converted> {
    let rows = response.rows::<Json>("data")?.rows;
    let item =
        rows.into_iter().next().ok_or_else(|| response.undecided("Zoho's response to the conversion is empty"))?;
    let unreadable = || response.undecided("Zoho's result of the conversion cannot be read");
    let mut members = item.members().ok_or_else(unreadable)?;
    let bare = !members.contains_key("code") && !members.contains_key("status");
    if !bare {
        let result = response.checked(ItemResult::parse(item.raw()).ok_or_else(unreadable)?)?;
        members = result.details.members().ok_or_else(unreadable)?;
    }
    let mut part = |key: &str| match members.remove(key) {
        Some(id) if id.text().is_some() => Ok(id.text().map(|id| Lookup::new(id.as_ref()))),
        Some(object) => object.read::<Option<Lookup>>().map_err(|cause| unreadable().with_source(cause)),
        None => Ok(None),
    };
    let (contact, account, deal) = (part("Contacts")?, part("Accounts")?, part("Deals")?);
    if bare && contact.is_none() && account.is_none() && deal.is_none() {
        return Err(response.undecided("Zoho's response does not say what the lead became"));
    }
    Ok(Converted { contact, account, deal, other: members })
}
