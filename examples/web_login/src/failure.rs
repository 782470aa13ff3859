//! What a failure means for the person in front of the browser, and what to do next.

use axum::http::StatusCode;
use zcrm_core::ErrorKind;

/// What a page says about a failure. Details that concern the operator only are not for the page.
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
    pub(crate) remedy: Remedy,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    SignIn,
    TryAgain,
    Operator,
}

const fn failure(status: StatusCode, title: &'static str, text: &'static str, remedy: Remedy) -> Failure {
    Failure { status, title, text, remedy }
}

/// The redirect's state is not one that this browser was sent out with.
pub(crate) const UNKNOWN_STATE: Failure = failure(
    StatusCode::BAD_REQUEST,
    "This sign-in is not valid here",
    "It was begun in another browser or too long ago, so nothing has been done. Begin again in this browser.",
    Remedy::SignIn,
);

/// The form for signing out was not the one of this session.
pub(crate) const STALE_FORM: Failure = failure(
    StatusCode::FORBIDDEN,
    "You have not been signed out",
    "The page you used is out of date. Open the start page and sign out there.",
    Remedy::TryAgain,
);

pub(crate) const BROKEN: Failure = failure(
    StatusCode::INTERNAL_SERVER_ERROR,
    "Something went wrong",
    "This is not your fault. Try again in a moment, and tell the operator of this page if it happens again.",
    Remedy::TryAgain,
);

/// A failed call of the SDK.
pub(crate) fn of(kind: ErrorKind) -> Failure {
    match kind {
        ErrorKind::AccessDenied => failure(
            StatusCode::FORBIDDEN,
            "You refused access",
            "Zoho CRM stays closed to this page until you accept. Nothing has been stored.",
            Remedy::SignIn,
        ),
        ErrorKind::InvalidGrant | ErrorKind::InvalidInput => failure(
            StatusCode::BAD_REQUEST,
            "This sign-in has expired",
            "Zoho's code was used before, is too old, or is not for this page. Sign in again to get a new one.",
            Remedy::SignIn,
        ),
        ErrorKind::NoTokens | ErrorKind::InvalidRefreshToken | ErrorKind::Unauthenticated | ErrorKind::Scope => {
            failure(
                StatusCode::FORBIDDEN,
                "Your access has ended",
                "Zoho no longer accepts the access that you gave to this page. Sign in again to renew it.",
                Remedy::SignIn,
            )
        }
        ErrorKind::Forbidden => failure(
            StatusCode::FORBIDDEN,
            "Your profile does not allow this",
            "Ask the administrator of your Zoho CRM to allow API access for your profile, or sign in as another user.",
            Remedy::SignIn,
        ),
        ErrorKind::TokenThrottled | ErrorKind::RateLimited | ErrorKind::RefreshBusy => failure(
            StatusCode::SERVICE_UNAVAILABLE,
            "Zoho limits requests at the moment",
            "Too many were sent in a short time. Wait a few minutes, then try again.",
            Remedy::TryAgain,
        ),
        ErrorKind::AccountsServer
        | ErrorKind::Connect
        | ErrorKind::Server
        | ErrorKind::Unanswered
        | ErrorKind::InvalidResponse => failure(
            StatusCode::BAD_GATEWAY,
            "Zoho cannot be reached",
            "Zoho CRM did not respond as expected. Wait a moment, then try again.",
            Remedy::TryAgain,
        ),
        ErrorKind::Persistence | ErrorKind::TokensNotSaved | ErrorKind::Io => BROKEN,
        _ => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            "This page is not set up correctly",
            "Signing in cannot work until the operator of this page has corrected its configuration.",
            Remedy::Operator,
        ),
    }
}
