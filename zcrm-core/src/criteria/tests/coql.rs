use super::{numbered, refusal};
use crate::config::ApiVersion;
use crate::criteria::{Criteria, Endpoint, Operator};

fn coql(criteria: &Criteria) -> String {
    criteria.to_coql(ApiVersion::V8).unwrap()
}

#[test]
fn operators_in_the_spelling_of_coql() {
    let texts = [
        Criteria::not_equal("A", 1),
        Criteria::less_than("A", 1),
        Criteria::less_equal("A", 1),
        Criteria::greater_than("A", 1),
        Criteria::greater_equal("A", 1),
        Criteria::is_in("A", ["x", "O'Brien"]),
        Criteria::not_in("A", [1]),
        Criteria::between("A", 1, 2),
        Criteria::not_between("A", "a", "b"),
        Criteria::starts_with("A", "x'"),
        Criteria::ends_with("A", "x"),
        Criteria::contains("A", "x"),
        Criteria::not_contains("A", "x"),
        Criteria::like("A", "x%y"),
    ]
    .map(|criteria| coql(&criteria));
    assert_eq!(
        texts,
        [
            "A != 1",
            "A < 1",
            "A <= 1",
            "A > 1",
            "A >= 1",
            "A in ('x', 'O''Brien')",
            "A not in (1)",
            "A between 1 and 2",
            "A not between 'a' and 'b'",
            "A like 'x''%'",
            "A like '%x'",
            "A like '%x%'",
            "A not like '%x%'",
            "A like 'x%y'",
        ]
    );
}

#[test]
fn three_and_more_are_nested_in_pairs() {
    let all = |count| coql(&Criteria::all(numbered(count)).unwrap());
    assert_eq!(all(2), "X = 0 and X = 1");
    assert_eq!(all(3), "X = 0 and (X = 1 and X = 2)");
    assert_eq!(all(5), "(X = 0 and X = 1) and (X = 2 and (X = 3 and X = 4))");
    let mixed = Criteria::equals("A", 1).and(Criteria::any(numbered(3)).unwrap());
    assert_eq!(coql(&mixed), "A = 1 and (X = 0 or (X = 1 or X = 2))");
}

#[test]
fn names_that_clash_stand_in_quotes() {
    assert_eq!(coql(&Criteria::equals("External", "x")), "'External' = 'x'");
    assert_eq!(coql(&Criteria::equals("Limit", "x")), "'Limit' = 'x'");
    assert_eq!(coql(&Criteria::equals("What_Id->Leads.Last_Name", "x")), "'What_Id->Leads.Last_Name' = 'x'");
    assert_eq!(coql(&Criteria::equals("!Leads.Owner.role.id", "x")), "!Leads.Owner.role.id = 'x'");
}

#[test]
fn what_coql_cannot_say_is_refused() {
    let wrong = [
        (Criteria::not_equal("A", true), "by equals only"),
        (Criteria::is_in("A", [true]), "by equals only"),
        (Criteria::equals("A", "x\ny"), "control characters"),
        (Criteria::equals("A", "x\0"), "control characters"),
        (Criteria::contains("A", "50%"), "percent sign"),
        (Criteria::starts_with("A", r"C:\x"), "backslash"),
        (Criteria::like("A", r"C:\%x"), "backslash"),
    ];
    for (criteria, reason) in wrong {
        let message = refusal(criteria.to_coql(ApiVersion::V8));
        assert!(message.contains(reason), "{message}");
    }
    assert_eq!(coql(&Criteria::equals("A", r"C:\x 50%")), r"A = 'C:\x 50%'");
}

#[test]
fn limits_follow_the_version() {
    let some = |count| Criteria::any(numbered(count)).unwrap();
    assert!(some(25).to_coql(ApiVersion::V2).is_ok());
    assert_eq!(refusal(some(26).to_coql(ApiVersion::V8)), "COQL takes at most 25 conditions, these are 26");

    let list = Criteria::is_in("A", 0..100);
    assert!(!list.to_coql(ApiVersion::V7).unwrap().contains(" or "));
    assert_eq!(list.to_coql(ApiVersion::V6).unwrap().matches("A in (").count(), 2);
    let list = Criteria::not_in("A", 0..101).to_coql(ApiVersion::V8).unwrap();
    assert!(list.ends_with(", 99) and A not in (100)"), "{list}");
    assert!(refusal(Criteria::is_in("A", 0..2_501).to_coql(ApiVersion::V8)).contains("25 conditions"));
}

#[test]
fn operators_fit_types_of_fields() {
    let fits = |operator: Operator, data_type| operator.fits(Endpoint::Coql, data_type);
    assert_eq!(fits(Operator::Contains, "picklist"), Some(true));
    assert_eq!(fits(Operator::Contains, "lookup"), Some(false));
    assert_eq!(fits(Operator::Between, "datetime"), Some(true));
    assert_eq!(fits(Operator::NotEqual, "boolean"), Some(false));
    assert_eq!(fits(Operator::Equals, "boolean"), Some(true));
    assert_eq!(fits(Operator::Equals, "subform"), Some(false));
    assert_eq!(fits(Operator::Contains, "textarea"), Some(false));
    assert_eq!(Operator::Contains.fits(Endpoint::BulkRead, "textarea"), None);
    assert_eq!(fits(Operator::Equals, "formula"), None);
    assert_eq!(Operator::Between.fits(Endpoint::BulkRead, "currency"), Some(true));
    assert_eq!(Operator::Between.fits(Endpoint::BulkRead, "date"), Some(true));
}
