//! Users and tokens of the suite, and calls that must succeed.

use std::fmt::Debug;

use crate::persistence::{PersistenceError, PersistenceHandler};
use crate::token::{OAuthTokens, UserIdentifier};

pub(super) fn user(text: &str) -> UserIdentifier {
    UserIdentifier::new(text).unwrap_or_else(|fault| panic!("the suite's own user {text:?}: {fault}"))
}

/// Tokens that tell apart whose they are and the how many-th: at most 60 bytes, so that they fit any sensible store.
pub(super) fn tokens(user: &UserIdentifier, number: i64) -> OAuthTokens {
    let mark = user.as_str().bytes().fold(17_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    OAuthTokens::new(
        user.clone(),
        format!("1000.fake-access-{mark:08x}-{number}"),
        format!("1000.fake-refresh-{mark:08x}-{number}"),
        1_700_000_000_000 + number,
    )
}

/// The number that [`tokens`] put in.
pub(super) fn number(tokens: &OAuthTokens) -> i64 {
    tokens.expiry_millis() - 1_700_000_000_000
}

#[track_caller]
pub(super) fn succeed<T>(what: impl Debug, result: Result<T, PersistenceError>) -> T {
    result.unwrap_or_else(|fault| panic!("{what:?} must succeed, but: {}", with_causes(&fault)))
}

#[track_caller]
pub(super) fn save(store: &impl PersistenceHandler, tokens: &OAuthTokens) {
    succeed(format_args!("saving the tokens of {}", tokens.user()), store.save_oauth_tokens(tokens));
}

#[track_caller]
pub(super) fn get(store: &impl PersistenceHandler, user: &UserIdentifier) -> Option<OAuthTokens> {
    succeed(format_args!("getting the tokens of {user}"), store.get_oauth_tokens(user))
}

#[track_caller]
pub(super) fn delete(store: &impl PersistenceHandler, user: &UserIdentifier) {
    succeed(format_args!("deleting the tokens of {user}"), store.delete_oauth_tokens(user));
}

/// Demands that the store holds exactly these tokens for their user.
#[track_caller]
pub(super) fn expect(store: &impl PersistenceHandler, expected: &OAuthTokens, rule: &str) {
    let user = expected.user();
    let Some(found) = get(store, user) else { panic!("{rule}: nothing is stored for {user}") };
    assert_eq!(found.user(), user, "{rule}: the tokens come back under another name");
    assert!(found.access_token().same_as(expected.access_token()), "{rule}: {user} has another access token");
    assert!(found.refresh_token().same_as(expected.refresh_token()), "{rule}: {user} has another refresh token");
    assert_eq!(found.expiry_millis(), expected.expiry_millis(), "{rule}: {user} has another time of expiry");
}

#[track_caller]
pub(super) fn expect_none(store: &impl PersistenceHandler, user: &UserIdentifier, rule: &str) {
    assert!(get(store, user).is_none(), "{rule}: {user} has tokens, but must have none");
}

/// The error and the causes below it, in one line.
pub(super) fn with_causes(fault: &PersistenceError) -> String {
    let mut text = format!("{:?}: {fault}", fault.kind());
    let mut cause = std::error::Error::source(fault);
    while let Some(below) = cause {
        text.push_str(&format!(": {below}"));
        cause = below.source();
    }
    text
}
