//! Taxes of the organization. Up to v2.1 they are a collection like others; from v3 on one object holds all of them,
//! and every change is a PUT of that object (the schemas of Zoho's SDKs 2.1 and 3).

use super::new_taxes::ByName;
#[cfg(doc)]
use crate::ErrorKind;
use crate::config::ApiVersion;
use crate::entity::{Json, Members, OrgTax, TaxId};
use crate::error::{Error, Result};
use crate::resource::collection::saved;
use crate::rest::{
    Batch, BatchReport, Effect, Idempotency, Key, List, Listing, Request, Response, Row, Saved, Session, comma_list,
};
use crate::transport::Method;

/// The most taxes in a request.
const PER_REQUEST: usize = 100;

/// The taxes of the organization; made by [`Client::taxes`](crate::Client::taxes).
///
/// It has the verbs of every [`Collection`](super::super::Collection). From v3 on, Zoho gives one result for all taxes
/// of a request, so they succeed or fail together.
#[derive(Debug, Clone)]
pub struct TaxesHandle {
    session: Session,
}

impl TaxesHandle {
    pub(crate) fn new(session: &Session) -> Self {
        Self { session: session.clone() }
    }

    /// Lists all of them.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{} taxes", client.taxes().list().all()?.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<OrgTax> {
        List::new(&self.session, Listing::whole(self.request(Method::Get, &[]), self.key()))
    }

    /// Reads one, by its id.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.taxes().get("3652397000000190601")?.value);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when there is none with this id; otherwise every kind that a request can fail with.
    pub fn get(&self, id: impl Into<TaxId>) -> Result<OrgTax> {
        self.session.run(&self.request(Method::Get, &[id.into().as_str()]).one(self.key()))
    }

    /// Creates any number of them. From v3 on Zoho gives no ids of what it created: each is sent in a request of its
    /// own and then found in the list, by its name; the list is read once more before the first one.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::OrgTax;
    ///
    /// client.taxes().create(&[OrgTax::new("VAT", 25)])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, when one has an id, or from v3 on no name; the error of
    /// the first request when it shows that nothing can be sent. What happens later is in the report.
    #[doc(alias = "create_organization_taxes")]
    pub fn create(&self, taxes: &[OrgTax]) -> Result<BatchReport> {
        let rows: Vec<Result<Row>> = taxes.iter().map(|tax| self.new_row(tax)).collect();
        // The list is of no use when nothing will be sent.
        if self.separate() || rows.iter().all(Result::is_err) {
            return self.write(Method::Post, Effect::Create).send_all(rows);
        }
        let guard = ByName::new(self.list())?;
        self.write(Method::Put, Effect::Create).guarded(guard).send_all(rows)
    }

    /// Updates any number of them. Each needs its id.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::OrgTax;
    ///
    /// client.taxes().update(&[OrgTax::new("VAT", 24).id("3652397000000190601")])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, when one has no id; the error of the first
    /// request when it shows that nothing can be sent. What happens later is in the report.
    #[doc(alias = "update_organization_taxes")]
    pub fn update(&self, taxes: &[OrgTax]) -> Result<BatchReport> {
        self.write(Method::Put, Effect::Update).send_all(taxes.iter().map(update_row))
    }

    /// Updates one, which needs its id.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let tax = client.taxes().get("3652397000000190601")?;
    /// client.taxes().update_one(&tax.value(24))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, when it has no id;
    /// [`ErrorKind::InvalidRequest`] when Zoho rejects it; otherwise every kind that a request can fail with.
    pub fn update_one(&self, tax: &OrgTax) -> Result<Saved> {
        saved(self.write(Method::Put, Effect::Update).send_one(update_row(tax)))
    }

    /// Deletes any number of them, by their ids.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.taxes().delete(["3652397000000190601"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, when an id is empty; the error of the first
    /// request when it shows that nothing can be sent. What happens later is in the report.
    #[doc(alias = "delete_organization_taxes")]
    pub fn delete<I: Into<TaxId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        let rows = ids.into_iter().map(|id| Row::of_id(id.into().as_str()));
        if self.separate() {
            return self.write(Method::Delete, Effect::Delete).send_all(rows);
        }
        self.write(Method::Put, Effect::Delete).send_all(rows.map(|row| self.removal(row?)))
    }

    /// Deletes one, by its id.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.taxes().delete_one("3652397000000190601")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] or [`ErrorKind::NotFound`] when there is none with this id;
    /// otherwise every kind that a request can fail with.
    #[doc(alias = "delete_organization_tax")]
    pub fn delete_one(&self, id: impl Into<TaxId>) -> Result<()> {
        let id = id.into();
        if self.separate() {
            return self.session.run(&self.request(Method::Delete, &[id.as_str()]).deleted("taxes"));
        }
        let row = Row::of_id(id.as_str()).and_then(|row| self.removal(row));
        self.write(Method::Put, Effect::Delete).send_one(row).map(drop)
    }

    fn new_row(&self, tax: &OrgTax) -> Result<Row> {
        if let Some(id) = &tax.id {
            let text = format!("a tax to be created has the id {id}; update it, or leave the id out");
            return Err(Error::invalid(text));
        }
        if !self.separate() && tax.name.as_ref().is_none_or(|name| name.trim().is_empty()) {
            return Err(Error::invalid("the tax has no name"));
        }
        Row::of_body(&tax.to_settable()?)
    }

    /// Each tax is an item of its own, up to v2.1.
    fn separate(&self) -> bool {
        self.session.version() < ApiVersion::V3
    }

    fn key(&self) -> Key {
        if self.separate() { "taxes".into() } else { Key::nested("org_taxes", "taxes") }
    }

    fn request(&self, method: Method, below: &[&str]) -> Request<Response> {
        self.session.request(method, ["org", "taxes"].iter().chain(below))
    }

    /// A tax is deleted by a member of it: text in v3, boolean later (the schemas of Zoho's SDKs 3 and 4).
    fn removal(&self, row: Row) -> Result<Row> {
        let delete = if self.session.version() == ApiVersion::V3 { Json::from("true") } else { Json::from(true) };
        let id = row.id.as_ref().map(AsRef::<str>::as_ref);
        Row::of_body(&Members::from([("id".to_owned(), Json::from(id)), ("_delete".to_owned(), delete)]))
    }

    fn write(&self, method: Method, effect: Effect) -> Batch {
        let (taxes, separate) = (self.clone(), self.separate());
        let request = move |rows: &[Row]| {
            let request = taxes.request(method, &[]);
            let request = match effect {
                Effect::Create => request.with_idempotency(Idempotency::NotIdempotent),
                _ => request,
            };
            if method == Method::Delete {
                return request.query("ids", comma_list(rows.iter().filter_map(|row| row.id.as_ref())));
            }
            let list: Vec<_> = rows.iter().filter_map(|row| row.json.as_deref()).collect();
            if separate {
                request.json(&Taxes { taxes: list })
            } else {
                request.json(&Nested { org_taxes: Taxes { taxes: list } })
            }
        };
        Batch::new(&self.session, effect, self.key(), PER_REQUEST, request).together(!separate)
    }
}

#[derive(serde::Serialize)]
struct Nested<'a> {
    org_taxes: Taxes<'a>,
}

#[derive(serde::Serialize)]
struct Taxes<'a> {
    taxes: Vec<&'a serde_json::value::RawValue>,
}

fn update_row(tax: &OrgTax) -> Result<Row> {
    let named = tax.id.as_ref().is_some_and(|id| !id.as_str().trim().is_empty());
    if !named {
        return Err(Error::invalid("a tax to be updated has no id; read it first, or set the id"));
    }
    Row::of_body(&tax.to_changes()?)
}
