//! What stands after `where`: values that are never read as COQL, and as many conditions as fit, or more.

use zcrm_core::coql::Select;
use zcrm_core::criteria::Criteria;
use zcrm_core::entity::Record;
use zcrm_core::{DateTime, ErrorKind};

use super::{ids, names, sent, start, with_leads};

const ODD: [&str; 12] = [
    "O'Brien",
    "''",
    "\"quoted\"",
    "back\\slash",
    "\\'",
    "50% off",
    "100%",
    "😀 smile",
    ":name",
    "a' or 'a' = 'a",
    "Müller-Lüdenscheidt, (Ltd)",
    "select id from Leads",
];

#[test]
fn any_characters_of_a_value_find_exactly_their_record() {
    for version in ["v2", "v8"] {
        let (_emulator, client) = with_leads(version, ODD.map(|name| Record::new().with("Last_Name", name)));
        for name in ODD {
            let query = client.query("select Last_Name from Leads where Last_Name = :name").bind("name", name);
            assert_eq!(names(&query), [name], "{version}");
            let query =
                client.query("select Last_Name from Leads where Last_Name in :names").bind("names", [name, "x"]);
            assert_eq!(names(&query), [name], "{version}");
        }
        let mut found =
            names(&client.query("select Last_Name from Leads where Last_Name in :all").bind("all", &ODD[..]));
        found.sort_unstable();
        let mut all = ODD;
        all.sort_unstable();
        assert_eq!(found, all, "{version}");
    }
}

#[test]
fn values_of_every_type_are_bound() {
    let lead = |name: &str| Record::new().with("Last_Name", name);
    let leads = [
        lead("A").with("No_of_Employees", 5).with("Email_Opt_Out", true).with("Follow_Up", "2026-05-01"),
        lead("B").with("No_of_Employees", 50).with("Annual_Revenue", 12.5),
    ];
    let (_emulator, client) = with_leads("v8", leads);
    let id = ids(&client.query("select id from Leads where Last_Name = 'B'")).remove(0);
    let since = DateTime::from("2020-01-01T00:00:00+01:00");
    let one = |text: &str| client.query(format!("select Last_Name from Leads where {text}"));
    assert_eq!(names(&one("No_of_Employees > :n").bind("n", 5)), ["B"]);
    assert_eq!(names(&one("Annual_Revenue = :n").bind("n", 12.5)), ["B"]);
    assert_eq!(names(&one("Email_Opt_Out = :yes").bind("yes", true)), ["A"]);
    assert_eq!(names(&one("Follow_Up = :day").bind("day", "2026-05-01")), ["A"]);
    assert_eq!(names(&one("Created_Time > :since").bind("since", since)), ["A", "B"]);
    assert_eq!(names(&one("id = :id").bind("id", id)), ["B"]);
    assert_eq!(names(&one("No_of_Employees in :few limit :most").bind("few", [5, 50]).bind("most", 1)), ["A"]);
}

#[test]
fn what_is_no_query_or_lacks_a_value_is_refused_before_anything_is_sent() {
    let (emulator, client) = start("v8", 3);
    for (text, says) in [
        ("update Leads set City = 'Oslo'", "a query only reads"),
        ("delete from Leads where id = 1", "a query only reads"),
        ("select Last_Name from Leads where City = :city", "the parameter :city has no value"),
        ("select Last_Name from Leads where City =", "COQL, character"),
        ("", "COQL"),
    ] {
        let query = client.query(text);
        for error in [query.send().unwrap_err(), query.all().unwrap_err(), query.iter().next().unwrap().unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
        assert_eq!(query.iter().count(), 1, "the error is the only item");
    }
    assert_eq!(emulator.counters().total_calls(), 0);
}

/// So many conditions that all hold for the leads whose index ends with this digit.
fn conditions(count: usize) -> String {
    let all: Vec<_> = (1..count).map(|place| format!("Last_Name != 'nobody {place}'")).collect();
    format!("City is not null and {}", all.join(" and "))
}

#[test]
fn three_and_25_conditions_work_past_the_first_page_too() {
    for version in ["v2", "v8"] {
        for count in [3, 24, 25] {
            let (_emulator, client) = start(version, 2_600);
            let query = client.query(format!("select Last_Name from Leads where {}", conditions(count)));
            let mut found = ids(&query);
            found.dedup();
            assert_eq!(found.len(), 2_600, "{version}, {count} conditions");
        }
    }
}

#[test]
fn conditions_with_or_are_split_where_the_id_of_the_last_row_would_be_one_too_many() {
    let (emulator, client) = start("v8", 3_000);
    // Each value is in two alternatives, so the parts overlap and rows have to come once all the same.
    let cities = ["Oslo", "Bergen", "Trondheim", "Stavanger", "Drammen"];
    let either: Vec<_> =
        (0..12).map(|at| format!("(City = '{}' or No_of_Employees = {})", cities[at % 5], at + 1)).collect();
    let of_24 = either.join(" or ");
    let of_25 = format!("{of_24} or No_of_Employees is null");
    for condition in [&of_24, &of_25] {
        emulator.reset_counters();
        let found = ids(&client.query(format!("select City from Leads where {condition}")));
        let every: Vec<String> = {
            let expected = client.query("select City, No_of_Employees from Leads");
            let meets = |row: &Record| {
                let city: String = row.get("City").unwrap().unwrap();
                let employees: usize = row.get("No_of_Employees").unwrap().unwrap();
                (0..12).any(|at| city == cities[at % 5] || employees == at + 1)
            };
            expected.iter().map(Result::unwrap).filter(meets).map(|row| super::id(&row)).collect()
        };
        assert!(every.len() > 2_000, "past the first pages: {}", every.len());
        assert_eq!(found, every, "{condition}");
    }
    let limited = client.query(format!("select City from Leads where {of_25} limit 1500 offset 1000"));
    let all = ids(&client.query(format!("select City from Leads where {of_25}")));
    assert_eq!(ids(&limited), all[1_000..], "offset and limit count the rows of all parts together");
}

#[test]
fn more_conditions_than_coql_takes_are_refused_before_anything_is_sent() {
    for version in ["v2", "v8"] {
        let (emulator, client) = start(version, 300);
        for condition in [conditions(26), conditions(26).replace(" and ", " or ")] {
            let error = client.query(format!("select Last_Name from Leads where {condition}")).all().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains("25") && error.to_string().contains("26"), "{error}");
        }
        assert_eq!(emulator.counters().total_calls(), 0, "{version}");
    }
}

#[test]
fn more_values_than_an_in_takes_are_split() {
    for version in ["v2", "v8"] {
        let (emulator, client) = start(version, 1_000);
        let all = ids(&client.query("select id from Leads"));
        let wanted: Vec<String> = all.iter().step_by(3).take(230).cloned().collect();
        emulator.reset_counters();
        let select = Select::from("Leads").field("Last_Name").filter(Criteria::is_in("id", wanted.clone()));
        assert_eq!(ids(&client.query(select)), wanted, "{version}: {:?}", sent(&emulator));
    }
}
