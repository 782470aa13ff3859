//! The same values for many records.

use std::time::Duration;

use serde_json::json;

use super::handle::MassJobHandle;
use super::job::MassOperation;
use super::start::{IDS_A_CREDIT, MOST_IDS, PATIENCE, start, started};
use super::view::{Territory, by_ids, of_view};
use crate::entity::{CustomViewId, Record, RecordId, TerritoryId};
use crate::error::{Error, Result};
use crate::resource::module::ModuleHandle;
use crate::rest::{Batch, BatchReport, Cost, Effect, Idempotency, Request, Response, Row};
use crate::transport::Method;

/// The same values for many records; made by [`ModuleHandle::mass_update`].
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before run or start"]
pub struct MassUpdate {
    module: ModuleHandle,
    values: Record,
    overwrite: bool,
    territory: Option<Territory>,
    patience: Duration,
}

impl ModuleHandle {
    /// Sets the same values in many records: those of given ids, or those of a custom view. One field, or up to three
    /// in Deals.
    ///
    /// Zoho takes no e-mails, lookups, long texts, line items, and no fields of layout or validation rules. Automation
    /// runs, for a view only when it has fewer than 1,000 records. (Zoho's page *Mass Update*.) An update of single
    /// records, without these limits, is [`update_field`](Self::update_field).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Record;
    ///
    /// let update = client.module("Leads").mass_update(&Record::new().with("Lead_Source", "Advertisement"));
    /// let report = update.run(["3652397000000190001", "3652397000000190002"])?;
    /// println!("{}", report.counts());
    /// println!("{}", update.start("3652397000000186010")?.wait()?); // all records of a view
    /// # Ok(())
    /// # }
    /// ```
    pub fn mass_update(&self, values: &Record) -> MassUpdate {
        let (module, values) = (self.clone(), values.clone());
        MassUpdate { module, values, overwrite: false, territory: None, patience: PATIENCE }
    }
}

impl MassUpdate {
    /// Replaces the choices of a multi-select picklist; without this they are added.
    pub fn overwrite(self) -> Self {
        Self { overwrite: true, ..self }
    }

    /// Only the records of a territory, and of those below it if wanted. For a view alone.
    pub fn territory(self, id: impl Into<TerritoryId>, include_child: bool) -> Self {
        Self { territory: Some(Territory { id: id.into(), include_child }), ..self }
    }

    /// How long [`start`](Self::start) waits for another job of the organization: ten minutes, unless set.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Updates the records of these ids at once, in requests of at most 500, for one credit a hundred. The report has
    /// an outcome for each. A request whose response was lost is sent again as an update is.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Record;
    ///
    /// let update = client.module("Deals").mass_update(&Record::new().with("Stage", "Qualification"));
    /// update.run(["3652397000000190001"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, for no field or too many, or an id
    /// that is none; the error of the first request when it shows that nothing can be sent. What happens later is in
    /// the report.
    pub fn run<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        self.check().map_err(Error::logged)?;
        by_ids(self.territory.as_ref()).map_err(Error::logged)?;
        let update = self.clone();
        let request = move |rows: &[Row]| {
            let ids: Vec<&str> = rows.iter().filter_map(|row| row.id.as_ref()).map(RecordId::as_str).collect();
            let request = update.request(json!({ "ids": ids })).with_idempotency(Idempotency::Update);
            request.with_cost(Cost::per_items(rows.len(), IDS_A_CREDIT))
        };
        let rows: Vec<_> = ids.into_iter().map(|id| Row::of_id(id.into().as_str())).collect();
        Batch::new(&self.module.session, Effect::Update, "data", MOST_IDS, request).send_all(rows)
    }

    /// Updates the records of a custom view, at most 50,000, by a job, and does not wait for it. While another job of
    /// the organization is not over, it waits for its turn; see [`patience`](Self::patience).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Record;
    ///
    /// let update = client.module("Leads").mass_update(&Record::new().with("City", "Oslo"));
    /// let job = update.start("3652397000000186010")?;
    /// println!("job {}", job.id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unanswered`](crate::ErrorKind::Unanswered), with [`Error::outcome_unknown`], when the response was lost: the
    /// job may have been started, and it is never started twice by itself. [`JobPending`](crate::ErrorKind::JobPending)
    /// when another job was in the way for too long; [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything
    /// is sent, for no field or too many; otherwise every kind that a request can fail with, such as Zoho's
    /// `NO_RECORDS_FOUND`.
    pub fn start(&self, view: impl Into<CustomViewId>) -> Result<MassJobHandle> {
        self.check().map_err(Error::logged)?;
        let body = of_view(view.into(), self.territory.as_ref()).map_err(Error::logged)?;
        started(start(&self.module, MassOperation::Update, self.request(body.into()), "data", self.patience)?)
    }

    fn check(&self) -> Result<()> {
        let most = if self.module.api_name() == "Deals" { 3 } else { 1 };
        match self.values.changed().len() {
            0 => Err(Error::invalid("no field is to be set; give a record with one")),
            fields if fields > most => {
                let module = self.module.api_name();
                Err(Error::invalid(format!(
                    "{fields} fields are to be set; a mass update of {module} sets at most {most}"
                )))
            }
            _ => Ok(()),
        }
    }

    /// The values, and the members that say which records.
    fn request(&self, records: serde_json::Value) -> Request<Response> {
        #[derive(serde::Serialize)]
        struct Body<'a> {
            data: [&'a crate::entity::Members; 1],
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            over_write: bool,
            #[serde(flatten)]
            records: serde_json::Value,
        }
        let body = Body { data: [self.values.changed()], over_write: self.overwrite, records };
        self.module.request(Method::Post, &["actions", "mass_update"]).json(&body)
    }
}
