//! What rows look like: calculated, grouped, joined, typed, and with every digit.

use serde::Deserialize;
use zcrm_core::ErrorKind;
use zcrm_core::entity::Record;
use zcrm_core::rest::UnfitRow;

use super::{start, with_leads};

#[test]
fn calculations_have_no_id_and_groups_are_paged_to_their_end() {
    for version in ["v2", "v8"] {
        let (emulator, client) = start(version, 1_300);
        let text = "select COUNT(id), MAX(No_of_Employees) as 'Most' from Leads where id is not null";
        let rows = client.query(text).all().unwrap();
        assert_eq!(rows.len(), 1, "{version}");
        assert_eq!(rows[0].get::<u64>("COUNT(id)").unwrap(), Some(1_300));
        assert_eq!(rows[0].get::<u64>("Most").unwrap(), Some(500));
        assert_eq!((rows[0].id(), emulator.counters().total_calls()), (None, 1), "{version}");

        let text = "select No_of_Employees, COUNT(id) as 'Leads' from Leads group by No_of_Employees";
        #[derive(Deserialize)]
        struct Size {
            #[serde(rename = "No_of_Employees")]
            employees: u64,
            #[serde(rename = "Leads")]
            leads: u64,
        }
        let sizes: Vec<Size> = client.query(text).iter_as().collect::<Result<_, _>>().unwrap();
        assert_eq!((sizes.len(), sizes.iter().map(|size| size.leads).sum::<u64>()), (500, 1_300), "{version}");
        assert!(sizes.windows(2).all(|pair| pair[0].employees < pair[1].employees));
        let text =
            "select City, SUM(Annual_Revenue) from Leads group by City order by SUM(Annual_Revenue) desc limit 2";
        assert_eq!(client.query(text).all().unwrap().len(), 2);
    }
}

#[test]
fn a_joined_column_stands_under_its_name_with_dots_or_its_alias() {
    let (_emulator, client) = start("v8", 3);
    let row =
        client.query("select Last_Name, Owner.email, Owner.role.name as 'Role' from Leads limit 1").all().unwrap();
    assert_eq!(row[0].get::<String>("Owner.email").unwrap().as_deref(), Some("abc@xyz.com"));
    assert!(row[0].get::<String>("Role").unwrap().is_some());
}

#[test]
fn numbers_keep_their_digits() {
    let (_emulator, client) = start("v8", 1);
    let row = client.query("select Annual_Revenue, External_Number from Leads").all().unwrap().remove(0);
    assert!(row.raw().contains(r#""Annual_Revenue":0.25"#), "{}", row.raw());
    assert!(row.raw().contains("9000000000000000000"), "{}", row.raw());
}

#[test]
fn a_row_that_does_not_fit_is_an_error_and_the_others_come() {
    #[derive(Debug, Deserialize)]
    struct Lead {
        #[serde(rename = "Last_Name")]
        last_name: String,
        #[serde(rename = "Annual_Revenue")]
        revenue: f64,
    }
    let lead = |name: &str| Record::new().with("Last_Name", name);
    let leads = [lead("A").with("Annual_Revenue", 1.5), lead("B"), lead("C").with("Annual_Revenue", 2.5)];
    let (_emulator, client) = with_leads("v8", leads);
    let rows: Vec<_> = client.query("select Last_Name, Annual_Revenue from Leads").iter_as::<Lead>().collect();
    let fit: Vec<_> = rows.iter().flatten().map(|lead| (lead.last_name.as_str(), lead.revenue)).collect();
    assert_eq!(fit, [("A", 1.5), ("C", 2.5)]);
    let error = rows[1].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(UnfitRow::in_error(error).unwrap().json().contains(r#""Last_Name":"B""#));
    assert!(!error.outcome_unknown(), "a query changes nothing");
}

#[test]
fn the_id_may_have_an_alias_and_pages_go_on_all_the_same() {
    let (_emulator, client) = start("v8", 700);
    let rows = client.query("select id as 'Lead_Id' from Leads").all().unwrap();
    let mut ids: Vec<String> = rows.iter().map(|row| row.get("Lead_Id").unwrap().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 700);
}

#[test]
fn metadata_comes_along_where_the_version_has_it() {
    let (emulator, client) = start("v8", 3);
    let query = client.query("select Last_Name, Annual_Revenue, Owner.email from Leads");
    let (page, fields) = query.send_with_fields().unwrap();
    assert_eq!(page.items.len(), 3);
    assert_eq!(fields["Annual_Revenue"].data_type.as_deref(), Some("currency"));
    assert!(fields.contains_key("Last_Name"));
    let none = client.query("select Last_Name from Leads where City = 'nowhere'").send_with_fields().unwrap();
    assert!(none.0.items.is_empty() && none.1.is_empty());
    emulator.reset_counters();

    let client = super::client(&emulator, "v6", super::quick());
    let error = client.query("select Last_Name from Leads").send_with_fields().unwrap_err();
    assert_eq!((error.kind(), emulator.counters().total_calls()), (ErrorKind::Unsupported, 0));
}
