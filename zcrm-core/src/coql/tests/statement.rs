use super::refusal;
use crate::config::ApiVersion;
use crate::coql::Statement;
use crate::entity::{Date, RecordId};

fn written(statement: &Statement) -> String {
    statement.query().unwrap().to_coql(ApiVersion::V8).unwrap()
}

#[test]
fn values_of_all_types_are_bound() {
    let statement = Statement::new(
        "select A from Leads where B = :text and C > :number and D = :flag and E >= :day and Owner = :id \
         and F in :list and J not in (1, :list, 'c') and G like :pattern and H between :low and :high and I in (:text, 'x') \
         limit :rows offset :skip",
    )
    .bind("text", "it's :number")
    .bind("number", -2.5)
    .bind("flag", true)
    .bind("day", Date::new("2024-06-05"))
    .bind("id", RecordId::new("3652397000000186017"))
    .bind("list", ["true", "b"])
    .bind("pattern", "A%")
    .bind("low", 1)
    .bind("high", 2)
    .bind("rows", 10)
    .bind("skip", 20);
    let text = written(&statement);
    for part in [
        "B = 'it''s :number'",
        "C > -2.5",
        "D = 'true'",
        "E >= '2024-06-05'",
        "Owner = '3652397000000186017'",
        "F in (\"true\", 'b')",
        "J not in (1, \"true\", 'b', 'c')",
        "G like 'A%'",
        "H between 1 and 2",
        "I in ('it''s :number', 'x')",
        " limit 10 offset 20",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn a_colon_in_a_text_is_no_parameter() {
    let statement = Statement::new("select A from Leads where B = ':b' and C = \"x :c\"");
    assert_eq!(written(&statement), "select A from Leads where B = ':b' and C = 'x :c'");
    assert_eq!(refusal(statement.bind("b", 1).query()), "the query has no parameter :b");
}

#[test]
fn a_value_is_never_read_as_coql() {
    let alphabet: Vec<char> = "'\"\\):,%x= or1;-".chars().collect();
    for seed in 0..2_000 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let value: String = (0..rng.usize(1..10)).map(|_| alphabet[rng.usize(..alphabet.len())]).collect();
        let text = written(&Statement::new("select A from Leads where B = :b limit 1").bind("b", value.as_str()));
        let query = crate::coql::Query::parse(&text).unwrap();
        assert_eq!(query.criteria(), Some(&crate::criteria::Criteria::equals("B", value)));
        assert_eq!(query.limit(), Some(1));

        let nested = "select A from Leads where C in (select id from M where B = :b) and D = 1";
        let text = written(&Statement::new(nested).bind("b", text.as_str()));
        assert_eq!(crate::coql::Query::parse(&text).unwrap().conditions(), 2);
    }
}

#[test]
fn parameters_and_values_must_match() {
    let query = || Statement::new("select A from Leads where B = :b");
    let wrong = [
        (query(), "COQL, character 31: the parameter :b has no value; bind one"),
        (query().bind("b", 1).bind("c", 1), "the query has no parameter :c"),
        (query().bind("b", 1).bind("b", 1), "the parameter :b is bound twice"),
        (query().bind("B", 1), "the parameter :b has no value"),
        (query().bind("b", f64::NAN), "COQL, character 31: the value is not a number"),
        (query().bind("b", None::<u8>), "character 31: this parameter is null"),
        (query().bind("b", [1]), "character 31: this parameter is a list"),
    ];
    for (statement, message) in wrong {
        let refusal = refusal(statement.query());
        assert!(refusal.contains(message), "{refusal}");
    }
}

#[test]
fn parameters_stand_for_values_only() {
    let wrong = [
        "select :b from Leads",
        "select A :b from Leads",
        "select A from :b",
        "select A from Leads where :b = 1",
        "select A from Leads order by :b",
        "select A from Leads where B is :b",
        "select A from Leads where B in :b",
        "select A from Leads limit :b",
    ];
    for text in wrong {
        let refusal = refusal(Statement::new(text).bind("b", "A").query());
        assert!(refusal.starts_with("COQL, character "), "{text}: {refusal}");
    }
    let nested = "select A from Leads where B in (select id from M where C in :c)";
    assert!(refusal(Statement::new(nested).bind("c", Vec::<u8>::new()).query()).contains("is empty"));
    assert!(refusal(Statement::new(nested).bind("c", ["a\n"]).query()).contains("control characters"));
}
