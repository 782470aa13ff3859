//! Writing records with options: any number of them.

use serde::Serialize;

use super::options::{Action, Writer, names};
#[cfg(doc)]
use crate::entity::Record;
use crate::entity::RecordId;
use crate::error::Result;
use crate::resource::collection::saved;
use crate::rest::{BatchReport, Row, Saved, WriteStream};

impl Writer {
    /// Creates records.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("Last_Name", "Berg");
    /// client.module("Leads").writer().trigger(["approval"]).create(&[lead])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record cannot be written as a
    /// JSON object or has an id; the text names its index. The error of the first request when it shows that nothing
    /// can be sent. What happens later is in the report.
    pub fn create<T: Serialize>(&self, records: &[T]) -> Result<BatchReport> {
        self.batch(Action::Create).send_all(records.iter().map(Row::new))
    }

    /// Creates one record, whose rejection is an error.
    ///
    /// It is sent once: after [`Unanswered`](crate::ErrorKind::Unanswered) the record may exist or not.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let writer = client.module("Leads").writer().trigger([""; 0]); // runs no automation
    /// println!("{}", writer.create_one(&Record::new().with("Last_Name", "Berg"))?.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when the record has an id or cannot
    /// be written as a JSON object; [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with
    /// [`Error::api`](crate::Error::api) when Zoho rejects it; [`Unanswered`](crate::ErrorKind::Unanswered),
    /// [`Server`](crate::ErrorKind::Server) or [`InvalidResponse`](crate::ErrorKind::InvalidResponse) when it is not
    /// known whether it was created; otherwise every kind that a request can fail with.
    pub fn create_one<T: Serialize>(&self, record: &T) -> Result<Saved> {
        saved(self.batch(Action::Create).send_one(Row::new(record)))
    }

    /// Creates records from an iterator, as the outcomes are asked for; no more than one request for each
    /// worker is in memory.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = (0..1_000).map(|index| Record::new().with("Last_Name", format!("Lead {index}")));
    /// for written in client.module("Leads").writer().create_iter(leads) {
    ///     println!("{}: {:?}", written.index, written.outcome.id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_iter<I: IntoIterator<Item: Serialize>>(&self, records: I) -> WriteStream<I::IntoIter> {
        WriteStream::new(self.batch(Action::Create), records.into_iter(), |record, _| Row::new(record))
    }

    /// Updates records. Each needs its id. Of a [`Record`](crate::Record) only the changes are sent; a type of your own
    /// says by its serde attributes what it sends ([`Nullable`](crate::Nullable) helps).
    ///
    /// An update whose response was lost is retried, because doing it twice changes nothing more in the record; but
    /// Zoho may run its workflows twice, and [`no_update_retries`](crate::config::HttpOptions::no_update_retries)
    /// switches such retries off.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("id", "3652397000000190001").with("City", "Oslo");
    /// client.module("Leads").writer().trigger(["workflow"]).update(&[lead])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record has no id or cannot be
    /// written as a JSON object; the text names its index. The error of the first request when it shows that nothing
    /// can be sent. What happens later is in the report.
    pub fn update<T: Serialize + 'static>(&self, records: &[T]) -> Result<BatchReport> {
        self.batch(Action::Update).send_all(records.iter().map(Row::changed))
    }

    /// Updates one record, whose rejection is an error; see
    /// [`RecordHandle::update`](super::super::RecordHandle::update).
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let writer = client.module("Leads").writer().trigger([""; 0]); // runs no automation
    /// writer.update_one("3652397000000190001", &Record::new().with("City", "Oslo"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) before anything is sent when the record cannot be written as a
    /// JSON object; [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when
    /// Zoho rejects it; [`Modified`](crate::ErrorKind::Modified) under a condition that does not hold; otherwise every
    /// kind that a request can fail with.
    pub fn update_one<T: Serialize + 'static>(&self, id: impl Into<RecordId>, record: &T) -> Result<Saved> {
        saved(self.batch(Action::UpdateOne).send_one(Row::changed_by_id(record, &id.into())))
    }

    /// Updates records from an iterator, as the outcomes are asked for; no more than one request for each
    /// worker is in memory.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = (1..=250_u64).map(|id| Record::new().with("id", id.to_string()).with("City", "Oslo"));
    /// client.module("Leads").writer().update_iter(leads).report().into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_iter<I: IntoIterator<Item: Serialize + 'static>>(&self, records: I) -> WriteStream<I::IntoIter> {
        WriteStream::new(self.batch(Action::Update), records.into_iter(), |record, _| Row::changed(record))
    }

    /// Creates records, or updates those that Zoho finds by the id or by one of the check fields, tried in their order,
    /// system-defined unique fields first (Zoho's Kaizen post 56).
    ///
    /// A request whose response was lost is retried only if every one of its records has a value in one of these fields
    /// that Zoho can find it by: not an empty text, blanks, a list or null. Otherwise a retry could create a second
    /// record.
    ///
    /// Of a [`Record`](crate::Record) with an id, the changes and the check fields are sent; of others, all.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = Record::new().with("Last_Name", "Berg").with("Email", "abc@xyz.com");
    /// client.module("Leads").writer().trigger(["workflow"]).upsert(&[lead], ["Email"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a record cannot be written as a
    /// JSON object; the text names its index. The error of the first request when it shows that nothing can be sent.
    /// What happens later is in the report.
    pub fn upsert<T: Serialize + 'static, S: Into<String>>(
        &self,
        records: &[T],
        check_fields: impl IntoIterator<Item = S>,
    ) -> Result<BatchReport> {
        let check_fields = names(check_fields);
        let rows: Vec<_> = records.iter().map(|record| Row::upserted(record, &check_fields)).collect();
        self.batch(Action::Upsert { check_fields }).send_all(rows)
    }

    /// Creates or updates records from an iterator, as the outcomes are asked for; no more than one request for
    /// each worker is in memory.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Record;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = |email| Record::new().with("Last_Name", "Berg").with("Email", email);
    /// let leads = ["a@xyz.com", "b@xyz.com"].map(lead);
    /// client.module("Leads").writer().upsert_iter(leads, ["Email"]).report().into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upsert_iter<I, S>(&self, records: I, check_fields: impl IntoIterator<Item = S>) -> WriteStream<I::IntoIter>
    where
        I: IntoIterator<Item: Serialize + 'static>,
        S: Into<String>,
    {
        let check_fields = names(check_fields);
        let batch = self.batch(Action::Upsert { check_fields: check_fields.clone() });
        WriteStream::new(batch, records.into_iter(), Row::upserted).with_check_fields(check_fields)
    }

    /// Deletes records, which go to Zoho's recycle bin. Where the response to a first attempt was lost, "no such id"
    /// counts as deleted.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let writer = client.module("Leads").writer().trigger([""; 0]); // runs no workflow
    /// writer.delete(["3652397000000190001"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty. The error of the
    /// first request when it shows that nothing can be sent. What happens later is in the report.
    pub fn delete<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        let rows: Vec<_> = ids.into_iter().map(|id| Row::of_id(id.into().as_str())).collect();
        self.batch(Action::Delete).send_all(rows)
    }

    /// Deletes records by the ids of an iterator, as the outcomes are asked for.
    ///
    /// The ids must not come from a listing of the same module that is still being read: its pages shift while records
    /// are deleted, so it would miss some. Collect them first.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = client.module("Leads");
    /// let ids = leads.records().fields(["id"]).iter().map(|lead| Ok(lead?.id()));
    /// let ids: Vec<_> = ids.collect::<zcrm_core::Result<Vec<_>>>()?;
    /// leads.writer().delete_iter(ids.into_iter().flatten()).report().into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_iter<I: IntoIterator<Item: Into<RecordId> + Clone>>(&self, ids: I) -> WriteStream<I::IntoIter> {
        WriteStream::new(self.batch(Action::Delete), ids.into_iter(), |id, _| Row::of_id(id.clone().into().as_str()))
    }
}
