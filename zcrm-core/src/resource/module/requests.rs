//! Writes of one record as values: to be part of a composite, or to be run later.

use serde::Serialize;

use super::ModuleHandle;
use super::options::{Action, Writer, names};
use crate::entity::RecordId;
use crate::rest::{Request, Row, Saved};

impl ModuleHandle {
    /// The request that [`create_one`](Self::create_one) sends, as a value; see [`Writer::create_request`].
    pub fn create_request<T: Serialize>(&self, record: &T) -> Request<Saved> {
        self.writer().create_request(record)
    }

    /// The request that creates one record, or updates the one that Zoho finds by a check field, as a value; see
    /// [`Writer::upsert_request`].
    pub fn upsert_request<T: Serialize + 'static, S: Into<String>>(
        &self,
        record: &T,
        check_fields: impl IntoIterator<Item = S>,
    ) -> Request<Saved> {
        self.writer().upsert_request(record, check_fields)
    }
}

impl Writer {
    /// The request that [`create_one`](Self::create_one) sends, as a value: to be part of a
    /// [`Composite`](crate::resource::Composite), or run by [`Client::run`](crate::Client::run).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Record;
    ///
    /// let writer = client.module("Leads").writer().trigger([""; 0]); // runs no automation
    /// let request = writer.create_request(&Record::new().with("Last_Name", "Berg"));
    /// println!("created {} for {} credit", client.run(&request)?.id, request.cost().credits());
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_request<T: Serialize>(&self, record: &T) -> Request<Saved> {
        self.one_request(&Action::Create, Row::new(record))
    }

    /// The request that [`update_one`](Self::update_one) sends, as a value. Where
    /// [`if_unmodified`](Self::if_unmodified) does not hold, it fails with [`Modified`](crate::ErrorKind::Modified),
    /// with who and when as far as Zoho tells.
    pub fn update_request<T: Serialize + 'static>(&self, id: impl Into<RecordId>, record: &T) -> Request<Saved> {
        self.one_request(&Action::UpdateOne, Row::changed_by_id(record, &id.into()))
    }

    /// The request that creates one record, or updates the one that Zoho finds by a check field, as a value; see
    /// [`upsert`](Self::upsert).
    pub fn upsert_request<T: Serialize + 'static, S: Into<String>>(
        &self,
        record: &T,
        check_fields: impl IntoIterator<Item = S>,
    ) -> Request<Saved> {
        let check_fields = names(check_fields);
        let row = Row::upserted(record, &check_fields);
        self.one_request(&Action::Upsert { check_fields }, row)
    }
}
