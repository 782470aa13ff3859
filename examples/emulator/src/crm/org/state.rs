//! Everything that the CRM keeps.

use std::collections::HashMap;

use serde_json::Value;

use super::seeded;
use crate::crm::imports::Imports;
use crate::crm::jobs::Jobs;
use crate::crm::metadata::Views;
use crate::crm::storage::Storage;
use crate::crm::store::{MadeUpLeads, Store, Tie};
use crate::crm::tag::Tag;
use crate::crm::users::Users;
use crate::crm::watch::Channels;

/// What a mass update by view did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MassUpdate {
    pub(crate) total: usize,
    pub(crate) updated: usize,
}

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
    pub(crate) mass_updates: HashMap<String, MassUpdate>,
    pub(super) taxes: Vec<Value>,
    pub(super) variables: Vec<Value>,
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
            mass_updates: HashMap::new(),
            taxes: seeded::taxes(),
            variables: seeded::variables(),
        }
    }
}
