//! Deleting many records.

use std::time::Duration;

use serde_json::json;

use super::handle::MassJobHandle;
use super::job::MassOperation;
use super::start::{IDS_A_CREDIT, MOST_IDS, PATIENCE, since, start, started};
use super::view::{Territory, by_ids, of_view};
use crate::config::ApiVersion;
use crate::entity::{CustomViewId, RecordId, TerritoryId};
use crate::error::{Error, Result};
use crate::resource::module::ModuleHandle;
use crate::rest::{Batch, BatchReport, Cost, Effect, Idempotency, Row};
use crate::transport::Method;

/// Deletes many records; made by [`ModuleHandle::mass_delete`].
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before run or start"]
pub struct MassDelete {
    module: ModuleHandle,
    territory: Option<Territory>,
    patience: Duration,
}

impl ModuleHandle {
    /// Deletes many records: those of given ids, or those of a custom view. From v4 on. They go to the recycle bin.
    /// Scope: `ZohoCRM.mass_delete.{module}.DELETE`, and `.READ` to ask for a job.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = client.module("Leads");
    /// println!("{}", leads.mass_delete().run(["3652397000000190001"])?.counts());
    /// println!("{}", leads.mass_delete().start("3652397000000186010")?.wait()?); // all records of a view
    /// # Ok(())
    /// # }
    /// ```
    pub fn mass_delete(&self) -> MassDelete {
        MassDelete { module: self.clone(), territory: None, patience: PATIENCE }
    }
}

impl MassDelete {
    /// Only the records of a territory, and of those below it if wanted. For a view alone.
    pub fn territory(self, id: impl Into<TerritoryId>, include_child: bool) -> Self {
        Self { territory: Some(Territory { id: id.into(), include_child }), ..self }
    }

    /// How long [`start`](Self::start) waits for another job of the organization: ten minutes, unless set.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Deletes the records of these ids at once, in requests of at most 500, for one credit a hundred. The report has
    /// an outcome for each. Where the response to a first attempt was lost, "no such id" counts as deleted.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").mass_delete().run(["3652397000000190001"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported) before v4, and [`InvalidInput`](crate::ErrorKind::InvalidInput)
    /// for an id that is none, before anything is sent; the error of the first request when it shows that nothing can
    /// be sent. What happens later is in the report.
    pub fn run<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        self.check().map_err(Error::logged)?;
        by_ids(self.territory.as_ref()).map_err(Error::logged)?;
        let module = self.module.clone();
        let request = move |rows: &[Row]| {
            let ids: Vec<&str> = rows.iter().filter_map(|row| row.id.as_ref()).map(RecordId::as_str).collect();
            let request = module.request(Method::Post, &["actions", "mass_delete"]).json(&json!({ "ids": ids }));
            let cost = Cost::per_items(rows.len(), IDS_A_CREDIT);
            request.with_idempotency(Idempotency::Idempotent).with_cost(cost)
        };
        let rows: Vec<_> = ids.into_iter().map(|id| Row::of_id(id.into().as_str())).collect();
        Batch::new(&self.module.session, Effect::Delete, "data", MOST_IDS, request).send_all(rows)
    }

    /// Deletes the records of a custom view, at most 50,000, by a job, and does not wait for it. Zoho runs one such job
    /// of an organization at a time, so it waits for its turn; see [`patience`](Self::patience).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").mass_delete().start("3652397000000186010")?;
    /// println!("job {}", job.id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unanswered`](crate::ErrorKind::Unanswered), with [`Error::outcome_unknown`], when the response was lost: the
    /// job may have been started, and it is never started twice by itself.
    /// [`Unsupported`](crate::ErrorKind::Unsupported) before v4; [`JobPending`](crate::ErrorKind::JobPending) when
    /// another job was in the way for too long; otherwise every kind that a request can fail with.
    pub fn start(&self, view: impl Into<CustomViewId>) -> Result<MassJobHandle> {
        self.check().map_err(Error::logged)?;
        let body = of_view(view.into(), self.territory.as_ref()).map_err(Error::logged)?;
        let request = self.module.request(Method::Post, &["actions", "mass_delete"]).json(&body);
        started(start(&self.module, MassOperation::Delete, request, "data", self.patience)?)
    }

    fn check(&self) -> Result<()> {
        since(&self.module, ApiVersion::V4, &MassOperation::Delete)
    }
}
