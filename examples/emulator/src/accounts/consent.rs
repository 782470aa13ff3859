//! The page on which a user lets an application in, and the redirect that follows.

use std::time::Instant;

use url::Url;

use crate::answer::Answer;
use crate::behaviour::Behaviour;
use crate::call::{Call, split_list};
use crate::oauth::Grant;
use crate::world::World;

/// Shows the page, unless the behaviour or `?emulator=allow|refuse` decides without asking.
pub(super) fn ask(world: &World, behaviour: &Behaviour, call: &Call) -> Answer {
    let redirect_uri = match check(world, call) {
        Ok(redirect_uri) => redirect_uri,
        Err(refusal) => return *refusal,
    };
    let decided = match call.query("emulator") {
        Some("allow") => Some(true),
        Some("refuse") => Some(false),
        _ => behaviour.consent,
    };
    match decided {
        Some(allowed) => redirect(world, behaviour, call, redirect_uri, allowed),
        None => page(world, call),
    }
}

/// Takes the answer of the page's buttons.
pub(super) fn decide(world: &World, behaviour: &Behaviour, call: &Call) -> Answer {
    match check(world, call) {
        Ok(redirect_uri) => {
            let allowed = call.parameter("decision").as_deref() == Some("allow");
            redirect(world, behaviour, call, redirect_uri, allowed)
        }
        Err(refusal) => *refusal,
    }
}

fn check(world: &World, call: &Call) -> Result<Url, Box<Answer>> {
    let oauth = world.oauth.lock();
    if call.query("client_id") != Some(&oauth.client_id) {
        return Err(error_page("Invalid Client ID", "The client id passed does not exist."));
    }
    let redirect_uri = call.query("redirect_uri").unwrap_or_default();
    let known = oauth.redirect_uris.iter().any(|registered| registered == redirect_uri);
    let redirect_uri = Url::parse(redirect_uri).ok().filter(|_| known);
    let redirect_uri = redirect_uri.ok_or_else(|| {
        error_page("Invalid Redirect Uri", "The redirect URI passed does not match the one configured.")
    })?;
    if call.query("response_type") != Some("code") {
        return Err(error_page("Invalid Response Type", "The response type must be code."));
    }
    if call.query_list("scope").is_empty() {
        return Err(error_page("Invalid OAuth Scope", "The scope passed does not exist."));
    }
    Ok(redirect_uri)
}

fn error_page(title: &str, text: &str) -> Box<Answer> {
    let page = format!(
        "<!DOCTYPE html><html><head><title>Error Occurred</title></head>\
         <body><h1>ERROR Occurred</h1><h2>{title}</h2><p>{text}</p></body></html>"
    );
    Box::new(Answer::html(400, page))
}

fn page(world: &World, call: &Call) -> Answer {
    let scopes: String =
        call.query_list("scope").into_iter().map(|scope| format!("<li>{}</li>", escape(scope))).collect();
    let org = world.org.lock();
    let users: String = org.users.emails().map(|email| format!("<option>{}</option>", escape(email))).collect();
    let page = format!(
        "<!DOCTYPE html><html><head><title>Zoho Accounts (emulated)</title></head><body>\
         <h1>An application would like to access your Zoho CRM</h1><ul>{scopes}</ul>\
         <form method=\"post\" action=\"/oauth/v2/auth?{query}\">\
         <p><label>You are <select name=\"user\">{users}</select></label></p>\
         <button name=\"decision\" value=\"allow\">Accept</button> \
         <button name=\"decision\" value=\"refuse\">Reject</button></form></body></html>",
        query = escape(&call.raw_query),
    );
    Answer::html(200, page)
}

fn redirect(world: &World, behaviour: &Behaviour, call: &Call, mut to: Url, allowed: bool) -> Answer {
    if allowed {
        let code = grant(world, behaviour, call);
        to.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("location", "us")
            .append_pair("accounts-server", world.url());
    } else {
        to.query_pairs_mut().append_pair("error", "access_denied");
    }
    if let Some(state) = call.query("state") {
        to.query_pairs_mut().append_pair("state", state);
    }
    Answer::empty(302).header("Location", to.as_str())
}

fn grant(world: &World, behaviour: &Behaviour, call: &Call) -> String {
    let user = call
        .parameter("user")
        .or_else(|| call.parameter("login_hint"))
        .or_else(|| world.org.lock().users.emails().next().map(str::to_owned))
        .unwrap_or_default();
    let mut oauth = world.oauth.lock();
    let consented_before = oauth.note_consent(&user);
    let wants_offline = call.query("access_type") == Some("offline");
    oauth.add_grant(Grant {
        user,
        scopes: call.query("scope").map(split_list).unwrap_or_default().into_iter().map(str::to_owned).collect(),
        expires: Instant::now() + behaviour.grant_life,
        redirect_uri: call.query("redirect_uri").map(str::to_owned),
        offline: wants_offline && (!consented_before || call.query("prompt") == Some("consent")),
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
