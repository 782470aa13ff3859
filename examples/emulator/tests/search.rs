//! Search, and the grammar of its criteria.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::json;
use support::{Client, start};

fn found(client: &Client, parameter: &str, value: &str) -> Vec<String> {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(parameter, value).finish();
    let got = client.get(&format!("/crm/v2/Leads/search?{query}"));
    assert!(got.status == 200 || got.status == 204, "{}", got.json);
    let rows = got.json["data"].as_array().cloned().unwrap_or_default();
    let mut names: Vec<_> = rows.iter().map(|row| row["Last_Name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn client() -> Client {
    let client = start();
    for lead in [
        json!({ "Last_Name": "A", "City": "Oslo", "Company": "Acme (Norway), AS", "No_of_Employees": 5, "Phone": "+47 1" }),
        json!({ "Last_Name": "B", "City": "Oslo", "Company": "Bolt Inc", "No_of_Employees": 50, "Email": "b@bolt.example" }),
        json!({ "Last_Name": "C", "City": "Bergen", "Company": "Back\\slash", "Follow_Up": "2026-05-01" }),
    ] {
        client.lead(lead);
    }
    client
}

#[test]
fn by_email_phone_and_word() {
    let client = client();
    assert_eq!(found(&client, "email", "B@bolt.example"), ["B"]);
    assert_eq!(found(&client, "phone", "+47 1"), ["A"]);
    assert_eq!(found(&client, "word", "berge"), ["C"]);
    assert_eq!(client.get("/crm/v2/Leads/search?word=x").status, 400);
    assert_eq!(client.get("/crm/v2/Leads/search").code(), "EXPECTED_PARAM_MISSING");
    assert!(found(&client, "email", "none@bolt.example").is_empty());
}

#[test]
fn criteria() {
    let client = client();
    for (criteria, names) in [
        ("(City:equals:Oslo)", vec!["A", "B"]),
        ("((City:equals:Oslo)and(Company:starts_with:B))", vec!["B"]),
        ("(City:equals:Oslo)and(Company:starts_with:B)", vec!["B"]),
        ("((City:equals:Bergen)or((City:equals:Oslo)and(No_of_Employees:less_than:10)))", vec!["A", "C"]),
        ("(Company:equals:Acme \\(Norway\\)\\, AS)", vec!["A"]),
        ("(Company:equals:Back\\\\slash)", vec!["C"]),
        ("(Company:equals:Bolt)", vec!["B"]),
        ("(Last_Name:in:A,C)", vec!["A", "C"]),
        ("(No_of_Employees:between:5,50)", vec!["A", "B"]),
        ("(Follow_Up:greater_equal:2026-05-01)", vec!["C"]),
        ("(City:not_equal:Oslo)", vec!["C"]),
        ("(Owner:equals:3652397000000186017)", vec!["A", "B", "C"]),
    ] {
        assert_eq!(found(&client, "criteria", criteria), names, "{criteria}");
    }
}

#[test]
fn criteria_that_do_not_parse() {
    let client = client();
    let code = |criteria: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("criteria", criteria).finish();
        let got = client.get(&format!("/crm/v2/Leads/search?{query}"));
        (got.status, got.code().to_owned())
    };
    for criteria in [
        "City:equals:Oslo",
        "(City:equals:Oslo",
        "(City:like:Oslo)",
        "(Nothing:equals:1)",
        "(Company:equals:a(b))",
        "(City)",
    ] {
        assert_eq!(code(criteria), (400, "INVALID_QUERY".to_owned()), "{criteria}");
    }
    for (version, most) in [("v2", 10), ("v2.1", 10), ("v3", 15), ("v8", 15)] {
        let search = |clauses: usize| {
            let criteria = format!("({})", vec!["(City:equals:a)"; clauses].join("or"));
            client.get(&format!("/crm/{version}/Leads/search?criteria={criteria}")).code().to_owned()
        };
        assert_eq!((search(most).as_str(), search(most + 1).as_str()), ("", "CRITERIA_LIMIT_EXCEEDED"), "{version}");
    }
    assert_eq!(code(&format!("(City:in:{})", ["a"; 101].join(","))).1, "INVALID_QUERY");
    let deep = client.get("/crm/v2/Leads/search?word=Oslo&page=11&per_page=200");
    assert_eq!((deep.code(), deep.json["details"]["limit"].as_str()), ("LIMIT_REACHED", Some("2000")));
}
