//! The data center of tokens, where a store has a place for it.

use super::sample::{delete, get, save, tokens, user};
use crate::data_center::DataCenter;
use crate::persistence::PersistenceHandler;
use crate::token::UserIdentifier;

pub(super) fn prove<H: PersistenceHandler>(store: &H, reopen: Option<&dyn Fn(&H) -> H>, required: bool) {
    let (european, other) = (user("european@x.com"), user("of-no-known-place@x.com"));
    let of = |center, number| tokens(&european, number).with_data_center(center);
    let kept = |store: &H, user: &UserIdentifier| get(store, user).and_then(|tokens| tokens.data_center());

    save(store, &of(Some(DataCenter::Eu), 1));
    if kept(store, &european).is_none() {
        assert!(!required, "the store must keep the data center of tokens, but does not");
        return;
    }
    save(store, &tokens(&other, 1));
    assert_eq!(kept(store, &european), Some(DataCenter::Eu), "the data center comes back with its tokens");
    assert_eq!(kept(store, &other), None, "the data center of one user is not another's");
    if let Some(reopen) = reopen {
        assert_eq!(kept(&reopen(store), &european), Some(DataCenter::Eu), "and from another instance of the store");
    }
    save(store, &of(Some(DataCenter::In), 2));
    assert_eq!(kept(store, &european), Some(DataCenter::In), "other tokens bring their data center with them");
    save(store, &of(None, 3));
    assert_eq!(kept(store, &european), None, "other tokens are never taken to be of the former ones' data center");
    save(store, &of(Some(DataCenter::Jp), 4));
    delete(store, &european);
    save(store, &of(None, 4));
    assert_eq!(kept(store, &european), None, "a deleted user leaves no data center behind");
}
