//! Calls over real TCP, against the emulator: connections, compression, faults of the network, limits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// The emulator's options cannot be built in one expression from outside of its crate.
#![allow(clippy::field_reassign_with_default)]

mod rest_support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Once, mpsc};
use std::time::{Duration, Instant};

use rest_support::{CLOSED, client, config, emulator, quick, sign_in};
use serde_json::{Value, json};
use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, ErrorKind, Method};
use zcrm_emulator::{Fault, On, Reply};

#[test]
fn a_thousand_calls_use_one_connection() {
    let emulator = emulator(3);
    let client = client(&emulator, quick());
    for _ in 0..1000 {
        client.call(Method::Get, "Leads").query("per_page", "1").send().unwrap();
    }
    let counters = emulator.counters();
    assert_eq!((counters.connections, counters.total_calls()), (1, 1000));
}

#[test]
fn refusals_and_empty_answers_keep_the_connection() {
    let emulator = emulator(0);
    let client = client(&emulator, quick());
    for _ in 0..20 {
        assert!(client.call(Method::Get, "Leads").send().unwrap().is_empty());
        assert_eq!(client.call(Method::Get, "Nonsense").send().unwrap_err().status(), Some(400));
        let created = client.call(Method::Post, "Leads").json(&json!({ "data": [{ "Last_Name": "Fake" }] }));
        let id = created.send().unwrap().json::<Value>().unwrap()["data"][0]["details"]["id"].clone();
        client.call(Method::Delete, &format!("Leads/{}", id.as_str().unwrap())).send().unwrap();
    }
    assert_eq!(emulator.counters().connections, 1);
}

#[test]
fn no_more_calls_are_in_flight_than_the_gate_allows() {
    let emulator = emulator(3);
    emulator.behave(|behaviour| behaviour.delay = Duration::from_millis(5));
    let client = client(&emulator, quick().concurrency(3));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..5 {
                    client.call(Method::Get, "Leads").send().unwrap();
                }
            });
        }
    });
    let counters = emulator.counters();
    assert_eq!(counters.total_calls(), 80);
    assert_eq!(counters.highest_in_flight, 3);
    assert!(counters.connections <= 4, "{} connections", counters.connections);
}

#[test]
fn five_nested_iterators_and_an_expired_token_do_not_block_each_other() {
    fn descend(client: &Client, depth: u32, at_the_bottom: &(dyn Fn() + Sync)) -> usize {
        let mut rows = 0;
        for lead in client.module("Leads").records().per_page(1).into_iter().take(2) {
            lead.unwrap();
            rows += 1;
            if depth > 1 {
                rows += descend(client, depth - 1, at_the_bottom);
            } else {
                at_the_bottom();
            }
        }
        rows
    }
    let emulator = emulator(5);
    let client = client(&emulator, quick().concurrency(1));
    let once = Once::new();
    let expire = || once.call_once(|| emulator.expire_tokens_now());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(descend(&client, 5, &expire), 62));
        }
    });
    assert_eq!(emulator.counters().refreshes(), 1);
}

#[test]
fn compressed_answers_are_understood_and_keep_the_connection() {
    let emulator = emulator(200);
    emulator.behave(|behaviour| behaviour.gzip = true);
    let client = client(&emulator, quick());
    for _ in 0..5 {
        let page: Value = client.call(Method::Get, "Leads").send().unwrap().json().unwrap();
        assert_eq!(page["data"].as_array().unwrap().len(), 200);
    }
    assert_eq!(emulator.counters().connections, 1);
    assert!(emulator.requests().iter().all(|request| request.header("accept-encoding") == Some("gzip")));
}

#[test]
fn the_limit_on_answers_counts_what_comes_out_of_the_compression() {
    let emulator = emulator(0);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 50_000_000]).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 100_000);
    let bomb = Reply::empty(200).header("Content-Encoding", "gzip").body(packed);
    emulator.fault(On::path("/crm/v2/Leads"), Fault::Reply(bomb));
    let client = client(&emulator, quick().max_response_bytes(1_000_000));
    let error = client.call(Method::Get, "Leads").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(emulator.counters().total_calls(), 1, "it would be as large the next time");
}

/// Faults after which nothing is known, each within the time limits of [`impatient`].
fn broken() -> Vec<Fault> {
    vec![
        Fault::ResetBeforeWork,
        Fault::ResetAfterWork,
        Fault::CloseBeforeWork,
        Fault::CutOff,
        Fault::CutOffChunked,
        Fault::SlowHeaders(Duration::from_secs(60)),
        Fault::SlowBody(1, Duration::from_millis(100)),
        Fault::Silence,
        Fault::ReplyAfterWork(Reply::html(502)),
        Fault::ReplyAfterWork(Reply::html(200)),
        Fault::ReplyAfterWork(Reply::empty(200)),
        Fault::ReplyAfterWork(Reply::empty(200).body(b"{\"data\":\"\xff\xfe\"}".to_vec())),
    ]
}

fn impatient() -> HttpOptions {
    quick().response_timeout(Duration::from_secs(2)).call_timeout(Duration::from_secs(4))
}

#[test]
fn reads_survive_a_broken_network() {
    let emulator = emulator(3);
    let client = client(&emulator, impatient());
    for fault in broken() {
        emulator.reset_counters();
        emulator.fault(On::path("/crm/v2/Leads").times(1), fault.clone());
        let page: Value = client
            .call(Method::Get, "Leads")
            .send()
            .unwrap_or_else(|error| panic!("{fault:?}: {error}"))
            .json()
            .unwrap();
        assert_eq!(page["data"].as_array().unwrap().len(), 3, "{fault:?}");
        assert_eq!(emulator.counters().total_calls(), 2, "{fault:?}");
    }
}

#[test]
fn a_create_whose_answer_is_lost_is_sent_once_and_said_to_be_in_doubt() {
    let emulator = emulator(0);
    let client = client(&emulator, impatient());
    for fault in broken() {
        emulator.reset_counters();
        emulator.fault(On::path("/crm/v2/Leads").times(1), fault.clone());
        let body = json!({ "data": [{ "Last_Name": "Fake" }] });
        let error = client.call(Method::Post, "Leads").json(&body).send().expect_err(&format!("{fault:?}"));
        assert!(error.outcome_unknown(), "{fault:?}: {error}");
        let kinds = [ErrorKind::Unanswered, ErrorKind::Server, ErrorKind::InvalidResponse];
        assert!(kinds.contains(&error.kind()), "{fault:?}: {error}");
        assert_eq!(emulator.counters().calls_to("POST", "/crm/v2/Leads"), 1, "{fault:?}");
    }
}

#[test]
fn a_slow_answer_within_the_limits_arrives() {
    let emulator = emulator(1);
    emulator.fault(On::any_call(), Fault::SlowBody(200, Duration::from_millis(10)));
    let client = client(&emulator, quick());
    let page: Value = client.call(Method::Get, "Leads").send().unwrap().json().unwrap();
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
}

#[test]
fn redirects_are_not_followed_and_cookies_not_kept() {
    let emulator = emulator(1);
    let client = client(&emulator, quick());
    let elsewhere = Reply::empty(302).header("Location", "/crm/v2/Leads").header("Set-Cookie", "a=b");
    emulator.fault(On::any_call().times(1), Fault::Reply(elsewhere));
    let error = client.call(Method::Get, "Leads").send().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::WrongHost, Some(302)));
    assert!(error.to_string().contains("redirect"), "{error}");
    assert_eq!(emulator.counters().total_calls(), 1);
    client.call(Method::Get, "Leads").send().unwrap();
    assert!(emulator.requests().iter().all(|request| request.header("cookie").is_none()));
}

#[test]
fn calls_say_what_they_come_from() {
    let emulator = emulator(1);
    let client = client(&emulator, quick().user_agent("nightly-export/1.0"));
    client.call(Method::Post, "Leads").json(&json!({ "data": [] })).header("X-Mine", "1").send().unwrap_err();
    let request = emulator.requests().pop().unwrap();
    assert_eq!(request.header("user-agent"), Some("nightly-export/1.0"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("x-mine"), Some("1"));
    let odd = config(&emulator, &[]).with_http(HttpOptions::default().user_agent("line\nbreak"));
    assert_eq!(Client::new(odd, InMemoryPersistence::new()).unwrap_err().kind(), ErrorKind::Config);
}

#[test]
fn places_that_cannot_be_reached_are_told_from_answers_that_were_lost() {
    let emulator = emulator(0);
    for base in [CLOSED, "https://name-that-does-not-exist.invalid"] {
        let options = quick().connect_timeout(Duration::from_secs(2));
        let config = config(&emulator, &[("api_base_url", base)]).with_http(options);
        let client = Client::new(config, InMemoryPersistence::new()).unwrap();
        sign_in(&client, &emulator);
        let error = client.call(Method::Post, "Leads").json(&json!({})).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{base}: {error}");
        assert!(!error.outcome_unknown() && error.is_retryable());
    }
}

/// A server of our own: answers the first request of each connection, closes it, and says so.
fn serve(answers: Vec<&'static [u8]>) -> (String, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (closed, closing) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            read_request(&stream);
            (&stream).write_all(answer).unwrap();
            drop(stream);
            closed.send(()).unwrap();
        }
    });
    (url, closing)
}

fn read_request(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).unwrap();
}

#[test]
fn a_connection_that_was_closed_while_idle_is_not_used() {
    let emulator = emulator(0);
    let keep_alive = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".as_slice();
    let (base, closing) = serve(vec![keep_alive; 20]);
    let config = config(&emulator, &[("api_base_url", &base)]).with_http(quick().max_retries(0));
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    sign_in(&client, &emulator);
    for round in 0..20 {
        // The server closes after each answer without saying so; a create must not be lost to that.
        client.call(Method::Post, "Leads").json(&json!({})).send().unwrap_or_else(|error| panic!("{round}: {error}"));
        closing.recv().unwrap();
    }
}

#[test]
fn headers_that_are_no_text_are_left_out() {
    let emulator = emulator(0);
    let (base, _closing) =
        serve(vec![b"HTTP/1.1 200 OK\r\nX-Odd: \xff\xfe\r\nX-Good: caf\xc3\xa9\r\nContent-Length: 2\r\n\r\n{}"]);
    let client = Client::new(config(&emulator, &[("api_base_url", &base)]), InMemoryPersistence::new()).unwrap();
    sign_in(&client, &emulator);
    let reply = client.call(Method::Get, "Leads").send().unwrap();
    assert_eq!(reply.headers().get("x-odd"), None);
    assert_eq!(reply.headers().get("x-good"), Some("café"));
}

#[test]
fn nonsense_in_place_of_http_is_an_error() {
    let emulator = emulator(0);
    let long = [b"HTTP/1.1 200 OK\r\nX-Long: ".as_slice(), &[b'a'; 200_000], b"\r\n\r\n"].concat().leak();
    for nonsense in [b"SSH-2.0-OpenSSH_9.2\r\n".as_slice(), b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"", long]
    {
        let (base, _closing) = serve(vec![nonsense; 4]);
        let (config, store) = (config(&emulator, &[("api_base_url", &base)]), InMemoryPersistence::new());
        // Impatient of nonsense, not of the sign-in.
        sign_in(&Client::new(config.clone().with_http(quick()), store.clone()).unwrap(), &emulator);
        let client = Client::new(config.with_http(impatient()), store).unwrap();
        let started = Instant::now();
        let error = client.call(Method::Get, "Leads").send().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unanswered | ErrorKind::InvalidResponse), "{error}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}
