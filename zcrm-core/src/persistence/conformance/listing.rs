//! The list of whose tokens there are.

use super::sample::{delete, expect, save, succeed, tokens, user};
use crate::persistence::{PersistenceErrorKind, PersistenceHandler, StoredTokens};

pub(super) fn prove(store: &impl PersistenceHandler, must_list: bool) {
    match store.list_tokens() {
        Err(error) if error.kind() == PersistenceErrorKind::Unsupported => {
            assert!(!must_list, "the store has to list whose tokens it holds");
            return;
        }
        listed => assert!(succeed("listing a fresh store", listed).is_empty(), "a fresh store holds nobody's tokens"),
    }
    let rows =
        [("one@x.com", 1), ("two@x.com", 2), ("three@x.com", 3)].map(|(name, number)| tokens(&user(name), number));
    rows.iter().for_each(|row| save(store, row));
    let list = || {
        let mut listed = succeed("listing", store.list_tokens());
        listed.sort_by(|one, other| one.user.cmp(&other.user));
        listed
    };
    let told: Vec<_> = list().iter().map(|row| (row.user.clone(), row.expiry_millis)).collect();
    let mut expected: Vec<_> =
        rows.iter().map(|row| (row.user().as_str().to_owned(), Some(row.expiry_millis()))).collect();
    expected.sort();
    assert_eq!(told, expected, "the list has each user once, with the time of expiry");
    let is_whole = |row: &StoredTokens| row.has_access_token && row.has_refresh_token && row.fault.is_none();
    assert!(list().iter().all(is_whole), "a row that can be used has no fault: {:?}", list());
    let shown = format!("{:?}", list());
    let holds = |secret: &str| shown.contains(secret);
    let is_silent = |row: &_| {
        let row: &crate::token::OAuthTokens = row;
        !holds(row.access_token().expose()) && !holds(row.refresh_token().expose())
    };
    assert!(rows.iter().all(is_silent), "the list has no token");
    let [one, two, _] = &rows;
    delete(store, two.user());
    assert_eq!(list().len(), 2, "a deleted user is not on the list");
    expect(store, one, "listing leaves what the store holds");
}
