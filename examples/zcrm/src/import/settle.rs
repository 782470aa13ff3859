//! Rows that an earlier run has sent without an answer: what became of them, as far as Zoho's records tell.
//!
//! A row that is written by an id or a unique value is simply sent again. For a new record, the records are looked at
//! that were created since its call went out, by Zoho's clock.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;
use zcrm_core::coql::Select;
use zcrm_core::journal::{CallId, Journal, JournaledCall, RowFate, RowOutcome, RowSet};
use zcrm_core::resource::Which;
use zcrm_core::rest::{List, SortOrder};
use zcrm_core::{Criteria, DateTime, ErrorKind, Record, RecordId};

use super::alike::{Likeness, key};
use super::clock::Sent;
use super::job::Job;
use super::lookup::Lookups;
use super::writes::is_found_again;
use crate::csv::Sheet;

/// `Date` and `Created_Time` have whole seconds, each cut off.
const SECONDS_OFF: i64 = 2;

/// The most fields that Zoho gives in one listing, the two times left out.
const FIELDS: usize = 48;

/// Values in one `in (...)`, whatever the version.
const VALUES: usize = 50;

/// A call may still be carried out after its sender has died: so long nothing found means nothing.
const SHORTEST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A call of which some records are there is carried out when no more have come for so long.
const QUIET: Duration = Duration::from_secs(3);

/// A row that is not known to be written.
#[derive(Debug)]
struct Open {
    row: u64,
    call: CallId,
    sent: Value,
    /// Whether Zoho may yet write it, however long it is waited for.
    may_come: bool,
}

/// Finds out what became of the rows of an earlier run, and puts it down in the journal. `sheet` is the input from its
/// beginning.
///
/// # Errors
///
/// When Zoho cannot be asked, the input not be read, or the journal not be written.
pub fn settle(job: &Job<'_>, journal: &Journal, sheet: Sheet) -> Result<()> {
    let calls = journal.unanswered()?;
    let calls: Vec<(JournaledCall, Sent)> = calls.into_iter().filter_map(with_context).collect();
    let mut open = open_rows(job, &calls, sheet)?;
    if open.is_empty() {
        return Ok(());
    }
    let since = calls.iter().map(|(_, sent)| sent.first()).min().unwrap_or_default().saturating_sub(SECONDS_OFF);
    let last = calls.iter().map(|(_, sent)| sent.at).max().unwrap_or_default();
    let slowest = calls.iter().map(|(_, sent)| Duration::from_millis(sent.slowest_ms)).max().unwrap_or_default();
    let wait = (slowest.max(job.clock.slowest()) * 10).clamp(SHORTEST_WAIT, LONGEST_WAIT);
    let age = Duration::from_secs(u64::try_from(job.clock.now().saturating_sub(last)).unwrap_or(0));
    let until = Instant::now() + wait.saturating_sub(age);
    let mut known = BTreeSet::new();
    journal.each_outcome(|outcome| known.extend(outcome.id))?;
    let mut pause = Duration::from_millis(250);
    let mut last_found: BTreeMap<CallId, Instant> = BTreeMap::new();
    loop {
        let late = Instant::now() >= until;
        let is_quiet = |call: &CallId| last_found.get(call).is_some_and(|last| last.elapsed() >= QUIET);
        let begun = Instant::now();
        let found = matches(&open, created_since(job, since, &known)?);
        // Looking at many records takes its time, and a credit for 200 of them.
        pause = pause.max(begun.elapsed() * 2);
        let mut outcomes: BTreeMap<CallId, Vec<RowOutcome>> = BTreeMap::new();
        open.retain(|row| match found.get(&row.row) {
            Some(Match::Is(record)) => {
                known.extend(record.id());
                outcomes.entry(row.call).or_default().push(created(row.row, record));
                false
            }
            None if (late || is_quiet(&row.call)) && !row.may_come => {
                outcomes.entry(row.call).or_default().push(RowOutcome::new(row.row, RowFate::NotSent));
                false
            }
            Some(Match::Doubtful) | None => true,
        });
        for (call, outcomes) in outcomes {
            if outcomes.iter().any(|outcome| outcome.fate == RowFate::Created) {
                last_found.insert(call, Instant::now());
            }
            journal.outcomes(call, &outcomes)?;
        }
        if open.is_empty() || (job.is_interrupted)() {
            return Ok(());
        }
        if late {
            return refuse_duplicates(job, journal, &open, since);
        }
        thread::sleep(pause.min(until.saturating_duration_since(Instant::now())));
        pause = (pause * 2).min(LONGEST_PAUSE.max(begun.elapsed()));
    }
}

fn with_context(call: JournaledCall) -> Option<(JournaledCall, Sent)> {
    let sent = serde_json::from_value(call.context.clone()).ok()?;
    Some((call, sent))
}

/// The rows of these calls that cannot simply be sent again, with what was sent.
fn open_rows(job: &Job<'_>, calls: &[(JournaledCall, Sent)], mut sheet: Sheet) -> Result<Vec<Open>> {
    let of_rows = calls.iter().flat_map(|(call, sent)| call.rows.iter().map(|row| (row, (call.id, sent.bulk))));
    let mut calls: BTreeMap<u64, (CallId, bool)> = of_rows.collect();
    let mut rows = Vec::new();
    while !calls.is_empty()
        && let Some(row) = sheet.next_row().context("the input cannot be read again")?
    {
        if let Some(call) = calls.remove(&row.number) {
            rows.push((row, call));
        }
    }
    let mut lookups = Lookups::default();
    lookups.look_up(job.client, rows.iter().flat_map(|(row, _)| job.columns.references(row)))?;
    let open = rows.iter().filter_map(|(row, (call, bulk))| {
        let json = job.columns.record(row, &lookups).ok()?;
        let (row, call, may_come) = (row.number, *call, *bulk);
        let sent = serde_json::from_str(json.get()).ok()?;
        (!job.held.contains(&row) && !is_found_again(job.columns.writing(), &json)).then_some(Open {
            row,
            call,
            sent,
            may_come,
        })
    });
    Ok(open.collect())
}

/// The records that were created since then and are of no row that is done.
fn created_since(job: &Job<'_>, since: i64, known: &BTreeSet<RecordId>) -> Result<Vec<Record>> {
    let names = job.columns.fields().filter(|name| *name != "id" && !name.starts_with('$'));
    let names = names.take(FIELDS).chain(["Created_Time", "Modified_Time"]);
    let list = job.module.records().fields(names).sort_by("Created_Time").sort_order(SortOrder::Descending);
    // Some modules know no approval, and refuse to be asked for it.
    match listed_since(list.clone().approved(Which::Both), since, known) {
        Err(error) if error.kind() == ErrorKind::InvalidRequest => Ok(listed_since(list, since, known)?),
        records => Ok(records?),
    }
}

fn listed_since(list: List<Record>, since: i64, known: &BTreeSet<RecordId>) -> zcrm_core::Result<Vec<Record>> {
    let mut records = Vec::new();
    for record in list.iter() {
        let record = record?;
        let created = record.get::<DateTime>("Created_Time").ok().flatten().and_then(|time| time.unix_seconds());
        if created.is_some_and(|created| created < since) {
            break;
        }
        if record.id().is_some_and(|id| !known.contains(&id)) {
            records.push(record);
        }
    }
    Ok(records)
}

#[derive(Debug)]
enum Match {
    Is(Box<Record>),
    /// A record may be the row's or somebody else's.
    Doubtful,
}

/// Which of the records are the rows'; a row without any has none.
fn matches(open: &[Open], records: Vec<Record>) -> HashMap<u64, Match> {
    let telling = Telling::of(open);
    let mut by_key: HashMap<String, Vec<Record>> = HashMap::new();
    for record in records {
        let value = |name: &str| serde_json::from_str(record.field(name).value()?.raw()).ok();
        by_key.entry(telling.key(value)).or_default().push(record);
    }
    // Rows that are equal share their records; those that say more choose first.
    let mut groups: BTreeMap<(Reverse<usize>, String), Vec<&Open>> = BTreeMap::new();
    for row in open {
        let values = row.sent.as_object().map_or(0, serde_json::Map::len);
        groups.entry((Reverse(values), row.sent.to_string())).or_default().push(row);
    }
    let mut found = HashMap::new();
    let mut missing = Vec::new();
    for rows in groups.into_values() {
        let Some(first) = rows.first() else { continue };
        let candidates = by_key.entry(telling.key(|name| first.sent.get(name).cloned())).or_default();
        let (whole, rest): (Vec<Record>, Vec<Record>) =
            std::mem::take(candidates).into_iter().partition(|record| Likeness::of(&first.sent, record).is_whole());
        *candidates = rest;
        if whole.len() > rows.len() {
            // Somebody else's are among them.
            found.extend(rows.iter().map(|row| (row.row, Match::Doubtful)));
            continue;
        }
        let mut whole = whole.into_iter();
        for row in rows {
            match whole.next() {
                Some(record) => drop(found.insert(row.row, Match::Is(Box::new(record)))),
                None => missing.push(row),
            }
        }
    }
    let left: Vec<Record> = by_key.into_values().flatten().collect();
    for row in missing.into_iter().filter(|row| !row.may_come) {
        let told_apart = telling.of_row(&row.sent);
        if left.iter().any(|record| Likeness::of(&told_apart, record).is_doubtful()) {
            found.insert(row.row, Match::Doubtful);
        }
    }
    found
}

/// The fields that tell rows apart.
struct Telling {
    /// The one that has the most values, and those as they were sent; for an index.
    most: Option<String>,
    /// Those that are mostly the same in all rows; they tell nothing.
    common: BTreeSet<String>,
}

impl Telling {
    fn of(open: &[Open]) -> Self {
        let mut values: BTreeMap<&String, (BTreeSet<String>, usize, bool)> = BTreeMap::new();
        for (name, value) in open.iter().flat_map(|row| row.sent.as_object().into_iter().flatten()) {
            let (distinct, rows, is_text) = values.entry(name).or_insert_with(|| (BTreeSet::new(), 0, true));
            distinct.insert(key(value));
            *rows += 1;
            *is_text &= value.as_str().is_some_and(|text| DateTime::from(text).unix_seconds().is_none());
        }
        let texts = values
            .iter()
            .filter(|(name, (_, rows, is_text))| *is_text && *rows == open.len() && !name.starts_with('$'));
        let most = texts.max_by_key(|(_, (distinct, ..))| distinct.len()).map(|(name, _)| (*name).clone());
        let common = values.iter().filter(|(_, (distinct, rows, _))| *rows > 1 && distinct.len() * 2 < *rows);
        let common: BTreeSet<String> = common.map(|(name, _)| (*name).clone()).collect();
        Self { most, common: if common.len() < values.len() { common } else { BTreeSet::new() } }
    }

    fn key(&self, value: impl Fn(&str) -> Option<Value>) -> String {
        self.most.as_deref().map(|name| key(&value(name).unwrap_or(Value::Null))).unwrap_or_default()
    }

    /// What was sent, without the fields that tell nothing.
    fn of_row(&self, sent: &Value) -> Value {
        let mut telling = sent.clone();
        if let Some(object) = telling.as_object_mut() {
            object.retain(|name, _| !self.common.contains(name));
        }
        telling
    }
}

fn created(row: u64, record: &Record) -> RowOutcome {
    let mut outcome = RowOutcome::new(row, RowFate::Created);
    outcome.id = record.id();
    outcome.modified_time = record.get("Modified_Time").ok().flatten();
    outcome
}

/// When the calls went out first of which not all is known.
///
/// # Errors
///
/// When the journal cannot be read.
pub fn first_sent(journal: &Journal) -> Result<BTreeMap<CallId, i64>> {
    let calls = journal.unanswered()?.into_iter().filter_map(with_context);
    Ok(calls.map(|(call, sent)| (call.id, sent.first())).collect())
}

/// Rows with a unique value that a record had before they were sent: Zoho has refused them, or will.
fn refuse_duplicates(job: &Job<'_>, journal: &Journal, open: &[Open], since: i64) -> Result<()> {
    let mut outcomes: BTreeMap<CallId, Vec<RowOutcome>> = BTreeMap::new();
    for field in job.columns.unique() {
        let value_of = |row: &Open| row.sent.get(field).map(key).filter(|value| !value.is_empty());
        let values: BTreeSet<String> = open.iter().filter_map(value_of).collect();
        let values: Vec<String> = values.into_iter().collect();
        let mut older: BTreeMap<String, RecordId> = BTreeMap::new();
        for batch in values.chunks(VALUES) {
            let select = Select::from(job.module.api_name()).fields(["id", field, "Created_Time"]);
            let select = select.filter(Criteria::is_in(field, batch.iter().map(String::as_str)));
            for record in job.client.query(select).iter() {
                let record = record?;
                let created = record.get::<DateTime>("Created_Time").ok().flatten();
                let created = created.as_ref().and_then(DateTime::unix_seconds);
                let value = record.field(field).value().and_then(|value| serde_json::from_str(value.raw()).ok());
                if let (Some(id), Some(value), true) = (record.id(), value, created.is_some_and(|at| at < since)) {
                    older.insert(key(&value), id);
                }
            }
        }
        for row in open {
            let Some(id) = value_of(row).and_then(|value| older.get(&value).cloned()) else { continue };
            let message = format!("DUPLICATE_DATA: the record {id} has its {field} already");
            let mut outcome = RowOutcome::because(row.row, RowFate::Refused, message);
            outcome.code = Some("DUPLICATE_DATA".to_owned());
            outcomes.entry(row.call).or_default().push(outcome);
        }
    }
    outcomes.into_iter().try_for_each(|(call, outcomes)| Ok(journal.outcomes(call, &outcomes)?))
}

/// How many rows of an earlier run were not answered.
///
/// # Errors
///
/// When the journal cannot be read.
pub fn count_unanswered(journal: &Journal) -> Result<u64> {
    Ok(journal.unanswered()?.iter().map(|call| RowSet::len(&call.rows)).sum())
}
