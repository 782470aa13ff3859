//! One record: read, created, updated, deleted.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::batch::Item;
use super::outcome::Saved;
use super::row::Row;
use crate::entity::Record;
use crate::error::{Error, ErrorKind, Result};
use crate::resource::{ModuleHandle, RecordHandle};
use crate::rest::{Call, Page, Reply};
use crate::transport::Method;

#[derive(Serialize)]
struct Body<'a> {
    data: [&'a RawValue; 1],
}

impl ModuleHandle {
    /// Creates one record, and fails when Zoho refuses it.
    ///
    /// It is sent once: after [`ErrorKind::Unanswered`] the record may exist or not.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = client.module("Leads").create_one(&Record::new().with("Last_Name", "Berg"))?;
    /// println!("created {} at {:?}", lead.id, lead.created_time);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] before anything is sent when the record has an id or cannot be written as a JSON
    /// object; [`ErrorKind::InvalidRequest`] with [`Error::api`] when Zoho refuses it; [`ErrorKind::Unanswered`],
    /// [`ErrorKind::Server`] or [`ErrorKind::InvalidAnswer`] when it is not known whether it was created; whatever else
    /// a call can fail with.
    #[doc(alias = "create")]
    pub fn create_one<T: Serialize>(&self, record: &T) -> Result<Saved> {
        let row = Row::new(record)?;
        let call = self.call(Method::Post, &[])?;
        let call = match row.json.as_deref() {
            Some(json) => call.json(&Body { data: [json] })?,
            None => call,
        };
        let reply = self.session.send(&call)?;
        only_item(&reply)?.saved(None, &reply)
    }
}

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
    /// [`ErrorKind::NotFound`] when there is no such record; whatever else a call can fail with.
    #[doc(alias = "get_record")]
    pub fn get(&self) -> Result<Record> {
        self.get_as()
    }

    /// Reads the record into a type of one's own.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), and [`ErrorKind::InvalidAnswer`] when the record does not fit `T`.
    pub fn get_as<T: DeserializeOwned>(&self) -> Result<T> {
        let reply = self.module.session.send(&self.call(Method::Get, &[])?)?;
        let page = Page::from_reply(&reply, "data")?;
        page.items.into_iter().next().ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "there is no record with this id")
                .with_request(reply.method, &reply.path)
                .with_status(reply.status)
        })
    }

    /// Updates the record: of a [`Record`] only the changes are sent, of a type of one's own all that it writes.
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
    /// [`ErrorKind::InvalidInput`] before anything is sent when the record cannot be written as a JSON object;
    /// [`ErrorKind::InvalidRequest`] with [`Error::api`] when Zoho refuses it; whatever else a call can fail with.
    pub fn update<T: Serialize + 'static>(&self, record: &T) -> Result<Saved> {
        let call = self.call(Method::Put, &[])?.json(&Body { data: [&Row::body_of_update(record)?] })?;
        let reply = self.module.session.send(&call)?;
        only_item(&reply)?.saved(Some(&self.id), &reply)
    }

    /// Deletes the record: it goes to Zoho's recycle bin. A repetition after a lost answer takes "no such id" for deleted.
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
    /// [`ErrorKind::InvalidRequest`] or [`ErrorKind::NotFound`] with [`Error::api`] when there is no such record or Zoho
    /// refuses; whatever else a call can fail with.
    pub fn delete(&self) -> Result<()> {
        let call: Call = self.call(Method::Delete, &[])?;
        let reply = self.module.session.send(&call)?;
        only_item(&reply)?.saved(Some(&self.id), &reply).map(drop)
    }
}

fn only_item(reply: &Reply) -> Result<Item> {
    let mut items = Page::<Item>::from_reply(reply, "data")?.items.into_iter();
    match (items.next(), items.next()) {
        (Some(item), None) => Ok(item),
        _ => Err(reply.odd("Zoho's answer is not about the one record of the call")),
    }
}
