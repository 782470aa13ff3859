//! Nothing that is printed shows a token.

use super::sample::{save, user, with_causes};
use crate::persistence::{PersistenceHandler, StoreLimits};
use crate::token::OAuthTokens;

const ACCESS: &str = "1000.canary-access";
const REFRESH: &str = "1000.canary-refresh";

pub(super) fn prove(store: &impl PersistenceHandler, limits: StoreLimits) {
    save(store, &OAuthTokens::new(user("secret@x.com"), ACCESS, REFRESH, 1));
    silent(&format!("{store:?} {store:#?}"), "Debug of a store");
    if let Some(longest) = limits.max_token_bytes {
        let long = OAuthTokens::new(user("secret@x.com"), ACCESS.repeat(longest), REFRESH, 1);
        if let Err(fault) = store.save_oauth_tokens(&long) {
            silent(&format!("{} {fault:?}", with_causes(&fault)), "an error of a store");
        }
    }
}

fn silent(text: &str, what: &str) {
    assert!(!text.contains(ACCESS) && !text.contains(REFRESH), "{what} must not show a token");
}
