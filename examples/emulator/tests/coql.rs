//! COQL: its grammar, its limits by version, joins, aggregates, and reading a module of any size by it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::{Client, Got, start};
use zcrm_emulator::MadeUpLeads;

fn ask(client: &Client, version: &str, query: &str) -> Got {
    client.post(&format!("/crm/{version}/coql"), json!({ "select_query": query }))
}

fn create(client: &Client, module: &str, record: Value) -> String {
    let got = client.post(&format!("/crm/v2/{module}"), json!({ "data": [record] }));
    got.json["data"][0]["details"]["id"].as_str().unwrap_or_else(|| panic!("{}", got.json)).to_owned()
}

/// Leads A to D.
fn client() -> Client {
    let client = start();
    for lead in [
        json!({ "Last_Name": "A", "City": "Oslo", "No_of_Employees": 5, "Annual_Revenue": 10.5, "Email_Opt_Out": true,
                "Interests": ["Skiing", "Chess"], "Description": "long" }),
        json!({ "Last_Name": "B", "City": "Oslo", "No_of_Employees": 50, "Annual_Revenue": 20, "Follow_Up": "2026-05-01" }),
        json!({ "Last_Name": "C", "City": "Bergen", "Company": "O'Brien (Ltd)", "Owner": "3652397000000186018" }),
        json!({ "Last_Name": "D", "Company": "50% off" }),
    ] {
        client.lead(lead);
    }
    client
}

fn names(client: &Client, condition: &str) -> Vec<String> {
    let got = ask(client, "v8", &format!("select Last_Name from Leads where {condition}"));
    assert!(got.status == 200 || got.status == 204, "{condition}: {}", got.json);
    let rows = got.json["data"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row["Last_Name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn operators() {
    let client = client();
    let bjorn = "3652397000000186018";
    for (condition, found) in [
        ("City = 'Oslo'", vec!["A", "B"]),
        ("City = 'oslo'", vec!["A", "B"]),
        ("City != 'Oslo'", vec!["C"]),
        ("City is null", vec!["D"]),
        ("City is not null", vec!["A", "B", "C"]),
        ("City in ('Oslo', 'Bergen')", vec!["A", "B", "C"]),
        ("City not in ('Oslo')", vec!["C"]),
        ("City like 'Os%'", vec!["A", "B"]),
        ("City like '%gen'", vec!["C"]),
        ("City like '%s%'", vec!["A", "B"]),
        ("City not like '%s%'", vec!["C"]),
        ("No_of_Employees > 5", vec!["B"]),
        ("No_of_Employees >= 5 and No_of_Employees < 50", vec!["A"]),
        ("No_of_Employees between 5 and 50", vec!["A", "B"]),
        ("No_of_Employees not between 6 and 60", vec!["A"]),
        ("Follow_Up <= '2026-05-01'", vec!["B"]),
        ("Email_Opt_Out = 'true'", vec!["A"]),
        ("Company = 'O''Brien (Ltd)'", vec!["C"]),
        ("Company like '50%'", vec!["D"]),
        ("Interests = 'Chess;Skiing'", vec!["A"]),
        (&format!("Owner = {bjorn}"), vec!["C"]),
        ("Owner.last_name = 'Dahl'", vec!["C"]),
        ("(City = 'Bergen' or (City = 'Oslo' and No_of_Employees = 5))", vec!["A", "C"]),
        ("(City = 'Oslo' and Last_Name = 'B') or City = 'Bergen'", vec!["B", "C"]),
        (
            "Created_Time > '2026-01-01T00:00:00Z' and Created_Time < '2999-01-01T00:00:00+02:00'",
            vec!["A", "B", "C", "D"],
        ),
        ("id is not null order by Last_Name desc", vec!["D", "C", "B", "A"]),
        ("id is not null order by City desc, Last_Name asc limit 3", vec!["A", "B", "C"]),
        ("id is not null limit 1, 2", vec!["B", "C"]),
        ("id is not null limit 2 offset 3", vec!["D"]),
        ("City = 'Nowhere'", vec![]),
    ] {
        assert_eq!(names(&client, condition), found, "{condition}");
    }
}

#[test]
fn what_does_not_parse_or_makes_no_sense() {
    let client = client();
    for (query, code, detail, value) in [
        ("select Last_Name from Nothing", "SYNTAX_ERROR", "clause", "where"),
        ("select Last_Name", "SYNTAX_ERROR", "clause", "from"),
        ("update Leads", "SYNTAX_ERROR", "near", "update"),
        ("select Last_Name from Nothing where id is not null", "INVALID_MODULE", "", ""),
        ("select Nope from Leads where id is not null", "INVALID_QUERY", "column_name", "Nope"),
        ("select Last_Name from Leads where Nope = 1", "INVALID_QUERY", "column_name", "Nope"),
        ("select Last_Name from Leads where City > 'A'", "INVALID_QUERY", "operator", ">"),
        ("select Last_Name from Leads where Email_Opt_Out != 'true'", "INVALID_QUERY", "operator", "!="),
        ("select Last_Name from Leads where Owner = 'Asta'", "INVALID_QUERY", "value", "Asta"),
        ("select Last_Name from Leads where No_of_Employees = 'many'", "INVALID_QUERY", "value", "many"),
        ("select Last_Name from Leads where Description = 'long'", "INVALID_QUERY", "operator", "="),
        ("select Contract from Leads where id is not null", "INVALID_QUERY", "column_name", "Contract"),
        ("select Last_Name from Leads where City like 'a%b'", "SYNTAX_ERROR", "operator", "like"),
        ("select Last_Name from Leads where City not like 'a%'", "SYNTAX_ERROR", "operator", "like"),
        ("select Last_Name from Leads where Company = 'O\\'Brien'", "SYNTAX_ERROR", "", ""),
        ("select Last_Name from Leads where City = 'a' and City = 'b' and City = 'c'", "SYNTAX_ERROR", "near", "and"),
        ("select Last_Name from Leads where (City = 'a'", "SYNTAX_ERROR", "near", ""),
        ("select Last_Name, Last_Name from Leads where id is not null", "DUPLICATE_DATA", "column_name", "Last_Name"),
        ("select Last_Name a, City a from Leads where id is not null", "DUPLICATE_ALIAS", "alias", "a"),
        ("select Last_Name as '' from Leads where id is not null", "INVALID_ALIAS", "alias", ""),
        (
            "select City, Last_Name from Leads where id is not null group by City",
            "INVALID_QUERY",
            "column_name",
            "Last_Name",
        ),
        ("select sum(Annual_Revenue) from Leads where id is not null", "SYNTAX_ERROR", "near", "sum"),
        ("select Last_Name from Leads#1 where id is not null", "INVALID_QUERY", "cvid", "1"),
        ("select Last_Name from Leads where id is not null limit many", "SYNTAX_ERROR", "near", "many"),
    ] {
        let got = ask(&client, "v8", query);
        assert_eq!((got.status, got.code()), (400, code), "{query}: {}", got.json);
        if !detail.is_empty() {
            assert_eq!(got.json["details"][detail], value, "{query}: {}", got.json);
        }
    }
    let deep = format!("select id from Leads where {}id is not null{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(ask(&client, "v8", &deep).code(), "SYNTAX_ERROR");
}

#[test]
fn limits_by_version() {
    let client = client();
    let query = |rest: &str| format!("select Last_Name from Leads where {rest}");
    let code = |version: &str, query: &str| ask(&client, version, query).code().to_owned();
    for (version, rows) in [("v2", 200), ("v3", 200), ("v4", 2_000), ("v8", 2_000)] {
        assert_eq!(code(version, &query(&format!("id is not null limit {rows}"))), "", "{version}");
        let more = ask(&client, version, &query(&format!("id is not null limit {}", rows + 1)));
        assert_eq!((more.code(), &more.json["details"]["limit"]), ("LIMIT_EXCEEDED", &json!(rows)), "{version}");
    }
    for (version, reach) in [("v2", 10_000), ("v5", 10_000), ("v7", 100_000)] {
        assert_eq!(code(version, &query(&format!("id is not null limit 100 offset {}", reach - 100))), "", "{version}");
        assert_eq!(code(version, &query(&format!("id is not null limit 100 offset {}", reach - 99))), "LIMIT_EXCEEDED");
    }
    let values = |number: usize| query(&format!("City in ({})", vec!["'a'"; number].join(",")));
    assert_eq!((code("v6", &values(50)).as_str(), code("v6", &values(51)).as_str()), ("", "LIMIT_EXCEEDED"));
    assert_eq!((code("v8", &values(100)).as_str(), code("v8", &values(101)).as_str()), ("", "LIMIT_EXCEEDED"));
    let criteria = |number: usize| {
        let first = "City = 'a'".to_owned();
        query(&(1..number).fold(first, |whole, _| format!("({whole}) or City = 'b'")))
    };
    assert_eq!((code("v8", &criteria(25)).as_str(), code("v8", &criteria(26)).as_str()), ("", "LIMIT_EXCEEDED"));
}

#[test]
fn look_ups_are_followed_and_told_by_id_or_with_their_name() {
    let client = start();
    let account = create(&client, "Accounts", json!({ "Account_Name": "Acme", "Owner": "3652397000000186018" }));
    let contact = create(&client, "Contacts", json!({ "Last_Name": "Berg", "Account_Name": account }));
    create(&client, "Deals", json!({ "Deal_Name": "D", "Stage": "Qualification", "Contact_Name": contact }));
    let query = |more: &str| {
        format!(
            "select Last_Name, Account_Name, Account_Name.Account_Name, Account_Name.Owner.email, Owner{more} \
             from Contacts where Account_Name.Account_Name = 'Acme'"
        )
    };
    let old = ask(&client, "v6", &query("")).json["data"][0].clone();
    assert_eq!(old["Account_Name"], json!({ "id": account }));
    assert_eq!(old["Account_Name.Account_Name"], "Acme");
    assert_eq!(old["Account_Name.Owner.email"], "b@example.com");
    assert_eq!(old["id"], json!(contact));
    // Up to v6 a query follows two relations.
    let more = query(", Owner.profile.name as 'Profile'");
    assert_eq!(ask(&client, "v6", &more).code(), "LIMIT_EXCEEDED");
    let new = ask(&client, "v7", &more).json["data"][0].clone();
    assert_eq!(new["Profile"], "Administrator");
    assert_eq!(new["Account_Name"], json!({ "id": account, "name": "Acme" }));
    assert_eq!(new["Owner"]["name"], "Berg");
    let through_two = "select Contact_Name.Account_Name.Account_Name from Deals where id is not null";
    assert_eq!(ask(&client, "v8", through_two).json["data"][0]["Contact_Name.Account_Name.Account_Name"], "Acme");
    let through_three = "select Contact_Name.Account_Name.Owner.email from Deals where id is not null";
    assert_eq!(ask(&client, "v8", through_three).code(), "LIMIT_EXCEEDED");
}

#[test]
fn aggregates() {
    let client = client();
    let rows = |query: &str| {
        let got = ask(&client, "v8", query);
        assert_eq!(got.status, 200, "{}", got.json);
        got.json["data"].clone()
    };
    let all = "SUM(No_of_Employees), MIN(No_of_Employees), MAX(Last_Name), AVG(Annual_Revenue), COUNT(id)";
    assert_eq!(
        rows(&format!("select {all} from Leads where id is not null")),
        json!([{ "SUM(No_of_Employees)": 55, "MIN(No_of_Employees)": 5, "MAX(Last_Name)": "D",
                 "AVG(Annual_Revenue)": 15.25, "COUNT(id)": 4 }])
    );
    let by_city = "select City, COUNT(id) as 'n' from Leads where id is not null group by City order by n desc, City";
    assert_eq!(
        rows(by_city),
        json!([{ "City": "Oslo", "n": 2 }, { "City": null, "n": 1 }, { "City": "Bergen", "n": 1 }])
    );
}

#[test]
fn descriptions_of_the_fields_come_from_v7_on() {
    let client = client();
    let body = json!({ "select_query": "select City from Leads where id is not null", "include_meta": ["fields"] });
    let got = client.post("/crm/v7/coql", body.clone());
    assert_eq!(got.json["fields"]["City"]["data_type"], "text", "{}", got.json);
    assert_eq!(client.post("/crm/v6/coql", body).code(), "API_NOT_SUPPORTED");
}

#[test]
fn converted_leads_and_views() {
    let client = start();
    client.emulator.make_up_leads(MadeUpLeads { converted_every: 4, ..MadeUpLeads::of(40) });
    let count = |query: &str| ask(&client, "v8", query).json["info"]["count"].clone();
    assert_eq!(count("select id from Leads where id is not null"), 30);
    assert_eq!(count("select id from Leads where Converted__s = 'true'"), 10);
    let listed = |query: &str| client.get(&format!("/crm/v8/Leads?fields=id{query}")).json["info"]["count"].clone();
    assert_eq!((listed(""), listed("&converted=true"), listed("&converted=both")), (json!(30), json!(10), json!(40)));
    let counted = |query: &str| client.get(&format!("/crm/v8/Leads/actions/count{query}")).json["count"].clone();
    assert_eq!(
        (counted(""), counted("?criteria=(City:equals:Oslo)")),
        (json!(30), count("select id from Leads where City = 'Oslo'"))
    );
    let views = client.get("/crm/v8/settings/custom_views?module=Leads").json;
    let view = views["custom_views"][2]["id"].as_str().unwrap();
    let shown = client.get(&format!("/crm/v8/Leads?fields=id&cvid={view}")).json["info"]["count"].clone();
    assert_eq!(count(&format!("select id from Leads#{view} where id is not null")), shown);
    assert_eq!(counted(&format!("?cvid={view}&word=xx")), Value::Null);
}

#[test]
fn a_module_is_read_whole_by_the_last_id_or_by_the_last_change() {
    let client = start();
    client.emulator.make_up_leads(MadeUpLeads { id_gap: 7, per_second: 900, ..MadeUpLeads::of(5_000) });
    let lead = client.lead(json!({ "Last_Name": "New" }));
    let page = |query: &str| ask(&client, "v8", query).json["data"].as_array().cloned().unwrap_or_default();
    let mut last = "0".to_owned();
    let mut read = 0;
    loop {
        let rows = page(&format!("select id from Leads where id > {last} order by id asc limit 2000"));
        let Some(row) = rows.last() else { break };
        read += rows.len();
        last = row["id"].as_str().unwrap().to_owned();
    }
    assert_eq!((read, last.as_str()), (5_001, lead.as_str()));

    // A change moves a lead to the end; more than one page lies within one second.
    assert!(client.emulator.set_fields("Leads", &lead, &json!({ "Modified_Time": "2024-01-01T02:00:03+02:00" })));
    let (mut time, mut id) = ("2024-01-01T00:00:00Z".to_owned(), "0".to_owned());
    let mut seen = Vec::new();
    loop {
        let rows = page(&format!(
            "select Modified_Time from Leads where Modified_Time >= '{time}' and (Modified_Time > '{time}' or id > {id}) \
             order by Modified_Time asc, id asc limit 500"
        ));
        let Some(row) = rows.last() else { break };
        time = row["Modified_Time"].as_str().unwrap().to_owned();
        id = row["id"].as_str().unwrap().to_owned();
        seen.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen.len(), 5_001);
    assert_eq!(seen.iter().position(|id| *id == lead), Some(3_600));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 5_001);
}
