//! A cursor resumes any listing at any row: after an error, after a restart, past row 2,000; and every listing ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fake;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use fake::{Answer, Asked, serving};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zcrm_core::resource::DeletedKind;
use zcrm_core::rest::{Cursor, List, UnfitRow};
use zcrm_core::{Client, Criteria, ErrorKind, Result};

/// A listing of so many rows, in pages of the size that is asked for: by number, and from v3 on by token past row
/// 2,000.
fn rows(asked: &Asked, total: usize) -> Answer {
    let per_page: usize = asked.parameter("per_page").map_or(200, |size| size.parse().unwrap());
    let by_token = asked.parameter("page_token").map(|token| token.strip_prefix("token-").unwrap().parse().unwrap());
    let by_number = || asked.parameter("page").map_or(1, |page| page.parse::<usize>().unwrap()) - 1;
    let start = by_token.unwrap_or_else(|| by_number() * per_page);
    let end = total.min(start + per_page);
    if start >= end {
        return Answer::Json(204, Value::Null);
    }
    let rows: Vec<Value> = (start..end).map(|n| json!({ "id": n.to_string(), "full_name": n.to_string() })).collect();
    let info = json!({ "more_records": end < total, "next_page_token": format!("token-{end}") });
    Answer::Json(200, json!({ "data": rows, "users": rows, "custom_views": rows, "info": info }))
}

/// The ids of a listing, resumed at every row from a cursor that was written down, each time by another client.
fn resumed<T: DeserializeOwned + 'static>(
    version: &str,
    total: usize,
    list: impl Fn(&Client) -> List<T>,
    id: impl Fn(T) -> String,
) {
    let client = || serving(version, move |asked| rows(asked, total)).0;
    let whole: Vec<String> = list(&client()).iter().map(|row| id(row.unwrap())).collect();
    assert_eq!(whole.len(), total, "{version}");
    for stop in 0..total {
        let mut first = list(&client()).iter();
        first.by_ref().take(stop).for_each(|row| drop(row.unwrap()));
        let written = first.cursor().expect("there is more").to_string();
        let cursor: Cursor = written.parse().unwrap();
        assert_eq!(cursor.rows(), stop as u64);
        let rest: Vec<String> = list(&client()).cursor(&cursor).iter().map(|row| id(row.unwrap())).collect();
        assert_eq!(rest, whole[stop..], "{version}, stopped at row {stop}");
    }
}

#[test]
fn every_listing_is_resumed_at_every_row() {
    for version in ["v2", "v8"] {
        let id = |row: zcrm_core::Record| row.id().unwrap().to_string();
        let records = |client: &Client| client.module("Leads").records().fields(["A"]).per_page(3);
        resumed(version, 10, records, id);
        resumed(version, 10, |client| client.module("Leads").search(Criteria::equals("A", 1)).per_page(3), id);
        let related =
            |client: &Client| client.module("Leads").record("1").related("B").list().fields(["A"]).per_page(3);
        resumed(version, 10, related, id);
        resumed(version, 7, |client| client.users().list().per_page(3), |user| user.id.unwrap().to_string());
        resumed(version, 7, |client| client.notes().list().per_page(3), |note| note.id.unwrap().to_string());
        let files = |client: &Client| client.module("Leads").record("1").attachments().list().per_page(3);
        resumed(version, 7, files, |file| file.id.unwrap().to_string());
        let deleted = |client: &Client| client.module("Leads").deleted(DeletedKind::All).per_page(3);
        resumed(version, 7, deleted, |row| row.id.unwrap().to_string());
    }
}

#[test]
fn an_error_in_the_middle_is_resumed_past_row_2000() {
    for version in ["v2", "v8"] {
        for failing in [1, 5, 11, 12] {
            let calls = Arc::new(AtomicU32::new(0));
            let counted = Arc::clone(&calls);
            let (client, _) = serving(version, move |asked| {
                let call = counted.fetch_add(1, Ordering::Relaxed) + 1;
                // For as long as the retries last.
                if (failing..failing + 3).contains(&call) { Answer::Text(503, "") } else { rows(asked, 2_500) }
            });
            for prefetch in [false, true] {
                calls.store(0, Ordering::Relaxed);
                let list = || {
                    let list = client.module("Leads").records().fields(["A"]);
                    if prefetch { list.prefetch() } else { list }
                };
                let mut first = list().iter();
                let mut ids: Vec<String> =
                    first.by_ref().map_while(Result::ok).map(|row| row.id().unwrap().to_string()).collect();
                assert_eq!(ids.len(), (failing as usize - 1) * 200);
                let cursor = first.cursor().expect("it is the cursor of the page that failed");
                ids.extend(list().cursor(&cursor).iter().map(|row| row.unwrap().id().unwrap().to_string()));
                assert_eq!(ids, (0..2_500).map(|n| n.to_string()).collect::<Vec<_>>(), "{version} {failing}");
            }
        }
    }
}

#[test]
fn a_cursor_that_cannot_be_resumed_says_why() {
    let (client, zoho) = serving("v8", |asked| rows(asked, 2_500));
    let list = || client.module("Leads").records().fields(["A"]);
    let mut reading = list().iter();
    reading.by_ref().take(2_100).for_each(|row| drop(row.unwrap()));
    let cursor = reading.cursor().unwrap();
    let before = zoho.asked().len();
    let kind = |list: List<zcrm_core::Record>| list.send().unwrap_err().kind();
    for other in [
        client.module("Contacts").records().fields(["A"]),
        client.module("Leads").records().fields(["A", "B"]),
        list().sort_by("id"),
        list().per_page(100),
        list().param("cvid", "1"),
        list().modified_since("2026-01-31T00:00:00+01:00"),
    ] {
        assert_eq!(kind(other.cursor(&cursor)), ErrorKind::CursorMismatch);
    }
    let other_user = client.for_user("b@example.com").unwrap();
    assert_eq!(kind(other_user.module("Leads").records().fields(["A"]).cursor(&cursor)), ErrorKind::CursorUser);
    let mut old: Value = serde_json::to_value(&cursor).unwrap();
    old["token_given"] = json!(1_000_000_000);
    let old: Cursor = serde_json::from_value(old).unwrap();
    assert_eq!(kind(list().cursor(&old)), ErrorKind::CursorExpired);
    assert_eq!(zoho.asked().len(), before, "nothing was sent");

    for (code, expected) in [
        ("EXPIRED_VALUE", ErrorKind::CursorExpired),
        ("INVALID_DATA", ErrorKind::CursorUser),
        ("TOKEN_BOUND_DATA_MISMATCH", ErrorKind::CursorMismatch),
        ("PAGINATION_LIMIT_EXCEEDED", ErrorKind::ListingLimit),
    ] {
        let rejection = json!({ "code": code, "details": {}, "message": "m", "status": "error" });
        let (client, _) = serving("v8", move |_| Answer::Json(400, rejection.clone()));
        let list = client.module("Leads").records().fields(["A"]).cursor(&cursor);
        assert_eq!(list.iter().next().unwrap().unwrap_err().kind(), expected, "{code}");
    }
}

#[test]
fn no_listing_is_endless_and_none_ends_early() {
    let row = |n: usize| json!({ "id": n.to_string() });
    let full = move || (0..200).map(row).collect::<Vec<_>>();
    // The same page whatever is asked for.
    let (client, zoho) = serving("v2", move |_| Answer::Json(200, json!({ "users": full() })));
    let last = client.users().list().iter().last().unwrap();
    assert_eq!(last.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert_eq!(zoho.asked().len(), 2);

    // Two page tokens that alternate.
    let next = Arc::new(AtomicU32::new(0));
    let (client, zoho) = serving("v8", move |_| {
        let call = next.fetch_add(1, Ordering::Relaxed) as usize;
        let rows: Vec<Value> = (call * 200..call * 200 + 200).map(row).collect();
        Answer::Json(
            200,
            json!({ "data": rows, "info": { "more_records": true, "next_page_token": format!("t{}", call % 2) } }),
        )
    });
    let last = client.module("Leads").records().fields(["A"]).iter().last().unwrap();
    assert_eq!(last.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert!(zoho.asked().len() <= 14, "{}", zoho.asked().len());

    // What says that there is more, in any type.
    for more in [json!("true"), json!(1), json!("1"), json!(true), json!("TRUE ")] {
        let second = AtomicBool::new(false);
        let shown = more.clone();
        let (client, _) = serving("v2", move |_| {
            let second = second.swap(true, Ordering::Relaxed);
            let info = json!({ "more_records": if second { json!("false") } else { more.clone() } });
            fake::page([row(usize::from(second))], info)
        });
        assert_eq!(client.module("Leads").records().all().unwrap().len(), 2, "{shown}");
    }
}

#[test]
fn what_is_not_understood_of_a_next_page_is_found_out() {
    for unclear in [r#""perhaps""#, r#"{"x":1}"#, "[false]", "truee", "2026-01-31"] {
        for end in ["", r#"{"data":[],"info":{"more_records":UNCLEAR}}"#, r#"{"data":[],"info":null}"#] {
            for page in [
                r#"{"data":[{"id":"@"}],"info":{"more_records":UNCLEAR}}"#,
                r#"{"info":[UNCLEAR],"data":[{"id":"@"}]}"#,
            ] {
                let (mut sent, page, end) =
                    (0, page.replace("UNCLEAR", unclear), end.replace("UNCLEAR", unclear).into_bytes());
                let shown = page.clone();
                let (client, _) = serving("v2", move |_| {
                    sent += 1;
                    match sent {
                        1..=3 => Answer::Bytes(200, page.replace('@', &sent.to_string()).into_bytes()),
                        _ => Answer::Bytes(if end.is_empty() { 204 } else { 200 }, end.clone()),
                    }
                });
                assert_eq!(client.module("Leads").records().all().unwrap().len(), 3, "{shown}");
            }
        }
    }
    // Nothing says that there is more.
    for info in ["null", "[]", r#""""#, "{}", r#"{"more_records":null}"#, r#"{"more_records":[]}"#] {
        let page = format!(r#"{{"data":[{{"id":"1"}}],"info":{info}}}"#).into_bytes();
        let (client, zoho) = serving("v2", move |_| Answer::Bytes(200, page.clone()));
        assert_eq!((client.module("Leads").records().all().unwrap().len(), zoho.asked().len()), (1, 1), "{info}");
    }
}

#[test]
fn custom_views_come_with_all_their_pages() {
    for version in ["v2", "v8"] {
        let (client, _) = serving(version, |asked| rows(asked, 450));
        assert_eq!(client.module("Leads").custom_views().list().all().unwrap().len(), 450, "{version}");
    }
}

#[test]
fn a_broken_row_is_one_failed_item_and_counts_for_the_cursor() {
    let deep: &[u8] = [b"[".repeat(200), b"]".repeat(200)].concat().leak();
    for broken in [b"\"tab\there\"".as_slice(), b"\"M\xfcller\"", b"NaN", b"1.", b"\"\\x\"", b"\"\\ud83d\\u12\"", deep]
    {
        for (begin, end) in [("", ",\"info\":{\"more_records\":MORE}"), ("\"info\":{\"more_records\":MORE},", "")] {
            let page = move |number: u32| {
                let more = if number < 2 { "true" } else { "false" };
                let ids = [1, 2, 3].map(|id| number * 10 + id);
                let begin = begin.replace("MORE", more);
                let head = format!("{{{begin}\"data\":[{{\"id\":\"{}\"}},{{\"id\":\"{}\",\"A\":", ids[0], ids[1]);
                let tail = format!("}},{{\"id\":\"{}\"}}]{}}}", ids[2], end.replace("MORE", more));
                Answer::Bytes(200, [head.as_bytes(), broken, tail.as_bytes()].concat())
            };
            let shown = String::from_utf8_lossy(broken);
            let (client, _) = serving("v2", move |asked| page(asked.parameter("page").unwrap().parse().unwrap()));
            let list = || client.module("Leads").records();
            let rows: Vec<_> = list().iter_as::<Tree>().collect();
            let readable = [true, false, true, true, false, true];
            assert_eq!(rows.iter().map(Result::is_ok).collect::<Vec<_>>(), readable, "{shown}");
            let error = rows[4].as_ref().unwrap_err();
            assert_eq!(UnfitRow::in_error(error).unwrap().id().unwrap().as_str(), "22", "{error}");
            let mut first = list().iter_as::<Tree>();
            assert!(first.nth(4).unwrap().is_err());
            let rest: Vec<_> =
                list().cursor(&first.cursor().unwrap()).iter().map(|row| row.unwrap().id().unwrap()).collect();
            assert_eq!(rest.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["23"]);
        }
    }
}

/// A row, decoded to its last value.
#[derive(Debug, serde::Deserialize)]
struct Tree {
    #[serde(flatten)]
    _members: serde_json::Map<String, Value>,
}

#[test]
fn settings_that_do_not_apply_are_errors() {
    let (client, zoho) = serving("v8", |asked| rows(asked, 1));
    let c = &client;
    let refused: Vec<Result<()>> = vec![
        c.users().list().fields(["A"]).send().map(drop),
        c.users().list().sort_by("A").send().map(drop),
        c.users().list().page_token("t").send().map(drop),
        c.roles().list().per_page(5).send().map(drop),
        c.roles().list().page(2).send().map(drop),
        c.roles().list().modified_since("2026-01-31T00:00:00+01:00").send().map(drop),
        c.module("Leads").search(Criteria::equals("A", 1)).modified_since("2026-01-31T00:00:00+01:00").send().map(drop),
        c.module("Leads").deleted(DeletedKind::All).sort_by("A").send().map(drop),
        c.module("Leads").records().fields([""]).send().map(drop),
        c.module("Leads").records().fields(["A,B"]).send().map(drop),
        c.module("Leads").records().fields((0..51).map(|n| n.to_string())).send().map(drop),
        c.module("Leads").records().fields(["A"]).ids([""]).send().map(drop),
        c.module("Leads").records().fields(["A"]).ids(["1,2"]).send().map(drop),
        c.module("Leads").records().fields(["A"]).modified_since("yesterday").send().map(drop),
        c.module("Leads").records().fields(["A"]).modified_since("2026-01-31").send().map(drop),
        c.module("Leads").records().fields(["A"]).param("page", "2").send().map(drop),
        c.module("Leads").records().fields(["A"]).page(0).send().map(drop),
        c.module("Leads").records().fields(["A"]).per_page(0).send().map(drop),
        c.notes().list().fields(["A,B"]).send().map(drop),
        c.module("Leads").record("1").related("B").list().fields([" "]).send().map(drop),
    ];
    for (index, refused) in refused.into_iter().enumerate() {
        assert_eq!(refused.expect_err(&index.to_string()).kind(), ErrorKind::InvalidInput, "{index}");
    }
    assert!(zoho.asked().is_empty());
}
