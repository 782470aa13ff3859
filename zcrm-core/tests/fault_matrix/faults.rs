//! Every kind of fault, and what is known after it.

use serde_json::json;
use zcrm_core::ErrorKind;
use zcrm_emulator::{Fault, Reply};

/// What is known of a request that met a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was not done, and another attempt may do it.
    NotDone,
    /// It was refused, for reasons that lie in it.
    Refused(ErrorKind),
    /// It was refused, and so would be everything after it.
    Hopeless(ErrorKind),
    /// Nothing; another attempt may do it.
    Open,
    /// Nothing, and another attempt would end in the same way.
    Unreadable,
}

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) fault: Fault,
    /// Whether the server has done the work.
    pub(crate) worked: bool,
    pub(crate) known: Known,
}

fn case(name: impl Into<String>, fault: Fault, worked: bool, known: Known) -> Case {
    Case { name: name.into(), fault, worked, known }
}

pub(crate) fn faults() -> Vec<Case> {
    let mut cases = vec![
        case("reset before the work", Fault::ResetBeforeWork, false, Known::Open),
        case("reset after the work", Fault::ResetAfterWork, true, Known::Open),
        case("closed before the work", Fault::CloseBeforeWork, false, Known::Open),
        case("cut off", Fault::CutOff, true, Known::Open),
        case("cut off in chunks", Fault::CutOffChunked, true, Known::Open),
    ];
    for (name, reply) in lost() {
        cases.push(case(format!("{name}, not done"), Fault::Reply(reply.clone()), false, Known::Open));
        cases.push(case(format!("{name}, done"), Fault::ReplyAfterWork(reply), true, Known::Open));
    }
    for body in [json!({}), json!([]), json!({ "data": 7 }), json!({ "data": [7] }), json!({ "data": [{}], "x": 1 })] {
        let reply = Reply::json(200, &body);
        cases.push(case(format!("the body {body}"), Fault::ReplyAfterWork(reply), true, Known::Unreadable));
    }
    for (name, reply, known) in refusals() {
        cases.push(case(name, Fault::Reply(reply), false, known));
    }
    cases
}

/// Responses after which nothing is known.
fn lost() -> Vec<(&'static str, Reply)> {
    vec![
        ("empty 200", Reply::json(200, &json!({})).body("")),
        ("HTML 200", Reply::html(200)),
        ("HTML 502", Reply::html(502)),
        ("empty 503", Reply::empty(503)),
        ("HTML 504", Reply::html(504)),
        ("500 of Zoho's", Reply::error(500, "INTERNAL_ERROR", "m")),
        ("HTML 408", Reply::html(408)),
        ("no UTF-8", Reply::json(200, &json!({})).body(b"{\"data\":\"\xff\xfe\"}".to_vec())),
        ("half a JSON", Reply::json(200, &json!({})).body(r#"{"data":[{"code":"SUC"#)),
    ]
}

fn refusals() -> Vec<(&'static str, Reply, Known)> {
    use ErrorKind::{Forbidden, InvalidRequest, RateLimited, Scope, Unauthenticated, WrongHost};
    let moved = |status| Reply::html(status).header("Location", "https://crm.zoho.com/");
    vec![
        ("301", moved(301), Known::Hopeless(WrongHost)),
        ("302", moved(302), Known::Hopeless(WrongHost)),
        ("307", moved(307), Known::Hopeless(WrongHost)),
        ("wrong host", Reply::error(400, "INVALID_HOST", "m"), Known::Hopeless(WrongHost)),
        ("401 invalid token", Reply::invalid_token(), Known::NotDone),
        ("401 authentication failure", Reply::error(401, "AUTHENTICATION_FAILURE", "m"), Known::NotDone),
        ("401 in small letters", Reply::error(401, "invalid_token", "m"), Known::NotDone),
        ("401 HTML", Reply::html(401), Known::Hopeless(Unauthenticated)),
        ("401 empty", Reply::empty(401), Known::Hopeless(Unauthenticated)),
        ("401 scope", Reply::error(401, "OAUTH_SCOPE_MISMATCH", "m"), Known::Hopeless(Scope)),
        ("403 scope", Reply::error(403, "OAUTH_SCOPE_MISMATCH", "m"), Known::Hopeless(Scope)),
        ("403 permission", Reply::error(403, "NO_PERMISSION", "m"), Known::Refused(Forbidden)),
        ("403 HTML", Reply::html(403), Known::Refused(Forbidden)),
        ("413 HTML", Reply::html(413), Known::Refused(InvalidRequest)),
        ("429", Reply::too_many_requests(), Known::NotDone),
        ("429 HTML", Reply::html(429), Known::NotDone),
        ("429 Retry-After", Reply::too_many_requests().retry_after(0), Known::NotDone),
        ("400 rate limit", Reply::error(400, "RATE_LIMIT_EXCEEDED", "m"), Known::NotDone),
        ("429 for an hour", Reply::too_many_requests().retry_after(3600), Known::Hopeless(RateLimited)),
        ("day's limit", Reply::error(400, "DAILY_LIMIT_EXCEEDED", "m"), Known::Hopeless(RateLimited)),
    ]
}
