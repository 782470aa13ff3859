mod bulk_read;
mod coql;
mod generated;
mod parse;
mod search;
mod split;

use super::{Criteria, Literal, Operator};
use crate::config::ApiVersion;
use crate::entity::{Date, DateTime, RecordId};

/// The text of the error for what must fail, after a look at its kind.
fn refusal<T: std::fmt::Debug>(result: crate::Result<T>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
    error.to_string()
}

/// `X = 0`, `X = 1` ...
fn numbered(count: usize) -> Vec<Criteria> {
    (0..count).map(|number| Criteria::equals("X", number)).collect()
}

#[test]
fn values_of_all_types_become_literals() {
    let id = RecordId::new("3652397000000186017");
    let texts = [
        Criteria::equals("A", "x"),
        Criteria::equals("A", String::from("x")),
        Criteria::equals("A", -7_i64),
        Criteria::equals("A", 0.1_f32),
        Criteria::equals("A", 1e21_f64),
        Criteria::equals("A", true),
        Criteria::equals("A", Date::new("2024-02-29")),
        Criteria::equals("A", DateTime::new("2024-06-05T02:04:09-07:00")),
        Criteria::equals("A", std::time::UNIX_EPOCH),
        Criteria::equals("A", &id),
        Criteria::equals("A", Some(5)),
        Criteria::equals("A", None::<&str>),
        Criteria::not_equal("A", None::<u8>),
        Criteria::is_in("A", [&id]),
    ]
    .map(|criteria| criteria.to_coql(ApiVersion::V2).unwrap());
    assert_eq!(
        texts,
        [
            "A = 'x'",
            "A = 'x'",
            "A = -7",
            "A = 0.1",
            "A = 1000000000000000000000",
            "A = 'true'",
            "A = '2024-02-29'",
            "A = '2024-06-05T02:04:09-07:00'",
            "A = '1970-01-01T00:00:00+00:00'",
            "A = '3652397000000186017'",
            "A = 5",
            "A is null",
            "A is not null",
            "A in ('3652397000000186017')",
        ]
    );
    assert_eq!(Literal::from(vec![1, 2]), Literal::from(&[1, 2][..]));
}

#[test]
fn every_endpoint_refuses_what_is_no_value() {
    let wrong = [
        (Criteria::equals("A", f64::NAN), "is not a number"),
        (Criteria::less_than("A", f64::NEG_INFINITY), "is not a number"),
        (Criteria::equals("A", Literal::number("1e5")), "is not a number"),
        (Criteria::equals("A", Literal::number("1 or 1")), "is not a number"),
        (Criteria::equals("A", Literal::number("1.")), "is not a number"),
        (Criteria::equals("A", Literal::number("")), "is not a number"),
        (Criteria::equals("A", Date::new("2023-02-29")), "is not a date"),
        (Criteria::equals("A", Date::new("5.6.2024")), "is not a date"),
        (Criteria::equals("A", DateTime::new("2024-06-05")), "is not a moment"),
        (Criteria::equals("A", DateTime::new("2024-06-05T02:04:09.5Z")), "no fractions"),
        (Criteria::equals("A", RecordId::new("1 or 1")), "is not an id"),
        (Criteria::equals("A", vec!["x"]), "one value, not a list"),
        (Criteria::less_than("A", None::<u8>), "use is_null"),
        (Criteria::is_in("A", [None, Some(1)]), "use is_null"),
        (Criteria::is_in("A", [[1]]), "use is_null"),
        (Criteria::is_in("A", Vec::<u8>::new()), "is empty"),
        (Criteria::not_in("A", Vec::<u8>::new()), "is empty"),
        (Criteria::between("A", 1, f32::INFINITY), "is not a number"),
        (Criteria::starts_with("A", ""), "is empty"),
    ];
    for (criteria, reason) in wrong {
        for version in ApiVersion::ALL {
            let texts = [
                refusal(criteria.to_search(version)),
                refusal(criteria.to_coql(version)),
                refusal(criteria.to_bulk_read(version)),
            ];
            assert!(texts.iter().all(|text| text.contains(reason) && text.contains("\"A ")), "{texts:?}");
        }
    }
}

#[test]
fn names_cannot_break_out() {
    for name in
        ["", " ", "A B", "A'", "A:equals", "A)or(B", "A,B", "1A", "A.", ".A", "A..B", "A.1", "A->", "A-B", "A\n"]
    {
        let criteria = Criteria::equals(name, "x").and(Criteria::equals("B", "y"));
        assert!(refusal(criteria.to_search(ApiVersion::V8)).contains("is not the API name"));
        assert!(refusal(criteria.to_coql(ApiVersion::V8)).contains("is not the API name"));
        assert!(refusal(criteria.to_bulk_read(ApiVersion::V8)).contains("is not the API name"));
    }
    for name in ["id", "Last_Name", "Owner.profile.name", "$converted", "Größe", "_x1"] {
        assert!(Criteria::equals(name, "x").to_search(ApiVersion::V2).unwrap().contains(name));
    }
}

#[test]
fn groups_of_one_joint_dissolve() {
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|value| Criteria::equals("X", value));
    let left = a.clone().and(b.clone()).and(c.clone().and(d.clone()));
    let right = a.clone().and(b.clone().and(c.clone().and(d.clone())));
    assert_eq!(left, right);
    assert_eq!(Criteria::all([a.clone(), b.clone(), c, d]), Some(left));
    assert_eq!(Criteria::any([a.clone()]), Some(a.clone()));
    assert_eq!(Criteria::any([]), None);
    let mixed = a.and(Criteria::is_null("Y").or(b));
    let comparisons = [("X", Operator::Equals), ("Y", Operator::IsNull), ("X", Operator::Equals)];
    assert_eq!(mixed.comparisons(), comparisons);
}
