//! Rows are what pages give.

use serde::Deserialize;
use serde_json::{Value, json};
use zcrm_core::Criteria;
use zcrm_core::entity::{DateTime, Json, Lookup, Record, Tag, UserRef};

use crate::support::{VERSIONS, start};

#[derive(Debug, PartialEq, Deserialize)]
struct Lead {
    id: String,
    #[serde(rename = "Last_Name")]
    last_name: String,
    #[serde(rename = "City")]
    city: Option<String>,
    #[serde(rename = "Email_Opt_Out")]
    opted_out: Option<bool>,
    #[serde(rename = "No_of_Employees")]
    employees: Option<u32>,
    #[serde(rename = "Annual_Revenue")]
    revenue: Option<Json>,
    #[serde(rename = "External_Number")]
    number: Option<String>,
    #[serde(rename = "Interests")]
    interests: Option<Vec<String>>,
    #[serde(rename = "Follow_Up")]
    follow_up: Option<String>,
    #[serde(rename = "Created_Time")]
    created: DateTime,
}

/// What a file cannot give whole.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "Owner")]
    owner: UserRef,
    #[serde(rename = "Tag")]
    tags: Vec<Tag>,
}

const FIELDS: [&str; 11] = [
    "Last_Name",
    "City",
    "Email_Opt_Out",
    "No_of_Employees",
    "Annual_Revenue",
    "External_Number",
    "Interests",
    "Follow_Up",
    "Created_Time",
    "Owner",
    "Tag",
];

#[test]
fn the_same_struct_reads_pages_and_bulk() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, 20);
        let leads = client.module("Leads");
        let odd = Record::new()
            .with("Last_Name", "Berg, \"the\r\nfirst\" \\ ;é😀 = 007")
            .with("Interests", vec!["Chess"])
            .with("Annual_Revenue", "1234567.10".parse::<Json>().unwrap())
            .with("External_Number", "9007199254740993");
        let _ = leads.create(&[odd, Record::new().with("Last_Name", "12")]).unwrap().into_result().unwrap();

        let listing = leads.records().fields(FIELDS);
        let bulk = leads.bulk_read().fields(FIELDS);
        let mut pages: Vec<Lead> = listing.iter_as().map(Result::unwrap).collect();
        let mut rows: Vec<Lead> = bulk.iter_as().map(Result::unwrap).collect();
        pages.sort_by(|left, right| left.id.cmp(&right.id));
        rows.sort_by(|left, right| left.id.cmp(&right.id));
        assert_eq!(pages.len(), 22);
        assert_eq!(pages, rows, "{version}");

        let of_pages: Vec<Named> = listing.iter_as().map(Result::unwrap).collect();
        let of_bulk: Vec<Named> = bulk.iter_as().map(Result::unwrap).collect();
        let known = |named: &[Named]| {
            let mut known: Vec<_> = named
                .iter()
                .map(|named| {
                    (named.owner.id.clone(), named.tags.iter().map(|tag| tag.name.clone()).collect::<Vec<_>>())
                })
                .collect();
            known.sort();
            known
        };
        assert_eq!(known(&of_pages), known(&of_bulk), "{version}");
        assert!(of_bulk.iter().all(|lead| lead.owner.name.is_none()));
    }
}

#[test]
fn records_keep_every_digit_and_their_nulls() {
    let (_emulator, client) = start("v8", 0);
    let leads = client.module("Leads");
    leads.create_one(&Record::new().with("Last_Name", "A").with("Annual_Revenue", 0.1)).unwrap();
    let fields = ["Annual_Revenue", "City", "Owner", "Interests"];
    let rows: Vec<Record> = leads.bulk_read().fields(fields).iter().map(Result::unwrap).collect();
    let id = rows[0].id().unwrap();
    let owner = "3652397000000186017";
    assert_eq!(
        rows[0].raw(),
        format!(r#"{{"id":"{id}","Annual_Revenue":0.1,"City":null,"Owner":{{"id":"{owner}"}},"Interests":[]}}"#)
    );
}

#[test]
fn all_fields_come_when_none_is_named() {
    let (_emulator, client) = start("v8", 1);
    let rows: Vec<Record> = client.module("Leads").bulk_read().into_iter().map(Result::unwrap).collect();
    let names: Vec<&str> = rows[0].names().collect();
    assert!(names.contains(&"Email") && names.contains(&"Owner") && !names.contains(&"Contract"), "{names:?}");
    assert_eq!(rows[0].get::<bool>("Email_Opt_Out").unwrap(), Some(true));
}

#[test]
fn fields_behind_a_lookup_have_the_types_of_its_module() {
    let (_emulator, client) = start("v8", 0);
    let account = Record::new().with("Account_Name", "Borealis").with("Employees", 12).with("Phone", "0047");
    let account = client.module("Accounts").create_one(&account).unwrap();
    let contact = Record::new().with("Last_Name", "Berg").with("Account_Name", json!({ "id": account.id.as_str() }));
    client.module("Contacts").create_one(&contact).unwrap();
    let fields = ["Account_Name", "Account_Name.Employees", "Account_Name.Phone", "Owner.last_name"];
    let rows: Vec<Record> = client.module("Contacts").bulk_read().fields(fields).iter().map(Result::unwrap).collect();
    let read: Value = serde_json::from_str(rows[0].raw()).unwrap();
    assert_eq!(read["Account_Name.Employees"], 12);
    assert_eq!((&read["Account_Name.Phone"], &read["Owner.last_name"]), (&json!("0047"), &json!("Berg")));
    let lookup = rows[0].get::<Lookup>("Account_Name").unwrap().unwrap();
    assert_eq!(lookup.id.as_str(), account.id.as_str());
}

#[test]
fn filters_and_views_narrow_it() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, 0);
        let leads = client.module("Leads");
        let lead = |name: &str, city: &str| Record::new().with("Last_Name", name).with("City", city);
        let new = [lead("O'Brien", "Oslo"), lead("Berg", "Oslo"), lead("Dahl", "Bergen")];
        let _ = leads.create(&new).unwrap().into_result().unwrap();
        let oslo = Criteria::equals("City", "Oslo").and(Criteria::contains("Last_Name", "'"));
        let read = leads.bulk_read().fields(["Last_Name"]).filter(&oslo);
        let names: Vec<String> = read.iter().map(|row| row.unwrap().get("Last_Name").unwrap().unwrap()).collect();
        assert_eq!(names, ["O'Brien"], "{version}");

        let views = leads.custom_views().list().all().unwrap();
        let all = views.iter().find(|view| view.system_name.as_deref() == Some("ALLVIEWS")).unwrap_or(&views[0]);
        let read = leads.bulk_read().fields(["Last_Name"]).custom_view(all.id.clone().unwrap());
        assert_eq!(read.iter().map(Result::unwrap).count(), 3, "{version}");
    }
}

#[test]
fn a_row_that_does_not_fit_is_told_with_its_id_and_the_reading_goes_on() {
    #[derive(Debug, Deserialize)]
    struct Strict {
        #[serde(rename = "City")]
        _city: String,
    }
    let (_emulator, client) = start("v8", 0);
    let leads = client.module("Leads");
    let new = ["A", "B", "C"].map(|name| Record::new().with("Last_Name", name));
    let [first, second, third] = new;
    let report = leads.create(&[first.with("City", "Oslo"), second, third.with("City", "Bergen")]).unwrap();
    let misfit = report.created().nth(1).unwrap().1.id.clone();
    let rows: Vec<_> = leads.bulk_read().fields(["City"]).iter_as::<Strict>().collect();
    assert_eq!(rows.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    let unfit = zcrm_core::rest::UnfitRow::in_error(rows[1].as_ref().unwrap_err()).unwrap();
    assert_eq!(unfit.id().unwrap().as_str(), misfit.as_str());
}
