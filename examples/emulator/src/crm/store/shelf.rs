//! The records of one module, and walking through them in order without making those that are not looked at.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::order::{Bounds, Order, merge, within};
use super::record::Record;
use super::seed::MadeUpLeads;
use crate::crm::row::Row;
use crate::moment;

type Ids<'a> = Box<dyn Iterator<Item = u64> + 'a>;

/// The records of one module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    made_up: MadeUpLeads,
    rows: BTreeMap<u64, Row>,
    /// Traces of what was deleted.
    gone: BTreeMap<u64, Row>,
    /// What lies in the recycle bin.
    bin: BTreeMap<u64, Row>,
}

impl Shelf {
    /// One without records.
    pub(super) const fn empty() -> Self {
        Self { made_up: MadeUpLeads::none(), rows: BTreeMap::new(), gone: BTreeMap::new(), bin: BTreeMap::new() }
    }

    pub(super) fn of(made_up: MadeUpLeads) -> Self {
        Self { made_up: made_up.within_room(), ..Self::empty() }
    }

    /// The record of that id.
    pub(crate) fn record(&self, id: u64) -> Option<Record<'_>> {
        if let Some(row) = self.rows.get(&id) {
            return Some(Record::Written(row));
        }
        let index = self.made_up.index(id).filter(|_| !self.gone.contains_key(&id))?;
        Some(Record::MadeUp(&self.made_up, index))
    }

    /// All of the record of that id.
    pub(crate) fn row(&self, id: u64) -> Option<Cow<'_, Row>> {
        self.record(id).map(|record| match record {
            Record::Written(row) => Cow::Borrowed(row),
            made_up => Cow::Owned(made_up.into_row()),
        })
    }

    pub(crate) fn put(&mut self, id: u64, row: Row) {
        self.rows.insert(id, row);
    }

    /// Moves a record to the recycle bin and leaves this trace of it.
    pub(crate) fn remove(&mut self, id: u64, trace: Row) {
        if let Some(row) = self.row(id) {
            let row = row.into_owned();
            self.bin.insert(id, row);
        }
        self.rows.remove(&id);
        self.gone.insert(id, trace);
    }

    /// Takes a record back from the recycle bin; whether it was there. Zoho then counts it as modified.
    pub(crate) fn restore(&mut self, id: u64) -> bool {
        let Some(mut row) = self.bin.remove(&id) else {
            return false;
        };
        row.insert("Modified_Time".to_owned(), moment::now().into());
        self.gone.remove(&id);
        self.rows.insert(id, row);
        true
    }

    /// Takes a record out without a trace.
    pub(crate) fn forget(&mut self, id: u64) {
        self.rows.remove(&id);
    }

    pub(crate) fn written_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.rows.values_mut()
    }

    /// Makes a deletion permanent; whether there was one.
    pub(crate) fn purge(&mut self, id: u64) -> bool {
        let Some(trace) = self.gone.get_mut(&id) else {
            return false;
        };
        self.bin.remove(&id);
        trace.insert("type".to_owned(), "permanent".into());
        for who in ["deleted_by", "created_by"] {
            trace.insert(who.to_owned(), Value::Null);
        }
        true
    }

    /// Traces of deleted records, the latest deletion first.
    pub(crate) fn gone(&self) -> impl Iterator<Item = &Row> {
        let mut traces: Vec<&Row> = self.gone.values().rev().collect();
        let deleted = |trace: &Row| trace.get("deleted_time").and_then(Value::as_str).and_then(moment::parse);
        traces.sort_by_cached_key(|trace| std::cmp::Reverse(deleted(trace)));
        traces.into_iter()
    }

    /// All ids, the highest first, which is the order in which Zoho lists.
    pub(crate) fn ids(&self) -> impl Iterator<Item = u64> {
        self.ordered(Order::Id, true, &Bounds::default())
    }

    /// All records, the highest id first.
    pub(crate) fn records(&self) -> impl Iterator<Item = (u64, Record<'_>)> {
        self.ids().filter_map(|id| Some((id, self.record(id)?)))
    }

    /// The made-up record with this value in a field by which duplicates are recognised, unless somebody wrote to it:
    /// found without making them all.
    pub(crate) fn made_up_with(&self, field: &str, value: &str) -> Option<u64> {
        self.made_up.find(field, value).filter(|id| !self.rows.contains_key(id) && !self.gone.contains_key(id))
    }

    /// Only the records that were written.
    pub(crate) fn written(&self) -> impl Iterator<Item = (u64, &Row)> {
        self.rows.iter().map(|(&id, row)| (id, row))
    }

    /// The ids of all records within these bounds, in order.
    pub(crate) fn ordered(&self, order: Order, descending: bool, bounds: &Bounds) -> Ids<'_> {
        match order {
            Order::Id => self.by_id(descending, bounds.id.clone()),
            Order::Created => self.by_time(descending, "Created_Time", bounds),
            Order::Modified => self.by_time(descending, "Modified_Time", bounds),
        }
    }

    fn by_id(&self, descending: bool, between: RangeInclusive<u64>) -> Ids<'_> {
        if between.is_empty() {
            return Box::new(std::iter::empty());
        }
        let made_up =
            self.made_up.first_from(*between.start())..self.made_up.first_from(between.end().saturating_add(1));
        let made_up = made_up.map(|index| self.made_up.id(index)).filter(|id| !self.gone.contains_key(id));
        // Whoever wrote to a made-up one did not move it.
        let written = self.rows.range(between).map(|(&id, _)| id).filter(|&id| self.made_up.index(id).is_none());
        if descending { Box::new(written.rev().chain(made_up.rev())) } else { Box::new(made_up.chain(written)) }
    }

    fn by_time(&self, descending: bool, field: &'static str, bounds: &Bounds) -> Ids<'_> {
        let time = |row: &Row| row.get(field).and_then(Value::as_str).and_then(moment::parse);
        let mut written: Vec<(i64, u64)> =
            self.rows.iter().map(|(&id, row)| (time(row).map_or(0, |time| time.unix_timestamp()), id)).collect();
        written.sort_unstable();
        let untouched = move |index: &u64| {
            let id = self.made_up.id(*index);
            !self.rows.contains_key(&id) && !self.gone.contains_key(&id)
        };
        // Those were never changed since they were created.
        let made_up = self.made_up.created_within(&within(&bounds.created, &bounds.modified)).filter(untouched);
        let made_up = made_up.map(|index| (self.made_up.created(index), self.made_up.id(index)));
        if descending {
            Box::new(merge(made_up.rev(), written.into_iter().rev(), |one, other| one > other))
        } else {
            Box::new(merge(made_up, written.into_iter(), |one, other| one < other))
        }
    }
}
