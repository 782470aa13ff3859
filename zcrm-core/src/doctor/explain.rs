//! Errors in the words of findings.

use crate::error::{Error, ErrorKind};
use crate::finding::{self, Finding};

/// A failed check, by its error.
pub(super) fn failure(check: &str, error: &Error) -> Finding {
    let message = error.message();
    let (what, told) = message.split_once("; ").unwrap_or((message, ""));
    // Of the accounts server's errors the remedy begins with a sentence of its own, and the server ends the text.
    let asked = message.find("(asked: ").and_then(|at| message.get(at..));
    let what = match (asked, what.split_once(". ")) {
        (Some(asked), Some((what, _))) => format!("{what} {asked}"),
        // What follows tells of the response, and is no remedy.
        _ if error.kind() == ErrorKind::InvalidResponse && !told.is_empty() => format!("{what}, {told}"),
        _ => what.to_owned(),
    };
    let remedy = match (remedy(error), told) {
        (Some(remedy), _) => remedy,
        (None, "") => "do as the text above says; an administrator of the organization can see more in Zoho CRM",
        (None, told) => told,
    };
    Finding::fail(check, with_causes(&what, error), remedy)
}

/// What failed, what Zoho said, and why.
pub(super) fn with_causes(what: &str, error: &Error) -> String {
    let mut text = what.to_owned();
    if let Some(status) = error.status() {
        text.push_str(&format!(" (HTTP status {status})"));
    }
    if let Some(api) = error.api() {
        text.push_str(&format!(": {api}"));
    }
    finding::with_causes(text, error)
}

/// What to do, where a program's message is not what helps a person at a terminal.
fn remedy(error: &Error) -> Option<&'static str> {
    Some(match error.kind() {
        ErrorKind::NoTokens => "sign in: zcrm login --browser, or --grant-token -",
        ErrorKind::InvalidRefreshToken => {
            "where client_id, client_secret, accounts_url or sandbox are of another client, data center or environment \
             than the tokens, correct them; else sign in again: zcrm login --browser, or --grant-token -"
        }
        ErrorKind::NoRefreshToken => "sign in again: zcrm login --browser, or --grant-token -",
        ErrorKind::InvalidClient => {
            "correct client_id; else set accounts_url and api_base_url to the data center where the client is \
             registered, or enable the client for this data center in Zoho's API console"
        }
        ErrorKind::InvalidClientSecret => {
            "copy client_secret again from Zoho's API console, from the same client as client_id and for this data \
             center"
        }
        ErrorKind::TokenThrottled => {
            "wait 10 minutes; look for programs that refresh the same tokens without sharing them"
        }
        ErrorKind::Unauthenticated => UNAUTHENTICATED,
        ErrorKind::AccessDenied => {
            "see in the browser whether the user can still sign in to Zoho: an account that is closed or not active \
             gets no access; then sign in again: zcrm login --browser, or --grant-token -"
        }
        ErrorKind::Scope => {
            "see whether the user is active in Zoho CRM; then sign in again with the scope that lacks, as the line \
             about scopes tells"
        }
        ErrorKind::Forbidden => {
            "let an administrator allow what Zoho names: API access in the user's profile, this machine's IP address \
             where those are restricted, or the edition or license that it needs"
        }
        ErrorKind::InvalidRequest | ErrorKind::NotFound => {
            "do as Zoho's code and message say; an administrator of the organization can see more in Zoho CRM"
        }
        ErrorKind::InvalidResponse => {
            "try again later, as it may be maintenance; where it lasts, something else than Zoho answers: check \
             api_base_url, accounts_url and any proxy"
        }
        ErrorKind::Unanswered => "try again later; where it lasts, check the network and any proxy",
        ErrorKind::Connect | ErrorKind::Tls => "do as the lines about the servers say",
        ErrorKind::WrongHost => "set api_base_url to the data center's API host, such as https://www.zohoapis.com",
        ErrorKind::RateLimited => "wait; where it lasts for hours, the organization's credits for the day are used up",
        ErrorKind::Server | ErrorKind::AccountsServer => {
            "try again later; where it lasts, check the URLs and any proxy"
        }
        _ => return None,
    })
}

/// What to do where Zoho takes a token for none.
pub(super) const UNAUTHENTICATED: &str = "set api_base_url and accounts_url to the data center of the tokens, and \
    sandbox to their environment; check that client_id is the one they were made with; else sign in again: \
    zcrm login --browser, or --grant-token -";
