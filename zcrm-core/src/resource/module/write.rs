//! Writing records without options; with options by a [`Writer`].

use serde::Serialize;
use serde_json::{Map, Value};

use super::ModuleHandle;
use super::options::{PER_REQUEST, Writer};
use crate::entity::{Record, RecordId};
use crate::error::Result;
use crate::rest::{BatchReport, Saved};

impl ModuleHandle {
    /// Writes records with options: which automation they trigger, which assignment rule they follow.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, leads: Vec<zcrm_core::entity::Record>) -> zcrm_core::Result<()> {
    /// let writer = client.module("Leads").writer().trigger(["workflow"]).assignment_rule("3652397000000190004");
    /// writer.create(&leads)?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer {
            module: self.clone(),
            options: Map::new(),
            workers: 1,
            per_request: PER_REQUEST,
            condition: None,
            before: None,
        }
    }

    /// Creates any number of records, [`Record`]s or any type that serde can write; see [`Writer::create`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = [Record::new().with("Last_Name", "Berg"), Record::new().with("Last_Name", "Dahl")];
    /// for (index, lead) in client.module("Leads").create(&leads)?.into_result()?.created() {
    ///     println!("lead {index} has the id {}", lead.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::create`].
    #[doc(alias = "create_records")]
    pub fn create<T: Serialize>(&self, records: &[T]) -> Result<BatchReport> {
        self.writer().create(records)
    }

    /// Creates one record, whose rejection is an error; see [`Writer::create_one`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = client.module("Leads").create_one(&Record::new().with("Last_Name", "Berg"))?;
    /// println!("created {} at {:?}", lead.id, lead.created_time());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::create_one`].
    pub fn create_one<T: Serialize>(&self, record: &T) -> Result<Saved> {
        self.writer().create_one(record)
    }

    /// Updates any number of records, each by its id; see [`Writer::update`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("id", "3652397000000190001").with("City", "Oslo");
    /// client.module("Leads").update(&[lead])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::update`].
    #[doc(alias = "update_records")]
    pub fn update<T: Serialize + 'static>(&self, records: &[T]) -> Result<BatchReport> {
        self.writer().update(records)
    }

    /// Creates records, or updates those that Zoho finds by a check field; see [`Writer::upsert`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("Last_Name", "Berg").with("Email", "abc@xyz.com");
    /// client.module("Leads").upsert(&[lead], ["Email"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::upsert`].
    #[doc(alias = "upsert_records")]
    pub fn upsert<T: Serialize + 'static, S: Into<String>>(
        &self,
        records: &[T],
        check_fields: impl IntoIterator<Item = S>,
    ) -> Result<BatchReport> {
        self.writer().upsert(records, check_fields)
    }

    /// Deletes any number of records, by their ids; see [`Writer::delete`].
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").delete(["3652397000000190001", "3652397000000190002"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::delete`].
    #[doc(alias = "delete_records")]
    pub fn delete<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        self.writer().delete(ids)
    }

    /// Sets one field to one value in any number of records; null clears it. See [`Writer::update`].
    ///
    /// The Ruby SDK calls this a mass update. It is an update of each record, in requests of 100, and not Zoho's
    /// scheduled job of that name.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").update_field(["3652397000000190001"], "City", "Oslo")?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::update`], and [`InvalidInput`](crate::ErrorKind::InvalidInput) when the name of the field is empty.
    #[doc(alias = "mass_update_records")]
    pub fn update_field<I: Into<RecordId>>(
        &self,
        ids: impl IntoIterator<Item = I>,
        field: &str,
        value: impl Into<Value>,
    ) -> Result<BatchReport> {
        if field.trim().is_empty() {
            return Err(crate::Error::invalid("the name of the field is empty").logged());
        }
        let value = value.into();
        let with_id = |id: I| Record::new().with("id", id.into().as_str()).with(field, value.clone());
        let records: Vec<Record> = ids.into_iter().map(with_id).collect();
        self.update(&records)
    }
}
