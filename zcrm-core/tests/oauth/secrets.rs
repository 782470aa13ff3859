//! No secret in an error, a `Debug` or a log line, whatever happens.

use zcrm_core::{GrantToken, Secret};

use crate::support::*;

#[test]
fn no_canary_anywhere() {
    // Answers that echo what was sent, in every place that could be shown.
    let echoes: [fn(&str) -> Reply; 6] = [
        |body| json(format!(r#"{{"error":"{body}","error_description":"{body}"}}"#)),
        |body| json(format!(r#"{{"error":"invalid_code","error_description":"{body}"}}"#)),
        |body| status(500, body.to_owned()),
        |body| json(format!(r#"{{"access_token":17,"echo":"{body}"}}"#)),
        |body| status(400, format!(r#"{{"error":"Access Denied","error_description":"{body}","status":"failure"}}"#)),
        |body| {
            json(format!(r#"{{"access_token":"1000.canary-access","expires_in":3600,"api_domain":"https://{body}"}}"#))
        },
    ];
    for echo in echoes {
        let (zoho, store) = (Zoho::new(), Store::default());
        zoho.rule(move |seen| echo(&seen.body));
        let client = client(&zoho, &store);
        let mut errors = Vec::new();
        errors.extend(client.oauth().generate_access_token(GrantToken::new(GRANT)).err());
        errors.extend(client.oauth().generate_access_token_from_refresh_token(Secret::new(REFRESH), "c@xyz.com").err());
        store.put("1000.canary-old", REFRESH, -10);
        store.fail_saves(true);
        errors.extend(client.oauth().get_access_token(USER).err());
        errors.extend(client.oauth().refresh(USER).err());
        errors.extend(client.oauth().revoke(USER).err());
        for error in errors {
            assert!(!all_of(&error).contains("canary"), "{error:?}");
        }
        assert!(!format!("{client:?} {:?}", client.oauth()).contains("canary"));
        assert!(zoho.seen().iter().all(|seen| !seen.url.contains("canary")));
    }
    assert!(logged("canary").is_empty(), "{:?}", logged("canary"));
    assert!(!logged("").is_empty(), "the listener hears");
}

#[test]
fn every_error_of_the_handle_is_logged_once_at_error() {
    let (zoho, store) = (Zoho::new(), Store::default());
    let error = client(&zoho, &store).oauth().get_access_token("logged-once@xyz.com").unwrap_err();
    let lines = logged("logged-once@xyz.com");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0], (log::Level::Error, error.to_string()));
}

#[test]
fn an_error_is_logged_by_nobody_but_the_handle() {
    let (zoho, store) = (Zoho::new(), Store::default());
    let client = client(&zoho, &store);
    store.put_for("busy-once@xyz.com", "1000.old", REFRESH, -10);
    store.lock_for_ever(true);
    let busy = client.oauth().get_access_token("busy-once@xyz.com").unwrap_err();
    store.lock_for_ever(false);
    store.fail_deletes(true);
    let undeleted = client.oauth().delete("undeleted-once@xyz.com").unwrap_err();
    assert_eq!(logged("busy-once@xyz.com").len(), 1, "{:?}", logged("busy-once@xyz.com"));
    assert!(all_of(&busy).contains("somebody else refreshes"), "the store's reason is the cause: {busy:?}");
    assert!(logged("undeleted-once").is_empty() && !undeleted.to_string().contains("undeleted-once"));

    zoho.next([Reply::Answer(429, vec![("Retry-After", "4711")], String::new())]);
    client.oauth().get_access_token("busy-once@xyz.com").unwrap_err();
    let limited: Vec<_> =
        logged("Zoho limits token requests").into_iter().filter(|(_, line)| line.contains("3600 s")).collect();
    assert_eq!(limited.len(), 1, "{limited:?}");
}
