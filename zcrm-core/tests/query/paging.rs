//! All rows, in as few requests as the version allows.

use std::collections::HashSet;

use zcrm_core::ErrorKind;
use zcrm_core::coql::Select;

use super::{ids, sent, start};

#[test]
fn a_hundred_thousand_leads_are_read_once_in_52_requests_and_155_credits() {
    let (emulator, client) = start("v8", 100_000);
    let ids = ids(&client.query("select Last_Name from Leads where id is not null"));
    assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (100_000, 100_000));
    let counters = emulator.counters();
    assert!(counters.total_calls() <= 52, "{}", counters.total_calls());
    assert!(counters.credits <= 155, "{}", counters.credits);
    assert_eq!(client.usage().credits_spent, counters.credits, "the client knows what it spends");
}

#[test]
fn every_version_reads_past_what_its_offset_reaches() {
    for (version, calls) in [("v2", 56), ("v3", 56), ("v4", 7), ("v6", 7), ("v8", 7)] {
        let (emulator, client) = start(version, 11_000);
        let found: HashSet<_> = ids(&client.query("select Last_Name from Leads")).into_iter().collect();
        assert_eq!(found.len(), 11_000, "{version}");
        assert!(emulator.counters().total_calls() <= calls, "{version}: {}", emulator.counters().total_calls());
    }
}

#[test]
fn pages_grow_and_a_small_answer_costs_one_credit() {
    let (emulator, client) = start("v8", 5_000);
    assert_eq!(ids(&client.query("select Last_Name from Leads where City = 'nowhere'")), [""; 0]);
    assert_eq!((emulator.counters().total_calls(), emulator.counters().credits), (1, 1));
    let asked: Vec<_> = {
        emulator.reset_counters();
        assert_eq!(ids(&client.query("select Last_Name from Leads")).len(), 5_000);
        sent(&emulator).iter().map(|text| text.rsplit(' ').next().unwrap().to_owned()).collect()
    };
    assert_eq!(asked, ["200", "1000", "2000", "2000"]);
}

#[test]
fn the_querys_own_limit_and_offset_hold_for_all_pages_together() {
    for version in ["v2", "v8"] {
        let (emulator, client) = start(version, 3_000);
        let all = ids(&client.query("select id from Leads"));
        for (rest, range) in [
            ("limit 0", 0..0),
            ("limit 1", 0..1),
            ("limit 150 offset 100", 100..250),
            ("limit 100, 150", 100..250),
            ("limit 2500", 0..2_500),
            ("limit 2500 offset 499", 499..2_999),
            ("limit 5000 offset 2500", 2_500..3_000),
            ("offset 2999", 2_999..3_000),
            ("limit 10 offset 4000", 3_000..3_000),
            ("order by id desc limit 0", 0..0),
        ] {
            let found = ids(&client.query(format!("select id from Leads where id is not null {rest}")));
            assert_eq!(found, all[range], "{version} {rest}");
        }
        let mut down = ids(&client.query("select id from Leads order by id desc limit 2700 offset 100"));
        down.reverse();
        assert_eq!(down, all[200..2_900], "{version}");
        emulator.reset_counters();
        assert_eq!(ids(&client.query("select id from Leads limit 200")).len(), 200);
        assert_eq!(emulator.counters().total_calls(), 1, "what fits one page is one request");
    }
}

#[test]
fn an_order_of_its_own_is_kept_over_all_pages() {
    for version in ["v2", "v8"] {
        let (_emulator, client) = start(version, 3_500);
        let query = client.query("select City, Last_Name from Leads order by City desc, Last_Name");
        let rows: Vec<(String, String)> = query
            .iter()
            .map(Result::unwrap)
            .map(|row| (row.get("City").unwrap().unwrap(), row.get("Last_Name").unwrap().unwrap()))
            .collect();
        assert_eq!(rows.len(), 3_500);
        assert!(rows.windows(2).all(|pair| pair[0].0 >= pair[1].0), "{version}");
        assert_eq!(ids(&query).into_iter().collect::<HashSet<_>>().len(), 3_500, "rows alike keep their places");
    }
}

#[test]
fn past_the_reach_of_offset_is_an_error_that_says_so_and_no_short_answer() {
    let (_emulator, client) = start("v2", 10_001);
    let mut rows = client.query("select Last_Name from Leads order by Created_Time").iter();
    assert_eq!(rows.by_ref().take_while(Result::is_ok).count(), 10_000);
    assert!(rows.next().is_none(), "it ends after the error");

    let last = client.query("select Last_Name from Leads order by Created_Time").iter().last().unwrap().unwrap_err();
    assert_eq!(last.kind(), ErrorKind::InvalidInput);
    assert!(last.to_string().contains("reaches 10000 rows by offset"), "{last}");

    let (_emulator, client) = start("v2", 10_000);
    let all: Result<Vec<_>, _> = client.query("select Last_Name from Leads order by Created_Time").iter().collect();
    assert_eq!(all.unwrap().len(), 10_000, "all that offset reaches is read");
}

#[test]
fn rows_that_come_and_go_between_pages_neither_hide_nor_double_others() {
    let (emulator, client) = start("v8", 4_000);
    let all = ids(&client.query("select id from Leads"));
    let mut seen = Vec::new();
    for row in &client.query("select Last_Name from Leads") {
        seen.push(super::id(&row.unwrap()));
        // What was read goes away, so that offsets would shift.
        if seen.len() % 100 == 0 {
            let _ = client.module("Leads").delete(&seen[seen.len() - 100..]).unwrap().into_result().unwrap();
        }
    }
    assert_eq!(emulator.count_records("Leads"), 0);
    assert_eq!(seen, all);
}

#[test]
fn a_built_query_is_sent_like_a_text() {
    let (_emulator, client) = start("v8", 300);
    let select = Select::from("Leads").fields(["Last_Name", "City"]).order_by_desc("id").limit(250);
    let built = ids(&client.query(select.clone()));
    assert_eq!(built, ids(&client.query("select Last_Name, City from Leads order by id desc limit 250")));
    assert_eq!(built, ids(&client.query(select.query().unwrap())));
    let error = client.query(select).bind("city", "Oslo").all().unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::InvalidInput, "the query has no parameter :city")
    );
}

#[test]
fn one_page_is_one_request_with_the_query_as_it_stands() {
    let (emulator, client) = start("v8", 500);
    let page =
        client.query("select Last_Name from Leads where City = 'Oslo' order by Last_Name limit 20").send().unwrap();
    assert_eq!((page.items.len(), page.info.more_records), (20, Some(true)));
    let page = client.query("select Last_Name from Leads").send().unwrap();
    assert_eq!(page.items.len(), 200);
    assert_eq!(emulator.counters().total_calls(), 2);
    let error = client.query("select Last_Name from Leads limit 2001").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(emulator.counters().total_calls(), 2, "refused before it was sent");
}
