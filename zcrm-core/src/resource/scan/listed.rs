//! The listing that a scan reads, and all fields of its records.

use super::columns::{Columns, MODIFIED};
use super::join::joined;
use super::spec::Spec;
use crate::entity::{Record, RecordId};
use crate::error::Result;
use crate::resource::module::ModuleHandle;
use crate::resource::row::{Raw, Stamp};
use crate::rest::{List, Session};

/// Ids of one request (Zoho's page *Get records*).
const IDS: usize = 100;

/// The listing behind a scan by pages, and its parts.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) session: Session,
    pub(super) spec: Spec,
    columns: Columns,
}

impl Listed {
    pub(super) fn new(session: &Session, spec: &Spec, columns: &Columns) -> Self {
        Self { session: session.clone(), spec: spec.clone(), columns: columns.clone() }
    }

    /// The listing with the fields of one part.
    fn part(&self, fields: &[String]) -> List<Record> {
        let list = ModuleHandle::new(self.session.clone(), self.spec.module.as_str()).records().fields(fields.to_vec());
        match self.spec.converted {
            Some(which) => list.converted(which),
            None => list,
        }
    }

    /// The listing, of the view where one is set, with the fields of the first part.
    pub(super) fn list(&self) -> List<Record> {
        let list = self.part(self.columns.parts.first().map_or(&[], Vec::as_slice));
        match &self.spec.view {
            Some(view) => list.custom_view(view.clone()),
            None => list,
        }
    }

    /// The fields of all other parts added to rows.
    pub(super) fn completed(&self, rows: Vec<Raw>) -> Result<Vec<Raw>> {
        let hidden = self.columns.hides_modified.then_some(MODIFIED);
        if rows.is_empty() || (self.columns.parts.len() < 2 && hidden.is_none()) {
            return Ok(rows);
        }
        let ids: Vec<RecordId> = rows.iter().filter_map(Stamp::of).map(|stamp| stamp.id).collect();
        let mut parts = vec![rows];
        for part in self.columns.parts.iter().skip(1) {
            parts.push(self.by_id(part, &ids)?);
        }
        joined(parts, hidden, |ids| self.columns.parts.iter().map(|part| self.by_id(part, ids)).collect())
    }

    /// These fields of the records with these ids.
    pub(super) fn by_id(&self, fields: &[String], ids: &[RecordId]) -> Result<Vec<Raw>> {
        let mut rows = Vec::new();
        for ids in ids.chunks(IDS) {
            rows.extend(Raw::page(&self.part(fields).ids(ids))?.items);
        }
        Ok(rows)
    }
}
