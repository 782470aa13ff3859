//! What a program says can neither end the client nor take a token to its log.

use std::path::Path;

use libtest_mimic::Trial;
use zcrm_core::persistence::{PersistenceErrorKind as Kind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};

use crate::logged;
use crate::support::{helper, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "a_message_full_of_tokens_is_an_error_like_any_other",
            a_message_full_of_tokens_is_an_error_like_any_other,
        ),
        trial("no_half_of_a_token_is_logged_where_a_line_is_cut", no_half_of_a_token_is_logged_where_a_line_is_cut),
    ]
}

fn user() -> UserIdentifier {
    UserIdentifier::new("abc@xyz.com").unwrap()
}

fn a_message_full_of_tokens_is_an_error_like_any_other() {
    let fault = helper("overflowing", Path::new("/")).get_oauth_tokens(&user()).unwrap_err();
    assert_eq!(fault.kind(), Kind::Denied);
    assert!(fault.to_string().contains("[redacted]!") && fault.to_string().len() < 1_000, "{fault}");
}

fn no_half_of_a_token_is_logged_where_a_line_is_cut() {
    let tokens = OAuthTokens::new(user(), "1000.across-canary-the-canary-cut", "1000.fake-refresh", 1);
    helper("across-the-cut", Path::new("/")).save_oauth_tokens(&tokens).unwrap();
    logged::line_with("says: it said all");
    for part in ["canary", "across-", "1000.acr", "-cut"] {
        assert!(!logged::all().contains(part), "{part} is in the log");
    }
}
