//! Another owner for many records.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::handle::MassJobHandle;
use super::job::MassOperation;
use super::start::{IDS_A_CREDIT, MOST_IDS, PATIENCE, since, start, started};
use super::view::{Territory, by_ids, of_view};
use crate::config::ApiVersion;
use crate::entity::{CustomViewId, RecordId, TerritoryId, UserId};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::module::ModuleHandle;
use crate::rest::{Batch, BatchReport, Cost, Effect, Idempotency, Row};
use crate::transport::Method;

/// Gives records to another owner; made by [`ModuleHandle::change_owner`].
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before run or start"]
pub struct ChangeOwner {
    module: ModuleHandle,
    owner: UserId,
    notify: bool,
    related: Vec<Value>,
    territory: Option<Territory>,
    criteria: Option<Value>,
    patience: Duration,
}

#[derive(Serialize)]
struct ByIds<'a> {
    ids: Vec<&'a RecordId>,
    owner: Value,
    notify: bool,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    related_modules: &'a [Value],
}

impl ModuleHandle {
    /// Gives records to another owner: those of given ids from v3 on, those of a custom view from v4 on. Scope:
    /// `ZohoCRM.change_owner.CREATE`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let change = client.module("Leads").change_owner("3652397000000186017");
    /// println!("{}", change.run(["3652397000000190001"])?.counts());
    /// println!("{}", change.start("3652397000000186010")?.wait()?); // all records of a view
    /// # Ok(())
    /// # }
    /// ```
    pub fn change_owner(&self, owner: impl Into<UserId>) -> ChangeOwner {
        ChangeOwner {
            module: self.clone(),
            owner: owner.into(),
            notify: false,
            related: Vec::new(),
            territory: None,
            criteria: None,
            patience: PATIENCE,
        }
    }
}

impl ChangeOwner {
    /// Sends the new owner a mail. For ids alone.
    pub fn notify(self) -> Self {
        Self { notify: true, ..self }
    }

    /// Gives records of a related module, by its API name and its id, to the new owner too. For ids alone: with a view,
    /// related records keep their owner.
    pub fn related_module(mut self, api_name: &str, id: impl Into<String>) -> Self {
        self.related.push(json!({ "api_name": api_name, "id": id.into() }));
        self
    }

    /// Only the records of a territory, and of those below it if wanted. For a view alone.
    pub fn territory(self, id: impl Into<TerritoryId>, include_child: bool) -> Self {
        Self { territory: Some(Territory { id: id.into(), include_child }), ..self }
    }

    /// Only the records of the view that match, from v6 on: Zoho's JSON of a criteria, such as
    /// `{"field": {"api_name": "City", "id": "..."}, "comparator": "equal", "value": "Oslo"}`.
    pub fn criteria(self, criteria: impl Into<Value>) -> Self {
        Self { criteria: Some(criteria.into()), ..self }
    }

    /// How long [`start`](Self::start) waits for another job of the organization: ten minutes, unless set.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Gives the records of these ids to the owner at once, in requests of at most 500, for one credit a hundred. The
    /// report has an outcome for each. A request whose response was lost is sent again as an update is.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let change = client.module("Leads").change_owner("3652397000000186017").notify();
    /// change.run(["3652397000000190001"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unsupported`](ErrorKind::Unsupported) before v3, and [`InvalidInput`](ErrorKind::InvalidInput) for an id that
    /// is none or a setting that is for views, before anything is sent; the error of the first request when it shows
    /// that nothing can be sent. What happens later is in the report.
    pub fn run<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        since(&self.module, ApiVersion::V3, &MassOperation::ChangeOwner).map_err(Error::logged)?;
        by_ids(self.territory.as_ref()).map_err(Error::logged)?;
        if self.criteria.is_some() {
            return Err(Error::invalid("criteria are for the records of a view, not for ids").logged());
        }
        let change = self.clone();
        let request = move |rows: &[Row]| {
            let body = ByIds {
                ids: rows.iter().filter_map(|row| row.id.as_ref()).collect(),
                owner: json!({ "id": change.owner.as_str() }),
                notify: change.notify,
                related_modules: &change.related,
            };
            let request = change.module.request(Method::Post, &["actions", "change_owner"]).json(&body);
            let cost = Cost::per_items(rows.len(), IDS_A_CREDIT);
            request.with_idempotency(Idempotency::Update).with_cost(cost)
        };
        let rows: Vec<_> = ids.into_iter().map(|id| Row::of_id(id.into().as_str())).collect();
        Batch::new(&self.module.session, Effect::Update, "data", MOST_IDS, request).send_all(rows)
    }

    /// Gives the records of a custom view, at most 50,000, to the owner by a job, and does not wait for it. While
    /// another job of the organization is not over, it waits for its turn; see [`patience`](Self::patience). Zoho tells
    /// of the job for 60 days.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").change_owner("3652397000000186017").start("3652397000000186010")?;
    /// println!("job {}", job.id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unanswered`](ErrorKind::Unanswered), with [`Error::outcome_unknown`], when the response was lost: the job may
    /// have been started, and it is never started twice by itself. [`Unsupported`](ErrorKind::Unsupported) before v4,
    /// and for criteria before v6; [`InvalidInput`](ErrorKind::InvalidInput) for a setting that is for ids;
    /// [`JobPending`](ErrorKind::JobPending) when another job was in the way for too long; otherwise every kind that a
    /// request can fail with.
    pub fn start(&self, view: impl Into<CustomViewId>) -> Result<MassJobHandle> {
        let body = self.body_of_view(view.into()).map_err(Error::logged)?;
        let request = self.module.request(Method::Post, &["actions", "mass_change_owner"]).json(&body);
        started(start(&self.module, MassOperation::ChangeOwner, request, "data", self.patience)?)
    }

    fn body_of_view(&self, view: CustomViewId) -> Result<Map<String, Value>> {
        since(&self.module, ApiVersion::V4, &MassOperation::ChangeOwner)?;
        let version = self.module.session.version();
        if self.criteria.is_some() && version < ApiVersion::V6 {
            let text = format!("Zoho's API {version} changes the owner of a whole view; criteria are of v6 and later");
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        if self.notify || !self.related.is_empty() {
            return Err(Error::invalid("a mail and related modules are for ids, not for the records of a view"));
        }
        let mut body = of_view(view, self.territory.as_ref())?;
        body.insert("owner".to_owned(), json!({ "id": self.owner.as_str() }));
        if let Some(criteria) = &self.criteria {
            body.insert("criteria".to_owned(), criteria.clone());
        }
        Ok(body)
    }
}
