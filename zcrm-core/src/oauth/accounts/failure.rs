//! What a failure of the accounts server means, and what to do about it.

use super::response::AccountsResponse;
use crate::error::{Error, ErrorKind};
use crate::transport::{TransportError, TransportErrorKind};

/// What was asked of the accounts server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Grant,
    Refresh,
    Revoke,
}

impl Purpose {
    fn what(self) -> &'static str {
        match self {
            Self::Grant => "the grant could not be exchanged",
            Self::Refresh => "the access token could not be refreshed",
            Self::Revoke => "the tokens could not be revoked",
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Grant | Self::Refresh => "/oauth/v2/token",
            Self::Revoke => "/oauth/v2/token/revoke",
        }
    }

    /// What is to be known when no response came.
    fn if_unanswered(self) -> &'static str {
        match self {
            Self::Grant => "the grant may be spent: try it once more, and make a new one if it is refused",
            Self::Refresh => "the call itself was not sent; try again",
            Self::Revoke => "the tokens are still in the store; try again",
        }
    }
}

/// Zoho's codes by kind and remedy. They come with HTTP status 200 as well as 4xx.
fn known(code: &str, purpose: Purpose) -> Option<(ErrorKind, &'static str)> {
    Some(match code {
        "invalid_code" | "invalid_token" | "invalid_grant" => match purpose {
            Purpose::Grant => (
                ErrorKind::InvalidGrant,
                "the grant token is wrong, used before, expired (they live for minutes), or of another data center or \
                 client than the configured ones. Make a new one, and check accounts_url if a new one fails too",
            ),
            Purpose::Refresh | Purpose::Revoke => (
                ErrorKind::InvalidRefreshToken,
                "the refresh token in the store is revoked, or of another client or data center. Let the user consent \
                 again and exchange the new grant; check client_id and accounts_url if they were changed",
            ),
        },
        "invalid_client" | "unauthorized_client" => (
            ErrorKind::InvalidClient,
            "this data center does not know the client_id. Check it, check that accounts_url is the data center of the \
             account, and that the client is enabled for that data center in Zoho's API console",
        ),
        "invalid_client_secret" => (
            ErrorKind::InvalidClientSecret,
            "the client_secret is wrong. Copy it again from Zoho's API console; each data center may have its own",
        ),
        "invalid_redirect_uri" | "redirect_uri_mismatch" => (
            ErrorKind::InvalidRedirect,
            "the redirect_uri is not the one registered for this client. Copy it from Zoho's API console, letter by letter",
        ),
        "invalid_scope" | "invalid_oauthscope" => (
            ErrorKind::Scope,
            "a scope is wrong or not allowed for this client. Consent again with Zoho's own scope names",
        ),
        "access_denied" if purpose == Purpose::Refresh => (
            ErrorKind::AccessDenied,
            "Zoho denies this user a new access token. The account may be closed or not active; else wait 10 minutes",
        ),
        "access_denied" => (
            ErrorKind::AccessDenied,
            "the user refused the consent, or more than 10 grant tokens were made within 10 minutes; then wait 10 minutes",
        ),
        "invalid_request" | "unsupported_grant_type" | "unsupported_response_type" | "unsupported_token_type" => (
            ErrorKind::OAuth,
            "the accounts server does not understand the request. Check that accounts_url is one of Zoho's, and any proxy \
             on the way",
        ),
        "server_error" | "temporarily_unavailable" => {
            (ErrorKind::AccountsServer, "the accounts server cannot serve the request at the moment. Try again later")
        }
        "missing_org_info" => {
            (ErrorKind::OAuth, "Zoho wants the organization (soid) for this kind of client; use a self client")
        }
        "general_error" => (
            ErrorKind::OAuth,
            "Zoho gives no reason (general_error), also after a second attempt. It stands for trouble on Zoho's side or \
             a parameter it cannot read: try later, then check client_id, client_secret and redirect_uri",
        ),
        _ => return None,
    })
}

/// A response that is no success, and no rate limit, as an error.
pub(super) fn refused(purpose: Purpose, accounts_url: &str, response: &AccountsResponse) -> Error {
    let (kind, why) = match response.code().and_then(|code| known(code, purpose)) {
        Some((kind, why)) => (kind, why.to_owned()),
        None => unknown(response),
    };
    Error::new(kind, format!("{}: {why} (asked: {accounts_url})", purpose.what()))
        .with_request("POST", purpose.path())
        .with_status(response.status)
        .with_retry_after(response.retry_after)
}

fn unknown(response: &AccountsResponse) -> (ErrorKind, String) {
    if response.has_error() && response.status < 500 {
        let why = match response.code() {
            Some(code) => format!("Zoho refuses with the error {code:?}, which it does not document"),
            None => "Zoho refuses without a readable code".to_owned(),
        };
        return (ErrorKind::OAuth, why);
    }
    let why = match response.status {
        status @ 500.. => format!("the accounts server failed with HTTP status {status}. Try again later"),
        status @ 300..=399 => {
            format!("HTTP status {status} redirects elsewhere, which is not followed. Check accounts_url")
        }
        _ if response.empty => "the response is empty. Check accounts_url and any proxy, or try again".to_owned(),
        _ if !response.is_json() => {
            "the response is not JSON (a page of a proxy or gateway?). Check accounts_url and any proxy".to_owned()
        }
        _ => "the response holds neither an access token nor an error. Try again; check accounts_url".to_owned(),
    };
    (ErrorKind::AccountsServer, why)
}

/// No response came.
pub(super) fn unanswered(purpose: Purpose, accounts_url: &str, cause: TransportError) -> Error {
    let (kind, why) = match cause.kind() {
        TransportErrorKind::NotConnected => (
            ErrorKind::Connect,
            "no connection to the accounts server could be made. Check the network, any proxy, and accounts_url",
        ),
        TransportErrorKind::Tls => (
            ErrorKind::Tls,
            "the accounts server's certificate is not accepted. Check accounts_url and any extra certificate authority",
        ),
        TransportErrorKind::Invalid | TransportErrorKind::RequestBody => {
            (ErrorKind::Config, "the request could not be put together. Check accounts_url")
        }
        _ => (ErrorKind::AccountsServer, "the accounts server did not answer whole"),
    };
    let error = if kind == ErrorKind::AccountsServer {
        Error::new(kind, format!("{}: {why}; {} (asked: {accounts_url})", purpose.what(), purpose.if_unanswered()))
    } else {
        Error::new(kind, format!("{}: {why} (asked: {accounts_url})", purpose.what()))
    };
    error.with_request("POST", purpose.path()).with_source(cause)
}

/// The error of a consent that brought no refresh token.
pub(in crate::oauth) fn no_refresh_token() -> Error {
    Error::new(
        ErrorKind::NoRefreshToken,
        "Zoho gave an access token without a refresh token, so the user would have to consent again every hour; nothing \
         was stored. Ask for the consent with access_type=offline and prompt=consent: Zoho gives the refresh token at the \
         first consent only, unless prompted",
    )
}
