//! One record: read, created, updated, deleted.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::batch::KEY;
use super::outcome::Saved;
use super::row::Row;
use crate::entity::Record;
use crate::error::{Error, ErrorKind, Result};
use crate::resource::sending::is_absent;
use crate::resource::{ModuleHandle, RecordHandle};
use crate::rest::Page;
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
        Saved::of(reply.result(KEY).map_err(Error::logged)?, None)
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
    /// As [`get`](Self::get), and [`ErrorKind::InvalidAnswer`] when the record does not fit `T`.
    pub fn get_as<T: DeserializeOwned>(&self) -> Result<T> {
        let reply = self.module.session.send(&self.call(Method::Get, &[])?).map_err(|error| match error.code() {
            // Some versions answer 204 to an unknown id, others refuse it.
            Some("INVALID_DATA") => error.understood_as(ErrorKind::NotFound, "there is no record with this id"),
            _ => error,
        })?;
        Page::from_reply(&reply, KEY)?.items.into_iter().next().ok_or_else(|| reply.nothing().logged())
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
        Saved::of(reply.result(KEY).map_err(Error::logged)?, Some(&self.id))
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
        let done_before = |error: &Error| error.outcome_unknown() && error.code().is_some_and(is_absent);
        let answer = self.module.session.send(&self.call(Method::Delete, &[])?).and_then(|reply| reply.result(KEY));
        match answer {
            Err(error) if done_before(&error) => Ok(()),
            answer => answer.map(drop),
        }
    }
}
