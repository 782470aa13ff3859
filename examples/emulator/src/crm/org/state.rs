//! Everything that the CRM keeps.

use serde_json::Value;

use super::seeded;
use crate::crm::imports::Imports;
use crate::crm::jobs::Jobs;
use crate::crm::mass_jobs::MassJobs;
use crate::crm::metadata::Views;
use crate::crm::storage::Storage;
use crate::crm::store::{MadeUpLeads, Share, Store, Tie};
use crate::crm::tag::Tag;
use crate::crm::users::Users;
use crate::crm::watch::Channels;

/// Everything that the CRM keeps.
#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) users: Users,
    pub(crate) records: Store,
    pub(crate) ties: Vec<Tie>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) files: Storage,
    pub(crate) views: Views,
    pub(crate) jobs: Jobs,
    pub(crate) imports: Imports,
    pub(crate) channels: Channels,
    pub(crate) mass_jobs: MassJobs,
    pub(super) taxes: Vec<Value>,
    pub(super) variables: Vec<Value>,
    pub(super) currencies: Vec<Value>,
    pub(super) contact_roles: Vec<Value>,
    pub(crate) shares: Vec<Share>,
}

impl Org {
    pub(crate) fn new(leads: MadeUpLeads) -> Self {
        Self {
            users: Users::seeded(),
            records: Store::seeded(leads),
            ties: Vec::new(),
            tags: Vec::new(),
            files: Storage::default(),
            views: Views::default(),
            jobs: Jobs::default(),
            imports: Imports::default(),
            channels: Channels::default(),
            mass_jobs: MassJobs::default(),
            taxes: seeded::taxes(),
            variables: seeded::variables(),
            currencies: Vec::new(),
            contact_roles: seeded::contact_roles(),
            shares: Vec::new(),
        }
    }
}
