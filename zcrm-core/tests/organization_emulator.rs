//! Everything but records, over real HTTP, against the emulated Zoho CRM, in the versions whose answers differ.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod emulated;

use emulated::{client, quick};
use serde_json::json;
use zcrm_core::entity::*;
use zcrm_core::resource::UserType;
use zcrm_core::rest::Upload;
use zcrm_core::{Client, ErrorKind};
use zcrm_emulator::{Emulator, Fault, On, Options};

const VERSIONS: [&str; 3] = ["v2", "v3", "v8"];

fn start(version: &str) -> (Emulator, Client) {
    let emulator = Emulator::start(Options { leads: 3, ..Options::default() }).unwrap();
    let client = client(&emulator, version, quick());
    (emulator, client)
}

fn in_every_version(test: impl Fn(&str, &Client)) {
    for version in VERSIONS {
        let (_emulator, client) = start(version);
        test(version, &client);
    }
}

fn lead(client: &Client) -> RecordId {
    let leads = client.module("Leads").records().fields(["Last_Name"]).per_page(1).send().unwrap();
    leads.items[0].id().unwrap()
}

#[test]
fn organization_users_roles_profiles() {
    in_every_version(|version, client| {
        assert!(client.organization().get().unwrap().zgid.is_some(), "{version}");
        let me = client.users().current().unwrap();
        assert_eq!(me.email.as_deref(), Some("abc@xyz.com"));
        let id = me.id.clone().unwrap();
        assert_eq!(client.users().get(&id).unwrap().full_name, me.full_name);
        let all: Vec<User> =
            client.users().list().of_type(UserType::All).per_page(2).iter().map(Result::unwrap).collect();
        assert!(all.len() > 2 && all.iter().any(|user| user.id == me.id), "{version}: more than a page");
        for kind in UserType::ALL {
            client.users().list().of_type(kind).iter().for_each(|user| assert!(user.unwrap().id.is_some()));
        }
        let role = client.roles().list().all().unwrap().remove(0);
        assert_eq!(client.roles().get(role.id.unwrap()).unwrap().name, role.name);
        let profile = client.profiles().list().all().unwrap().remove(0);
        assert!(client.profiles().get(profile.id.unwrap()).unwrap().permissions.is_some());
        assert!(client.users().get("1").is_err());
    });
}

#[test]
fn a_user_comes_changes_and_goes() {
    in_every_version(|version, client| {
        let role = client.roles().list().all().unwrap().remove(0).id.unwrap();
        let profile = client.profiles().list().all().unwrap().remove(0).id.unwrap();
        let user = User::new("An", "Nguyen", "nguyen@example.com", role, profile);
        let id = UserId::from(client.users().create_one(&user).unwrap().id);
        client.users().update_one(&User::with_id(id.clone()).phone("22 00 00 00")).unwrap();
        assert_eq!(client.users().get(&id).unwrap().phone.as_deref(), Some("22 00 00 00"), "{version}");
        client.users().delete_one(&id).unwrap();
        let deleted: Vec<_> =
            client.users().list().of_type(UserType::Deleted).iter().map(|user| user.unwrap().id).collect();
        assert!(deleted.contains(&Some(id)), "{version}");
    });
}

#[test]
fn metadata() {
    in_every_version(|version, client| {
        let modules = client.modules().list().all().unwrap();
        assert!(modules.iter().any(|module| module.api_name.as_deref() == Some("Leads")));
        let leads = client.module("Leads");
        assert_eq!(leads.describe().unwrap().singular_label.as_deref(), Some("Lead"));
        let fields = leads.fields().list().all().unwrap();
        let field = fields.iter().find(|field| field.api_name.as_deref() == Some("Last_Name")).unwrap();
        assert_eq!(leads.fields().get(field.id.clone().unwrap()).unwrap().data_type.as_deref(), Some("text"));
        let layout = leads.layouts().list().all().unwrap().remove(0);
        assert!(leads.layouts().get(layout.id.unwrap()).unwrap().sections.is_some());
        let list = leads.related_lists().list().all().unwrap().remove(0);
        assert_eq!(leads.related_lists().get(list.id.unwrap()).unwrap().api_name, list.api_name);
        let views = leads.custom_views().list().send().unwrap();
        assert!(views.categories().iter().any(|category| category.display_value == "Public Views"));
        let view = views.items.into_iter().find(|view| view.criteria_pattern() == "{0or1}").unwrap();
        assert_eq!(view.criteria_condition(), "((City:equal:Oslo)or(City:equal:Bergen))", "{version}");
        let id = view.id.unwrap();
        let city = FieldRef::from("City");
        let sorted = leads.custom_views().update_one(&CustomView::with_id(id.clone()).sort_by(city).sort_order("asc"));
        if matches!(version, "v3" | "v4" | "v5") {
            assert_eq!(sorted.unwrap_err().kind(), ErrorKind::Unsupported);
        } else {
            sorted.unwrap();
            let view = leads.custom_views().get(id).unwrap();
            assert_eq!(view.sort_by.unwrap().api_name.as_deref(), Some("City"), "{version}");
        }
        assert!(client.modules().get("Nonsense").is_err());
    });
}

#[test]
fn notes() {
    in_every_version(|version, client| {
        let id = lead(client);
        let notes = client.module("Leads").record(&id).notes();
        let report = notes.create(&[Note::new("one").title("A"), Note::new("two")]).unwrap();
        assert_eq!(report.created().count(), 2, "{version}: {report:?}");
        let by_hand = Note::new("three").parent(&id).parent_module("Leads");
        let report = client.notes().create(&[by_hand]).unwrap();
        assert!(report.is_complete(), "{version}: {report:?}");
        let listed: Vec<Note> = notes.list().iter().map(Result::unwrap).collect();
        assert_eq!(listed.len(), 3, "{version}");
        let first = listed.iter().find(|note| note.title.as_deref() == Some("A")).unwrap();
        assert_eq!(first.parent.as_ref().unwrap().id.as_ref(), Some(&id), "{version}");
        let first_id = first.id.clone().unwrap();
        notes.update_one(&Note::with_id(first_id.clone()).content("changed")).unwrap();
        notes.delete_one(first_id).unwrap();
        let rest: Vec<NoteId> = client.notes().list().iter().map(|note| note.unwrap().id.unwrap()).collect();
        assert!(client.notes().delete(&rest).unwrap().is_complete());
        assert_eq!(notes.list().iter().count(), 0, "{version}");
    });
}

#[test]
fn attachments_and_photos() {
    in_every_version(|version, client| {
        let record = client.module("Leads").record(lead(client));
        let attachments = record.attachments();
        let file = attachments.upload(Upload::from_reader("été.txt", &b"some bytes"[..])).unwrap().id;
        let link = attachments.upload_link("https://example.com/?a=1&b=2").unwrap().id;
        let listed: Vec<Attachment> = attachments.list().iter().map(Result::unwrap).collect();
        assert_eq!(listed.len(), 2, "{version}");
        let mut bytes = Vec::new();
        let downloaded = attachments.download(&file).to_writer(&mut bytes).unwrap();
        assert_eq!((downloaded.file_name.as_deref(), &bytes[..]), (Some("été.txt"), &b"some bytes"[..]));
        assert!(attachments.download(&link).to_writer(std::io::sink()).is_err(), "a link is no file");
        attachments.delete_one(file).unwrap();
        attachments.delete_one(link).unwrap();
        assert_eq!(attachments.list().iter().count(), 0, "{version}");

        let photo = record.photo();
        photo.upload(Upload::from_reader("a.png", &b"\x89PNG fake"[..])).unwrap();
        let mut bytes = Vec::new();
        photo.download().to_writer(&mut bytes).unwrap();
        assert_eq!(bytes, b"\x89PNG fake", "{version}");
        photo.delete().unwrap();
        assert_eq!(photo.download().to_writer(std::io::sink()).unwrap_err().kind(), ErrorKind::NotFound);

        let report = record.notes().create(&[Note::new("with a file")]).unwrap();
        let note = report.created().next().unwrap().1.id.clone();
        let files = client.notes().attachments(note.as_str());
        files.upload(Upload::from_reader("note.txt", &b"x"[..])).unwrap();
        assert_eq!(files.list().iter().count(), 1, "{version}");
    });
}

#[test]
fn relations() {
    in_every_version(|version, client| {
        let created = client.module("Products").create_one(&json!({"Product_Name": "Rocket"})).unwrap();
        let products = client.module("Leads").record(lead(client)).related("Products");
        products.add(&created.id).unwrap();
        let listed: Vec<_> = products.list().fields(["Product_Name"]).iter().map(Result::unwrap).collect();
        assert_eq!(listed[0].get::<String>("Product_Name").unwrap().as_deref(), Some("Rocket"), "{version}");
        products.remove(&created.id).unwrap();
        assert_eq!(products.list().fields(["Product_Name"]).iter().count(), 0, "{version}");
        assert!(products.remove("1").is_err());
    });
}

#[test]
fn tags() {
    in_every_version(|version, client| {
        let leads = client.module("Leads");
        let report = leads.tags().create(&["one".into(), "two".into()]).unwrap();
        let ids: Vec<RecordId> = report.created().map(|(_, tag)| tag.id.clone()).collect();
        assert_eq!(ids.len(), 2, "{version}: {report:?}");
        let (one, two) = (TagId::new(ids[0].as_str()), TagId::new(ids[1].as_str()));
        let records: Vec<RecordId> =
            leads.records().fields(["Last_Name"]).iter().map(|lead| lead.unwrap().id().unwrap()).collect();
        assert!(leads.add_tags(["one", "two"], &records).unwrap().is_complete(), "{version}");
        assert_eq!(leads.tags().count_records(&one).unwrap(), 3, "{version}");
        let left = leads.record(&records[0]).remove_tags(["one"]).unwrap();
        let has = |tags: &[Tag], name: &str| tags.iter().any(|tag| tag.name.as_deref() == Some(name));
        assert!(has(&left, "two") && !has(&left, "one"), "{version}: {left:?}");
        assert!(has(&leads.record(&records[0]).add_tags(["three"]).unwrap(), "three"), "{version}");
        assert!(leads.remove_tags(["one"], &records[1..]).unwrap().is_complete());
        assert_eq!(leads.tags().count_records(&one).unwrap(), 0, "{version}");
        leads.tags().update_one(&Tag::new("first").id(one.clone())).unwrap();
        assert_eq!(leads.tags().merge(one, two.clone()).unwrap().id, Some(two.clone()));
        leads.tags().delete_one(two).unwrap();
        let names: Vec<_> = leads.tags().list().all().unwrap().into_iter().filter_map(|tag| tag.name).collect();
        assert!(!names.iter().any(|name| matches!(name.as_str(), "one" | "first" | "two")), "{version}: {names:?}");
        assert_eq!(leads.tags().create(&["x".repeat(30).into()]).unwrap().rejected().count(), 1, "{version}");
    });
}

#[test]
fn taxes() {
    in_every_version(|version, client| {
        let tax = client.taxes().list().all().unwrap().remove(0);
        let id = tax.id.unwrap();
        assert_eq!(client.taxes().get(&id).unwrap().name, tax.name);
        let report = client.taxes().update(&[OrgTax::default().id(id.clone()).value(24)]).unwrap();
        assert!(report.is_complete(), "{version}: {report:?}");
        assert_eq!(client.taxes().get(&id).unwrap().value.and_then(|value| value.number()), Some(24.0));
        let report = client.taxes().update(&[OrgTax::default().id("1").value(1)]).unwrap();
        assert_eq!(report.rejected().count(), 1, "{version}: {report:?}");
        let new = [OrgTax::new("New", 5), OrgTax::new(tax.name.unwrap(), 5), OrgTax::new("Newer", 6)];
        let report = client.taxes().create(&new).unwrap();
        let created: Vec<_> = report.created().map(|(index, saved)| (index, saved.id.clone())).collect();
        assert_eq!(created.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 2], "{version}: {report:?}");
        assert_eq!(report.rejected().next().unwrap().1.code(), Some("DUPLICATE_DATA"), "{version}");
        let name = |id: &str| client.taxes().get(id).unwrap().name.unwrap();
        assert_eq!((name(created[0].1.as_str()), name(created[1].1.as_str())), ("New".into(), "Newer".into()));
        assert!(client.taxes().delete(created.iter().map(|(_, id)| id.as_str())).unwrap().is_complete());
        client.taxes().delete_one(id).unwrap();
    });
}

#[test]
fn a_tax_whose_answer_was_lost_is_found_by_its_name_or_left_open() {
    for (fault, created) in [(Fault::ResetAfterWork, 1), (Fault::ResetBeforeWork, 0)] {
        let (emulator, client) = start("v8");
        emulator.fault(On::exactly("/crm/v8/org/taxes").method("PUT").times(1), fault);
        let report = client.taxes().create(&[OrgTax::new("New", 5)]).unwrap();
        assert_eq!((report.created().count(), report.unanswered().count()), (created, 1 - created), "{report:?}");
        assert_eq!(emulator.counters().calls_to("PUT", "/crm/v8/org/taxes"), 1);
    }
    // One that was there before is not taken for the new one.
    let (emulator, client) = start("v8");
    let known = client.taxes().list().all().unwrap().remove(0).name.unwrap();
    emulator.fault(On::exactly("/crm/v8/org/taxes").method("PUT").times(1), Fault::ResetAfterWork);
    assert_eq!(client.taxes().create(&[OrgTax::new(known, 5)]).unwrap().unanswered().count(), 1);
}

#[test]
fn variables() {
    in_every_version(|version, client| {
        let group = client.variable_groups().list().all().unwrap().remove(0);
        let group = group.id.unwrap();
        assert!(client.variable_groups().get(&group).unwrap().api_name.is_some());
        let bonus =
            Variable::new("Bonus", "Bonus", "integer").value(7).variable_group(VariableGroup::with_id(group.clone()));
        let report = client.variables().create(&[bonus]).unwrap();
        let id = VariableId::new(report.created().next().unwrap().1.id.as_str());
        client.variables().update_one(&Variable::default().id(id.clone()).value(8)).unwrap();
        assert_eq!(client.variables().get(&id, &group).unwrap().value, Some(8.into()), "{version}");
        assert!(client.variables().update(&[Variable::default().id(id.clone()).value(9)]).unwrap().is_complete());
        let all = client.variables().list().all().unwrap();
        assert!(all.iter().any(|variable| variable.value == Some(9.into())), "{version}: {all:?}");
        client.variables().delete_one(&id).unwrap();
        assert!(!client.variables().delete([id]).unwrap().is_complete(), "it is gone already");
    });
}
