//! A lead becomes a contact, an account, and a deal if there is one.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::entity::{Lookup, Record, RecordId, UserId};
use crate::error::{ApiError, Error, Result};
use crate::resource::RecordHandle;
use crate::rest::{Page, Reply};
use crate::transport::Method;

/// How a lead is converted. All of it is optional.
///
/// ```
/// use zcrm_core::entity::Record;
/// use zcrm_core::resource::records::Conversion;
///
/// let deal = Record::new().with("Deal_Name", "Planks").with("Stage", "Qualification").with("Closing_Date", "2026-12-31");
/// let conversion = Conversion::new().deal(deal).overwrite(true);
/// # let _ = conversion;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Conversion {
    options: Map<String, Value>,
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
        self.option("Accounts", id.into().as_str())
    }

    /// A contact that is there already.
    #[must_use]
    pub fn contact(self, id: impl Into<RecordId>) -> Self {
        self.option("Contacts", id.into().as_str())
    }

    /// Who owns what comes out.
    #[must_use]
    pub fn assign_to(self, user: impl Into<UserId>) -> Self {
        self.option("assign_to", user.into().as_str())
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
    /// All other members of the answer, kept as they came.
    pub other: Map<String, Value>,
}

#[derive(Serialize)]
struct Body {
    data: [Map<String, Value>; 1],
}

impl RecordHandle {
    /// Converts the lead. It cannot be undone, and it is never repeated by itself after a lost answer.
    ///
    /// ```no_run
    /// use zcrm_core::resource::records::Conversion;
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
    /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`] when Zoho refuses (the lead is converted already, the deal lacks
    /// a field ...); [`ErrorKind::Unanswered`](crate::ErrorKind::Unanswered), [`ErrorKind::Server`](crate::ErrorKind::Server) or [`ErrorKind::InvalidAnswer`](crate::ErrorKind::InvalidAnswer) when it is not known
    /// whether it was converted; whatever else a call can fail with.
    pub fn convert(&self, conversion: Conversion) -> Result<Converted> {
        let Conversion { options: mut data, deal } = conversion;
        if let Some(deal) = deal {
            let deal = serde_json::to_value(&deal)
                .map_err(|cause| Error::invalid("the deal cannot be written as JSON").with_source(cause))?;
            data.insert("Deals".to_owned(), deal);
        }
        let call = self.call(Method::Post, &["actions", "convert"])?.json(&Body { data: [data] })?;
        let reply = self.module.session.send(&call)?;
        let item = Page::<Map<String, Value>>::from_reply(&reply, "data")?.items.into_iter().next();
        converted(item.ok_or_else(|| reply.undecided("Zoho's answer to the conversion is empty"))?, &reply)
    }
}

/// v2 answers with bare ids; later versions with `code`, `status`, and objects in `details`.
fn converted(mut item: Map<String, Value>, reply: &Reply) -> Result<Converted> {
    if item.get("status").and_then(Value::as_str).is_some_and(|status| status != "success") {
        let text = |item: &mut Map<String, Value>, key| match item.remove(key) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let (code, message) = (text(&mut item, "code"), text(&mut item, "message"));
        let api = ApiError::new(code, message, item.remove("details").unwrap_or_default());
        return Err(reply.refused(api));
    }
    let mut members = match item.remove("details") {
        Some(Value::Object(details)) => details,
        _ => item,
    };
    let mut part = |key: &str| match members.remove(key) {
        Some(Value::String(id)) => Ok(Some(Lookup::new(id))),
        None | Some(Value::Null) => Ok(None),
        Some(object) => serde_json::from_value(object).map(Some).map_err(|cause| reply.unreadable(cause)),
    };
    let (contact, account, deal) = (part("Contacts")?, part("Accounts")?, part("Deals")?);
    Ok(Converted { contact, account, deal, other: members })
}
