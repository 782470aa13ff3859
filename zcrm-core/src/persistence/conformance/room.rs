//! What fits is kept whole; what does not fit is refused with the old tokens intact.

use super::rows::fits;
use super::sample::{expect, expect_none, save, tokens, user, with_causes};
use crate::persistence::{PersistenceErrorKind, PersistenceHandler, StoreLimits};
use crate::token::OAuthTokens;

/// Longer than any token that was seen, in characters.
const LONG: usize = 300;

pub(super) fn prove(store: impl PersistenceHandler, limits: StoreLimits) {
    let longest = limits.max_token_bytes.unwrap_or(LONG);
    for length in [1, longest.min(LONG), longest] {
        let whole = of_lengths(length, length);
        save(&store, &whole);
        expect(&store, &whole, "a token within the limits is kept whole");
    }
    if limits.max_token_bytes.is_some() {
        too_long(&store, longest);
    }
    if limits.latin1_users_only {
        outside_of_the_character_set(&store, limits);
    }
}

fn of_lengths(access: usize, refresh: usize) -> OAuthTokens {
    OAuthTokens::new(user("room@x.com"), "a".repeat(access), "r".repeat(refresh), 1)
}

fn too_long(store: &impl PersistenceHandler, longest: usize) {
    let old = tokens(&user("room@x.com"), 1);
    save(store, &old);
    for (access, refresh) in [(longest + 1, 1), (1, longest + 1), (longest + 1, longest + 1)] {
        refused(store, &of_lengths(access, refresh));
        expect(store, &old, "the old tokens outlive a refused save");
    }
}

fn outside_of_the_character_set(store: &impl PersistenceHandler, limits: StoreLimits) {
    let crab = user("🦀@x.com");
    assert!(!fits(&crab, limits), "the limits name a character set");
    refused(store, &tokens(&crab, 1));
    let told = store.check_writable(&crab).map_err(|fault| fault.kind());
    assert_eq!(told, Err(PersistenceErrorKind::DoesNotFit), "a name that does not fit is told before a grant is spent");
    expect_none(store, &crab, "a name that does not fit has no tokens, which is no error");
    expect_none(store, &user("?@x.com"), "a name is refused, never replaced by question marks");
}

fn refused(store: &impl PersistenceHandler, tokens: &OAuthTokens) {
    match store.save_oauth_tokens(tokens) {
        Ok(()) => panic!("what does not fit the declared limits must be refused, not cut"),
        Err(fault) => assert_eq!(
            fault.kind(),
            PersistenceErrorKind::DoesNotFit,
            "what does not fit is refused as DoesNotFit, but: {}",
            with_causes(&fault)
        ),
    }
}
