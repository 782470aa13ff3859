//! One row a user: saving, reading, replacing, deleting, whatever the name.

use std::collections::HashSet;
use std::time::Duration;

use super::sample::{delete, expect, expect_none, get, save, succeed, tokens, user, with_causes};
use crate::persistence::{PersistenceErrorKind, PersistenceHandler, StoreLimits};
use crate::token::UserIdentifier;

pub(super) fn prove<H: PersistenceHandler>(fresh: impl Fn() -> H, limits: StoreLimits, users: usize) {
    the_absent(&fresh());
    replacing(&fresh());
    times(&fresh());
    asking_saves_nothing(&fresh());
    names_are_told_apart(&fresh(), limits);
    if limits.ignores_case {
        case_is_ignored_where_no_row_matches(&fresh());
    }
    many_users(&fresh(), users);
}

fn the_absent(store: &impl PersistenceHandler) {
    let absent = user("nobody@x.com");
    expect_none(store, &absent, "a fresh store is empty");
    delete(store, &absent);
    let present = tokens(&user("somebody@x.com"), 1);
    save(store, &present);
    expect_none(store, &absent, "an unknown user has no tokens");
    delete(store, &absent);
    expect(store, &present, "deleting the absent touches nobody");
    delete(store, present.user());
    expect_none(store, present.user(), "a deleted user is gone");
    save(store, &present);
    expect(store, &present, "a deleted user can come back");
}

fn replacing(store: &impl PersistenceHandler) {
    let user = user("abc@xyz.com");
    for round in 0..5 {
        let tokens = tokens(&user, round);
        save(store, &tokens);
        expect(store, &tokens, "saving replaces");
        save(store, &tokens);
        expect(store, &tokens, "saving the same again changes nothing");
    }
    delete(store, &user);
    expect_none(store, &user, "one user has one row, so that deleting once is enough");
}

fn times(store: &impl PersistenceHandler) {
    for number in [-1_700_000_000_000, -1, 0, 2_500_000_000_000] {
        let tokens = tokens(&user("times@x.com"), number);
        save(store, &tokens);
        expect(store, &tokens, "the time of expiry comes back to the millisecond");
    }
}

fn asking_saves_nothing(store: &impl PersistenceHandler) {
    const RULE: &str = "check_writable leaves what the store holds";
    let (present, absent) = (tokens(&user("present@x.com"), 1), user("absent@x.com"));
    save(store, &present);
    for user in [present.user(), &absent] {
        let lock = store.lock_refresh(user, Duration::from_secs(60), Duration::from_secs(60));
        let lock = succeed("locking", lock);
        succeed(format_args!("asking whether {user} can be saved, under the refresh lock"), store.check_writable(user));
        drop(lock);
    }
    expect(store, &present, RULE);
    expect_none(store, &absent, RULE);
}

/// Names that careless stores take for another's, or stumble over.
fn names() -> Vec<UserIdentifier> {
    let hundred = "a".repeat(88) + "@example.com";
    let hundred_wide = "é".repeat(88) + "@example.com";
    let mut names: Vec<_> = [
        "a'; drop table oauthtokens; --",
        "quote\"d@x.com",
        "back\\slash@x.com",
        "percent%41@x.com",
        "per_cent@x.com",
        "$(touch x)@x.com",
        "../../up@x.com",
        "inner blank@x.com",
        "a,b;c=d@x.com",
        "null",
        "[1]",
        "A@x.com",
        "a@x.com",
        "a@x.com.",
        "é@x.com",
        "e@x.com",
        "e\u{301}@x.com",
        "ß@x.com",
        "ss@x.com",
        "ı@x.com",
        "i@x.com",
        "日本@x.com",
        "🦀@x.com",
        "🦞@x.com",
    ]
    .into_iter()
    .map(user)
    .collect();
    names.push(user(&hundred));
    names.push(user(&hundred_wide));
    names.push(user(&hundred.replacen('a', "b", 1)));
    names.push(user(&"🦀".repeat(UserIdentifier::MAX_CHARACTERS)));
    names
}

/// Whether a store of these limits must take this name.
pub(super) fn fits(name: &UserIdentifier, limits: StoreLimits) -> bool {
    !limits.latin1_users_only || name.as_str().chars().all(|character| u32::from(character) < 0x100)
}

/// The names that the store has to tell apart.
pub(super) fn told_apart(names: Vec<UserIdentifier>, limits: StoreLimits) -> Vec<UserIdentifier> {
    let mut seen = HashSet::new();
    names.into_iter().filter(|name| !limits.ignores_case || seen.insert(name.as_str().to_lowercase())).collect()
}

fn names_are_told_apart(store: &impl PersistenceHandler, limits: StoreLimits) {
    let names = told_apart(names().into_iter().filter(|name| fits(name, limits)).collect(), limits);
    for (number, name) in (0..).zip(&names) {
        expect_none(store, name, "no name is taken for another");
        save(store, &tokens(name, number));
    }
    for (number, name) in (0..).zip(&names) {
        expect(store, &tokens(name, number), "no name is taken for another");
    }
    for (number, name) in (0..).zip(&names) {
        expect(store, &tokens(name, number), "deleting one leaves the others");
        delete(store, name);
        expect_none(store, name, "a deleted user is gone");
    }
}

fn case_is_ignored_where_no_row_matches(store: &impl PersistenceHandler) {
    const RULE: &str = "where no row matches exactly, the only one that differs in case alone is meant";
    let (stored, asked) = (user("Bo@X.com"), user("bo@x.com"));
    let first = tokens(&stored, 1);
    save(store, &first);
    expect(store, &first.for_user(asked.clone()), RULE);
    let second = tokens(&asked, 2);
    save(store, &second);
    expect(store, &second, RULE);
    expect(store, &second.for_user(stored.clone()), "saving replaces the row that differs in case alone");
    delete(store, &user("BO@x.com"));
    expect_none(store, &stored, "deleting removes the row that differs in case alone");
}

fn many_users(store: &impl PersistenceHandler, users: usize) {
    let all: Vec<_> = (0..users).map(|number| user(&format!("user-{number}@x.com"))).collect();
    for (number, user) in (0..).zip(&all) {
        save(store, &tokens(user, number));
    }
    for (number, user) in (0..).zip(&all) {
        expect(store, &tokens(user, number), "many users find room");
    }
}

pub(super) fn survive_reopening<H: PersistenceHandler>(store: &H, reopen: impl Fn(&H) -> H) {
    const RULE: &str = "what one instance did, another one of the same store sees";
    let (kept, gone) = (tokens(&user("kept@x.com"), 1), tokens(&user("gone@x.com"), 1));
    save(store, &kept);
    save(store, &gone);
    delete(store, gone.user());
    let other = reopen(store);
    expect(&other, &kept, RULE);
    expect_none(&other, gone.user(), RULE);
    let newer = tokens(kept.user(), 2);
    save(&other, &newer);
    expect(store, &newer, RULE);
    delete(&other, kept.user());
    assert!(get(store, kept.user()).is_none(), "{RULE}: a deletion");
}

pub(super) fn an_unreadable_row_is_replaced(store: &impl PersistenceHandler, user: &UserIdentifier) {
    match store.get_oauth_tokens(user) {
        Ok(_) => panic!("a row that cannot be read is neither tokens nor an unknown user"),
        Err(fault) => assert!(
            matches!(fault.kind(), PersistenceErrorKind::CorruptRow | PersistenceErrorKind::WrongKey),
            "a row that cannot be read is CorruptRow or WrongKey, but: {}",
            with_causes(&fault)
        ),
    }
    let others = tokens(&self::user("beside-the-damage@x.com"), 1);
    save(store, &others);
    expect(store, &others, "one row that cannot be read is no matter of the others");
    let new = tokens(user, 2);
    save(store, &new);
    expect(store, &new, "saving replaces a row that cannot be read");
    expect(store, &others, "replacing a row that cannot be read leaves the others");
}

pub(super) fn an_unreadable_row_is_deleted(store: &impl PersistenceHandler, user: &UserIdentifier) {
    delete(store, user);
    expect_none(store, user, "deleting removes a row that cannot be read");
}

pub(super) fn failure_is_not_absence(store: &impl PersistenceHandler) {
    let user = user("abc@xyz.com");
    assert!(store.get_oauth_tokens(&user).is_err(), "a store that could not look must not say that a user is unknown");
    assert!(store.save_oauth_tokens(&tokens(&user, 1)).is_err(), "a store that could not save must say so");
    assert!(store.delete_oauth_tokens(&user).is_err(), "a store that could not delete must say so");
}
