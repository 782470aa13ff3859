//! Records of related lists, and relations between records.

use serde::Serialize;
use serde_json::{Map, Value};

use super::RecordHandle;
use crate::entity::{Record, RecordId};
use crate::error::Result;
use crate::rest::{Fields, List, Listing, Request, Response};
use crate::transport::Method;

impl RecordHandle {
    /// A related list of the record, by its API name, such as `Products` or `Tasks`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let products = client.module("Deals").record("3652397000000190001").related("Products");
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

/// A related list of a record; made by [`RecordHandle::related`].
#[doc(alias = "ZCRMJunctionRecord")]
#[derive(Debug, Clone)]
pub struct RelatedHandle {
    record: RecordHandle,
    list: String,
}

#[derive(Serialize)]
struct Related<'a, T: ?Sized> {
    data: [&'a T; 1],
}

impl RelatedHandle {
    /// Lists the records of the related list. From v3 on fields have to be named.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let contacts = client.module("Accounts").record("3652397000000190001").related("Contacts");
    /// println!("{}", contacts.list().fields(["Last_Name"]).send()?.items.len());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_records")]
    pub fn list(&self) -> List<Record> {
        let listing = Listing::paged(self.record.request(Method::Get, &[&self.list]), "data")
            .with_fields(Fields::Demanded)
            .sorted_and_by_time()
            .with_page_tokens();
        List::new(self.record.session(), listing)
    }

    /// Relates a record to this one.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Deals").record("3652397000000190001").related("Products").add("3652397000000190002")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when Zoho rejects
    /// it; otherwise every kind that a request can fail with.
    #[doc(alias = "add_relation")]
    pub fn add(&self, id: impl Into<RecordId>) -> Result<()> {
        self.add_with(id, &Map::<String, Value>::new())
    }

    /// Relates a record to this one, with data that belongs to the relation, such as a price.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let products = client.module("Price_Books").record("3652397000000190001").related("Products");
    /// products.add_with("3652397000000190002", &serde_json::json!({ "list_price": 5 }))?;
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
        let request = self.relation(Method::Put, &id.into()).json(&Related { data: [data] });
        self.record.session().run(&request.written("data")).map(drop)
    }

    /// Ends the relation between a record and this one. Where the response to a first attempt was lost, "no such id"
    /// counts as done.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Deals").record("3652397000000190001").related("Products").remove("3652397000000190002")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    #[doc(alias = "remove_relation")]
    pub fn remove(&self, id: impl Into<RecordId>) -> Result<()> {
        self.record.session().run(&self.relation(Method::Delete, &id.into()).deleted("data"))
    }

    fn relation(&self, method: Method, id: &RecordId) -> Request<Response> {
        self.record.request(method, &[&self.list, id.as_str()])
    }
}
