use super::refusal;
use crate::config::ApiVersion;
use crate::coql::{Aggregate, Query, Select};
use crate::criteria::Criteria;

fn text(query: &str) -> String {
    Query::parse(query).unwrap().to_coql(ApiVersion::V8).unwrap()
}

#[test]
fn queries_are_written_as_zoho_takes_them() {
    let kinds = [
        ("SELECT A FROM Leads WHERE B=1", "select A from Leads where B = 1"),
        ("select A from Leads", "select A from Leads where id is not null"),
        ("select A, B.c x from Leads where B = 1", "select A, B.c as 'x' from Leads where B = 1"),
        ("select A as \"it's\" from Leads where B = 1", "select A as 'it''s' from Leads where B = 1"),
        ("select 'External' from Leads where B = 1", "select 'External' from Leads where B = 1"),
        ("select External from Leads where B = 1", "select 'External' from Leads where B = 1"),
        ("select 'What_Id->Leads.A' from Tasks where B = 1", "select 'What_Id->Leads.A' from Tasks where B = 1"),
        ("select A from Leads#41508 where id is not null", "select A from Leads#41508 where id is not null"),
        (
            "select A from Leads where B = 1 and C = 2 and D = O or E = 3",
            "select A from Leads where (B = 1 and (C = 2 and D = 'O')) or E = 3",
        ),
        (
            "select count(id) n, S from Leads where B = 1 group by S order by n desc, S limit 5",
            "select COUNT(id) as 'n', S from Leads where B = 1 group by S order by 'n' desc, S asc limit 5",
        ),
        ("select A from Leads where B = 1 limit 20, 10", "select A from Leads where B = 1 limit 10 offset 20"),
        ("select A from Leads where B = 1 limit 10 offset 20", "select A from Leads where B = 1 limit 10 offset 20"),
        ("select A from Leads where B = 1 offset 20", "select A from Leads where B = 1 limit 200 offset 20"),
        (
            "select A from Leads where B in (select id from Accounts where C = 'x''y' limit 3) and D = \"a\"",
            "select A from Leads where B in ( select id from Accounts where C = 'x''y' limit 3 ) and D = \"a\"",
        ),
    ];
    for (query, expected) in kinds {
        let written = text(query);
        assert_eq!(written, expected);
        assert_eq!(Query::parse(&written).unwrap().to_coql(ApiVersion::V8).unwrap(), expected);
    }
}

#[test]
fn parts_of_a_query_are_known() {
    let query = Query::parse(
        "select Last_Name, Sum(Annual_Revenue) as 'Sum', MAX(X) from Leads where A = 1 and B is null \
         group by Last_Name order by Sum limit 10 offset 5",
    )
    .unwrap();
    assert_eq!((query.module(), query.custom_view(), query.conditions()), ("Leads", None, 2));
    let keys: Vec<_> = query.columns().iter().map(crate::coql::Column::key).collect();
    assert_eq!(keys, ["Last_Name", "Sum", "MAX(X)"]);
    assert_eq!(query.columns()[1].aggregate(), Some(Aggregate::Sum));
    assert_eq!(query.group_by(), ["Last_Name"]);
    assert_eq!((query.limit(), query.offset()), (Some(10), 5));
    assert!(query.is_aggregate() && !query.order_is_open());
    assert_eq!(query.criteria(), Some(&Criteria::equals("A", 1).and(Criteria::is_null("B"))));
    let open = Query::parse("select A from Leads").unwrap();
    assert!(!open.is_aggregate() && open.order_is_open() && open.criteria().is_none());
}

#[test]
fn errors_name_the_place() {
    let wrong = [
        ("", "COQL, character 1: expected \"select\", found the end"),
        ("update Leads set A = 1", "COQL, character 1: a query only reads: it begins with select, not \"update\""),
        ("select * from Leads", "COQL, character 8: COQL has no *; name the fields"),
        ("select distinct A from Leads", "COQL, character 8: COQL has no distinct"),
        ("select from Leads", "COQL, character 8: expected the name of a field, found \"from\""),
        ("select A Leads where B = 1", "COQL, character 16: expected \"from\", found \"where\""),
        ("select A from Leads.B", "COQL, character 15: expected the name of a module"),
        ("select A from Leads#x", "COQL, character 15: expected the name of a module"),
        ("select A from 'Leads'", "COQL, character 15: expected the name of a module"),
        ("select A from Leads where", "COQL, character 26: expected the name of a field, found the end"),
        ("select A from Leads where (B = 1", "COQL, character 33: expected \")\", found the end"),
        ("select A from Leads where B = 1) or (C = 1", "COQL, character 32: this bracket was not opened"),
        ("select A from Leads where B = 1 C = 2", "COQL, character 33: expected and, or"),
        ("select A from Leads where B = 1 having C", "COQL, character 33: expected and, or"),
        ("select A from Leads order A", "COQL, character 27: expected \"by\", found \"A\""),
        ("select A from Leads limit x", "COQL, character 27: expected a whole number, found \"x\""),
        ("select A from Leads limit -1", "COQL, character 27: expected a whole number, found a number"),
        ("select A from Leads limit 1 where B = 1", "COQL, character 29: expected where"),
        ("select MEDIAN(A) from Leads", "COQL, character 8: expected COUNT, SUM"),
        ("select A from Leads; select B from Leads", "COQL, character 20: one query at a time"),
        ("select A from Leads -- x", "COQL, character 21: '-' cannot stand here"),
        ("select A as '' from Leads", "COQL, character 13: the alias is empty"),
    ];
    for (query, message) in wrong {
        let refusal = refusal(Query::parse(query));
        assert!(refusal.starts_with(message), "{query}: {refusal}");
    }
}

#[test]
fn what_stands_twice_is_refused() {
    let wrong = [
        ("select A, A from Leads", "selects A twice"),
        ("select SUM(A), SUM(A) from Leads", "selects A twice"),
        ("select A x, B x from Leads", "stands at another column too"),
        ("select A from Leads order by A, A desc", "twice after order by"),
        ("select COUNT(id) from Leads group by A, A", "twice after group by"),
        ("select A as 'id' from Leads", "alias of A is id"),
    ];
    for (query, message) in wrong {
        let refusal = refusal(Query::parse(query));
        assert!(refusal.contains(message), "{query}: {refusal}");
    }
    assert!(Query::parse("select A, SUM(A), MAX(A) from Leads").is_ok());
}

#[test]
fn limits_follow_the_version() {
    let columns = |count: usize| Select::from("Leads").fields((0..count).map(|number| format!("F{number}"))).query();
    assert!(columns(500).unwrap().to_coql(ApiVersion::V7).is_ok());
    assert!(refusal(columns(501)).contains("at most 500 columns, the query has 501"));
    assert!(refusal(columns(51).unwrap().to_coql(ApiVersion::V6)).contains("at most 50 columns"));
    let query = Query::parse("select A from Leads limit 201").unwrap();
    assert!(query.to_coql(ApiVersion::V4).is_ok());
    assert!(refusal(query.to_coql(ApiVersion::V3)).contains("at most 200 rows"));
    assert!(refusal(Query::parse("select A from Leads order by B,C,D,E,F,G,H,I,J,K,L")).contains("at most 10 fields"));
    assert!(refusal(Query::parse("select COUNT(id) from Leads group by B,C,D,E,F")).contains("at most 4 fields"));
    assert!(
        refusal(Query::parse("select SUM(A),SUM(B),SUM(C),SUM(D),SUM(E),SUM(F) from Leads")).contains("5 aggregates")
    );

    let nested = Query::parse("select A from Leads where B in (select id from Accounts where C = 1)").unwrap();
    assert!(nested.to_coql(ApiVersion::V7).is_ok());
    assert_eq!(nested.to_coql(ApiVersion::V6).unwrap_err().kind(), crate::ErrorKind::Unsupported);
    let six = ["B in (select id from M where C = 1)"; 6].join(" and ");
    let six = Query::parse(&format!("select A from Leads where {six}")).unwrap();
    assert!(refusal(six.to_coql(ApiVersion::V8)).contains("at most 5 sub-queries, not 6"));
}

#[test]
fn a_built_query_is_the_one_that_is_read() {
    let built = Select::from("Deals")
        .custom_view("41508")
        .field("Stage")
        .aggregate_as(Aggregate::Avg, "Amount", "Mean")
        .filter(Criteria::equals("Stage", "Won"))
        .filter(Criteria::greater_than("Amount", 5).or(Criteria::is_null("Amount")))
        .group_by("Stage")
        .order_by_desc("Mean")
        .order_by("Stage")
        .limit(7)
        .offset(3)
        .query()
        .unwrap();
    let text = built.to_coql(ApiVersion::V8).unwrap();
    assert_eq!(
        text,
        "select Stage, AVG(Amount) as 'Mean' from Deals#41508 where Stage = 'Won' and (Amount > 5 or Amount is null) \
         group by Stage order by 'Mean' desc, Stage asc limit 7 offset 3"
    );
    assert_eq!(Query::parse(&text).unwrap(), built);
}

#[test]
fn names_cannot_break_out_of_a_built_query() {
    let wrong = [
        Select::from("Leads where id is not null").field("A"),
        Select::from("Leads.B").field("A"),
        Select::from("Leads"),
        Select::from("Leads").field("A, B"),
        Select::from("Leads").field("A from Contacts"),
        Select::from("Leads").field("A").group_by("B limit 1"),
        Select::from("Leads").field("A").order_by("B desc"),
        Select::from("Leads").field("A").custom_view("1 where"),
        Select::from("Leads").field_as("A", ""),
    ];
    for select in wrong {
        refusal(select.query());
    }
    let alias = Select::from("Leads").field_as("A", "x' from Contacts --").query().unwrap();
    assert_eq!(Query::parse(&alias.to_coql(ApiVersion::V8).unwrap()).unwrap().module(), "Leads");
}

#[test]
fn any_text_is_read_or_refused() {
    let words =
        "select from where group by order limit offset as asc A B.c Leads#1 COUNT ( ) , = in 'x' \" 7 -1 :p and";
    let words: Vec<_> = words.split(' ').collect();
    let mut read = 0;
    for seed in 0..40_000 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let tail: Vec<_> = (0..rng.usize(..8)).map(|_| words[rng.usize(..words.len())]).collect();
        let head = ["", "select A from Leads ", "select A "][rng.usize(..3)];
        let text = format!("{head}{}", tail.join(" "));
        let Ok(query) = Query::parse(&text) else { continue };
        let Ok(written) = query.to_coql(ApiVersion::V8) else { continue };
        assert_eq!(Query::parse(&written).unwrap().to_coql(ApiVersion::V8).unwrap(), written, "{text}");
        read += 1;
    }
    assert!(read > 1_000, "only {read} were queries");
}
