//! One record: read, updated, deleted.

#[cfg(doc)]
use crate::{Error, ErrorKind};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::RecordHandle;
use crate::entity::Record;
use crate::error::Result;
use crate::resource::collection::{Items, saved};
use crate::rest::{Batch, Effect, Row, Saved};
use crate::transport::Method;

/// Under which key records and their results are.
const KEY: &str = "data";

impl RecordHandle {
    /// Reads the record, with all its fields.
    ///
    /// ```no_run
    /// use zcrm_core::OptionalExt;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = client.module("Leads").record("3652397000000190001").get().optional()?;
    /// println!("{:?}", lead.map(|lead| lead.get::<String>("Last_Name")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such record; otherwise every kind that a request can
    /// fail with.
    #[doc(alias = "get_record")]
    pub fn get(&self) -> Result<Record> {
        self.get_as()
    }

    /// Reads the record into a type of your own.
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
    /// let lead: Lead = client.module("Leads").record("3652397000000190001").get_as()?;
    /// println!("{}", lead.last_name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), and [`InvalidResponse`](crate::ErrorKind::InvalidResponse) when the record does not fit
    /// `T`.
    pub fn get_as<T: DeserializeOwned + 'static>(&self) -> Result<T> {
        self.session().run(&self.request(Method::Get, &[]).one(KEY))
    }

    /// Updates the record: of a [`Record`] only the changes are sent, of a type of your own all that it writes.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let handle = client.module("Leads").record("3652397000000190001");
    /// handle.update(&Record::new().with("City", "Oslo"))?;
    ///
    /// let mut lead = handle.get()?;
    /// lead.clear("Fax");
    /// handle.update(&lead)?; // sends {"Fax": null}
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) before anything is sent when the record cannot be written as a
    /// JSON object; [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when
    /// Zoho rejects it; otherwise every kind that a request can fail with.
    pub fn update<T: Serialize + 'static>(&self, record: &T) -> Result<Saved> {
        let handle = self.clone();
        let request = move |rows: &[Row]| handle.request(Method::Put, &[]).json(&Items { key: KEY, rows });
        saved(
            Batch::new(self.session(), Effect::Update, KEY, 1, request).send_one(Row::changed_by_id(record, &self.id)),
        )
    }

    /// Deletes the record: it goes to Zoho's recycle bin. Where the response to
    /// a first attempt was lost, "no such id" counts as deleted.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").record("3652397000000190001").delete()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) or [`NotFound`](crate::ErrorKind::NotFound) with
    /// [`Error::api`](crate::Error::api) when there is no such record or Zoho rejects it; otherwise every kind that a
    /// request can fail with.
    pub fn delete(&self) -> Result<()> {
        self.session().run(&self.request(Method::Delete, &[]).deleted(KEY))
    }
}
