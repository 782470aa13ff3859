//! Going on where another iterator stopped.

use zcrm_core::ErrorKind;
use zcrm_core::resource::QueryCursor;
use zcrm_emulator::{Fault, On, Reply};

use super::{id, ids, start};

/// Whatever the way the pages are asked for.
const TEXTS: [&str; 5] = [
    "select Last_Name from Leads",
    "select Last_Name from Leads order by id desc",
    "select Last_Name from Leads order by City",
    "select Last_Name from Leads limit 2100 offset 150",
    "select Last_Name from Leads where City = 'Oslo' or No_of_Employees < 400 limit 1500 offset 30",
];

#[test]
fn wherever_rows_stop_others_go_on() {
    let (_emulator, client) = start("v8", 2_500);
    for text in TEXTS {
        let query = client.query(text);
        let all = ids(&query);
        for stop in [0, 1, 199, 200, 201, 1_200, 1_201] {
            let mut rows = query.iter();
            let mut found: Vec<_> = rows.by_ref().take(stop).map(|row| id(&row.unwrap())).collect();
            let cursor: QueryCursor = rows.cursor().unwrap().to_string().parse().unwrap();
            assert_eq!(cursor.rows() as usize, stop);
            found.extend(query.resume(&cursor).map(|row| id(&row.unwrap())));
            assert_eq!(found, all, "{text} after {stop}");
        }
        let mut rows = query.iter();
        assert!(rows.by_ref().count() > 0 && rows.cursor().is_none(), "at the end there is nothing to go on with");
    }
}

#[test]
fn rows_that_went_away_meanwhile_hide_no_other() {
    let (emulator, client) = start("v8", 2_000);
    let query = client.query("select Last_Name from Leads");
    let all = ids(&query);
    let mut rows = query.iter();
    let first: Vec<_> = rows.by_ref().take(300).map(|row| id(&row.unwrap())).collect();
    let _ = client.module("Leads").delete(&first).unwrap().into_result().unwrap();
    assert_eq!(emulator.count_records("Leads"), 1_700);
    let rest: Vec<_> = query.resume(&rows.cursor().unwrap()).map(|row| id(&row.unwrap())).collect();
    assert_eq!(rest, all[300..]);
}

#[test]
fn a_query_goes_on_after_an_error() {
    let (emulator, client) = start("v8", 2_000);
    let query = client.query("select Last_Name from Leads");
    emulator.fault(On::path("/crm/v8/coql").after(1), Fault::Reply(Reply::html(503)));
    let mut rows = query.iter();
    assert_eq!(rows.by_ref().flatten().count(), 200);
    emulator.clear_faults();
    assert_eq!(query.resume(&rows.cursor().unwrap()).flatten().count(), 1_800);
}

#[test]
fn a_cursor_of_another_query_or_other_values_is_refused() {
    let (emulator, client) = start("v8", 300);
    let oslo = client.query("select Last_Name from Leads where City = :city").bind("city", "Oslo");
    let mut rows = oslo.iter();
    rows.next().unwrap().unwrap();
    let cursor = rows.cursor().unwrap();
    emulator.reset_counters();
    let bergen = client.query("select Last_Name from Leads where City = :city").bind("city", "Bergen");
    assert_eq!(bergen.resume(&cursor).next().unwrap().unwrap_err().kind(), ErrorKind::CursorMismatch);
    assert_eq!(emulator.counters().total_calls(), 0);
    assert!(!format!("{cursor:?}").contains("Oslo"));
    assert_eq!("{}".parse::<QueryCursor>().unwrap_err().kind(), ErrorKind::InvalidInput);
}
