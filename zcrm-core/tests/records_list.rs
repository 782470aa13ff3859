//! Lists, searches, deleted records: paging, ends, errors, what is sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fake;

use std::error::Error as _;

use fake::{Answer, Asked, answering, page, serving};
use serde::Deserialize;
use serde_json::{Value, json};
use zcrm_core::Criteria;
use zcrm_core::ErrorKind;
use zcrm_core::entity::Record;
use zcrm_core::resource::{DeletedKind, SearchBy, Which};
use zcrm_core::rest::{Cursor, List, SortOrder, UnfitRow};

#[derive(Debug, Deserialize, PartialEq)]
struct Lead {
    id: String,
    #[serde(rename = "Size")]
    size: Option<u32>,
}

fn rows(from: usize, count: usize) -> impl Iterator<Item = Value> {
    (from..from + count).map(|index| json!({"id": index.to_string(), "Size": index}))
}

/// `total` rows by number, as v2 gives them, or by token past row 2,000.
fn listing(total: usize, tokens: bool) -> impl FnMut(&Asked) -> Answer {
    move |asked| {
        let per_page: usize = asked.parameter("per_page").unwrap().parse().unwrap();
        let from = match (asked.parameter("page"), asked.parameter("page_token")) {
            (Some(page), None) => (page.parse::<usize>().unwrap() - 1) * per_page,
            (None, Some(token)) if tokens => token.strip_prefix("token-").unwrap().parse().unwrap(),
            other => panic!("page and page_token are {other:?}"),
        };
        if tokens && asked.parameter("page").is_some() && from + per_page > 2_000 {
            return Answer::Json(
                400,
                json!({"code": "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "message": "m", "status": "error"}),
            );
        }
        let count = per_page.min(total - from);
        let more = from + count < total;
        let token = (tokens && more).then(|| format!("token-{}", from + count));
        page(rows(from, count), json!({"more_records": more, "count": count, "next_page_token": token}))
    }
}

#[test]
fn v2_pages_by_number_to_the_end() {
    let (client, fake) = serving("v2", listing(450, false));
    let ids: Vec<String> =
        client.module("Leads").records().into_iter().map(|lead| lead.unwrap().id().unwrap().to_string()).collect();
    assert_eq!(ids, (0..450).map(|id| id.to_string()).collect::<Vec<_>>());
    let asked = fake.asked();
    assert_eq!(asked.len(), 3);
    for (place, asked) in asked.iter().enumerate() {
        assert_eq!(asked.path, "/crm/v2/Leads");
        assert_eq!(asked.parameter("page"), Some((place + 1).to_string().as_str()));
        assert_eq!(asked.parameter("per_page"), Some("200"));
        assert_eq!(asked.query.len(), 2);
    }
}

#[test]
fn v2_goes_on_by_number_past_row_2000() {
    let (client, fake) = serving("v2", listing(2_450, false));
    assert_eq!(client.module("Leads").records().iter_as::<Lead>().filter(Result::is_ok).count(), 2_450);
    assert_eq!(fake.asked().len(), 13);
}

#[test]
fn later_versions_go_on_by_token_past_row_2000() {
    for per_page in [200, 150] {
        let (client, fake) = serving("v8", listing(2_450, true));
        let leads = client.module("Leads").records().fields(["Size"]).per_page(per_page);
        assert_eq!(leads.iter_as::<Lead>().map(Result::unwrap).count(), 2_450);
        let by_token = fake.asked().iter().filter(|asked| asked.parameter("page_token").is_some()).count();
        assert_eq!(by_token, if per_page == 200 { 3 } else { 4 });
    }
}

#[test]
fn without_a_token_past_row_2000_the_listing_ends_in_an_error() {
    let (client, _) = serving("v3", |asked| {
        let number: usize = asked.parameter("page").unwrap().parse().unwrap();
        page(rows(number * 200, 200), json!({"more_records": true, "page": number}))
    });
    let mut leads = client.module("Leads").records().fields(["Size"]).into_iter();
    assert_eq!(leads.by_ref().take(2_000).filter(Result::is_ok).count(), 2_000);
    let error = leads.next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("page token"), "{error}");
    assert!(leads.next().is_none());
}

#[test]
fn an_empty_page_that_is_not_the_last_is_an_error() {
    let (client, fake) = serving("v2", |_| page([], json!({"more_records": true})));
    let all: Vec<_> = client.module("Leads").records().into_iter().collect();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].as_ref().unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert_eq!(fake.asked().len(), 1);
}

#[test]
fn nothing_and_nothing_newer_are_empty_lists() {
    for status in [204, 304] {
        let (client, fake) = answering("v2", [Answer::Json(status, Value::Null)]);
        let leads = client.module("Leads").records().modified_since("2026-01-31T00:00:00+01:00");
        assert_eq!(leads.into_iter().count(), 0);
        let asked = fake.asked();
        let header = asked[0].headers.iter().find(|(name, _)| name == "If-Modified-Since").unwrap();
        assert_eq!(header.1, "2026-01-31T00:00:00+01:00");
    }
}

#[test]
fn a_full_page_without_info_is_not_taken_for_the_last() {
    let (client, fake) = answering("v2", [page(rows(0, 200), Value::Null), Answer::Json(204, Value::Null)]);
    assert_eq!(client.module("Leads").records().into_iter().count(), 200);
    assert_eq!(fake.asked().len(), 2);
}

#[test]
fn a_listing_stops_after_an_error_and_says_so_once() {
    let (client, fake) = answering(
        "v2",
        [
            page(rows(0, 200), json!({"more_records": true})),
            Answer::Json(400, json!({"code": "INVALID_DATA", "message": "m"})),
        ],
    );
    let mut leads = client.module("Leads").records().into_iter();
    assert_eq!(leads.by_ref().take(200).filter(Result::is_ok).count(), 200);
    assert_eq!(leads.next().unwrap().unwrap_err().code(), Some("INVALID_DATA"));
    assert!(leads.next().is_none());
    assert!(leads.next().is_none());
    assert_eq!(fake.asked().len(), 2);
}

#[test]
fn a_lost_page_is_asked_for_again() {
    let (client, fake) = answering("v2", [Answer::Lost, page(rows(0, 2), json!({"more_records": false}))]);
    assert_eq!(client.module("Leads").records().into_iter().filter(Result::is_ok).count(), 2);
    assert_eq!(fake.asked().len(), 2);
}

#[test]
fn a_row_that_does_not_fit_is_an_item_and_the_listing_goes_on() {
    let bad = json!({"id": "bad", "Size": "large"});
    let first = page(
        [json!({"id": "1", "Size": 1}), bad.clone(), json!({"id": "2", "Size": null})],
        json!({"more_records": true}),
    );
    let (client, _) = answering("v2", [first, page(rows(3, 1), json!({"more_records": false}))]);
    let leads: Vec<_> = client.module("Leads").records().iter_as::<Lead>().collect();
    assert_eq!(leads.len(), 4);
    let error = leads[1].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("bad"), "{error}");
    let row = error.source().unwrap().downcast_ref::<UnfitRow>().unwrap();
    assert_eq!(row.id().map(AsRef::as_ref), Some("bad"));
    assert_eq!(row.json().parse::<Value>().unwrap(), bad);
    assert_eq!(leads[3].as_ref().unwrap(), &Lead { id: "3".to_owned(), size: Some(3) });
}

#[test]
fn an_answer_that_is_no_page_is_one_error() {
    for body in ["{\"data\":{}}", "{}", "{\"data\":[{]}", "<html></html>", "{\"data\":[", ""] {
        let (client, _) = serving("v2", move |_| Answer::Text(200, body));
        let all: Vec<_> = client.module("Leads").records().into_iter().collect();
        assert_eq!(all.len(), 1, "{body}");
        assert_eq!(all[0].as_ref().unwrap_err().kind(), ErrorKind::InvalidResponse, "{body}");
    }
}

#[test]
fn nothing_is_asked_for_until_the_iterator_is_driven_and_then_a_page_at_a_time() {
    let (client, fake) = serving("v2", listing(1_000, false));
    let mut leads = client.module("Leads").records().into_iter();
    assert_eq!(fake.asked().len(), 0);
    leads.next().unwrap().unwrap();
    assert_eq!(fake.asked().len(), 1);
    assert_eq!(leads.cursor().map(|cursor| cursor.rows()), Some(1));
    assert_eq!(leads.nth(199).unwrap().unwrap().id(), Some("200".into()));
    assert_eq!(fake.asked().len(), 2);
}

#[test]
fn nested_listings_do_not_wait_for_each_other() {
    let (client, _) = serving("v2", listing(2, false));
    let records = || client.module("Leads").records().into_iter().map(Result::unwrap);
    let mut innermost = 0;
    for _ in records() {
        for _ in records() {
            for _ in records() {
                for _ in records() {
                    for _ in records() {
                        innermost += records().count();
                    }
                }
            }
        }
    }
    assert_eq!(innermost, 64);
}

#[test]
fn a_listing_can_be_taken_up_again() {
    let (client, _) = serving("v8", listing(2_450, true));
    let leads = client.module("Leads").records().fields(["Size"]);
    let mut first = leads.iter();
    first.by_ref().take(2_001).for_each(|lead| drop(lead.unwrap()));
    let written_down = first.cursor().unwrap().to_string();
    drop(first);
    let cursor: Cursor = written_down.parse().unwrap();
    let rest: Vec<_> = leads.cursor(&cursor).iter().map(|lead| lead.unwrap().id().unwrap().to_string()).collect();
    assert_eq!(rest, (2_001..2_450).map(|id| id.to_string()).collect::<Vec<_>>());
}

#[test]
fn every_parameter_is_sent_as_zoho_spells_it() {
    let (client, fake) = serving("v2", |_| Answer::Json(204, Value::Null));
    let leads = client.module("Leads").records().fields(["Last_Name", "Email"]).sort_by("Created_Time");
    let leads = leads.sort_order(SortOrder::Ascending).ids(["1", "2"]).converted(Which::Both).approved(Which::Without);
    leads.territory("9", true).param("a&b", "c d+").per_page(7).page(3).send().unwrap();
    client.module("Leads").records().custom_view("5").send().unwrap();
    let expected = [
        ("fields", "Last_Name,Email"),
        ("sort_by", "Created_Time"),
        ("sort_order", "asc"),
        ("ids", "1,2"),
        ("converted", "both"),
        ("approved", "false"),
        ("territory_id", "9"),
        ("include_child", "true"),
        ("a&b", "c d+"),
        ("page", "3"),
        ("per_page", "7"),
    ];
    assert_eq!(fake.asked()[0].query, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert_eq!(fake.asked()[1].parameter("cvid"), Some("5"));
}

#[test]
fn a_listing_of_no_ids_is_empty_and_not_the_whole_module() {
    let (client, fake) = serving("v2", listing(450, false));
    let none = || client.module("Leads").records().ids(Vec::<String>::new());
    assert_eq!(none().send().unwrap().items, []);
    assert_eq!(none().iter().count(), 0);
    assert_eq!(none().per_page(201).send().unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(none().per_page(201).iter().filter(Result::is_err).count(), 1);
    assert!(fake.asked().is_empty());
}

#[test]
fn what_zoho_would_refuse_is_refused_before_the_call() {
    let (v2, fake_v2) = serving("v2", listing(1, false));
    let (v8, fake_v8) = serving("v8", listing(1, true));
    let kind = |listing: List<zcrm_core::Record>| {
        let by_page = listing.clone().send().unwrap_err().kind();
        let all: Vec<_> = listing.into_iter().collect();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].as_ref().unwrap_err().kind(), by_page);
        by_page
    };
    let leads = |client: &zcrm_core::Client| client.module("Leads").records();
    assert_eq!(kind(leads(&v8)), ErrorKind::InvalidInput);
    assert_eq!(kind(leads(&v8).fields((0..51).map(|field| field.to_string()))), ErrorKind::InvalidInput);
    assert_eq!(kind(leads(&v8).fields([""])), ErrorKind::InvalidInput);
    assert_eq!(kind(leads(&v2).fields(["id", " "])), ErrorKind::InvalidInput);
    assert_eq!(kind(leads(&v2).per_page(201)), ErrorKind::InvalidInput);
    assert_eq!(kind(leads(&v2).per_page(0)), ErrorKind::InvalidInput);
    assert_eq!(kind(leads(&v2).page(0)), ErrorKind::InvalidInput);
    assert_eq!(kind(leads(&v8).fields(["id"]).custom_view("1").sort_by("id")), ErrorKind::InvalidInput);
    assert_eq!(kind(leads(&v2).page_token("x")), ErrorKind::Unsupported);
    assert_eq!(kind(v2.module("").records()), ErrorKind::InvalidInput);
    for module in [v2.module(""), v8.module(" ")] {
        assert_eq!(module.fields().list().all().unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(module.layouts().list().all().unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(module.custom_views().list().all().unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(module.tags().list().all().unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(module.describe().unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    let text = leads(&v8).send().unwrap_err().to_string();
    assert!(text.contains("fields") && text.contains("50"), "{text}");
    assert_eq!(fake_v2.asked().len() + fake_v8.asked().len(), 0);
    assert_eq!(leads(&v8).fields((0..50).map(|field| field.to_string())).send().unwrap().items.len(), 1);
}

#[test]
fn searches_escape_their_words() {
    let (client, fake) = serving("v2", |_| Answer::Json(204, Value::Null));
    let leads = client.module("Leads");
    let search = |by: SearchBy| leads.search(by).send().unwrap();
    assert!(
        search(Criteria::equals("Company", "A (B), C").and(Criteria::starts_with("City", "O")).into()).items.is_empty()
    );
    search(SearchBy::email("a+b@xyz.com"));
    search(SearchBy::phone("+47 123"));
    search(SearchBy::word("a&b=c"));
    let asked = fake.asked();
    assert!(asked.iter().all(|asked| asked.path == "/crm/v2/Leads/search"));
    assert_eq!(asked[0].parameter("criteria"), Some(r"((Company:equals:A \(B\)\, C)and(City:starts_with:O))"));
    assert_eq!(asked[1].parameter("email"), Some("a+b@xyz.com"));
    assert_eq!(asked[2].parameter("phone"), Some("+47 123"));
    assert_eq!(asked[3].parameter("word"), Some("a&b=c"));
    assert_eq!(leads.search(SearchBy::word(" ")).send().unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_search_passes_the_limit_of_2000_on() {
    let (client, _) = serving("v8", |asked| match asked.parameter("page").unwrap().parse::<usize>().unwrap() {
        place @ 1..=10 => page(rows(place * 200, 200), json!({"more_records": true, "next_page_token": null})),
        _ => Answer::Json(
            400,
            json!({"code": "LIMIT_REACHED", "message": "m", "details": {"limit": "2000"}, "status": "error"}),
        ),
    });
    let mut found = client.module("Leads").search(SearchBy::word("ab")).into_iter();
    assert_eq!(found.by_ref().take(2_000).filter(Result::is_ok).count(), 2_000);
    assert_eq!(found.next().unwrap().unwrap_err().code(), Some("LIMIT_REACHED"));
    assert!(found.next().is_none());
}

#[test]
fn deleted_records_of_each_kind() {
    let row = json!({"id": "1", "display_name": "Berg", "type": "recycle", "deleted_time": "2018-03-28T10:32:45+05:30",
        "created_by": {"id": "2", "name": "N"}, "deleted_by": null});
    let (client, fake) = serving("v2", move |_| page([row.clone()], json!({"more_records": false})));
    for (kind, word) in
        [(DeletedKind::All, "all"), (DeletedKind::Recycle, "recycle"), (DeletedKind::Permanent, "permanent")]
    {
        let rows: Vec<_> = client.module("Leads").deleted(kind).into_iter().map(Result::unwrap).collect();
        assert_eq!(rows[0].display_name.as_deref(), Some("Berg"));
        assert_eq!(rows[0].kind.as_deref(), Some("recycle"));
        assert_eq!(rows[0].deleted_by, None);
        let asked = fake.asked();
        let asked = asked.last().unwrap();
        assert_eq!((asked.path.as_str(), asked.parameter("type")), ("/crm/v2/Leads/deleted", Some(word)));
    }
}

#[test]
fn an_id_cannot_change_the_request() {
    let (client, fake) = answering("v2", [page([json!({"id": "1"})], Value::Null)]);
    client.module("Leads").record("5/../6?x=1").get().unwrap();
    let asked = fake.asked();
    assert_eq!(asked[0].path, "/crm/v2/Leads/5%2F..%2F6%3Fx%3D1");
    assert!(asked[0].query.is_empty());
    for id in ["", ".", ".."] {
        assert_eq!(client.module("Leads").record(id).get().unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn one_record_is_read_or_not_found() {
    let (client, _) = answering(
        "v2",
        [
            page([json!({"id": "1", "Size": 3})], Value::Null),
            page([json!({"id": "1", "Size": 3})], Value::Null),
            Answer::Json(204, Value::Null),
        ],
    );
    let handle = client.module("Leads").record("1");
    let lead: Record = handle.get().unwrap();
    assert_eq!(lead.get::<u32>("Size").unwrap(), Some(3));
    assert_eq!(handle.get_as::<Lead>().unwrap(), Lead { id: "1".to_owned(), size: Some(3) });
    assert_eq!(handle.get().unwrap_err().kind(), ErrorKind::NotFound);
}
