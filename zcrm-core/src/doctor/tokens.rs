//! Whether there are tokens, how old they are, and whether a refresh works where one is due.

use super::clock::in_words;
use super::explain;
use crate::client::Client;
use crate::finding::Finding;
use crate::persistence::PersistenceHandler;
use crate::token::{OAuthTokens, UserIdentifier};

/// No access token lives for longer, in milliseconds; a later end is in another unit.
const LONGEST_LIFE: i64 = 7 * 24 * 3600 * 1000;
/// Moments before this, in milliseconds since 1970, are seconds.
const IN_SECONDS: i64 = 100_000_000_000;

/// Whether calls can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    None,
    Probably,
}

pub(super) fn check(client: &Client) -> (Vec<Finding>, Access) {
    let store = client.store();
    let Some(user) = client.user() else {
        let found = format!("no user is configured, so it is not known whose tokens to use{}", others(store, None));
        let finding = Finding::fail("tokens", found, "set current_user_email");
        return (vec![finding], Access::None);
    };
    let tokens = match store.get_oauth_tokens(user) {
        Ok(Some(tokens)) => tokens,
        Ok(None) => {
            let others = others(store, Some(user));
            let remedy = match others.as_str() {
                "" => "sign in: zcrm login --browser, or --grant-token -",
                _ => {
                    "set current_user_email to the user who is meant, or sign in: zcrm login --browser, or --grant-token -"
                }
            };
            let found = format!("the store holds no tokens of {user}{others}");
            return (vec![Finding::fail("tokens", found, remedy)], Access::None);
        }
        Err(error) => return (vec![error.to_finding("tokens")], Access::None),
    };
    let mut findings = vec![about(&tokens)];
    if tokens.refresh_token().is_blank() {
        let found = format!("the store holds no refresh token of {user}, who is signed out when the access token ends");
        findings.push(Finding::warn("tokens", found, "sign in again: zcrm login --browser, or --grant-token -"));
    }
    if !tokens.remaining().is_zero() && !tokens.access_token().is_blank() {
        return (findings, Access::Probably);
    }
    let (finding, access) = refresh(client, user, &tokens);
    findings.push(finding);
    (findings, access)
}

/// Whose tokens the store holds beside the user's.
fn others(store: &dyn PersistenceHandler, user: Option<&UserIdentifier>) -> String {
    let Ok(rows) = store.list_tokens() else { return String::new() };
    let mut names: Vec<String> = rows.into_iter().map(|row| row.user).collect();
    names.retain(|name| user.is_none_or(|user| user.as_str() != name));
    names.sort();
    names.dedup();
    match names.len() {
        0 => String::new(),
        1..=5 => format!(", but those of {}", names.join(", ")),
        count => format!(", but those of {count} others"),
    }
}

fn about(tokens: &OAuthTokens) -> Finding {
    let user = tokens.user();
    let expiry = tokens.expiry_millis();
    let remaining = tokens.remaining();
    if (1..IN_SECONDS).contains(&expiry) {
        let found =
            format!("the tokens of {user} are there, but their end looks like seconds where milliseconds are kept");
        return Finding::warn(
            "tokens",
            found,
            "correct the program that saved them, or sign in again: zcrm login --browser, or --grant-token -",
        );
    }
    if i64::try_from(remaining.as_millis()).unwrap_or(i64::MAX) > LONGEST_LIFE {
        let found = format!("the access token of {user} is said to live for {} more", in_words(remaining));
        return Finding::warn(
            "tokens",
            found,
            "correct the program that saved it, or sign in again: zcrm login --browser, or --grant-token -",
        );
    }
    Finding::ok(
        "tokens",
        match remaining.is_zero() {
            true => format!("the tokens of {user} are there; the access token has ended"),
            false => format!("the tokens of {user} are there; the access token lives for {} more", in_words(remaining)),
        },
    )
}

/// Obtains an access token in place of one that has ended, as a call would, and looks whether it was saved.
fn refresh(client: &Client, user: &UserIdentifier, old: &OAuthTokens) -> (Finding, Access) {
    if let Err(error) = client.oauth().get_access_token(user) {
        return (explain::failure("refresh", &error), Access::None);
    }
    let saved = client.store().get_oauth_tokens(user);
    let is_saved = matches!(saved, Ok(Some(new)) if !new.access_token().same_as(old.access_token()));
    let finding = if is_saved {
        Finding::ok("refresh", "a new access token was obtained and saved")
    } else {
        let found = "a new access token was obtained, but could not be saved, so every program obtains its own";
        Finding::fail("refresh", found, "make the store writable and give it room; see the lines about the store")
    };
    (finding, Access::Probably)
}
