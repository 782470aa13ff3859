use super::{numbered, refusal};
use crate::config::ApiVersion;
use crate::criteria::{Criteria, Endpoint, Operator};

#[test]
fn values_cannot_break_out() {
    let criteria = Criteria::equals("Company", r"A),(b:equals:c\");
    assert_eq!(criteria.to_search(ApiVersion::V2).unwrap(), r"(Company:equals:A\)\,\(b:equals:c\\)");
    let criteria = Criteria::is_in("City", ["Oslo", "a,b"]);
    assert_eq!(criteria.to_search(ApiVersion::V2).unwrap(), r"(City:in:Oslo,a\,b)");
    let criteria = Criteria::between("Amount", 1, 2.5).and(Criteria::equals("Done", false));
    assert_eq!(criteria.to_search(ApiVersion::V2).unwrap(), "((Amount:between:1,2.5)and(Done:equals:false))");
}

#[test]
fn groups_stay_flat() {
    let [a, b, c] = ["a", "b", "c"].map(|value| Criteria::equals("X", value));
    let text = a.clone().and(b.clone()).and(c.clone()).to_search(ApiVersion::V8).unwrap();
    assert_eq!(text, "((X:equals:a)and(X:equals:b)and(X:equals:c))");
    let text = a.and(b.or(c)).to_search(ApiVersion::V8).unwrap();
    assert_eq!(text, "((X:equals:a)and((X:equals:b)or(X:equals:c)))");
}

#[test]
fn limits_are_told_before_sending() {
    let some = |count| Criteria::any(numbered(count)).unwrap();
    assert!(some(10).to_search(ApiVersion::V2_1).is_ok());
    assert_eq!(refusal(some(11).to_search(ApiVersion::V2_1)), "a search takes at most 10 conditions, these are 11");
    assert!(some(15).to_search(ApiVersion::V3).is_ok());
    assert_eq!(refusal(some(16).to_search(ApiVersion::V8)), "a search takes at most 15 conditions, these are 16");

    // "(A:equals:" and ")" are 11 characters; a bracket counts with its backslash.
    assert!(Criteria::equals("A", "é".repeat(2_989)).to_search(ApiVersion::V8).is_ok());
    let message = "the criteria of a search have at most 3000 characters, not 3001";
    assert_eq!(refusal(Criteria::equals("A", "é".repeat(2_990)).to_search(ApiVersion::V8)), message);
    assert_eq!(refusal(Criteria::equals("A", format!("({}", "é".repeat(2_988))).to_search(ApiVersion::V8)), message);
}

#[test]
fn long_lists_become_several() {
    let text = Criteria::is_in("A", 0..150).to_search(ApiVersion::V8).unwrap();
    assert!(text.starts_with("((A:in:0,1,") && text.contains(",99)or(A:in:100,") && text.ends_with(",149))"));
    let text = Criteria::not_in("A", 0..101).to_search(ApiVersion::V8).unwrap();
    assert!(text.ends_with(",99)and(A:not_in:100))"));
}

#[test]
fn what_a_search_does_not_know_is_refused() {
    let unknown = [
        Criteria::contains("A", "x"),
        Criteria::not_contains("A", "x"),
        Criteria::ends_with("A", "x"),
        Criteria::like("A", "x%y"),
        Criteria::is_null("A"),
        Criteria::is_not_null("A"),
        Criteria::not_between("A", 1, 2),
    ];
    for criteria in unknown {
        let message = refusal(criteria.to_search(ApiVersion::V8));
        assert!(message.contains("a search does not know the operator; COQL"), "{message}");
        assert!(criteria.to_coql(ApiVersion::V8).is_ok());
    }
    assert!(refusal(Criteria::equals("A", "").to_search(ApiVersion::V8)).contains("empty text"));
    assert!(refusal(Criteria::equals("What_Id->Leads.A", "x").to_search(ApiVersion::V8)).contains("only COQL knows"));
    assert_eq!(Operator::Contains.fits(Endpoint::Search, "text"), Some(false));
    assert_eq!(Operator::Equals.fits(Endpoint::Search, "text"), None);
}
