//! Queries over real HTTP, against the emulated Zoho CRM, which reads COQL on its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod conditions;
mod cursor;
mod logged;
mod paging;
mod shapes;

#[path = "../emulated/mod.rs"]
mod emulated;

use emulated::{client, quick};
use zcrm_core::Client;
use zcrm_core::entity::Record;
use zcrm_core::resource::QueryHandle;
use zcrm_emulator::{Emulator, MadeUpLeads, Options};

/// An emulator with so many leads, and a client of that API version.
fn start(version: &str, leads: u64) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.make_up_leads(MadeUpLeads { id_gap: 7, per_second: 50, ..MadeUpLeads::of(leads) });
    let client = client(&emulator, version, quick());
    (emulator, client)
}

/// A client whose CRM has these leads, and no others.
fn with_leads(version: &str, leads: impl IntoIterator<Item = Record>) -> (Emulator, Client) {
    let (emulator, client) = start(version, 0);
    let leads: Vec<_> = leads.into_iter().collect();
    let _ = client.module("Leads").create(&leads).unwrap().into_result().unwrap();
    emulator.reset_counters();
    (emulator, client)
}

fn ids(query: &QueryHandle) -> Vec<String> {
    query.iter().map(|row| id(&row.unwrap())).collect()
}

fn id(row: &Record) -> String {
    row.id().unwrap().as_str().to_owned()
}

fn names(query: &QueryHandle) -> Vec<String> {
    query.iter().map(|row| row.unwrap().get("Last_Name").unwrap().unwrap()).collect()
}

/// The texts of the queries that were sent.
fn sent(emulator: &Emulator) -> Vec<String> {
    let queries = emulator.requests().into_iter().filter(|request| request.path.ends_with("/coql"));
    queries.map(|request| request.json()["select_query"].as_str().unwrap().to_owned()).collect()
}
