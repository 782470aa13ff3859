//! What is wrong with the tokens, the client, the data center, the environment and what the tokens allow.

use serde_json::{Value, json};
use zcrm_core::GrantToken;
use zcrm_emulator::{Edition, Fault, On, Options, Reply, Revoke};

use crate::case::{examine, finds, finds_with, is_well, says, signed_in};
use crate::support::{Place, USER, out};

/// A place whose tokens have these scopes.
fn with_scopes(scopes: &[&str]) -> Place {
    let place = Place::new(Options::default());
    let client = zcrm_cli::connect(zcrm_cli::config(Some(&place.config())).unwrap()).unwrap();
    let grant = place.emulator.new_grant_with_scopes(USER, scopes);
    client.oauth().generate_access_token(GrantToken::new(grant)).unwrap();
    place.emulator.reset_counters();
    place
}

#[test]
fn nobodys_tokens() {
    let place = signed_in();
    place.change(json!({ "current_user_email": "b@xyz.com" }));
    let said = &["the store holds no tokens of b@xyz.com, but those of abc@xyz.com", "set current_user_email"];
    finds(&place, ("FAIL  tokens: ", said));
    place.change(json!({ "current_user_email": null }));
    finds(&place, ("FAIL  tokens: ", &["no user is configured", "those of abc@xyz.com", "set current_user_email"]));
}

#[test]
fn another_persons_tokens() {
    let place = signed_in();
    place.emulator.fault(
        On::path("/crm/v2/users"),
        Fault::Reply(Reply::json(
            200,
            &json!({ "users": [{ "id": "1", "email": "eve@xyz.com", "full_name": "Eve" }] }),
        )),
    );
    finds(&place, ("warn  user: ", &["kept under abc@xyz.com are those of eve@xyz.com", "set current_user_email"]));
}

#[test]
fn a_token_that_has_ended_is_replaced_once() {
    let place = signed_in();
    place.emulator.expire_tokens_now();
    let before = place.tokens();
    let output = examine(&place, &[]);
    says(&place, &output, ("ok    refresh: ", &["no longer took the stored access token", "obtained and saved"]));
    let after = place.tokens();
    let refresh_token = |text: &str| {
        let content: Value = serde_json::from_str(text).unwrap();
        content["tokens"][0]["refresh_token"].as_str().unwrap().to_owned()
    };
    assert!(before != after && refresh_token(&before) == refresh_token(&after), "the refresh token stays");
}

#[test]
fn a_secret_of_another_client() {
    let place = signed_in();
    place.emulator.expire_tokens_now();
    place.change(json!({ "client_secret": "canary-of-another" }));
    let text = finds(&place, ("FAIL  refresh: ", &["the client_secret is wrong", "copy client_secret again"]));
    assert!(!text.contains("canary"), "{text}");
    place.change(json!({ "client_id": "1000.ANOTHER" }));
    finds(&place, ("FAIL  refresh: ", &["does not know the client_id", "correct client_id"]));
    place.change(json!({}));
    is_well(&place);
}

#[test]
fn tokens_that_were_revoked() {
    let place = signed_in();
    place.emulator.revoke_tokens(USER, Revoke::Everything);
    finds(&place, ("FAIL  refresh: ", &["the refresh token in the store is revoked", "sign in again"]));
    place.sign_in();
    place.emulator.reset_counters();
    is_well(&place);
}

#[test]
fn tokens_of_another_data_center() {
    let place = signed_in();
    place.emulator.refuse_every_token(true);
    let output = examine(&place, &[]);
    let said =
        &["Zoho rejects every access token (INVALID_TOKEN: ", "data center", "set api_base_url and accounts_url"];
    says(&place, &output, ("FAIL  access: ", said));
}

#[test]
fn tokens_that_zoho_says_are_of_another_data_center() {
    let place = signed_in();
    let expire = || place.emulator.expire_tokens_now();
    let told = |domain: &str| place.emulator.behave(|behaviour| behaviour.api_domain = Some(domain.to_owned()));
    told("https://www.zohoapis.eu");
    expire();
    let said = &[
        "https://www.zohoapis.eu",
        "set api_base_url to https://www.zohoapis.eu, accounts_url to https://accounts.zoho.eu",
    ];
    says(&place, &examine(&place, &[]), ("FAIL  data center: ", said));
    told("https://sandbox.zohoapis.com");
    expire();
    says(&place, &examine(&place, &[]), ("FAIL  data center: ", &["https://sandbox.zohoapis.com", "sandbox to true"]));
    told("https://canary.example");
    expire();
    let said = ("FAIL  data center: ", &["a host that is none of the known data centers", "check accounts_url"][..]);
    assert!(!says(&place, &examine(&place, &[]), said).contains("canary"), "what a server echoes is not shown");
}

#[test]
fn a_sandbox_taken_for_production() {
    let place = signed_in();
    place.emulator.behave(|behaviour| behaviour.organization_type = Some("Sandbox".to_owned()));
    finds(&place, ("FAIL  organization: ", &["is a sandbox, but production is configured", "set sandbox to true"]));
    place.emulator.behave(|behaviour| behaviour.organization_type = Some("Production".to_owned()));
    is_well(&place);
}

#[test]
fn token_requests_that_zoho_limits() {
    let place = signed_in();
    place.emulator.expire_tokens_now();
    place.emulator.behave(|behaviour| behaviour.token_endpoint_throttled = Some(400));
    says(&place, &examine(&place, &[]), ("FAIL  ", &["limits token requests", "wait 10 minutes"]));
}

#[test]
fn a_version_that_is_not_accepted() {
    let place = signed_in();
    let refusal = json!({
        "code": "API_NOT_SUPPORTED", "details": { "supported_version": "v3" }, "message": "x", "status": "error",
    });
    place.emulator.fault(On::path("/crm/v2/"), Fault::Reply(Reply::json(400, &refusal)));
    finds(&place, ("FAIL  version: ", &["the API v2 is not accepted", "set api_version to v3"]));
}

#[test]
fn scopes_that_lack() {
    let place = with_scopes(&["ZohoCRM.modules.READ", "ZohoCRM.users.READ", "ZohoCRM.apis.READ"]);
    let said =
        &["they lack the scopes for: search, query (COQL), bulk read", "ZohoCRM.coql.READ", "zcrm login --browser"];
    let text = finds(&place, ("warn  scopes: the tokens allow: read records, users, prices", said));
    assert!(text.contains("warn  organization: ") && text.contains("ZohoCRM.org.READ"), "{text}");
    // The token response tells the scopes, so that writes are known too.
    place.emulator.expire_tokens_now();
    let output = examine(&place, &[]);
    says(&place, &output, ("warn  scopes: ", &["lack the scopes for: create records, update records, delete records"]));
}

#[test]
fn modules() {
    let place =
        with_scopes(&["ZohoCRM.modules.Leads.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.users.READ", "ZohoCRM.org.READ"]);
    let said = &["the records of Contacts cannot be read: the tokens lack a scope", "ZohoCRM.modules.Contacts.READ"];
    let text = finds_with(&place, &["--module", "Leads", "--module", "Contacts"], ("FAIL  module: ", said));
    assert!(text.contains("ok    module: Leads can be read"), "{text}");
    let said = &["there is no module Leeds", "did you mean Leads?"];
    finds_with(&place, &["--module", "Leeds"], ("FAIL  module: ", said));
    let many =
        ["--module", "Leads", "--module", "Deals", "--module", "Tasks", "--module", "Accounts", "--module", "Calls"];
    let place = signed_in();
    finds_with(&place, &many, ("warn  module: Calls: not checked", &["run it again with --module Calls alone"]));
}

#[test]
fn a_profile_that_forbids() {
    let place = signed_in();
    let refusal = json!({ "code": "NO_PERMISSION", "details": { "permissions": ["Crm_Implied_View_Leads"] },
        "message": "permission denied", "status": "error" });
    place.emulator.fault(On::exactly("/crm/v2/Leads"), Fault::Reply(Reply::json(403, &refusal)));
    let said =
        &["the records of Leads cannot be read by this user", "NO_PERMISSION", "give the user's profile the right"];
    finds_with(&place, &["--module", "Leads"], ("FAIL  module: ", said));
}

#[test]
fn credits_and_editions() {
    let place = signed_in();
    place.emulator.behave(|behaviour| behaviour.edition = Some(Edition::Free));
    finds(&place, ("ok    limits: edition free: credits 5000 in 24 hours", &["5 requests at once"]));
    place.emulator.behave(|behaviour| behaviour.credits_remaining = Some(120));
    finds(&place, ("warn  limits: edition free: credits 5000 in 24 hours, 120 left", &["put off what is not urgent"]));
    place.emulator.behave(|behaviour| behaviour.credits_remaining = Some(0));
    finds(&place, ("FAIL  limits: ", &["0 left", "wait until credits are free again"]));
}

#[test]
fn a_grant_that_was_used_leaves_no_tokens() {
    let place = Place::new(Options::default());
    let client = zcrm_cli::connect(zcrm_cli::config(Some(&place.config())).unwrap()).unwrap();
    let refused = client.oauth().generate_access_token(GrantToken::new("1000.used")).unwrap_err();
    assert!(refused.to_string().contains("used before"), "{refused}");
    place.emulator.reset_counters();
    finds(&place, ("FAIL  tokens: ", &["the store holds no tokens of abc@xyz.com", "sign in: zcrm login"]));
    assert!(!out(&examine(&place, &[])).contains("1000.used"));
}

/// Answers every request to a path.
fn answers(place: &Place, path: &str, status: u16, body: &Value) {
    place.emulator.fault(On::path(path).times(u64::MAX), Fault::Reply(Reply::json(status, body)));
}

#[test]
fn a_user_who_is_not_active_is_no_matter_of_scopes_alone() {
    let place = signed_in();
    let refusal =
        json!({ "code": "AUTHORIZATION_FAILED", "details": {}, "message": "User is inactive", "status": "error" });
    answers(&place, "/crm/", 401, &refusal);
    let text = finds(&place, ("FAIL  scopes: ", &["the tokens allow: nothing"]));
    assert!(text.contains("warn  user: ") && text.contains("AUTHORIZATION_FAILED: User is inactive"), "{text}");
}

#[test]
fn what_zoho_says_to_tokens_that_it_rejects_is_told() {
    let place = signed_in();
    let refusal =
        json!({ "code": "AUTHENTICATION_FAILURE", "details": {}, "message": "IP not allowed", "status": "error" });
    answers(&place, "/crm/v2/", 401, &refusal);
    says(&place, &examine(&place, &[]), ("FAIL  access: ", &["(AUTHENTICATION_FAILURE: IP not allowed)"]));
    let refusal = json!({ "code": "NO_PERMISSION", "details": {}, "message": "IP not allowed", "status": "error" });
    let place = signed_in();
    answers(&place, "/crm/v2/", 403, &refusal);
    finds(&place, ("FAIL  access: ", &["NO_PERMISSION: IP not allowed", "this machine's IP address"]));
    let place = signed_in();
    place.emulator.expire_tokens_now();
    answers(&place, "/oauth/v2/token", 200, &json!({ "error": "access_denied" }));
    finds(&place, ("FAIL  refresh: ", &["Zoho denies this user a new access token", "closed or not active"]));
}

#[test]
fn nobody_and_no_organization_are_no_matter_of_the_version() {
    let place = signed_in();
    answers(&place, "/crm/v2/org", 200, &json!({ "org": [] }));
    finds(&place, ("FAIL  organization: Zoho tells no organization", &["sign in again"]));
    answers(&place, "/crm/v2/users", 200, &json!({ "users": [] }));
    finds(&place, ("FAIL  user: Zoho tells no user", &["see that the user is active"]));
}

#[test]
fn a_page_of_maintenance() {
    let place = signed_in();
    place.emulator.fault(On::path("/crm/v2/"), Fault::Reply(Reply::html(200)));
    finds(
        &place,
        ("FAIL  access: ", &["is not JSON", "it begins with", "; try again later, as it may be maintenance"]),
    );
}

#[test]
fn prices_that_are_not_told() {
    let place = signed_in();
    answers(&place, "/crm/v2/__apis", 500, &json!({}));
    finds(&place, ("warn  prices: Zoho does not tell the prices", &["HTTP status 500", "try again later"]));
    let place = signed_in();
    answers(&place, "/crm/v2/__apis", 404, &json!({ "code": "INVALID_URL_PATTERN", "message": "x" }));
    finds(&place, ("ok    prices: ", &["those of its documentation are used"]));
}

#[test]
fn the_scope_to_ask_for_is_never_a_placeholder() {
    let place = with_scopes(&["ZohoCRM.users.READ", "ZohoCRM.org.READ", "ZohoCRM.apis.READ"]);
    let scope = "ZohoCRM.modules.{module_api_name}.READ";
    let priced = json!({ "method": "GET", "oauth_scope": scope, "min_credits": 1, "max_credits": 1 });
    let list = json!({ "__apis": [{ "path": "/crm/v2/{module_api_name}", "operation_types": [priced] }] });
    answers(&place, "/crm/v2/__apis", 200, &list);
    let text = finds(&place, ("warn  scopes: ", &["ZohoCRM.modules.READ"]));
    assert!(!text.contains('{'), "{text}");
}
