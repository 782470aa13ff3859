//! The accounts server: consent, tokens, revocation, user information.

mod consent;
mod endpoint;

use crate::answer::Answer;
use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::world::World;

/// Counts a request when it arrives, whatever becomes of it.
pub(crate) fn count(world: &World, call: &Call) {
    world.watch.count(|counters| match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/oauth/v2/token") => {
            let grant_type = call.parameter("grant_type").unwrap_or_default();
            *counters.token_requests.entry(grant_type).or_default() += 1;
        }
        ("POST", "/oauth/v2/token/revoke" | "/oauth/v2/revoke/token") => counters.revocations += 1,
        ("GET", "/oauth/user/info") => counters.user_info_requests += 1,
        _ => {}
    });
}

/// Answers a request below `/oauth`, or none where there is nothing.
pub(crate) fn route(world: &World, behaviour: &Behaviour, call: &Call, path: &[&str]) -> Option<Answer> {
    Some(match (call.method.as_str(), path) {
        ("GET", ["v2", "auth"]) => consent::ask(world, behaviour, call),
        ("POST", ["v2", "auth"]) => consent::decide(world, behaviour, call),
        ("POST", ["v2", "token"]) => endpoint::token(world, behaviour, call),
        ("POST", ["v2", "token", "revoke"] | ["v2", "revoke", "token"]) => endpoint::revoke(world, call),
        ("GET", ["user", "info"]) => endpoint::user_info(world, behaviour, call),
        _ => return None,
    })
}
