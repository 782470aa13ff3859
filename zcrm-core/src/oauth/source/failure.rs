//! The errors of a token source.

use crate::error::{Error, ErrorKind};
use crate::persistence::{PersistenceError, PersistenceErrorKind};
use crate::token::{OAuthTokens, UserIdentifier};

pub(super) fn busy(user: &UserIdentifier) -> Error {
    Error::new(
        ErrorKind::RefreshBusy,
        format!(
            "another thread or process has been refreshing the tokens of {user} for longer than the slowest refresh takes, \
             and has stored none; nothing was sent, and trying again is safe"
        ),
    )
}

pub(super) fn store_failed(what: &str, cause: PersistenceError) -> Error {
    Error::new(ErrorKind::Persistence, format!("the token store failed: {what}")).with_source(cause)
}

pub(super) fn empty(what: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("{what} is empty; nothing was sent"))
}

pub(super) fn no_stored_refresh_token(user: &UserIdentifier) -> Error {
    Error::new(
        ErrorKind::NoRefreshToken,
        format!(
            "the store holds no refresh token of {user}, so there is nothing to ask Zoho with: let the user consent again \
             and exchange the new grant"
        ),
    )
}

pub(super) fn lock_lost() -> PersistenceError {
    PersistenceError::new(
        PersistenceErrorKind::LockTimeout,
        "this process stood still for so long that the refresh lock went to another one",
    )
}

pub(super) fn not_saved(tokens: OAuthTokens, cause: PersistenceError) -> Error {
    Error::new(
        ErrorKind::TokensNotSaved,
        format!(
            "Zoho gave tokens of {}, yet they could not be saved. This process goes on using them and saves them at a \
             later call; they are in Error::tokens, and client.oauth().save_tokens saves them at once when the store works \
             again",
            tokens.user()
        ),
    )
    .with_tokens(tokens)
    .with_source(cause)
}

/// Why there are no tokens under a name: a grant that was exchanged for it was given by somebody else.
pub(super) fn diverted(user: &UserIdentifier, other: &UserIdentifier) -> String {
    format!(
        "the last grant that was exchanged for {user} was given by {other}, as Zoho says, and its tokens are kept under \
         that name; set current_user_email to {other} or use for_user"
    )
}

pub(super) fn no_tokens(user: &UserIdentifier, kept_under: Option<&UserIdentifier>) -> Error {
    let why = match kept_under {
        Some(other) => diverted(user, other),
        None => "exchange a grant token first (client.oauth().generate_access_token). If a grant was exchanged, its \
                 user may bear another e-mail address: the tokens are kept under the one that Zoho names"
            .to_owned(),
    };
    Error::new(ErrorKind::NoTokens, format!("the store holds no tokens of {user}: {why}"))
}
