//! Records over real HTTP, against the emulated Zoho CRM.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod emulated;

use emulated::{client, quick};
use serde::Deserialize;
use serde_json::Value;
use zcrm_core::Criteria;
use zcrm_core::entity::{LineItem, LineItemField, Record};
use zcrm_core::resource::{Conversion, DeletedKind, SearchBy};
use zcrm_core::{Client, ErrorKind, OptionalExt};
use zcrm_emulator::{Emulator, Fault, On, Options, Reply};

const VERSIONS: [&str; 3] = ["v2", "v3", "v8"];

#[derive(Debug, Deserialize)]
struct Lead {
    id: String,
    #[serde(rename = "Last_Name")]
    last_name: String,
    #[serde(rename = "Email")]
    email: Option<String>,
}

fn start(version: &str, leads: u64) -> (Emulator, Client) {
    let emulator = Emulator::start(Options { leads, ..Options::default() }).unwrap();
    let client = client(&emulator, version, quick());
    (emulator, client)
}

fn new_leads(count: usize) -> Vec<Record> {
    let lead =
        |index| Record::new().with("Last_Name", format!("New {index}")).with("Email", format!("new{index}@xyz.com"));
    (0..count).map(lead).collect()
}

fn last_names(client: &Client) -> Vec<String> {
    let leads = client.module("Leads").records().fields(["Last_Name", "Email"]);
    leads.iter_as::<Lead>().map(|lead| lead.unwrap().last_name).collect()
}

#[test]
fn every_version_lists_past_row_2000_over_one_connection() {
    for version in VERSIONS {
        let (emulator, client) = start(version, 4_500);
        let leads = client.module("Leads").records().fields(["Last_Name", "Email"]);
        let mut ids: Vec<String> = leads.iter_as::<Lead>().map(|lead| lead.unwrap().id).collect();
        assert_eq!(ids.len(), 4_500, "{version}");
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 4_500, "{version}");
        let counters = emulator.counters();
        assert_eq!(
            (counters.total_calls(), counters.connections),
            (23, 0),
            "{version}: the connection of the grant serves"
        );
    }
}

#[test]
fn typed_and_untyped_see_the_same() {
    let (_emulator, client) = start("v2", 250);
    let leads = client.module("Leads").records();
    let typed: Vec<Lead> = leads.iter_as().collect::<Result<_, _>>().unwrap();
    let untyped: Vec<Record> = leads.iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(typed.len(), 250);
    for (typed, untyped) in typed.iter().zip(&untyped) {
        assert_eq!(untyped.id().unwrap().as_str(), typed.id);
        assert_eq!(untyped.get::<String>("Last_Name").unwrap().as_deref(), Some(typed.last_name.as_str()));
        assert_eq!(untyped.get::<String>("Email").unwrap(), typed.email);
        assert!(untyped.owner().unwrap().unwrap().id.is_some());
        assert!(untyped.created_time().unwrap().unwrap().unix_seconds().is_some());
        assert_eq!(serde_json::from_str::<Value>(untyped.raw()).unwrap(), serde_json::to_value(untyped).unwrap());
    }
}

#[test]
fn a_lead_lives_from_creation_to_the_recycle_bin() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, 0);
        let module = client.module("Leads");
        let created = module.create_one(&Record::new().with("Last_Name", "Berg (A), B\\C").with("Fax", "1")).unwrap();
        let handle = module.record(&created.id);
        let mut lead = handle.get().unwrap();
        assert_eq!(lead.get::<String>("Last_Name").unwrap().as_deref(), Some("Berg (A), B\\C"));

        lead.set("City", "Oslo").clear("Fax");
        handle.update(&lead).unwrap();
        let lead = handle.get().unwrap();
        assert_eq!(lead.get::<String>("City").unwrap().as_deref(), Some("Oslo"));
        assert_eq!(lead.get::<String>("Fax").unwrap(), None);

        let by_name = module.search(Criteria::equals("Last_Name", "Berg (A), B\\C")).send().unwrap();
        assert_eq!(by_name.items.len(), 1, "{version}");
        assert!(module.search(SearchBy::email("nobody@xyz.com")).send().unwrap().items.is_empty());

        handle.delete().unwrap();
        assert!(handle.get().optional().unwrap().is_none(), "{version}");
        let deleted: Vec<_> = module.deleted(DeletedKind::Recycle).into_iter().map(Result::unwrap).collect();
        assert_eq!(deleted[0].id.as_ref(), Some(&created.id));
        assert_eq!(last_names(&client).len(), 0);
    }
}

#[test]
fn batches_of_every_size_arrive_once_and_in_order() {
    for count in [1, 99, 100, 101, 250] {
        let (emulator, client) = start("v2", 0);
        let report = client.module("Leads").create(&new_leads(count)).unwrap();
        assert_eq!(report.created().count(), count);
        assert_eq!(emulator.counters().calls_to("POST", "/crm/v2/Leads"), count.div_ceil(100) as u64);
        assert_eq!(last_names(&client).len(), count);
        let (index, saved) = report.created().last().unwrap();
        let last = client.module("Leads").record(&saved.id).get_as::<Lead>().unwrap();
        assert_eq!(last.last_name, format!("New {index}"));

        let ids = report.ids().map(|(_, id)| id.clone());
        assert_eq!(client.module("Leads").delete(ids).unwrap().deleted().count(), count);
        assert_eq!(last_names(&client).len(), 0);
    }
}

#[test]
fn records_that_zoho_refuses_stand_in_the_report_with_its_reason() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, 0);
        let mut leads = new_leads(3);
        leads[1].unset("Last_Name");
        let report = client.module("Leads").create(&leads).unwrap();
        assert_eq!(report.created().map(|(index, _)| index).collect::<Vec<_>>(), [0, 2], "{version}");
        let (index, error) = report.rejected().next().unwrap();
        assert_eq!(
            (index, error.code(), error.api().unwrap().field().as_deref()),
            (1, Some("MANDATORY_NOT_FOUND"), Some("Last_Name"))
        );
        let all_bad = client.module("Leads").create(&[Record::new(), Record::new()]).unwrap();
        assert_eq!(all_bad.rejected().count(), 2, "{version}");
    }
}

#[test]
fn a_create_whose_answer_is_lost_is_unanswered_and_sent_once() {
    let faults = [
        Fault::ResetAfterWork,
        Fault::CutOff,
        Fault::CutOffChunked,
        Fault::ReplyAfterWork(Reply::html(502)),
        Fault::ReplyAfterWork(Reply::empty(200)),
        Fault::ReplyAfterWork(Reply::error(500, "INTERNAL_ERROR", "m")),
    ];
    for fault in faults {
        let (emulator, client) = start("v2", 0);
        emulator.fault(On::exactly("/crm/v2/Leads").method("POST").after(1).times(1), fault.clone());
        let report = client.module("Leads").create(&new_leads(300)).unwrap();
        let unanswered: Vec<usize> = report.unanswered().map(|(index, _)| index).collect();
        assert_eq!(unanswered, (100..200).collect::<Vec<_>>(), "{fault:?}");
        assert_eq!(report.created().count(), 200, "{fault:?}");
        assert_eq!(emulator.counters().calls_to("POST", "/crm/v2/Leads"), 3, "{fault:?}");
        assert_eq!(last_names(&client).len(), 300, "the emulator did the work: {fault:?}");
    }
}

#[test]
fn what_may_be_repeated_is() {
    for fault in [Fault::ResetBeforeWork, Fault::ResetAfterWork, Fault::CutOff, Fault::ReplyAfterWork(Reply::html(503))]
    {
        let (emulator, client) = start("v2", 0);
        let module = client.module("Leads");
        let once = |method| emulator.fault(On::path("/crm/v2/Leads").method(method).times(1), fault.clone());

        once("POST");
        let report = module.upsert(&new_leads(2), ["Email"]).unwrap();
        assert!(report.is_complete(), "{fault:?}: {report:?}");
        let ids: Vec<_> = report.ids().map(|(_, id)| id.clone()).collect();

        once("GET");
        assert_eq!(last_names(&client).len(), 2, "{fault:?}");
        once("PUT");
        assert!(module.update_field(&ids, "City", "Oslo").unwrap().is_complete(), "{fault:?}");
        once("DELETE");
        let report = module.delete(&ids).unwrap();
        assert_eq!(report.deleted().count(), 2, "{fault:?}: {report:?}");
        assert_eq!(last_names(&client).len(), 0);
    }
}

#[test]
fn dead_tokens_heal_once_and_then_end_the_batch() {
    let (emulator, client) = start("v2", 0);
    assert_eq!(last_names(&client).len(), 0);
    emulator.expire_tokens_now();
    assert!(client.module("Leads").create(&new_leads(250)).unwrap().is_complete());
    assert_eq!(emulator.counters().total_token_requests(), 1);

    emulator.refuse_every_token(true);
    let error = client.module("Leads").create(&new_leads(250)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "nothing was sent, and nothing can be");
    emulator.refuse_every_token(false);
    assert_eq!(last_names(&client).len(), 250);
}

#[test]
fn a_busy_server_is_waited_for_and_then_the_rest_is_not_sent() {
    let (emulator, client) = start("v2", 0);
    let busy = || Fault::Reply(Reply::too_many_requests());
    emulator.fault(On::exactly("/crm/v2/Leads").method("POST").times(2), busy());
    assert!(client.module("Leads").create(&new_leads(150)).unwrap().is_complete());
    emulator.fault(On::exactly("/crm/v2/Leads").method("POST").after(1), busy());
    let report = client.module("Leads").create(&new_leads(350)).unwrap();
    assert_eq!((report.created().count(), report.not_sent().count()), (100, 250));
}

#[test]
fn an_upsert_finds_what_is_there() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, 0);
        let module = client.module("Leads");
        assert_eq!(module.upsert(&new_leads(2), ["Email"]).unwrap().created().count(), 2, "{version}");
        let report = module.upsert(&new_leads(3), ["Email"]).unwrap();
        assert_eq!((report.created().count(), report.updated().count()), (1, 2), "{version}");
        assert_eq!(report.updated().next().unwrap().1.duplicate_field.as_deref(), Some("Email"));
        assert_eq!(last_names(&client).len(), 3);
    }
}

#[test]
fn nothing_newer_is_an_empty_list() {
    let (_emulator, client) = start("v2", 5);
    let leads = client.module("Leads").records();
    assert_eq!(leads.clone().modified_since("2199-01-01T00:00:00+00:00").into_iter().count(), 0);
    assert_eq!(leads.modified_since("1990-01-01T00:00:00+00:00").into_iter().map(Result::unwrap).count(), 5);
}

#[test]
fn a_lead_is_converted_in_every_version() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, 0);
        let lead = Record::new().with("Last_Name", "Berg").with("Company", "Planks");
        let lead = client.module("Leads").create_one(&lead).unwrap();
        let deal =
            Record::new().with("Deal_Name", "Planks").with("Stage", "Qualification").with("Closing_Date", "2026-12-31");
        let handle = client.module("Leads").record(&lead.id);
        let converted = handle.convert(Conversion::new().overwrite(true).deal(deal)).unwrap();
        for (module, part) in
            [("Contacts", &converted.contact), ("Accounts", &converted.account), ("Deals", &converted.deal)]
        {
            let id = &part.as_ref().unwrap().id;
            assert_eq!(client.module(module).record(id).get().unwrap().id().as_ref(), Some(id), "{version} {module}");
        }
        assert!(handle.convert(Conversion::new()).is_err());
    }
}

#[test]
fn lines_of_a_quote_are_the_same_in_every_version() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, 0);
        let field = LineItemField::of("Quotes", client.config().api_version()).unwrap();
        let product = client.module("Products").create_one(&Record::new().with("Product_Name", "Plank")).unwrap();
        let mut quote = Record::new().with("Subject", "Planks");
        quote.set_line_items(field, &[LineItem::new(&product.id, 1.5)]);
        let quote = client.module("Quotes").create_one(&quote).unwrap();
        let lines = client.module("Quotes").record(&quote.id).get().unwrap().line_items().unwrap();
        assert_eq!(lines.len(), 1, "{version}");
        assert_eq!(lines[0].quantity.as_ref().and_then(zcrm_core::entity::Amount::number), Some(1.5), "{version}");
        assert_eq!(lines[0].product.as_ref().map(|product| &product.id), Some(&product.id), "{version}");

        let mut changed = Record::new();
        changed
            .set_line_items(field, &[LineItem::removal(lines[0].id.clone().unwrap()), LineItem::new(&product.id, 2)]);
        client.module("Quotes").record(&quote.id).update(&changed).unwrap();
        let lines = client.module("Quotes").record(&quote.id).get().unwrap().line_items().unwrap();
        let quantities: Vec<_> = lines.iter().map(|line| line.quantity.clone().unwrap().text().into_owned()).collect();
        assert_eq!(quantities, ["2"], "{version}: one line removed, one added");
    }
}
