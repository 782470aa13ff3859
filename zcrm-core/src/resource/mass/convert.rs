//! Converting many leads.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::handle::MassJobHandle;
use super::job::MassOperation;
use super::start::{PATIENCE, since, start, started};
use crate::config::ApiVersion;
use crate::entity::{Record, RecordId, UserId};
use crate::error::{Error, Result};
use crate::resource::module::ModuleHandle;
use crate::rest::{Cost, Row};
use crate::transport::Method;

/// The most leads of a job.
const MOST: usize = 50;

/// Converts many leads; made by [`ModuleHandle::mass_convert`].
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before start"]
pub struct MassConvert {
    module: ModuleHandle,
    options: Map<String, Value>,
    deal: Option<Record>,
    patience: Duration,
}

impl ModuleHandle {
    /// Converts up to 50 leads by a job, for 200 credits. From v4 on. Scope: `ZohoCRM.mass_convert.Leads.CREATE`, and
    /// `.READ` to ask for the job.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Record;
    ///
    /// let deal = Record::new().with("Deal_Name", "Planks").with("Stage", "Qualification");
    /// let convert = client.module("Leads").mass_convert().deal(deal.with("Closing_Date", "2026-12-31"));
    /// println!("{}", convert.start(["3652397000000190001", "3652397000000190002"])?.wait()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn mass_convert(&self) -> MassConvert {
        MassConvert { module: self.clone(), options: Map::new(), deal: None, patience: PATIENCE }
    }
}

impl MassConvert {
    /// The owner of the contacts, accounts and deals.
    pub fn assign_to(self, user: impl Into<UserId>) -> Self {
        self.option("assign_to", json!({ "id": user.into().as_str() }))
    }

    /// Creates a deal with these values for each lead.
    pub fn deal(self, deal: Record) -> Self {
        Self { deal: Some(deal), ..self }
    }

    /// Gives the tags of the leads to the records of a module, by its API name and its id.
    pub fn carry_over_tags(self, api_name: &str, id: impl Into<String>) -> Self {
        self.module_of("carry_over_tags", api_name, id.into())
    }

    /// Gives records of a related module of the leads, by its API name and its id, to what the leads become.
    pub fn related_module(self, api_name: &str, id: impl Into<String>) -> Self {
        self.module_of("related_modules", api_name, id.into())
    }

    fn module_of(mut self, member: &str, api_name: &str, id: String) -> Self {
        let modules = self.options.entry(member).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(modules) = modules {
            modules.push(json!({ "api_name": api_name, "id": id }));
        }
        self
    }

    /// Any other member of the body, such as `move_attachments_to` or `portal_user_type`.
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }

    /// How long [`start`](Self::start) waits for another job of the organization: ten minutes, unless set.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Starts the job, and does not wait for it. While another job of the organization is not over, it waits for its
    /// turn; see [`patience`](Self::patience).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").mass_convert().start(["3652397000000190001"])?;
    /// println!("job {}", job.id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unanswered`](crate::ErrorKind::Unanswered), with [`Error::outcome_unknown`], when the response was lost: the
    /// job may have been started, and it is never started twice by itself.
    /// [`Unsupported`](crate::ErrorKind::Unsupported) before v4; [`InvalidInput`](crate::ErrorKind::InvalidInput) for
    /// no lead or more than 50; [`JobPending`](crate::ErrorKind::JobPending) when another job was in the way for too
    /// long; otherwise every kind that a request can fail with.
    pub fn start<I: Into<RecordId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<MassJobHandle> {
        let ids = ids.into_iter().map(|id| Row::of_id(id.into().as_str())?.id.ok_or_else(|| Error::invalid("no id")));
        let ids: Vec<RecordId> = ids.collect::<Result<_>>().map_err(Error::logged)?;
        self.check(ids.len()).map_err(Error::logged)?;
        #[derive(serde::Serialize)]
        struct Body<'a> {
            ids: &'a [RecordId],
            #[serde(rename = "Deals", skip_serializing_if = "Option::is_none")]
            deal: Option<&'a Record>,
            #[serde(flatten)]
            options: &'a Map<String, Value>,
        }
        let body = Body { ids: &ids, deal: self.deal.as_ref(), options: &self.options };
        let request = self.module.request(Method::Post, &["actions", "mass_convert"]).json(&body);
        let request = request.with_cost(Cost::credits_of(200).heavy());
        started(start(&self.module, MassOperation::Convert, request, "data", self.patience)?)
    }

    fn check(&self, ids: usize) -> Result<()> {
        since(&self.module, ApiVersion::V4, &MassOperation::Convert)?;
        match ids {
            0 => Err(Error::invalid("no lead is to be converted; give its id")),
            1..=MOST => Ok(()),
            _ => Err(Error::invalid(format!("{ids} leads are to be converted; a job converts at most {MOST}"))),
        }
    }
}
