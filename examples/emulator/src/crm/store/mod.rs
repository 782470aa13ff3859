//! Where the records lie. Made-up leads are made when they are read, until somebody writes to them.
//!
//! | File | Holds |
//! |---|---|
//! | `record` | one record, written or made up |
//! | `shelf` | the records of one module, and walking through them |
//! | `order` | the orders for that |
//! | `seed` | the made-up leads |
//! | `tie`, `share` | relations that no look-up tells; whom records are shared with |

mod order;
mod record;
mod seed;
mod share;
mod shelf;
mod tie;

use std::collections::HashMap;

use serde_json::Value;

use crate::crm::metadata::{Module, modules};

pub(crate) use order::{Bounds, Order};
pub(crate) use record::Record;
pub use seed::MadeUpLeads;
pub(crate) use share::Share;
pub(crate) use shelf::Shelf;
pub(crate) use tie::Tie;

/// Ids of new records start here, above those of the made-up ones.
const FIRST_NEW: u64 = seed::END + 1;

/// All modules' records.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    shelves: HashMap<&'static str, Shelf>,
    next: u64,
}

impl Store {
    pub(crate) fn seeded(leads: MadeUpLeads) -> Self {
        let mut shelves: HashMap<_, _> = modules().map(|module| (module.api_name, Shelf::default())).collect();
        if let Some(shelf) = shelves.get_mut("Leads") {
            *shelf = Shelf::of(leads);
        }
        Self { shelves, next: FIRST_NEW }
    }

    pub(crate) fn make_up_leads(&mut self, leads: MadeUpLeads) {
        if let Some(shelf) = self.shelves.get_mut("Leads") {
            *shelf = Shelf::of(leads);
        }
    }

    pub(crate) fn new_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Goes back to how things were; ids that were given since are not given again.
    pub(crate) fn take_back(&mut self, before: Self) {
        self.shelves = before.shelves;
    }

    /// What a record is called.
    pub(crate) fn name(&self, module: &Module, id: u64) -> Value {
        self.shelf(module).row(id).and_then(|row| row.get(module.display_field).cloned()).unwrap_or_default()
    }

    pub(crate) fn shelf(&self, module: &Module) -> &Shelf {
        static EMPTY: Shelf = Shelf::empty();
        self.shelves.get(module.api_name).unwrap_or(&EMPTY)
    }

    pub(crate) fn shelf_mut(&mut self, module: &Module) -> &mut Shelf {
        self.shelves.entry(module.api_name).or_default()
    }
}
