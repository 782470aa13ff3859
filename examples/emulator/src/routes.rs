//! Which handler answers a request, and who may call the CRM.

use serde_json::json;

use crate::accounts;
use crate::answer::Answer;
use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::control;
use crate::crm::{self, Visit};
use crate::moment;
use crate::verdict::{no_such_url, refuse};
use crate::version::Version;
use crate::world::World;

/// Refuses what can be refused before the body is read, else notes whose call it is.
pub(crate) fn refuse_by_headers(
    world: &World,
    behaviour: &Behaviour,
    call: &mut Call,
    together: usize,
) -> Option<Box<Answer>> {
    if call.segments().first() != Some(&"crm") {
        return None;
    }
    if behaviour.max_in_flight.is_some_and(|most| together > most) {
        let message = "too many requests. please try again after some time";
        return Some(refuse(429, "TOO_MANY_REQUESTS", message, json!({})));
    }
    let Some(token) = call.token() else {
        return Some(refuse(401, "AUTHENTICATION_FAILURE", "Authentication failed", json!({})));
    };
    let session = world.oauth.lock().session(token).filter(|_| !behaviour.refuse_every_token);
    match session {
        Some(session) => {
            call.session = Some(session);
            None
        }
        None => Some(refuse(401, "INVALID_TOKEN", "invalid oauth token", json!({}))),
    }
}

/// Answers any request whose headers were accepted.
pub(crate) fn route(world: &World, behaviour: &Behaviour, call: &Call) -> Answer {
    let segments = call.segments();
    match segments.as_slice() {
        ["oauth", path @ ..] => accounts::route(world, behaviour, call, path).unwrap_or_else(no_such_url),
        ["emulator", path @ ..] => control::route(world, call, path).unwrap_or_else(no_such_url),
        ["crm", version, path @ ..] => visit(world, behaviour, call, version, path),
        _ => no_such_url(),
    }
}

fn visit(world: &World, behaviour: &Behaviour, call: &Call, version: &str, path: &[&str]) -> Answer {
    let (Some(version), Some(session)) = (Version::parse(version), call.session.as_ref()) else {
        return no_such_url();
    };
    let scopes: &[&str] = match path {
        ["org", ..] => &["ZohoCRM.org"],
        ["users", ..] => &["ZohoCRM.users"],
        ["settings", ..] => &["ZohoCRM.settings"],
        ["files", ..] => &["ZohoCRM.Files"],
        [_, "search"] => &["ZohoCRM.modules", "ZohoSearch.securesearch"],
        _ => &["ZohoCRM.modules"],
    };
    if !scopes.iter().all(|scope| session.allows(scope)) {
        return Answer::error(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", json!({}));
    }
    let mut org = world.org.lock();
    let person = org.users.person(&session.user);
    let visit = Visit { call, version, behaviour, person };
    let answer = crm::route(&mut org, &visit, path).unwrap_or_else(|refusal| *refusal);
    let left = session.expires.saturating_duration_since(std::time::Instant::now());
    // Zoho labels even ordinary JSON as an attachment, and sets cookies that nobody should keep.
    let is_file = answer.headers.iter().any(|(name, _)| name == "Content-Disposition");
    let answer =
        if is_file { answer } else { answer.header("Content-Disposition", "attachment; filename=response.json") };
    let answer = match behaviour.credits_remaining {
        Some(credits) => answer.header("X-API-CREDITS-REMAINING", credits.to_string()),
        None => answer,
    };
    answer
        .header("X-ACCESSTOKEN-RESET", moment::ahead(left))
        .header("Set-Cookie", "_zcsr_tmp=emulated;path=/;SameSite=Strict;priority=high")
        .header("Server", "ZGS")
        .header("Cache-Control", "no-store")
}
