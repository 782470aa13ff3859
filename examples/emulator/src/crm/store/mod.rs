//! Where the records lie. Seeded ones are made when they are read, until somebody writes to them.

mod seed;
mod tie;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::crm::metadata::{Module, modules};
use crate::crm::row::Row;

pub(crate) use tie::Tie;

/// Ids of new records start here, above those of the seeded ones.
const FIRST_NEW: u64 = 3_652_397_000_900_000_001;

/// All modules' records.
#[derive(Debug)]
pub(crate) struct Store {
    shelves: HashMap<&'static str, Shelf>,
    next: u64,
}

impl Store {
    pub(crate) fn seeded(leads: u64) -> Self {
        let mut shelves: HashMap<_, _> = modules().map(|module| (module.api_name, Shelf::default())).collect();
        if let Some(shelf) = shelves.get_mut("Leads") {
            shelf.seeded = leads;
        }
        Self { shelves, next: FIRST_NEW }
    }

    pub(crate) fn seed_leads(&mut self, leads: u64) {
        if let Some(shelf) = self.shelves.get_mut("Leads") {
            *shelf = Shelf { seeded: leads, ..Shelf::default() };
        }
    }

    pub(crate) fn new_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// What a record is called.
    pub(crate) fn name(&self, module: &Module, id: u64) -> Value {
        self.shelf(module).row(id).and_then(|row| row.get(module.display_field).cloned()).unwrap_or_default()
    }

    pub(crate) fn shelf(&self, module: &Module) -> &Shelf {
        static EMPTY: Shelf = Shelf { seeded: 0, rows: BTreeMap::new(), gone: BTreeMap::new() };
        self.shelves.get(module.api_name).unwrap_or(&EMPTY)
    }

    pub(crate) fn shelf_mut(&mut self, module: &Module) -> &mut Shelf {
        self.shelves.entry(module.api_name).or_default()
    }
}

/// The records of one module.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    seeded: u64,
    rows: BTreeMap<u64, Row>,
    gone: BTreeMap<u64, Row>,
}

impl Shelf {
    /// The record of that id.
    pub(crate) fn row(&self, id: u64) -> Option<Cow<'_, Row>> {
        if let Some(row) = self.rows.get(&id) {
            return Some(Cow::Borrowed(row));
        }
        let is_there = seed::index(id, self.seeded).is_some() && !self.gone.contains_key(&id);
        is_there.then(|| Cow::Owned(seed::lead(id)))
    }

    /// The JSON of a seeded record that nobody wrote to.
    pub(crate) fn seeded_text(&self, id: u64) -> Option<String> {
        let untouched =
            seed::index(id, self.seeded).is_some() && !self.rows.contains_key(&id) && !self.gone.contains_key(&id);
        untouched.then(|| seed::text(id))
    }

    pub(crate) fn put(&mut self, id: u64, row: Row) {
        self.rows.insert(id, row);
    }

    /// Takes a record out and leaves this trace of it.
    pub(crate) fn remove(&mut self, id: u64, trace: Row) {
        self.rows.remove(&id);
        self.gone.insert(id, trace);
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
        trace.insert("type".to_owned(), "permanent".into());
        for who in ["deleted_by", "created_by"] {
            trace.insert(who.to_owned(), Value::Null);
        }
        true
    }

    /// Traces of deleted records, the latest first.
    pub(crate) fn gone(&self) -> impl Iterator<Item = &Row> {
        self.gone.values().rev()
    }

    /// All ids, the highest first, which is the order in which Zoho lists.
    pub(crate) fn ids(&self) -> impl Iterator<Item = u64> {
        let written = self.rows.keys().rev().copied().filter(|&id| seed::index(id, self.seeded).is_none());
        let seeded = (0..self.seeded).rev().map(seed::id).filter(|id| !self.gone.contains_key(id));
        written.chain(seeded)
    }

    /// All records, the highest id first.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u64, Cow<'_, Row>)> {
        self.ids().filter_map(|id| Some((id, self.row(id)?)))
    }

    /// Whether a record is a converted lead; seeded ones are not.
    pub(crate) fn is_converted(&self, id: u64) -> bool {
        self.rows.get(&id).is_some_and(|row| row.get("$converted").is_some_and(|converted| *converted == true))
    }

    /// The seeded record with this value in a field by which duplicates are recognised, unless somebody wrote to it:
    /// found without making them all.
    pub(crate) fn seeded_with(&self, field: &str, value: &str) -> Option<u64> {
        seed::find(field, value, self.seeded).filter(|id| !self.rows.contains_key(id) && !self.gone.contains_key(id))
    }

    /// Only the records that were written.
    pub(crate) fn written(&self) -> impl Iterator<Item = (u64, &Row)> {
        self.rows.iter().map(|(&id, row)| (id, row))
    }
}
