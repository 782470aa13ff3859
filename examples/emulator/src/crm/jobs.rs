//! The bulk jobs of the organization, and how far they are.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::behaviour::Behaviour;
use crate::crm::condition::{Column, Condition};
use crate::crm::metadata::{Module, Shows};
use crate::crm::users::Person;
use crate::spool::Spool;

const DAY: Duration = Duration::from_secs(24 * 3600);
const MINUTE: Duration = Duration::from_secs(60);

/// Which records a job exports, and what of them.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    pub(crate) module: &'static Module,
    pub(crate) columns: Vec<Column>,
    pub(crate) condition: Option<Condition>,
    pub(crate) shows: Shows,
    /// The query as the job tells it.
    pub(crate) told: Value,
}

/// Where a job begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// At this page, counted from 1.
    Page(u64),
    /// Behind this record, as a page of that number.
    Behind(u64, u64),
}

/// What became of a job.
#[derive(Debug)]
pub(crate) enum End {
    Done {
        count: u64,
        next: Option<String>,
        more: bool,
        file: Spool,
        at: Instant,
    },
    /// The code of the reason.
    Failed(String),
}

#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) export: Export,
    pub(crate) start: Start,
    pub(crate) person: Person,
    pub(crate) created_time: String,
    pub(crate) end: Option<End>,
    polls: u64,
    begins: Instant,
    ends: Instant,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Added,
    Queued,
    Running,
    Over,
}

impl Job {
    /// How far it is, seen once more: one that has to be looked at several times goes on with each look.
    pub(crate) fn look(&mut self, polls: u64) -> Progress {
        if self.end.is_some() {
            return Progress::Over;
        }
        let left = polls.saturating_sub(self.polls);
        self.polls += 1;
        look(left, self.begins, self.ends)
    }
}

/// How far a job is that has to be looked at so many times more, and runs from one moment to another.
pub(crate) fn look(left: u64, begins: Instant, ends: Instant) -> Progress {
    let now = Instant::now();
    match left {
        0 if now >= ends => Progress::Over,
        0 if now < begins => Progress::Queued,
        0 | 1 => Progress::Running,
        2 => Progress::Queued,
        _ => Progress::Added,
    }
}

/// Where the next job goes on.
#[derive(Clone, Debug)]
pub(crate) struct Continuation {
    pub(crate) export: Export,
    pub(crate) start: Start,
    pub(crate) person_id: String,
    pub(crate) made: Instant,
}

/// All bulk jobs.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    list: HashMap<String, Job>,
    tokens: HashMap<String, Continuation>,
    created: VecDeque<Instant>,
    downloads: VecDeque<Instant>,
    /// When the last job will be over: they run one after another.
    busy_until: Option<Instant>,
}

impl Jobs {
    /// Adds a job.
    pub(crate) fn add(&mut self, id: String, export: Export, start: Start, person: Person, behaviour: &Behaviour) {
        let begins = self.busy_until.unwrap_or_else(Instant::now).max(Instant::now());
        let ends = begins + behaviour.bulk_job_time;
        self.busy_until = Some(ends);
        let created_time = crate::moment::now();
        let job = Job { export, start, person, created_time, end: None, polls: 0, begins, ends };
        self.list.insert(id, job);
    }

    pub(crate) fn find(&mut self, id: &str) -> Option<&mut Job> {
        self.list.get_mut(id)
    }

    /// Keeps where a job stopped, under a token.
    pub(crate) fn keep(&mut self, continuation: Continuation) -> String {
        let token = format!("{:032x}{:032x}", fastrand::u128(..), fastrand::u128(..));
        self.tokens.insert(token.clone(), continuation);
        token
    }

    pub(crate) fn continuation(&self, token: &str) -> Option<&Continuation> {
        self.tokens.get(token)
    }

    /// Whether one more job may be created today, and notes it.
    pub(crate) fn may_create(&mut self, most: Option<u64>) -> bool {
        may(&mut self.created, DAY, most)
    }

    /// Whether one more result may be downloaded this minute, and notes it.
    pub(crate) fn may_download(&mut self, most: Option<u64>) -> bool {
        may(&mut self.downloads, MINUTE, most)
    }
}

fn may(times: &mut VecDeque<Instant>, window: Duration, most: Option<u64>) -> bool {
    let now = Instant::now();
    while times.front().is_some_and(|time| now.duration_since(*time) > window) {
        times.pop_front();
    }
    if most.is_some_and(|most| times.len() as u64 >= most) {
        return false;
    }
    times.push_back(now);
    true
}
