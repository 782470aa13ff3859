//! Merging records into one.

use std::time::Duration;

use serde_json::{Value, json};

use super::handle::MassJobHandle;
use super::job::MassOperation;
use super::start::{PATIENCE, since, start};
use crate::config::ApiVersion;
use crate::entity::RecordId;
use crate::error::{Error, Result};
use crate::resource::record::RecordHandle;
use crate::rest::Cost;
use crate::transport::Method;

/// The most records that are merged into another one.
const MOST: usize = 2;

/// What is merged into a record, and what is taken from where.
///
/// ```
/// use zcrm_core::resource::Merge;
///
/// // The phone of the duplicate, and all else of the record that stays.
/// let merge = Merge::new().child("3652397000000190002", ["Phone"]);
/// # let _ = merge;
/// ```
#[derive(Debug, Clone)]
pub struct Merge {
    children: Vec<(RecordId, Vec<String>)>,
    files: Vec<Value>,
    patience: Duration,
}

/// How a merge ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "it may go on as a job"]
pub enum Merged {
    /// It is done.
    Done,
    /// It goes on as a job, as when a record has more than 1,000 related ones.
    Started(MassJobHandle),
}

impl Default for Merge {
    fn default() -> Self {
        Self { children: Vec::new(), files: Vec::new(), patience: PATIENCE }
    }
}

impl Merge {
    /// A merge to which records are added.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Merges this record, which is deleted then; these fields of it are taken. One or two records.
    #[must_use]
    pub fn child<S: Into<String>>(mut self, id: impl Into<RecordId>, fields: impl IntoIterator<Item = S>) -> Self {
        self.children.push((id.into(), fields.into_iter().map(Into::into).collect()));
        self
    }

    /// Keeps these files of a file field of the record that stays.
    #[must_use]
    pub fn master_files<S: Into<String>>(mut self, field: &str, ids: impl IntoIterator<Item = S>) -> Self {
        let ids: Vec<Value> = ids.into_iter().map(|id| json!({ "id": id.into() })).collect();
        self.files.push(json!({ "api_name": field, "_data": ids }));
        self
    }

    /// How long a merge waits for another job of the organization: ten minutes, unless set.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn body(&self, master: &RecordId) -> Result<Value> {
        match self.children.len() {
            0 => return Err(Error::invalid("nothing is to be merged; add a child")),
            1..=MOST => {}
            more => return Err(Error::invalid(format!("{more} records are to be merged; Zoho takes at most {MOST}"))),
        }
        let mut seen = vec![master];
        for (id, _) in &self.children {
            if id.as_str().trim().is_empty() || seen.contains(&id) {
                return Err(Error::invalid(format!(
                    "{:?} is no id, or the one of another record of the merge",
                    id.as_str()
                )));
            }
            seen.push(id);
        }
        let child = |(id, fields): &(RecordId, Vec<String>)| {
            let fields: Vec<Value> = fields.iter().map(|name| json!({ "api_name": name })).collect();
            json!({ "id": id.as_str(), "_fields": fields })
        };
        let children: Vec<Value> = self.children.iter().map(child).collect();
        Ok(json!({ "merge": [{ "master_record_fields": self.files, "data": children }] }))
    }
}

impl RecordHandle {
    /// Merges one or two records into this one, for 50 credits: leads, contacts, accounts, open deals, vendors, and
    /// records of custom modules. From v6 on. They are deleted; it cannot be undone, and it is never retried by itself
    /// after a lost response.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::resource::{Merge, Merged};
    ///
    /// let contact = client.module("Contacts").record("3652397000000190001");
    /// match contact.merge(&Merge::new().child("3652397000000190002", ["Phone"]))? {
    ///     Merged::Started(job) => println!("{}", job.wait()?),
    ///     _ => println!("done"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unanswered`](crate::ErrorKind::Unanswered), with [`Error::outcome_unknown`], when the response was lost: they
    /// may have been merged. [`Unsupported`](crate::ErrorKind::Unsupported) before v6;
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for no record, more than two, or one twice;
    /// [`JobPending`](crate::ErrorKind::JobPending) when another job was in the way for too long; otherwise every kind
    /// that a request can fail with.
    pub fn merge(&self, merge: &Merge) -> Result<Merged> {
        let operation = MassOperation::Merge { master: self.id().clone() };
        since(self.module(), ApiVersion::V6, &operation).map_err(Error::logged)?;
        let body = merge.body(self.id()).map_err(Error::logged)?;
        let request = self.module().request(Method::Post, &[self.id().as_str(), "actions", "merge"]).json(&body);
        let request = request.with_cost(Cost::credits_of(50));
        let job = start(self.module(), operation, request, "merge", merge.patience)?;
        Ok(job.map_or(Merged::Done, Merged::Started))
    }
}
