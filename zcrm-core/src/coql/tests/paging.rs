use std::collections::BTreeSet;

use super::refusal;
use crate::config::ApiVersion;
use crate::coql::{Direction, Limits, Paging, Query, Select, credits};
use crate::criteria::Criteria;

fn paging(query: &str) -> Paging {
    Query::parse(query).unwrap().paging(ApiVersion::V8).unwrap()
}

fn page(query: &str, read: u64, last_id: Option<&str>) -> String {
    let paging = paging(query);
    assert_eq!(paging.parts().len(), 1);
    paging.parts()[0].page(read, last_id, 200).unwrap()
}

fn numbered(count: usize) -> Vec<Criteria> {
    (0..count).map(|number| Criteria::equals("X", number)).collect()
}

fn select(criteria: Criteria) -> Select {
    Select::from("Leads").field("A").filter(criteria)
}

#[test]
fn an_open_order_goes_on_by_id() {
    let query = "select A from Leads where B = 1 or C = 2";
    assert!(paging(query).parts()[0].is_by_id());
    assert_eq!(page(query, 0, None), "select A from Leads where B = 1 or C = 2 order by id asc limit 200");
    assert_eq!(
        page(query, 200, Some("77")),
        "select A from Leads where (B = 1 or C = 2) and id > 77 order by id asc limit 200"
    );
    assert_eq!(
        page("select A from Leads", 5, Some("77")),
        "select A from Leads where id is not null and id > 77 order by id asc limit 200"
    );
    let text = page("select A from Leads where B = 1", 1, Some("7' or 'a' = 'a"));
    assert!(text.contains("and id > '7'' or ''a'' = ''a' order"), "{text}");
    assert!(refusal(paging(query).parts()[0].page(1, None, 200)).contains("without its id"));
}

#[test]
fn an_order_by_id_keeps_its_direction() {
    let query = "select A from Leads where B = 1 order by id desc, A";
    assert_eq!(paging(query).direction(), Direction::Descending);
    assert_eq!(page(query, 0, None), "select A from Leads where B = 1 order by id desc limit 200");
    assert_eq!(page(query, 9, Some("5")), "select A from Leads where B = 1 and id < 5 order by id desc limit 200");
}

#[test]
fn an_order_of_its_own_goes_on_by_offset_with_every_place_decided() {
    let query = "select A from Leads where B = 1 order by A desc";
    assert!(!paging(query).parts()[0].is_by_id());
    assert_eq!(page(query, 400, None), "select A from Leads where B = 1 order by A desc, id asc limit 200 offset 400");
    let query = "select S, COUNT(id) n from Leads where B = 1 group by S, T order by n";
    assert_eq!(
        page(query, 0, None),
        "select S, COUNT(id) as 'n' from Leads where B = 1 group by S, T order by 'n' asc, S asc, T asc limit 200"
    );
}

#[test]
fn the_reach_of_offset_is_an_error_never_a_silent_end() {
    let query = Query::parse("select A from Leads order by A").unwrap();
    for (version, reach) in [(ApiVersion::V5, 10_000), (ApiVersion::V8, 100_000)] {
        let paging = query.paging(version).unwrap();
        let part = &paging.parts()[0];
        assert!(part.page(reach - 50, None, 200).unwrap().ends_with(&format!("limit 50 offset {}", reach - 50)));
        assert!(refusal(part.page(reach, None, 200)).contains(&format!("COQL reaches {reach} rows by offset")));
    }
}

#[test]
fn limit_and_offset_of_the_query_hold_for_all_pages_together() {
    let query = "select A from Leads where B = 1 limit 5000 offset 30";
    assert_eq!((paging(query).limit(), paging(query).skip()), (Some(5_000), 0));
    assert_eq!(page(query, 0, None), "select A from Leads where B = 1 order by id asc limit 200 offset 30");
    assert_eq!(page(query, 9, Some("5")), "select A from Leads where B = 1 and id > 5 order by id asc limit 200");
    assert!(page("select A from Leads order by A limit 5000 offset 30", 200, None).ends_with("limit 200 offset 230"));
    let far = Query::parse("select A from Leads offset 100000").unwrap();
    assert!(refusal(far.paging(ApiVersion::V8)).contains("reaches 100000 rows"));
}

#[test]
fn one_row_for_an_aggregate_of_everything() {
    assert_eq!(paging("select COUNT(id) from Leads").limit(), Some(1));
    assert_eq!(
        page("select COUNT(id) from Leads", 0, None),
        "select COUNT(id) from Leads where id is not null limit 200"
    );
}

#[test]
fn twenty_four_conditions_have_room_for_the_id() {
    let query = select(Criteria::all(numbered(24)).unwrap()).query().unwrap();
    let paging = query.paging(ApiVersion::V8).unwrap();
    let text = paging.parts()[0].page(200, Some("77"), 1_000).unwrap();
    assert_eq!(Query::parse(&text).unwrap().conditions(), 25);
    assert!(paging.parts()[0].is_by_id());
}

#[test]
fn twenty_five_with_an_or_become_two_queries_with_the_same_rows() {
    let criteria = Criteria::all(numbered(20)).unwrap().and(Criteria::any(numbered(5)).unwrap());
    let paging = select(criteria.clone()).offset(10).query().unwrap().paging(ApiVersion::V8).unwrap();
    assert_eq!((paging.parts().len(), paging.skip()), (2, 10));
    let mut members = BTreeSet::new();
    for part in paging.parts() {
        assert!(part.is_by_id());
        assert!(!part.page(0, None, 200).unwrap().contains("offset"));
        let query = Query::parse(&part.page(200, Some("77"), 200).unwrap()).unwrap();
        assert!(query.conditions() <= 25);
        members.extend(query.criteria().unwrap().to_string().matches(char::is_numeric).map(str::to_owned));
    }
    assert!(["0", "1", "2", "3", "4"].iter().all(|member| members.contains(*member)));

    let many = Criteria::is_in("Email", (0..5_000).map(|number| format!("{number}@example.com")));
    let paging = select(many).query().unwrap().paging(ApiVersion::V8).unwrap();
    let texts: Vec<_> = paging.parts().iter().map(|part| part.page(1, Some("7"), 200).unwrap()).collect();
    let missing = (0..5_000).find(|number| !texts.iter().any(|text| text.contains(&format!("'{number}@example.com'"))));
    assert_eq!(missing, None);
}

#[test]
fn twenty_five_that_belong_together_go_on_by_offset_of_the_id() {
    let query = select(Criteria::all(numbered(25)).unwrap()).query().unwrap();
    let paging = query.paging(ApiVersion::V8).unwrap();
    let text = paging.parts()[0].page(200, Some("77"), 200).unwrap();
    assert!(!paging.parts()[0].is_by_id() && text.ends_with(" order by id asc limit 200 offset 200"), "{text}");

    let one_page = select(Criteria::all(numbered(25)).unwrap()).limit(2_000).query().unwrap();
    assert!(one_page.paging(ApiVersion::V8).unwrap().parts()[0].is_by_id());

    for more in [Criteria::all(numbered(26)), Criteria::any(numbered(26))] {
        assert_eq!(refusal(select(more.unwrap()).query()), "COQL takes at most 25 conditions, the query has 26");
    }
}

#[test]
fn sub_queries_are_never_taken_apart() {
    let nested = "B in (select id from M where C = 1)";
    let query = format!("select A from Leads where {nested} or D = 1");
    assert_eq!(
        page(&query, 1, Some("7")),
        "select A from Leads where (B in ( select id from M where C = 1 ) or D = 1) and id > 7 \
         order by id asc limit 200"
    );
    let more = vec!["D = 1"; 24].join(" or ");
    assert!(!paging(&format!("select A from Leads where {nested} or {more}")).parts()[0].is_by_id());
}

#[test]
fn pages_grow_and_cost_more() {
    let v8 = Limits::of(ApiVersion::V8);
    assert_eq!([0, 1, 2, 9].map(|page| v8.page_rows(page)), [200, 1_000, 2_000, 2_000]);
    assert_eq!([0, 1, 2].map(|page| Limits::of(ApiVersion::V3).page_rows(page)), [200, 200, 200]);
    assert_eq!([1, 200, 201, 1_000, 1_001, 2_000].map(credits), [1, 1, 2, 2, 3, 3]);
}
