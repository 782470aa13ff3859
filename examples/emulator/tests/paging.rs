//! How lists go on from v3: fields demanded, page tokens, limits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::HashSet;

use support::start;

#[test]
fn fields_are_demanded_from_v3_on() {
    let client = start();
    client.emulator.seed_leads(3);
    assert_eq!(client.get("/crm/v2.1/Leads").status, 200);
    let got = client.get("/crm/v3/Leads");
    assert_eq!((got.status, got.code()), (400, "REQUIRED_PARAM_MISSING"));
    assert_eq!(got.json["details"]["param_name"], "fields");
    let many: Vec<_> = (0..51).map(|number| format!("F{number}")).collect();
    assert_eq!(client.get(&format!("/crm/v8/Leads?fields={}", many.join(","))).code(), "LIMIT_EXCEEDED");
    let got = client.get("/crm/v8/Leads?fields=Last_Name");
    assert_eq!(got.json["data"][0].as_object().unwrap().len(), 2);
    assert_eq!(got.json["info"]["sort_by"], "id");
    assert_eq!(got.json["info"]["next_page_token"], serde_json::Value::Null);
}

#[test]
fn tokens_lead_past_row_two_thousand() {
    let client = start();
    client.emulator.seed_leads(2_300);
    let path = "/crm/v8/Leads?fields=Last_Name&per_page=200";
    assert_eq!(client.get(&format!("{path}&page=11")).code(), "DISCRETE_PAGINATION_LIMIT_EXCEEDED");
    assert_eq!(client.get("/crm/v2/Leads?page=11").status, 200);
    let mut ids = HashSet::new();
    let mut token = String::new();
    loop {
        let got = client.get(&format!("{path}{token}"));
        assert_eq!(got.status, 200, "{}", got.json);
        let rows = got.json["data"].as_array().unwrap();
        ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        match got.json["info"]["next_page_token"].as_str() {
            Some(next) => token = format!("&page_token={next}"),
            None => break,
        }
    }
    assert_eq!(ids.len(), 2_300);
}

#[test]
fn a_token_belongs_to_its_listing() {
    let client = start();
    client.emulator.seed_leads(500);
    let got = client.get("/crm/v6/Leads?fields=Last_Name");
    let token = got.json["info"]["next_page_token"].as_str().unwrap();
    assert!(got.json["info"]["page_token_expiry"].is_string());
    let with = |query: &str| client.get(&format!("/crm/v6/Leads?{query}&page_token={token}")).code().to_owned();
    assert_eq!(with("fields=Last_Name"), "");
    assert_eq!(with("fields=Email"), "TOKEN_BOUND_DATA_MISMATCH");
    assert_eq!(with("fields=Last_Name&page=2"), "AMBIGUITY_DURING_PROCESSING");
    assert_eq!(client.get("/crm/v6/Leads?fields=Last_Name&page_token=nonsense").code(), "INVALID_DATA");
}

#[test]
fn a_token_belongs_to_its_user_and_dies() {
    let mut client = start();
    client.emulator.seed_leads(500);
    let path = "/crm/v8/Leads?fields=Last_Name";
    let token = client.get(path).json["info"]["next_page_token"].as_str().unwrap().to_owned();
    let next = format!("{path}&page_token={token}");
    let mine = std::mem::take(&mut client.token);
    let grant = client.emulator.new_grant("b@example.com");
    client.token = client.exchange(&grant)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(client.get(&next).code(), "INVALID_DATA");
    client.token = mine;
    assert_eq!(client.get(&next).status, 200);
    client.emulator.behave(|behaviour| behaviour.page_token_life = std::time::Duration::ZERO);
    assert_eq!(client.get(&next).code(), "EXPIRED_VALUE");
}

#[test]
fn page_zero_is_the_first_page() {
    let client = start();
    client.emulator.seed_leads(3);
    for path in ["/crm/v2/Leads?page=0&per_page=2", "/crm/v2/Leads/search?word=lead&page=0", "/crm/v2/users?page=0"] {
        let zero = client.get(path).json;
        assert_eq!(zero["info"]["page"], 1, "{path}");
        assert_eq!(zero, client.get(&path.replace("page=0", "page=1")).json);
    }
    client.delete("/crm/v2/Leads?ids=3652397000100000000");
    assert_eq!(client.get("/crm/v2/Leads/deleted?page=0").json["info"]["page"], 1);
    assert_eq!(client.get("/crm/v2/Leads?per_page=0").code(), "INVALID_DATA");
}

#[test]
fn notes_and_related_lists_go_on_by_token_from_v4_on() {
    let client = start();
    let lead = client.lead(serde_json::json!({ "Last_Name": "Berg" }));
    let notes: Vec<_> = (0..3).map(|n| serde_json::json!({ "Note_Content": format!("{n}") })).collect();
    client.post(&format!("/crm/v2/Leads/{lead}/Notes"), serde_json::json!({ "data": notes }));
    for path in [format!("Leads/{lead}/Notes"), "Notes".to_owned()] {
        let list = |version: &str, token: &str| {
            client.get(&format!("/crm/{version}/{path}?fields=Note_Content&per_page=2{token}")).json
        };
        assert_eq!(list("v3", "")["info"].get("next_page_token"), None, "{path}");
        let token = list("v4", "")["info"]["next_page_token"].as_str().unwrap().to_owned();
        let rest = list("v4", &format!("&page_token={token}"));
        assert_eq!((&rest["info"]["count"], &rest["info"]["more_records"]), (&1.into(), &false.into()), "{path}");
    }
}

#[test]
fn page_tokens_end_at_a_hundred_thousand() {
    let client = start();
    client.emulator.seed_leads(100_400);
    let path = "/crm/v8/Leads?fields=id";
    let first = client.get(path);
    let token = first.json["info"]["next_page_token"].as_str().unwrap();
    // The emulator's tokens hold the row they lead to, so the last page need not be reached on foot.
    let leading_to = |row: u64| format!("{path}&page_token={row:016x}{}", &token[16..]);
    let last = client.get(&leading_to(99_800));
    assert_eq!(last.json["info"]["more_records"], true);
    let token = last.json["info"]["next_page_token"].as_str().unwrap();
    assert_eq!(client.get(&format!("{path}&page_token={token}")).code(), "PAGINATION_LIMIT_EXCEEDED");
}

#[test]
fn later_versions_have_207_and_400_for_failures() {
    let client = start();
    let post = |version: &str, records: serde_json::Value| {
        client.post(&format!("/crm/{version}/Leads"), serde_json::json!({ "data": records })).status
    };
    let (good, bad) = (serde_json::json!({ "Last_Name": "A" }), serde_json::json!({}));
    for (version, all_well, mixed, none) in [("v2", 201, 200, 202), ("v8", 201, 207, 400)] {
        assert_eq!(post(version, serde_json::json!([good])), all_well);
        assert_eq!(post(version, serde_json::json!([good, bad])), mixed);
        assert_eq!(post(version, serde_json::json!([bad])), none);
    }
}

#[test]
fn from_v3_on_lists_are_sorted_by_id_and_times_only() {
    let client = start();
    client.emulator.seed_leads(3);
    let list = |version: &str, field: &str| {
        client.get(&format!("/crm/{version}/Leads?fields=Email&sort_by={field}&sort_order=asc")).status
    };
    for field in ["id", "Created_Time", "Modified_Time"] {
        assert_eq!((list("v2", field), list("v8", field)), (200, 200), "{field}");
    }
    assert_eq!((list("v2.1", "Email"), list("v3", "Email")), (200, 400));
}

#[test]
fn records_by_their_ids() {
    let client = start();
    client.emulator.seed_leads(300);
    let id = |index: u64| (3_652_397_000_100_000_000 + index).to_string();
    let asked = [id(7), id(250), "42".to_owned(), id(7), id(100)].join(",");
    let list = |order: &str| {
        let rows = client.get(&format!("/crm/v8/Leads?fields=id&ids={asked}&sort_by=id{order}")).json["data"].clone();
        rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(""), [id(250), id(100), id(7)]);
    assert_eq!(list("&sort_order=asc"), [id(7), id(100), id(250)]);
}
