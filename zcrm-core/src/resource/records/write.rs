//! Any number of records, written: the short forms, without options.

use serde::Serialize;
use serde_json::Value;

use super::outcome::BatchReport;
use super::writer::Writer;
use super::writes::Writes;
use crate::entity::{Record, RecordId};
use crate::error::Result;
use crate::resource::ModuleHandle;

impl ModuleHandle {
    /// Writes records with options: which automation they trigger, which assignment rule they follow.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, leads: Vec<zcrm_core::entity::Record>) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").writer().trigger(["workflow"]).assignment_rule("3652397000000190004").create(&leads)?;
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer::new(self.clone())
    }

    /// Creates any number of records: [`Record`]s or any type that serde can write; see [`Writer::create`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = [Record::new().with("Last_Name", "Berg"), Record::new().with("Last_Name", "Dahl")];
    /// let report = client.module("Leads").create(&leads)?;
    /// for (index, lead) in report.created() {
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

    /// Creates records from an iterator; see [`Writer::create_iter`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let names = ["Berg", "Dahl"].into_iter().map(|name| Record::new().with("Last_Name", name));
    /// let report = client.module("Leads").create_iter(names).report();
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_iter<I>(&self, records: I) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize>,
    {
        self.writer().create_iter(records)
    }

    /// Updates any number of records; see [`Writer::update`].
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let module = client.module("Leads");
    /// let mut leads = module.records().fields(["City"]).send()?.items;
    /// for lead in &mut leads {
    ///     lead.set("City", "Oslo").clear("Fax");
    /// }
    /// let report = module.update(&leads)?; // sends City and Fax, nothing else
    /// # let _ = report;
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

    /// Updates records from an iterator; see [`Writer::update_iter`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let changed = (1..=250_u64).map(|id| Record::new().with("id", id.to_string()).with("City", "Oslo"));
    /// let report = client.module("Leads").update_iter(changed).report();
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_iter<I>(&self, records: I) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize + 'static>,
    {
        self.writer().update_iter(records)
    }

    /// Creates or updates any number of records; see [`Writer::upsert`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("Last_Name", "Berg").with("Email", "abc@xyz.com");
    /// let report = client.module("Leads").upsert(&[lead], ["Email"])?;
    /// println!("{} created, {} updated", report.created().count(), report.updated().count());
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

    /// Creates or updates records from an iterator; see [`Writer::upsert_iter`].
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = ["a@xyz.com", "b@xyz.com"].map(|email| Record::new().with("Last_Name", "Berg").with("Email", email));
    /// let report = client.module("Leads").upsert_iter(leads, ["Email"]).report();
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upsert_iter<I, S>(&self, records: I, check_fields: impl IntoIterator<Item = S>) -> Writes<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize + 'static>,
        S: Into<String>,
    {
        self.writer().upsert_iter(records, check_fields)
    }

    /// Deletes any number of records; see [`Writer::delete`].
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").delete(["3652397000000190001", "3652397000000190002"])?;
    /// assert!(report.is_complete());
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
    /// Zoho's Ruby SDK calls this mass update. It is an update of each record, in calls of 100, not Zoho's scheduled
    /// job of that name.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").mass_update(["3652397000000190001"], "City", "Oslo")?;
    /// # let _ = report;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::update`].
    #[doc(alias = "mass_update_records")]
    pub fn mass_update<I: Into<RecordId>>(
        &self,
        ids: impl IntoIterator<Item = I>,
        field: &str,
        value: impl Into<Value>,
    ) -> Result<BatchReport> {
        let value = value.into();
        let with_id = |id: I| Record::new().with("id", id.into().as_str()).with(field, value.clone());
        let records: Vec<Record> = ids.into_iter().map(with_id).collect();
        self.update(&records)
    }
}
