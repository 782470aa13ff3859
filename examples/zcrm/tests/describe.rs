//! `describe`, as a process, against the emulator; what it writes compiles and reads the module's records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use program::Account;
use serde_json::{Value, json};
use zcrm_cli::rust_struct;
use zcrm_core::{Nullable, Record};
use zcrm_emulator::Options;

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

/// What `describe --rust` writes, compiled.
#[allow(dead_code, unreachable_pub, clippy::upper_case_acronyms)]
mod generated {
    pub mod leads {
        include!("generated/leads.rs");
    }
    pub mod names {
        include!("generated/names.rs");
    }
}

#[test]
fn modules_and_fields_are_tables() {
    let account = Account::new();
    let ran = account.run(ZCRM, &["describe"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.lines().any(|line| line.starts_with("Leads ") && line.contains("create")), "{ran:?}");
    let ran = account.run(ZCRM, &["describe", "Leads"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let line = ran.stdout.lines().find(|line| line.starts_with("Last_Name ")).unwrap();
    assert!(line.contains("text") && line.contains("mandatory"), "{line}");
    let ran = account.run(ZCRM, &["describe", "Nonsense"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn the_struct_of_leads_is_the_one_that_is_compiled_here() {
    for version in ["v2", "v8"] {
        let account = Account::with(Options::default(), version);
        let ran = account.run(ZCRM, &["describe", "Leads", "--rust"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let struct_of_v2 = include_str!("generated/leads.rs");
        assert_eq!(ran.stdout, struct_of_v2, "in {version}; if the emulator's Leads changed, write the file anew");
    }
}

#[test]
fn the_struct_reads_and_writes_the_records_of_its_module() {
    use generated::leads::{Leads, LeadsRating};
    let account = Account::with(Options { leads: 250, ..Options::default() }, "v2");
    let module = account.client().module("Leads");
    let leads: Vec<Leads> = module.records().iter_as::<Leads>().collect::<Result<_, _>>().unwrap();
    let records: Vec<Record> = module.records().iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(leads.len(), 250);
    for (lead, record) in leads.iter().zip(&records) {
        assert_eq!(lead.id, record.id());
        assert_eq!(lead.last_name.as_ref().value().cloned(), record.get::<String>("Last_Name").unwrap());
        assert_eq!(lead.rating, Nullable::Value(LeadsRating::Active));
        assert_eq!(lead.fax, Nullable::Null);
        assert_eq!(lead.full_name.as_ref().value().cloned(), record.get::<String>("Full_Name").unwrap(), "it is read");
        for (name, value) in serde_json::to_value(lead).unwrap().as_object().unwrap() {
            assert_eq!(record.field(name).value().unwrap_or_default(), *value, "{name}");
        }
    }
    let written = serde_json::to_value(&leads[0]).unwrap();
    for field in zcrm_cli::names::fields_of(&account.client(), "Leads").unwrap() {
        let name = field.api_name.clone().unwrap();
        assert_eq!(written.get(&name).is_none(), zcrm_cli::is_read_only(&field), "{name}");
    }
    let lead = Leads {
        last_name: "Berg".to_owned().into(),
        rating: LeadsRating::Other("New".into()).into(),
        ..Leads::default()
    };
    assert_eq!(serde_json::to_value(&lead).unwrap(), json!({ "Last_Name": "Berg", "Rating": "New" }));
    assert_eq!(serde_json::from_value::<Leads>(json!({ "Last_Name": "Berg", "Rating": "New" })).unwrap(), lead);
}

/// Names and values that are none in Rust.
fn awkward_fields() -> Value {
    json!([
        { "api_name": "Type", "field_label": "Type\n/// of \"it\"", "data_type": "picklist", "json_type": "string",
          "pick_list_values": [{ "actual_value": "-None-" }, { "actual_value": "None" }, { "actual_value": "10-20 %" },
              { "actual_value": "10 20" }, { "actual_value": "self" }, { "actual_value": "日本" },
              { "actual_value": "a \"b\" \\ c" }, { "actual_value": "Other" }, { "actual_value": "None" }] },
        { "api_name": "type", "data_type": "text", "json_type": "string" },
        { "api_name": "2nd_Name", "data_type": "text", "json_type": "string" },
        { "api_name": "self", "data_type": "boolean", "json_type": "boolean" },
        { "api_name": "Kinds", "data_type": "multiselectpicklist", "json_type": "jsonarray",
          "pick_list_values": [{ "actual_value": "A" }] },
        { "api_name": "Empty", "data_type": "picklist", "json_type": "string", "pick_list_values": [] },
        { "api_name": "Owner", "data_type": "ownerlookup", "json_type": "jsonobject" },
        { "api_name": "New_Kind", "data_type": "something new" },
    ])
}

#[test]
fn awkward_names_and_values_compile() {
    use generated::names::{Names, NamesKinds, NamesType};
    let fields: Vec<zcrm_core::entity::Field> = serde_json::from_value(awkward_fields()).unwrap();
    let written = rust_struct("Names", &fields).unwrap();
    assert_eq!(written, include_str!("generated/names.rs"));
    let record =
        json!({ "Type": "10-20 %", "type": "t", "2nd_Name": "n", "self": true, "Kinds": ["A", "B"], "New_Kind": [1] });
    let read: Names = serde_json::from_value(record.clone()).unwrap();
    assert_eq!(read.kinds, Nullable::Value(vec![NamesKinds::A, NamesKinds::Other("B".to_owned())]));
    assert_ne!(read.type_, Nullable::Value(NamesType::Other("10-20 %".to_owned())));
    assert_eq!(serde_json::to_value(read).unwrap(), record);
}
