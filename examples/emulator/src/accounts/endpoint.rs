//! The token endpoint, whose errors come with status 200, revocation, and user information.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::behaviour::{Behaviour, ExpiresIn};
use crate::call::Call;
use crate::faults::Reply;
use crate::oauth::{Minted, Refusal};
use crate::world::World;

pub(super) fn token(world: &World, behaviour: &Behaviour, call: &Call) -> Answer {
    let grant_type = call.parameter("grant_type").unwrap_or_default();
    if let Some(status) = behaviour.token_endpoint_throttled {
        return Reply::access_denied(status).answer();
    }
    let mut oauth = world.oauth.lock();
    if call.parameter("client_id").as_deref() != Some(&oauth.client_id) {
        return refused("invalid_client");
    }
    if call.parameter("client_secret").as_deref() != Some(&oauth.client_secret) {
        return refused("invalid_client_secret");
    }
    let minted = match grant_type.as_str() {
        "authorization_code" => {
            let code = call.parameter("code").unwrap_or_default();
            oauth.exchange(&code, call.parameter("redirect_uri").as_deref(), behaviour)
        }
        "refresh_token" => {
            let token = call.parameter("refresh_token").unwrap_or_default();
            oauth.refresh(&token, behaviour)
        }
        _ => return refused("general_error"),
    };
    drop(oauth);
    match minted {
        Ok(minted) => {
            world.watch.count(|counters| counters.tokens_issued += 1);
            Answer::json(200, &granted(world, behaviour, minted))
        }
        Err(Refusal::InvalidCode) => refused("invalid_code"),
        Err(Refusal::InvalidRedirectUri) => refused("invalid_redirect_uri"),
        Err(Refusal::TooMany) => Reply::access_denied(400).answer(),
    }
}

fn granted(world: &World, behaviour: &Behaviour, minted: Minted) -> Value {
    let mut answer = json!({
        "access_token": minted.access,
        "scope": minted.scopes.join(" "),
        "api_domain": behaviour.api_domain.as_deref().unwrap_or(world.url()),
        "token_type": "Bearer",
    });
    let life = behaviour.token_life;
    let (expires_in, seconds) = match behaviour.expires_in {
        ExpiresIn::Seconds => (json!(life.as_secs()), None),
        ExpiresIn::SecondsAsText => (json!(life.as_secs().to_string()), None),
        ExpiresIn::Milliseconds => (json!(life.as_millis() as u64), Some(json!(life.as_secs()))),
        ExpiresIn::MillisecondsAsText => (json!(life.as_millis().to_string()), Some(json!(life.as_secs().to_string()))),
    };
    if let Value::Object(answer) = &mut answer {
        answer.insert("expires_in".to_owned(), expires_in);
        answer.extend(seconds.map(|seconds| ("expires_in_sec".to_owned(), seconds)));
        answer.extend(minted.refresh.map(|token| ("refresh_token".to_owned(), token.into())));
    }
    answer
}

/// An OAuth error: Zoho sends it with status 200.
fn refused(error: &str) -> Answer {
    Answer::json(200, &json!({ "error": error }))
}

pub(super) fn revoke(world: &World, call: &Call) -> Answer {
    let token = call.parameter("token").unwrap_or_default();
    if world.oauth.lock().revoke(&token) {
        Answer::json(200, &json!({ "status": "success" }))
    } else {
        Answer::json(400, &json!({ "error": "invalid_code" }))
    }
}

pub(super) fn user_info(world: &World, behaviour: &Behaviour, call: &Call) -> Answer {
    let session = call.token().and_then(|token| world.oauth.lock().session(token));
    let Some(session) = session.filter(|_| !behaviour.refuse_every_token) else {
        return Answer::json(401, &json!({ "cause": "INVALID_OAUTHTOKEN", "response": "error" }));
    };
    if !behaviour.user_info_allowed || !session.allows("AaaServer.profile", &["READ"]) {
        return Answer::json(401, &json!({ "cause": "INVALID_OAUTHSCOPE", "response": "error" }));
    }
    let mut org = world.org.lock();
    let user = org.users.ensure(&session.user);
    let email = behaviour.user_info_email.as_deref().unwrap_or(&session.user);
    Answer::json(
        200,
        &json!({
            "First_Name": user["first_name"],
            "Last_Name": user["last_name"],
            "Display_Name": user["full_name"],
            "Email": email,
            "ZUID": user["zuid"],
        }),
    )
}
