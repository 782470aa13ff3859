//! One record: read, updated, deleted.

#[cfg(doc)]
use crate::{Error, ErrorKind};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::RecordHandle;
use crate::entity::{DateTime, Record};
use crate::error::Result;
use crate::rest::{Request, Saved};
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

    /// The request that [`get`](Self::get) sends, as a value: to be part of a
    /// [`Composite`](crate::resource::Composite), or run by [`Client::run`](crate::Client::run).
    pub fn get_request(&self) -> Request<Record> {
        self.request(Method::Get, &[]).one(KEY)
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
        self.module.writer().update_one(self.id.clone(), record)
    }

    /// The request that [`update`](Self::update) sends, as a value.
    pub fn update_request<T: Serialize + 'static>(&self, record: &T) -> Request<Saved> {
        self.module.writer().update_request(self.id.clone(), record)
    }

    /// Updates the record if nobody modified it after `since`, its Modified_Time when it was read; what that leaves
    /// open is said at [`Writer::if_unmodified`](crate::resource::Writer::if_unmodified).
    ///
    /// ```no_run
    /// use zcrm_core::ErrorKind;
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client, since: zcrm_core::DateTime) -> zcrm_core::Result<()> {
    /// let lead = client.module("Leads").record("3652397000000190001");
    /// match lead.update_if_unmodified_since(&Record::new().with("City", "Oslo"), since) {
    ///     Err(error) if error.kind() == ErrorKind::Modified => {
    ///         println!("{:?} changed it", error.api().and_then(|api| api.modified_by()));
    ///     }
    ///     updated => drop(updated?),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update), and [`Modified`](crate::ErrorKind::Modified) when somebody did, with who and when
    /// in [`Error::api`](crate::Error::api).
    pub fn update_if_unmodified_since<T: Serialize + 'static>(&self, record: &T, since: DateTime) -> Result<Saved> {
        self.module.writer().if_unmodified_since(since).update_one(self.id.clone(), record)
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
        self.session().run(&self.delete_request())
    }

    /// The request that [`delete`](Self::delete) sends, as a value.
    pub fn delete_request(&self) -> Request<()> {
        self.request(Method::Delete, &[]).deleted(KEY)
    }
}
