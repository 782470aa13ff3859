//! What the lines of a journal say together.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::entry::Entry;
use super::file::{JournalFile, Place};
use super::outcome::{RowFate, RowOutcome};
use super::rows::RowSet;
use crate::error::Result;

/// The outcomes of so many calls are kept in memory; those of the others are read when they are asked for.
const REMEMBERED: usize = 8;

/// A call in a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub(super) u64);

/// What is known of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It was not sent, or certainly not done.
    NotSent,
    /// It was sent in this call, and what became of it is not known.
    Unanswered(CallId),
    /// It was written or refused.
    Done(RowOutcome),
}

/// A call, as an earlier run has put it down.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JournaledCall {
    /// The call.
    pub id: CallId,
    /// Its rows that have no outcome.
    pub rows: RowSet,
    /// What was said of it before it went out.
    pub context: Value,
    /// What was noted later.
    pub note: Option<Value>,
}

#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: Vec<Call>,
    /// The last call that had the row, by ranges of rows: from the first one to the last one.
    by_row: BTreeMap<u64, (u64, usize)>,
    remembered: VecDeque<(usize, BTreeMap<u64, RowOutcome>)>,
}

#[derive(Debug)]
struct Call {
    context: Value,
    note: Option<Value>,
    outcomes: Vec<Place>,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub(super) fn next(&self) -> CallId {
        CallId(self.calls.len() as u64)
    }

    pub(super) fn sending(&mut self, call: CallId, rows: &RowSet, context: Value) -> Result<(), String> {
        if call != self.next() || !rows.is_sound() {
            return Err(format!("call {} is out of order", call.0));
        }
        for (first, last) in rows.ranges() {
            self.sent_last(first, last);
        }
        self.calls.push(Call { context, note: None, outcomes: Vec::new() });
        Ok(())
    }

    /// The next call has these rows, whatever call had some of them before.
    fn sent_last(&mut self, first: u64, last: u64) {
        let before = self.by_row.range(..=last).rev().take_while(|(_, (end, _))| *end >= first);
        let before: Vec<(u64, (u64, usize))> = before.map(|(start, range)| (*start, *range)).collect();
        for (start, (end, call)) in before {
            self.by_row.remove(&start);
            if start < first {
                self.by_row.insert(start, (first.saturating_sub(1), call));
            }
            if end > last {
                self.by_row.insert(last.saturating_add(1), (end, call));
            }
        }
        self.by_row.insert(first, (last, self.calls.len()));
    }

    fn last_call(&self, row: u64) -> Option<usize> {
        let (_, (end, call)) = self.by_row.range(..=row).next_back()?;
        (*end >= row).then_some(*call)
    }

    pub(super) fn outcomes(&mut self, call: CallId, at: Place) -> Result<(), String> {
        let (index, call) = self.call(call)?;
        call.outcomes.push(at);
        self.remembered.retain(|(known, _)| *known != index);
        Ok(())
    }

    pub(super) fn note(&mut self, call: CallId, note: Value) -> Result<(), String> {
        self.call(call)?.1.note = Some(note);
        Ok(())
    }

    fn call(&mut self, call: CallId) -> Result<(usize, &mut Call), String> {
        let index = usize::try_from(call.0).unwrap_or(usize::MAX);
        let found = self.calls.get_mut(index).map(|found| (index, found));
        found.ok_or_else(|| format!("there is no call {}", call.0))
    }

    /// All rows that were sent.
    pub(super) fn rows(&self) -> Vec<u64> {
        self.by_row.iter().flat_map(|(first, (last, _))| *first..=*last).collect()
    }

    pub(super) fn known(&mut self, row: u64, file: &mut JournalFile) -> Result<Known> {
        let Some(index) = self.last_call(row) else { return Ok(Known::NotSent) };
        let outcome = self.remembered(index, file)?.and_then(|outcomes| outcomes.get(&row));
        Ok(match outcome {
            None => Known::Unanswered(CallId(index as u64)),
            Some(outcome) => match outcome.fate {
                RowFate::NotSent => Known::NotSent,
                RowFate::Unanswered => Known::Unanswered(CallId(index as u64)),
                _ => Known::Done(outcome.clone()),
            },
        })
    }

    /// The outcomes of a call; later lines count before earlier ones.
    fn remembered(&mut self, index: usize, file: &mut JournalFile) -> Result<Option<&BTreeMap<u64, RowOutcome>>> {
        if !self.remembered.iter().any(|(known, _)| *known == index) {
            let mut outcomes = BTreeMap::new();
            for place in self.calls.get(index).map(|call| call.outcomes.clone()).unwrap_or_default() {
                if let Entry::Outcomes { outcomes: line, .. } = file.line(place)? {
                    outcomes.extend(line.iter().map(|outcome| (outcome.row, outcome.clone())));
                }
            }
            self.remembered.truncate(REMEMBERED - 1);
            self.remembered.push_front((index, outcomes));
        }
        Ok(self.remembered.iter().find(|(known, _)| *known == index).map(|(_, outcomes)| outcomes))
    }

    pub(super) fn unanswered(&mut self, file: &mut JournalFile) -> Result<Vec<JournaledCall>> {
        let mut open: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
        for row in self.rows() {
            if let Known::Unanswered(CallId(call)) = self.known(row, file)? {
                open.entry(usize::try_from(call).unwrap_or(usize::MAX)).or_default().insert(row);
            }
        }
        let calls = open.into_iter().filter_map(|(index, rows)| {
            let call = self.calls.get(index)?;
            let (context, note) = (call.context.clone(), call.note.clone());
            Some(JournaledCall { id: CallId(index as u64), rows: rows.into_iter().collect(), context, note })
        });
        Ok(calls.collect())
    }
}
