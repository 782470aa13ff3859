//! Whom calls trust and whom they go through: certificates, plain http, proxies; and what is logged of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// The emulator's options cannot be built in one expression from outside of its crate.
#![allow(clippy::field_reassign_with_default)]

mod rest_support;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine;
use rest_support::{CLOSED, client, config, emulator, quick, sign_in};
use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, ErrorKind, GrantToken, Method};
use zcrm_emulator::{Certificate, Emulator, Options};

const PASSWORD: &str = "canary-p%40ss";

fn https() -> Emulator {
    let mut options = Options::default();
    options.https = true;
    options.leads = 1;
    Emulator::start(options).unwrap()
}

fn trusting(emulator: &Emulator) -> HttpOptions {
    quick().extra_ca_pem(emulator.ca_pem().unwrap())
}

fn start(config: Config, http: HttpOptions) -> Client {
    Client::new(config.with_http(http), InMemoryPersistence::new()).unwrap()
}

#[test]
fn an_own_authority_is_trusted_when_it_is_named() {
    let emulator = https();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), emulator.ca_pem().unwrap()).unwrap();
    for http in [trusting(&emulator), quick().extra_ca_file(file.path())] {
        emulator.reset_counters();
        let client = client(&emulator, http);
        for _ in 0..10 {
            client.call(Method::Get, "Leads").send().unwrap();
        }
        assert_eq!(emulator.counters().connections, 1);
    }
}

#[test]
fn unknown_expired_and_foreign_certificates_are_refused_at_once() {
    let emulator = https();
    let refused = |http: HttpOptions, why: &str| {
        emulator.reset_counters();
        let client = start(config(&emulator, &[]), http);
        let error =
            client.oauth().generate_access_token(GrantToken::new(emulator.new_grant("abc@xyz.com"))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{why}: {error:?}");
        assert_eq!(emulator.counters().total_token_requests(), 0, "{why}");
    };
    refused(quick(), "unknown authority");
    emulator.behave(|behaviour| behaviour.certificate = Certificate::Expired);
    refused(trusting(&emulator), "expired");
    emulator.behave(|behaviour| behaviour.certificate = Certificate::WrongName);
    refused(trusting(&emulator), "another host's");
}

#[test]
fn a_certificate_that_turns_bad_stops_calls_too() {
    let emulator = https();
    let client = client(&emulator, trusting(&emulator));
    client.call(Method::Get, "Leads").send().unwrap();
    // A new client has no open connection, and takes the token along.
    let token = client.oauth().get_access_token("abc@xyz.com").unwrap();
    let tokens = zcrm_core::OAuthTokens::new("abc@xyz.com".try_into().unwrap(), token, "1000.fake", i64::MAX);
    emulator.behave(|behaviour| behaviour.certificate = Certificate::Expired);
    emulator.reset_counters();
    let later = start(config(&emulator, &[]), trusting(&emulator));
    later.oauth().save_tokens(&tokens).unwrap();
    let error = later.call(Method::Get, "Leads").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(!error.outcome_unknown());
    assert_eq!(emulator.counters().connections, 1, "another attempt would end the same way");
}

#[test]
fn certificate_files_that_are_none_are_named() {
    let emulator = emulator(0);
    let empty = tempfile::NamedTempFile::new().unwrap();
    for (http, named) in [
        (quick().extra_ca_file("/nowhere/ca.pem"), "/nowhere/ca.pem"),
        (quick().extra_ca_file(empty.path()), empty.path().to_str().unwrap()),
        (quick().extra_ca_pem("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"), "extra CA"),
    ] {
        let error = Client::new(config(&emulator, &[]).with_http(http), InMemoryPersistence::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn http_is_for_this_machine_only() {
    let emulator = emulator(0);
    let mut dictionary = emulator.dictionary();
    dictionary["api_base_url"] = "http://crm.example".into();
    let error = Config::from_json_str(&dictionary.to_string()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

/// A proxy that tunnels everything to one address, for those who know the password.
struct TunnelProxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl TunnelProxy {
    fn start(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, target) = (Arc::clone(&asked), target.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, log, target) = (stream.unwrap(), Arc::clone(&log), target.clone());
                std::thread::spawn(move || tunnel(stream, &log, &target));
            }
        });
        Self { url: format!("http://user:{PASSWORD}@{address}"), asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn tunnel(stream: TcpStream, log: &Mutex<Vec<String>>, target: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let expected = base64::engine::general_purpose::STANDARD.encode("user:canary-p@ss");
    log.lock().unwrap().push(head.first().cloned().unwrap_or_default());
    if !head.iter().any(|line| line.eq_ignore_ascii_case(&format!("Proxy-Authorization: Basic {expected}"))) {
        (&stream).write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n").unwrap();
        return;
    }
    let server = TcpStream::connect(target).unwrap();
    (&stream).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut back, mut client) = (server.try_clone().unwrap(), stream.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut back, &mut client));
    let mut server = server;
    let _ = std::io::copy(&mut reader, &mut server);
    let _ = server.shutdown(std::net::Shutdown::Write);
    let _ = stream.shutdown(std::net::Shutdown::Read);
}

/// An emulator that passes for a host elsewhere, reachable through a proxy only.
fn elsewhere() -> (Emulator, TunnelProxy, Config) {
    let emulator = https();
    emulator.behave(|behaviour| behaviour.certificate = Certificate::WrongName);
    let proxy = TunnelProxy::start(emulator.url().trim_start_matches("https://"));
    let host = "https://elsewhere.example";
    let config = config(&emulator, &[("api_base_url", host), ("accounts_url", host)]);
    (emulator, proxy, config)
}

#[test]
fn a_proxy_with_credentials_carries_calls() {
    let (emulator, proxy, config) = elsewhere();
    let client = start(config, trusting(&emulator).proxy(proxy.url.as_str()));
    sign_in(&client, &emulator);
    for _ in 0..5 {
        client.call(Method::Get, "Leads").send().unwrap();
    }
    assert_eq!(proxy.asked(), ["CONNECT elsewhere.example:443 HTTP/1.1"], "one tunnel for all");
}

#[test]
fn a_proxy_that_refuses_is_no_connection_and_its_password_no_secret_told() {
    let (emulator, proxy, config) = elsewhere();
    let wrong = proxy.url.replace(PASSWORD, "canary-wrong");
    let client = start(config, trusting(&emulator).proxy(wrong));
    let error = client.oauth().generate_access_token(GrantToken::new("1000.fake")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!format!("{error:?} {error} {client:?}").contains("canary"));
    assert_eq!(emulator.counters().connections, 0);

    let odd = quick().proxy("http://user:canary@[nonsense");
    let error = Client::new(
        Config::from_json_str(&emulator.dictionary().to_string()).unwrap().with_http(odd),
        InMemoryPersistence::new(),
    )
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let emulator = emulator(1);
    let client = client(&emulator, quick().proxy(CLOSED));
    for _ in 0..5 {
        client.call(Method::Get, "Leads").send().unwrap();
    }
    assert_eq!(emulator.counters().connections, 1);
}

/// Variables of the environment cannot be set safely in a process with threads: the test runs itself as a child.
#[test]
fn the_environment_names_a_proxy_and_who_goes_without() {
    const CHILD: &str = "ZCRM_TEST_PROXY_CHILD";
    let test = "the_environment_names_a_proxy_and_who_goes_without";
    if let Ok(dictionary) = std::env::var(CHILD) {
        let ca = std::env::var("ZCRM_TEST_CA").unwrap();
        let client = start(Config::from_json_str(&dictionary).unwrap(), quick().extra_ca_pem(ca));
        let grant = GrantToken::new(std::env::var("ZCRM_TEST_GRANT").unwrap());
        let outcome = client.oauth().generate_access_token(grant).map(drop);
        println!("outcome: {:?}", outcome.map_err(|error| error.kind()));
        return;
    }
    let (emulator, proxy, _) = elsewhere();
    let host = "https://elsewhere.example";
    let mut dictionary = emulator.dictionary();
    dictionary["api_base_url"] = host.into();
    dictionary["accounts_url"] = host.into();
    let run = |variables: &[(&str, &str)]| {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(CHILD, dictionary.to_string())
            .env("ZCRM_TEST_CA", emulator.ca_pem().unwrap())
            .env("ZCRM_TEST_GRANT", emulator.new_grant("abc@xyz.com"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}");
        text
    };
    assert!(run(&[("HTTPS_PROXY", &proxy.url)]).contains("outcome: Ok"));
    assert_eq!(proxy.asked().len(), 1);
    let direct = run(&[("HTTPS_PROXY", &proxy.url), ("NO_PROXY", "localhost,elsewhere.example")]);
    assert!(direct.contains("outcome: Err(Connect)"), "{direct}");
    assert_eq!(proxy.asked().len(), 1);
}

/// Keeps what this library logs.
struct Kept(Mutex<Vec<(log::Level, String)>>);

impl log::Log for Kept {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("zcrm_core")
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().unwrap().push((record.level(), record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

fn kept() -> &'static Kept {
    static KEPT: OnceLock<&Kept> = OnceLock::new();
    KEPT.get_or_init(|| {
        let kept = Box::leak(Box::new(Kept(Mutex::new(Vec::new()))));
        log::set_logger(kept).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        kept
    })
}

#[test]
fn a_failing_call_is_logged_once_without_secrets_or_queries() {
    let kept = kept();
    let (emulator, proxy, config) = elsewhere();
    let client = start(config, trusting(&emulator).proxy(proxy.url.as_str()));
    sign_in(&client, &emulator);
    let token = client.oauth().get_access_token("abc@xyz.com").unwrap();
    let call = client.call(Method::Get, "Logged_Once").query("word", "canary-query");
    let error = call.send().unwrap_err();
    let records = kept.0.lock().unwrap().clone();
    let errors: Vec<_> = records.iter().filter(|(level, _)| *level == log::Level::Error).collect();
    assert_eq!(errors.iter().filter(|(_, text)| text.contains("Logged_Once")).count(), 1, "{errors:?}");
    let all = format!("{records:?} {error:?} {client:?}");
    assert!(all.contains("GET https://elsewhere.example/crm/v2/Logged_Once: HTTP status"), "{all}");
    for secret in ["canary", token.expose(), "emulator-client-secret"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}

#[test]
fn the_wire_carries_the_token_in_its_header_only() {
    let emulator = emulator(1);
    let client = client(&emulator, quick());
    client.call(Method::Get, "Leads").send().unwrap();
    let token = client.oauth().get_access_token("abc@xyz.com").unwrap();
    let request = emulator.requests().pop().unwrap();
    assert_eq!(request.header("authorization"), Some(format!("Zoho-oauthtoken {}", token.expose()).as_str()));
    assert!(!request.query.contains(token.expose()) && !request.path.contains(token.expose()));
}
