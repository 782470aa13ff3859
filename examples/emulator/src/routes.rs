//! Which handler answers a request, and who may call the CRM.

use std::sync::Arc;

use serde_json::json;

use crate::accounts;
use crate::answer::{Answer, Outcome};
use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::callbacks;
use crate::control;
use crate::crm::{self, Visit, moment_of};
use crate::moment;
use crate::oauth::Session;
use crate::scopes;
use crate::verdict::{no_such_url, refuse, scope_mismatch, too_many_requests};
use crate::version::Version;
use crate::world::World;

/// Refuses what can be refused before the body is read, else notes whose call it is.
pub(crate) fn refuse_by_headers(
    world: &World,
    behaviour: &Behaviour,
    call: &mut Call,
    together: usize,
) -> Option<Box<Answer>> {
    if !call.is_of_crm() {
        return None;
    }
    if behaviour.calls_at_once().is_some_and(|most| together > most) {
        return Some(too_many_requests());
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
pub(crate) fn route(world: &Arc<World>, behaviour: &Behaviour, call: &Call) -> Answer {
    let segments = call.segments();
    match segments.as_slice() {
        ["oauth", path @ ..] => accounts::route(world, behaviour, call, path).unwrap_or_else(no_such_url),
        ["emulator", path @ ..] => control::route(world, call, path).unwrap_or_else(no_such_url),
        ["crm", "bulk", version, path @ ..] => visit(world, behaviour, call, version, path),
        ["crm", version, path @ ..] => visit(world, behaviour, call, version, path),
        [version, "crm", _, "bulk-write", ..] => visit(world, behaviour, call, version, &segments),
        _ => no_such_url(),
    }
}

fn visit(world: &Arc<World>, behaviour: &Behaviour, call: &Call, version: &str, path: &[&str]) -> Answer {
    let (Some(version), Some(session)) = (Version::parse(version), call.session.as_ref()) else {
        return no_such_url();
    };
    let is_bulk = call.path.starts_with("/crm/bulk/");
    if !scopes::allow(session, &call.method, path, is_bulk) {
        return *scope_mismatch();
    }
    let cost = crm::credits(call);
    if !world.watch.spend(cost, behaviour.credits_of_a_day()) {
        return *too_many_requests();
    }
    let answer = work(world, behaviour, (call, version), session, path).unwrap_or_else(|refusal| *refusal);
    if path == ["__composite_requests"] && answer.status == 400 && cost > 1 {
        world.watch.count(|counters| counters.credits = counters.credits.saturating_sub(1));
    }
    let left = session.expires.saturating_duration_since(std::time::Instant::now());
    // Zoho labels even ordinary JSON as an attachment, and sets cookies that nobody should keep.
    let is_file = answer.headers.iter().any(|(name, _)| name == "Content-Disposition");
    let answer =
        if is_file { answer } else { answer.header("Content-Disposition", "attachment; filename=response.json") };
    let answer = match behaviour.credits_remaining.or_else(|| credits_left(world, behaviour)) {
        Some(credits) => answer.header("X-API-CREDITS-REMAINING", credits.to_string()),
        None => answer,
    };
    answer
        .header("X-ACCESSTOKEN-RESET", moment::ahead(left))
        .header("Set-Cookie", "_zcsr_tmp=emulated;path=/;SameSite=Strict;priority=high")
        .header("Server", "ZGS")
        .header("Cache-Control", "no-store")
}

fn work(
    world: &Arc<World>,
    behaviour: &Behaviour,
    (call, version): (&Call, Version),
    session: &Session,
    path: &[&str],
) -> Outcome {
    let unmodified_since = moment_of(call, "If-Unmodified-Since")?;
    let mut org = world.org.lock();
    let person = org.users.person(&session.user);
    let visit = Visit { call, version, behaviour, person, unmodified_since };
    if call.path.starts_with("/crm/bulk/") {
        return match path {
            ["write", path @ ..] => crm::imports(&mut org, &visit, path),
            _ => crm::bulk(&mut org, &visit, path),
        };
    }
    if let [_, "crm", _, "bulk-write", job, _] = path {
        return crm::import_result(&mut org, &visit, job);
    }
    let answer = crm::route(&mut org, &visit, path);
    callbacks::send(world, behaviour, org.channels.take_callbacks());
    answer
}

/// What is left of the day's credits, which Zoho tells once half of them are used.
fn credits_left(world: &World, behaviour: &Behaviour) -> Option<u64> {
    let daily = behaviour.credits_of_a_day()?;
    let spent = world.watch.read_credits();
    (spent.saturating_mul(2) >= daily).then(|| daily.saturating_sub(spent))
}
