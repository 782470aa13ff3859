//! Records of related lists, and relations between records.

use serde::Serialize;
use serde_json::{Map, Value};

use super::list::List;
use super::module::RecordHandle;
use crate::entity::{Record, RecordId};
use crate::error::Result;
use crate::rest::Call;
use crate::transport::Method;

impl RecordHandle {
    /// A related list of the record, by its API name. No call goes out yet.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let products = client.module("Leads").record("3652397000000190001").related("Products");
    /// for product in products.list().fields(["Product_Name"]) {
    ///     println!("{}", product?.raw());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "ZCRMModuleRelation")]
    #[doc(alias = "get_relatedlist_records")]
    #[must_use]
    pub fn related(&self, list: impl Into<String>) -> RelatedHandle {
        RelatedHandle { record: self.clone(), list: list.into() }
    }
}

/// A related list of a record; see [`RecordHandle::related`].
#[doc(alias = "ZCRMJunctionRecord")]
#[derive(Debug, Clone)]
pub struct RelatedHandle {
    record: RecordHandle,
    list: String,
}

impl RelatedHandle {
    /// Lists the records. From v3 on Zoho demands [`fields`](List::fields).
    ///
    /// [`sort_by`](List::sort_by) is sent as such; Zoho's Ruby SDK sends `sort_by_field` here, a name that no other call
    /// has and Zoho's pages do not mention.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let products = client.module("Leads").record("3652397000000190001").related("Products");
    /// let names: Vec<_> = products.list().fields(["Product_Name"]).iter().collect::<Result<_, _>>()?;
    /// println!("{} products", names.len());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_records")]
    pub fn list(&self) -> List<Record> {
        let path = [self.record.module.name.as_str(), self.record.id.as_str(), &self.list];
        List::new(&self.record.module.session, path, "data").demand_fields()
    }

    /// Relates a record to this one, or changes what is known of their relation.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").record("3652397000000190001").related("Products").add("3652397000000190401")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when Zoho refuses;
    /// whatever a call can fail with.
    #[doc(alias = "add_relation")]
    pub fn add(&self, id: impl Into<RecordId>) -> Result<()> {
        self.add_with(id, &Map::<String, Value>::new())
    }

    /// Relates a record to this one with data of the relation, such as `list_price` between price books and products, or
    /// `Contact_Role` between deals and contacts.
    ///
    /// ```no_run
    /// use serde_json::json;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let products = client.module("Price_Books").record("3652397000000190501").related("Products");
    /// products.add_with("3652397000000190401", &json!({ "list_price": 50 }))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add), and [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when the
    /// data cannot be written as JSON.
    #[doc(alias = "add_relation")]
    #[doc(alias = "related_data")]
    pub fn add_with(&self, id: impl Into<RecordId>, data: &impl Serialize) -> Result<()> {
        let call = self.relation(Method::Put, &id.into())?.json(&Related { data: [data] })?;
        self.record.module.session.write(&call, "data").map(drop)
    }

    /// Ends the relation between a record and this one. Both records stay.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").record("3652397000000190001").related("Products").remove("3652397000000190401")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when there is no such
    /// relation; whatever a call can fail with.
    #[doc(alias = "remove_relation")]
    pub fn remove(&self, id: impl Into<RecordId>) -> Result<()> {
        let call = self.relation(Method::Delete, &id.into())?;
        self.record.module.session.write(&call, "data").map(drop)
    }

    fn relation(&self, method: Method, id: &RecordId) -> Result<Call> {
        self.record.call(method, &[&self.list, id.as_str()])
    }
}

#[derive(Serialize)]
struct Related<'a, T> {
    data: [&'a T; 1],
}
