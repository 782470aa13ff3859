use super::refusal;
use crate::criteria::{Criteria, Literal};

#[test]
fn conditions_of_all_kinds() {
    let kinds = [
        ("A = 'x'", Criteria::equals("A", "x")),
        ("A='x'", Criteria::equals("A", "x")),
        ("  ( A  =\n\"x\" )", Criteria::equals("A", "x")),
        ("A = Oslo", Criteria::equals("A", "Oslo")),
        ("A = 'O''Brien \"x\"'", Criteria::equals("A", "O'Brien \"x\"")),
        (r#"A = "a""b'c""#, Criteria::equals("A", "a\"b'c")),
        ("A != -1.50", Criteria::not_equal("A", Literal::number("-1.50"))),
        ("A = TRUE", Criteria::equals("A", true)),
        ("A = 'false'", Criteria::equals("A", false)),
        ("A = \"false\"", Criteria::equals("A", "false")),
        ("A IS NOT NULL", Criteria::is_not_null("A")),
        ("A is null", Criteria::is_null("A")),
        ("A Not In ('x', 1)", Criteria::not_in("A", [Literal::from("x"), Literal::from(1)])),
        (
            "A between 1 AND 2 and B not between 3 and 4",
            Criteria::between("A", 1, 2).and(Criteria::not_between("B", 3, 4)),
        ),
        ("A like 'x%'", Criteria::starts_with("A", "x")),
        ("A like '%x'", Criteria::ends_with("A", "x")),
        ("A like '%x%'", Criteria::contains("A", "x")),
        ("A not like '%x%'", Criteria::not_contains("A", "x")),
        ("A like '%'", Criteria::like("A", "%")),
        ("A like '%%'", Criteria::like("A", "%%")),
        ("'External' >= 1", Criteria::greater_equal("External", 1)),
        ("'What_Id->Leads.Last_Name' = 'x'", Criteria::equals("What_Id->Leads.Last_Name", "x")),
        ("!Leads.Owner.role.id = 1", Criteria::equals("!Leads.Owner.role.id", 1)),
        ("Ærø.x <= 1", Criteria::less_equal("Ærø.x", 1)),
    ];
    for (text, criteria) in kinds {
        assert_eq!(Criteria::parse(text).unwrap(), criteria, "{text}");
    }
}

#[test]
fn and_binds_more_tightly_than_or() {
    let [a, b, c, d] = ["A", "B", "C", "D"].map(|field| Criteria::equals(field, 1));
    let text = "A = 1 and B = 1 or C = 1 and D = 1";
    assert_eq!(Criteria::parse(text).unwrap(), a.clone().and(b.clone()).or(c.clone().and(d)));
    assert_eq!(Criteria::parse("A = 1 and (B = 1 or C = 1)").unwrap(), a.and(b.or(c)));
}

#[test]
fn errors_name_the_place_but_no_text() {
    let wrong = [
        ("", "COQL, character 1: expected the name of a field, found the end"),
        ("A", "COQL, character 2: expected an operator such as =, !=, in, like, between or is null, found the end"),
        ("A = ", "COQL, character 5: expected a value, found the end"),
        ("A = 'secret' x", "COQL, character 14: expected and, or or the end, found \"x\""),
        ("A = and B = 1", "COQL, character 5: expected a value, found \"and\""),
        ("A = New York", "COQL, character 9: expected and, or or the end, found \"York\""),
        ("A 'secret'", "character 3: expected an operator such as =, !=, in, like, between or is null, found a text"),
        ("A = 'x", "COQL, character 5: the text that begins here has no closing quote"),
        ("(A = 1", "COQL, character 7: expected \")\", found the end"),
        ("A = 1)", "COQL, character 6: expected and, or or the end, found \")\""),
        ("A <> 1", "COQL, character 3: COQL writes != for"),
        ("A = null", "COQL, character 5: write is null or is not null"),
        ("not A = 1", "COQL, character 1: COQL has no not before a condition"),
        ("A in ()", "COQL, character 7: expected a value, found \")\""),
        ("A in 1", "COQL, character 6: expected \"(\", found a number"),
        ("A between 1", "COQL, character 12: expected \"and\", found the end"),
        ("A not like 'x%'", "COQL, character 12: not like takes a text with % at both ends"),
        ("A = 1.2.3", "COQL, character 5: the value is not a number"),
        ("A = 2024-06-05", "COQL, character 9: expected and, or or the end, found a number"),
        ("A = :x", "COQL, character 5: parameters belong to a query"),
        ("A = 1; drop", "COQL, character 6: one query at a time"),
        ("1 = 1", "COQL, character 1: expected the name of a field, found a number"),
        ("A..B = 1", "COQL, character 1: \"A..B\" is not the API name of a field"),
        ("Ærø = 1 ?", "COQL, character 9: '?' cannot stand here"),
    ];
    for (text, message) in wrong {
        let refusal = refusal(Criteria::parse(text));
        assert!(refusal.contains(message), "{text}: {refusal}");
        assert!(!refusal.contains("secret"), "{refusal}");
    }
}

#[test]
fn deep_brackets_are_an_error() {
    let deep = |depth: usize| format!("{}A = 1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(Criteria::parse(&deep(50)).unwrap(), Criteria::equals("A", 1));
    assert!(refusal(Criteria::parse(&deep(100_000))).contains("too deep"));
}
