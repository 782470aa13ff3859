use super::{numbered, refusal};
use crate::criteria::Criteria;

#[test]
fn an_and_cannot_be_split() {
    let all = Criteria::all(numbered(25)).unwrap();
    assert_eq!(all.split(25).unwrap(), std::slice::from_ref(&all));
    assert!(refusal(all.split(24)).contains("25 of their conditions belong together, and 24 are allowed"));
    let one_of_three = all.and(Criteria::any(numbered(3)).unwrap());
    assert!(refusal(one_of_three.split(25)).contains("26 of their conditions"));
}

#[test]
fn as_few_parts_as_halves_allow() {
    let any = Criteria::any(numbered(25)).unwrap();
    assert_eq!(any.split(24).unwrap().len(), 2);
    let all = Criteria::all(numbered(23)).unwrap().and(Criteria::any(numbered(2)).unwrap());
    let parts = all.split(24).unwrap();
    assert_eq!(parts.iter().map(Criteria::conditions).collect::<Vec<_>>(), [24, 24]);
}

#[test]
fn too_many_parts_are_an_error() {
    let pair = || Criteria::any(numbered(2)).unwrap();
    let all = Criteria::all((0..20).map(|_| pair())).unwrap();
    assert!(refusal(all.split(20)).contains("more than 64 queries"));
    assert_eq!(all.split(38).unwrap().len(), 4);
}
