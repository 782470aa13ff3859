use super::{numbered, refusal};
use crate::config::ApiVersion;
use crate::criteria::{Criteria, Literal};
use crate::entity::RecordId;

fn json(criteria: &Criteria, version: ApiVersion) -> String {
    criteria.to_bulk_read(version).unwrap().get().to_owned()
}

fn leaf(comparator: &str, value: &str) -> String {
    format!(r#"{{"field":{{"api_name":"A"}},"comparator":"{comparator}","value":{value}}}"#)
}

#[test]
fn leaves_of_all_kinds() {
    let kinds = [
        (Criteria::equals("A", "x\"y"), leaf("equal", r#""x\"y""#)),
        (Criteria::not_equal("A", 5), leaf("not_equal", "5")),
        (Criteria::equals("A", true), leaf("equal", "true")),
        (Criteria::is_null("A"), leaf("equal", r#""${EMPTY}""#)),
        (Criteria::is_not_null("A"), leaf("not_equal", r#""${EMPTY}""#)),
        (Criteria::is_in("A", ["x", "y"]), leaf("in", r#"["x","y"]"#)),
        (Criteria::between("A", "2026-01-01", "2026-02-01"), leaf("between", r#"["2026-01-01","2026-02-01"]"#)),
        (Criteria::not_contains("A", "x"), leaf("not_contains", r#""x""#)),
        (Criteria::less_equal("A", -1), leaf("less_equal", "-1")),
        (Criteria::equals("A", RecordId::new("3652397000000186017")), leaf("equal", r#""3652397000000186017""#)),
    ];
    for (criteria, expected) in kinds {
        assert_eq!(json(&criteria, ApiVersion::V8), expected);
    }
    let plain = json(&Criteria::equals("A", "x"), ApiVersion::V2);
    assert_eq!(plain, r#"{"api_name":"A","comparator":"equal","value":"x"}"#);
}

#[test]
fn numbers_keep_their_digits() {
    for (digits, expected) in [
        ("12345678901234567890.123456789", "12345678901234567890.123456789"),
        ("1.10", "1.10"),
        ("007", "7"),
        ("-00.5", "-0.5"),
        ("000", "0"),
    ] {
        let criteria = Criteria::equals("A", Literal::number(digits));
        assert_eq!(json(&criteria, ApiVersion::V8), leaf("equal", expected));
    }
}

#[test]
fn ranges_of_numbers_are_two_comparisons() {
    let pair = |joint: &str, [first, second]: [String; 2]| {
        format!(r#"{{"group_operator":"{joint}","group":[{first},{second}]}}"#)
    };
    let inside = pair("and", [leaf("greater_equal", "1.50"), leaf("less_equal", "3")]);
    let (low, high) = (Literal::number("1.50"), Literal::number("3"));
    assert_eq!(json(&Criteria::between("A", low, high), ApiVersion::V8), inside);
    let outside = pair("or", [leaf("less_than", r#""365""#), leaf("greater_than", r#""366""#)]);
    let ids = Criteria::parse("A not between '365' and '366'").unwrap();
    assert_eq!(json(&ids, ApiVersion::V8), outside);
    let days = Criteria::parse("A not between '2026-01-01' and '2026-02-01'").unwrap();
    assert_eq!(json(&days, ApiVersion::V8), leaf("not_between", r#"["2026-01-01","2026-02-01"]"#));
}

#[test]
fn groups_are_pairs() {
    let value: serde_json::Value =
        serde_json::from_str(&json(&Criteria::all(numbered(3)).unwrap(), ApiVersion::V8)).unwrap();
    assert_eq!(value["group_operator"], "and");
    assert_eq!(value["group"].as_array().map(Vec::len), Some(2));
    assert_eq!(value["group"][1]["group_operator"], "and");
    assert_eq!(value["group"][1]["group"][1]["value"], 2);
}

#[test]
fn limits_and_what_cannot_be_said() {
    let some = |count| Criteria::any(numbered(count)).unwrap();
    assert!(some(25).to_bulk_read(ApiVersion::V8).is_ok());
    assert!(refusal(some(26).to_bulk_read(ApiVersion::V8)).contains("at most 25 conditions"));
    assert_eq!(json(&Criteria::is_in("A", 0..21), ApiVersion::V8).matches("\"in\"").count(), 2);
    assert!(Criteria::equals("A", "é".repeat(255)).to_bulk_read(ApiVersion::V8).is_ok());
    let wrong = [
        (Criteria::equals("A", "é".repeat(256)), "at most 255"),
        (Criteria::equals("A", "${EMPTY}"), "use is_null"),
        (Criteria::is_in("A", ["x", "${EMPTY}"]), "use is_null"),
        (Criteria::not_equal("A", true), "by equals only"),
        (Criteria::like("A", "x%y"), "bulk read does not know the operator; COQL does"),
        (Criteria::equals("!Leads.A", 1), "only COQL knows"),
    ];
    for (criteria, reason) in wrong {
        let message = refusal(criteria.to_bulk_read(ApiVersion::V8));
        assert!(message.contains(reason), "{message}");
    }
}
