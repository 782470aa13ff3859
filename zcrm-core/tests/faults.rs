//! Every fault against every class of call, over a transport that fails to order: how often the call goes out, and what
//! the caller is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::VecDeque;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::{InMemoryPersistence, PersistenceHandler};
use zcrm_core::rest::{Call, Idempotency};
use zcrm_core::transport::{Headers, HttpRequest, HttpResponse, Transport, TransportError, TransportErrorKind};
use zcrm_core::{Client, Config, Error, ErrorKind, Method, OAuthTokens, UserIdentifier};

/// What one request meets.
#[derive(Clone, Debug)]
enum Step {
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    Fail(TransportErrorKind),
    /// A good status, then this failure in the middle of the body.
    Break(io::ErrorKind),
}

fn answer(status: u16, body: &str) -> Step {
    Step::Answer(status, Vec::new(), body.as_bytes().to_vec())
}

fn refusal(status: u16, code: &str) -> Step {
    answer(status, &json!({ "code": code, "details": {}, "message": "m", "status": "error" }).to_string())
}

fn success() -> Step {
    answer(200, r#"{"ok":true}"#)
}

/// Follows a script for calls, the last step for ever; answers token requests with a new token each time.
#[derive(Clone, Debug)]
struct Scripted(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Step>,
    sent: Vec<String>,
    tokens: Vec<String>,
    refreshes: usize,
}

struct Broken(io::ErrorKind, bool);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if std::mem::replace(&mut self.1, true) {
            return Err(self.0.into());
        }
        buffer[0] = b'{';
        Ok(1)
    }
}

impl Transport for Scripted {
    fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let mut state = self.0.lock().unwrap();
        let json = |body: String| HttpResponse::new(200, Headers::default(), Cursor::new(body.into_bytes()));
        if request.url.contains("/oauth/v2/token") {
            state.refreshes += 1;
            let token = format!("1000.renewed-{}", state.refreshes);
            return Ok(json(json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" }).to_string()));
        }
        let path = request.url.trim_start_matches("https://www.zohoapis.com");
        let call = format!("{} {path}", request.method);
        state.sent.push(call);
        state.tokens.push(request.authorization.unwrap().expose().to_owned());
        let step = if state.script.len() > 1 { state.script.pop_front() } else { state.script.front().cloned() };
        match step.unwrap() {
            Step::Answer(status, headers, body) => {
                let headers = Headers::new(headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
                Ok(HttpResponse::new(status, headers, Cursor::new(body)))
            }
            Step::Fail(kind) => Err(TransportError::new(kind, "ordered failure")),
            Step::Break(kind) => Ok(HttpResponse::new(200, Headers::default(), Broken(kind, false))),
        }
    }
}

impl Scripted {
    fn sent(&self) -> usize {
        self.0.lock().unwrap().sent.len()
    }

    fn refreshes(&self) -> usize {
        self.0.lock().unwrap().refreshes
    }
}

fn quick() -> HttpOptions {
    HttpOptions::default().retry_base(Duration::from_micros(10)).max_retries(3)
}

fn config(pairs: &[(&str, &str)]) -> Config {
    let all =
        [("client_id", "1000.FAKE"), ("client_secret", "fake-secret"), ("redirect_uri", "https://example.com/cb")];
    Config::from_pairs(all.iter().chain(pairs).copied()).unwrap()
}

/// A client with a token that has an hour to live.
fn client(script: impl IntoIterator<Item = Step>, http: HttpOptions) -> (Client, Scripted) {
    let scripted = Scripted(Arc::new(Mutex::new(State { script: script.into_iter().collect(), ..State::default() })));
    let user = UserIdentifier::new("abc@xyz.com").unwrap();
    let hour =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64 + 3_600_000;
    let store = InMemoryPersistence::new();
    store.save_oauth_tokens(&OAuthTokens::new(user, "1000.stored", "1000.refresh", hour)).unwrap();
    let config = config(&[("current_user_email", "abc@xyz.com")]).with_http(http);
    (Client::with_transport(config, store, scripted.clone()), scripted)
}

/// Its name, how to make it, and whether it may be repeated.
type Class = (&'static str, fn(&Client) -> Call, bool);

/// Classes of calls: a name, how to make one, and whether it is repeated when its outcome is not known.
fn classes() -> Vec<Class> {
    vec![
        ("read", |client| client.call(Method::Get, "Leads/1"), true),
        ("update", |client| client.call(Method::Put, "Leads/1").json(&json!({})), true),
        ("delete", |client| client.call(Method::Delete, "Leads/1"), true),
        ("create", |client| client.call(Method::Post, "Leads").json(&json!({})), false),
        (
            "harmless post",
            |client| client.call(Method::Post, "coql").json(&json!({})).idempotency(Idempotency::Idempotent),
            true,
        ),
    ]
}

/// What is known after a fault.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    Refused,
    NotDone,
    Unknown,
}

fn faults() -> Vec<(Step, ErrorKind, Known)> {
    use Known::{NotDone, Refused, Unknown};
    use TransportErrorKind as Cause;
    vec![
        (Step::Fail(Cause::NotConnected), ErrorKind::Connect, NotDone),
        (Step::Fail(Cause::Tls), ErrorKind::Tls, Refused),
        (Step::Fail(Cause::Timeout), ErrorKind::Unanswered, Unknown),
        (Step::Fail(Cause::Lost), ErrorKind::Unanswered, Unknown),
        (Step::Fail(Cause::RequestBody), ErrorKind::Io, Refused),
        (Step::Fail(Cause::Invalid), ErrorKind::InvalidInput, Refused),
        (Step::Break(io::ErrorKind::UnexpectedEof), ErrorKind::Unanswered, Unknown),
        (Step::Break(io::ErrorKind::TimedOut), ErrorKind::Unanswered, Unknown),
        (refusal(429, "TOO_MANY_REQUESTS"), ErrorKind::RateLimited, NotDone),
        (answer(429, ""), ErrorKind::RateLimited, NotDone),
        (refusal(400, "RATE_LIMIT_EXCEEDED"), ErrorKind::RateLimited, NotDone),
        (refusal(400, "DAILY_LIMIT_EXCEEDED"), ErrorKind::RateLimited, Refused),
        (refusal(500, "INTERNAL_ERROR"), ErrorKind::Server, Unknown),
        (answer(502, "<html><body>Bad gateway</body></html>"), ErrorKind::Server, Unknown),
        (answer(503, ""), ErrorKind::Server, Unknown),
        (answer(200, "<html>Please log in</html>"), ErrorKind::InvalidResponse, Unknown),
        (answer(200, ""), ErrorKind::InvalidResponse, Unknown),
        (answer(201, r#"{"data":[{"code":"SUC"#), ErrorKind::InvalidResponse, Unknown),
        (answer(999, ""), ErrorKind::InvalidResponse, Unknown),
        (answer(302, ""), ErrorKind::WrongHost, Refused),
        (refusal(400, "INVALID_DATA"), ErrorKind::InvalidRequest, Refused),
        (refusal(405, "INVALID_REQUEST_METHOD"), ErrorKind::InvalidRequest, Refused),
        (refusal(413, "BODY_SIZE_REACHED"), ErrorKind::InvalidRequest, Refused),
        (refusal(415, "INVALID_DATA"), ErrorKind::InvalidRequest, Refused),
        (answer(418, "teapot"), ErrorKind::InvalidRequest, Refused),
        (refusal(401, "OAUTH_SCOPE_MISMATCH"), ErrorKind::Scope, Refused),
        (refusal(403, "OAUTH_SCOPE_MISMATCH"), ErrorKind::Scope, Refused),
        (refusal(403, "NO_PERMISSION"), ErrorKind::Forbidden, Refused),
        (answer(404, r#"{"message":"API endpoint not found"}"#), ErrorKind::NotFound, Refused),
        (refusal(412, "ALREADY_MODIFIED"), ErrorKind::Modified, Refused),
    ]
}

#[test]
fn a_fault_that_passes_is_survived_where_that_is_safe_and_told_where_not() {
    for (fault, kind, known) in faults() {
        for (class, call, may_repeat) in classes() {
            let (client, transport) = client([fault.clone(), success()], quick());
            let outcome = call(&client).send();
            let repeated = known == Known::NotDone || (known == Known::Unknown && may_repeat);
            let label = format!("{class}, {fault:?}");
            if repeated {
                let reply = outcome.expect(&label);
                assert_eq!(transport.sent(), 2, "{label}");
                assert_eq!(reply.is_retry(), known == Known::Unknown, "{label}");
                continue;
            }
            let error = outcome.expect_err(&label);
            assert_eq!(error.kind(), kind, "{label}: {error}");
            assert_eq!(transport.sent(), 1, "{label}");
            assert_eq!(error.outcome_unknown(), known == Known::Unknown && class != "read", "{label}");
            assert!(error.path().is_some_and(|path| path.starts_with("/crm/v2/")), "{label}");
        }
    }
}

#[test]
fn a_fault_that_stays_ends_after_the_attempts_allowed() {
    for (fault, kind, known) in faults() {
        for (class, call, may_repeat) in classes() {
            let (client, transport) = client([fault.clone()], quick());
            let label = format!("{class}, {fault:?}");
            let error = call(&client).send().expect_err(&label);
            let repeated = known == Known::NotDone || (known == Known::Unknown && may_repeat);
            assert_eq!(transport.sent(), if repeated { 4 } else { 1 }, "{label}");
            assert_eq!(error.kind(), kind, "{label}: {error}");
            assert_eq!(error.outcome_unknown(), known == Known::Unknown && class != "read", "{label}");
        }
    }
}

#[test]
fn a_response_that_is_not_utf8_is_asked_for_once_more() {
    let damaged = || Step::Answer(200, Vec::new(), b"{\"a\":\"\xff\"}".to_vec());
    for (class, call, may_repeat) in classes() {
        let (client, transport) = self::client([damaged(), success()], quick());
        assert_eq!(call(&client).send().is_ok(), may_repeat, "{class}");
        assert_eq!(transport.sent(), if may_repeat { 2 } else { 1 }, "{class}");
        let (client, transport) = self::client([damaged()], quick());
        let error = call(&client).send().expect_err(class);
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{class}");
        assert!(error.to_string().contains("not UTF-8"), "{class}: {error}");
        assert_eq!(error.outcome_unknown(), class != "read", "{class}");
        assert_eq!(transport.sent(), if may_repeat { 2 } else { 1 }, "{class}");
    }
}

#[test]
fn updates_are_not_repeated_where_that_is_switched_off() {
    let lost = Step::Fail(TransportErrorKind::Lost);
    let (client, transport) = client([lost, success()], quick().no_update_retries());
    let error = client.call(Method::Put, "Leads/1").json(&json!({})).send().unwrap_err();
    assert_eq!((error.kind(), transport.sent()), (ErrorKind::Unanswered, 1));
    assert!(error.outcome_unknown());
    assert!(client.call(Method::Delete, "Leads/1").send().is_ok());
}

#[test]
fn a_refusal_after_a_lost_attempt_says_that_it_may_have_been_done() {
    let (client, transport) = client([Step::Fail(TransportErrorKind::Lost), refusal(400, "INVALID_DATA")], quick());
    let error = client.call(Method::Delete, "Leads/1").send().unwrap_err();
    assert_eq!((error.kind(), transport.sent()), (ErrorKind::InvalidRequest, 2));
    assert!(error.outcome_unknown(), "the first attempt may have deleted it");
}

#[test]
fn an_endless_429_ends_within_its_budget() {
    let started = Instant::now();
    let options =
        quick().max_retries(1_000_000).retry_base(Duration::from_millis(5)).retry_budget(Duration::from_millis(200));
    let (client, _) = client([refusal(429, "TOO_MANY_REQUESTS")], options);
    let error = client.call(Method::Post, "Leads").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.is_retryable() && !error.outcome_unknown());
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn retry_after_is_waited_for_or_told() {
    let limited = |seconds: &str| {
        Step::Answer(
            429,
            vec![("Retry-After", seconds.to_owned()), ("X-API-CREDITS-REMAINING", "7".to_owned())],
            vec![],
        )
    };
    let started = Instant::now();
    let (patient, transport) = client([limited("1"), success()], quick());
    patient.call(Method::Post, "Leads").send().unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(transport.sent(), 2);

    let started = Instant::now();
    let (client, transport) = client([limited("3600"), success()], quick());
    let error = client.call(Method::Post, "Leads").send().unwrap_err();
    assert_eq!(transport.sent(), 1);
    assert!(started.elapsed() < Duration::from_secs(60), "a wait beyond the budget is not begun");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.to_string().contains("wait for 3600 s"), "{error}");
    assert_eq!(error.rate_limits().credits_remaining, Some(7));
}

#[test]
fn a_rejected_token_is_replaced_once_and_the_call_sent_again() {
    for code in ["INVALID_TOKEN", "AUTHENTICATION_FAILURE", "AUTHENTICATION_FAILED", "INVALID_OAUTHTOKEN"] {
        for (class, call, _) in classes() {
            let (client, transport) = client([refusal(401, code), success()], quick());
            call(&client).send().expect(class);
            assert_eq!((transport.sent(), transport.refreshes()), (2, 1), "{class}, {code}");
            let tokens = transport.0.lock().unwrap().tokens.clone();
            assert_eq!(tokens, ["Zoho-oauthtoken 1000.stored", "Zoho-oauthtoken 1000.renewed-1"]);
        }
    }
}

#[test]
fn a_server_that_refuses_every_token_costs_at_most_two_token_requests() {
    let (client, transport) = client([refusal(401, "INVALID_TOKEN")], quick());
    for _ in 0..1000 {
        let error = client.call(Method::Get, "Leads").send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    }
    assert!((1..=2).contains(&transport.refreshes()), "{}", transport.refreshes());
    let error = client.call(Method::Get, "Leads").send().unwrap_err();
    let text = error.to_string();
    for cause in ["www.zohoapis.com", "production", "client_id", "INVALID_TOKEN"] {
        assert!(text.contains(cause), "{text}");
    }
}

#[test]
fn a_missing_scope_never_leads_to_a_refresh() {
    let (client, transport) = client([refusal(401, "OAUTH_SCOPE_MISMATCH")], quick());
    assert_eq!(client.call(Method::Get, "Leads").send().unwrap_err().kind(), ErrorKind::Scope);
    assert_eq!((transport.sent(), transport.refreshes()), (1, 0));
}

#[test]
fn without_a_user_nothing_is_sent_and_both_ways_to_name_one_are_told() {
    let scripted = Scripted(Arc::new(Mutex::new(State { script: [success()].into(), ..State::default() })));
    let client = Client::with_transport(config(&[]), InMemoryPersistence::new(), scripted.clone());
    let error = client.call(Method::Get, "Leads").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoUser);
    assert!(error.to_string().contains("current_user_email") && error.to_string().contains("for_user"), "{error}");
    assert_eq!(scripted.sent(), 0);
}

#[test]
fn every_envelope_of_a_failure_is_understood() {
    let code = |status: u16, body: &str| -> Error {
        let (client, _) = client([answer(status, body)], quick().max_retries(0));
        client.call(Method::Get, "Leads").send().unwrap_err()
    };
    let whole =
        code(400, r#"{"code":"INVALID_DATA","details":{"api_name":"Email"},"message":"body","status":"error"}"#);
    assert_eq!((whole.code(), whole.api().unwrap().field().as_deref()), (Some("INVALID_DATA"), Some("Email")));
    let listed = code(
        412,
        r#"{"data":[{"code":"SUCCESS","status":"success","message":"","details":{}},
            {"code":"ALREADY_MODIFIED","status":"error","message":"m","details":{"id":"1"}}]}"#,
    );
    assert_eq!((listed.kind(), listed.code()), (ErrorKind::Modified, Some("ALREADY_MODIFIED")));
    let taxes = code(400, r#"{"taxes":[{"code":"DUPLICATE_DATA","status":"error","message":"m","details":""}]}"#);
    assert_eq!(taxes.code(), Some("DUPLICATE_DATA"));
    let upload =
        code(400, r#"{"ERROR_MESSAGE":"too large","ERROR_CODE":4003,"x-error":"e","info":"i","http_status":400}"#);
    assert_eq!((upload.code(), upload.api().unwrap().message.as_str()), (Some("4003"), "too large"));
    let oauth = code(400, r#"{"error":"invalid_code"}"#);
    assert_eq!(oauth.code(), Some("invalid_code"));
    let gateway = code(404, r#"{"message":"API endpoint not found"}"#);
    assert!(gateway.to_string().contains("API endpoint not found"), "{gateway}");
    let empty = code(400, "");
    assert!(empty.to_string().contains("empty"), "{empty}");
}

#[test]
fn a_page_of_html_is_shown_in_one_short_printable_line() {
    let page = format!("<html>\r\n\t<title>\u{1b}[31mDown\u{0}</title> {}</html>", "x".repeat(5000));
    let (client, _) = client([answer(503, &page)], quick().max_retries(0));
    let text = client.call(Method::Get, "Leads").send().unwrap_err().to_string();
    assert!(text.contains("<title>") && text.contains("Down"), "{text}");
    assert!(text.chars().count() < 500, "{}", text.len());
    assert!(!text.chars().any(char::is_control), "{text:?}");
}

#[test]
fn a_byte_order_mark_does_no_harm() {
    let (client, _) = client([answer(200, "\u{feff} {\"a\":1}\r\n")], quick());
    let value: serde_json::Value = client.call(Method::Get, "Leads").send().unwrap().json().unwrap();
    assert_eq!(value["a"], 1);
}

#[test]
fn an_answer_larger_than_allowed_is_an_error_and_not_asked_for_again() {
    let large = answer(200, &json!({ "a": "x".repeat(5000) }).to_string());
    let (client, transport) = client([large], quick().max_response_bytes(1000));
    let error = client.call(Method::Get, "Leads").send().unwrap_err();
    assert_eq!((error.kind(), transport.sent()), (ErrorKind::InvalidResponse, 1));
    assert!(error.to_string().contains("max_response_bytes"), "{error}");
}

#[test]
fn limits_are_readable_on_success() {
    let headers = vec![("X-API-CREDITS-REMAINING", "42".to_owned()), ("X-ACCESSTOKEN-RESET", "2024".to_owned())];
    let (client, _) = client([Step::Answer(200, headers, b"{}".to_vec())], quick());
    let reply = client.call(Method::Get, "Leads").send().unwrap();
    assert_eq!(reply.rate_limits().credits_remaining, Some(42));
    assert_eq!(reply.headers().get("x-accesstoken-reset"), Some("2024"));
}

#[test]
fn an_id_cannot_change_the_request() {
    let (client, transport) = client([success()], quick());
    client.call(Method::Get, "Leads").query("word", "a&b=c d/é+").send().unwrap();
    client.call(Method::Get, "/crm/bulk/v2/read/ä b").send().unwrap();
    let sent = transport.0.lock().unwrap().sent.clone();
    assert_eq!(sent, ["GET /crm/v2/Leads?word=a%26b%3Dc%20d%2F%C3%A9%2B", "GET /crm/bulk/v2/read/%C3%A4%20b"]);
    for path in ["Leads/5/../6", "Leads//1", "", "/settings", "/crm/../oauth", "Leads/1?x=1", "Leads#a", "Leads/."] {
        let error = client.call(Method::Get, path).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{path}");
    }
    let error = client.call(Method::Get, "Leads").header("authorization", "mine").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(transport.sent(), 2);
}
