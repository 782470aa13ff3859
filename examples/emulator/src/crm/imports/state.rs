//! The files that were uploaded, and the jobs on them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::crm::jobs::{Progress, look};
use crate::crm::metadata::{Field, Module};
use crate::crm::users::Person;
use crate::spool::Spool;

/// What a job is to do.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(super) module: &'static Module,
    pub(super) operation: Operation,
    pub(super) find_by: Option<String>,
    pub(super) ignore_empty: bool,
    pub(super) mappings: Vec<Mapping>,
    pub(super) file: Spool,
    /// Which of the files within it, where there are several.
    pub(super) file_name: Option<String>,
    pub(super) children: Vec<Child>,
    /// The request as the job tells it.
    pub(super) told: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Insert,
    Update,
    Upsert,
}

/// What goes into a field.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    pub(super) name: String,
    /// None for the id.
    pub(super) field: Option<&'static Field>,
    pub(super) index: Option<usize>,
    pub(super) find_by: Option<String>,
    pub(super) format: Option<String>,
    pub(super) default: Option<Value>,
}

/// Rows of a subform.
#[derive(Clone, Debug)]
pub(super) struct Child {
    /// The subform.
    pub(super) name: String,
    pub(super) file_name: String,
    /// The column that tells the parent, and the column of the parent's file that has the same.
    pub(super) key: (String, usize, usize),
    pub(super) columns: Vec<(String, usize)>,
}

/// What became of the rows of a job.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(super) added: u64,
    pub(super) updated: u64,
    pub(super) skipped: u64,
}

impl Counts {
    pub(super) fn total(self) -> u64 {
        self.added + self.updated + self.skipped
    }
}

#[derive(Debug)]
pub(super) enum End {
    Done { counts: Counts, file: Spool, at: Instant },
    Failed(String),
}

#[derive(Debug)]
pub(super) struct Job {
    pub(super) import: Import,
    pub(super) person: Person,
    pub(super) created_time: String,
    pub(super) end: Option<End>,
    polls: u64,
    begins: Instant,
    ends: Instant,
}

impl Job {
    pub(super) fn new(import: Import, person: Person) -> Self {
        let now = Instant::now();
        Self { import, person, created_time: crate::moment::now(), end: None, polls: 0, begins: now, ends: now }
    }

    /// How far it is, seen once more.
    pub(super) fn look(&mut self, polls: u64) -> Progress {
        if self.end.is_some() {
            return Progress::Over;
        }
        let left = polls.saturating_sub(self.polls);
        self.polls += 1;
        look(left, self.begins, self.ends)
    }
}

/// All uploads and jobs.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    files: HashMap<String, Spool>,
    jobs: HashMap<String, Job>,
    busy_until: Option<Instant>,
}

impl Imports {
    pub(super) fn keep(&mut self, id: String, file: Spool) {
        self.files.insert(id, file);
    }

    pub(super) fn file(&self, id: &str) -> Option<&Spool> {
        self.files.get(id)
    }

    /// Adds a job, which runs when those before it are over.
    pub(super) fn add(&mut self, id: String, mut job: Job, time: Duration) {
        job.begins = self.busy_until.unwrap_or_else(Instant::now).max(Instant::now());
        job.ends = job.begins + time;
        self.busy_until = Some(job.ends);
        self.jobs.insert(id, job);
    }

    pub(super) fn job(&mut self, id: &str) -> Option<&mut Job> {
        self.jobs.get_mut(id)
    }
}
