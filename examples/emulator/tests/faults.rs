//! What goes wrong on demand, seen from the other end of the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use support::{Client, start, wait_until};
use zcrm_emulator::{Emulator, Fault, On, Options, Reply};

const LEADS: &str = "/crm/v2/Leads";

fn error_kind(error: &ureq::Error) -> Option<ErrorKind> {
    match error {
        ureq::Error::Io(error) => Some(error.kind()),
        _ => None,
    }
}

fn leads(client: &Client) -> u64 {
    client.get(LEADS).json["info"]["count"].as_u64().unwrap_or_default()
}

#[test]
fn a_reset_before_and_after_the_work() {
    let client = start();
    let body = || Some(json!({ "data": [{ "Last_Name": "Berg" }] }));
    client.emulator.fault(On::path(LEADS).method("POST").times(1), Fault::ResetBeforeWork);
    let error = client.try_call("POST", LEADS, body()).err().unwrap();
    assert_eq!(error_kind(&error), Some(ErrorKind::ConnectionReset));
    assert_eq!(leads(&client), 0);
    client.emulator.fault(On::path(LEADS).method("post").times(1), Fault::ResetAfterWork);
    let error = client.try_call("POST", LEADS, body()).err().unwrap();
    assert_eq!(error_kind(&error), Some(ErrorKind::ConnectionReset));
    assert_eq!(leads(&client), 1);
    let counters = client.emulator.counters();
    assert_eq!((counters.calls_to("POST", LEADS), counters.faults), (2, 2));
    assert_eq!(client.post(LEADS, body().unwrap()).status, 201);
}

#[test]
fn a_reset_is_a_true_one() {
    let client = start();
    client.emulator.fault(On::any_call(), Fault::ResetBeforeWork);
    let address = client.emulator.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /crm/v2/org HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
    let error = stream.read(&mut [0; 16]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_closed_connection_has_no_answer_and_no_reset() {
    let client = start();
    client.emulator.fault(On::any_call(), Fault::CloseBeforeWork);
    let address = client.emulator.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /crm/v2/org HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0);
}

#[test]
fn any_status_body_and_header() {
    let client = start();
    client.emulator.fault(On::any_call().times(1), Fault::Reply(Reply::too_many_requests().retry_after(7)));
    let got = client.get(LEADS);
    assert_eq!((got.status, got.code(), got.header("retry-after")), (429, "TOO_MANY_REQUESTS", Some("7")));
    client.emulator.fault(On::any_call().times(1), Fault::Reply(Reply::html(502)));
    let got = client.get(LEADS);
    assert_eq!((got.status, got.header("content-type")), (502, Some("text/html;charset=UTF-8")));
    client.emulator.fault(On::any_call().times(1), Fault::Reply(Reply::empty(200)));
    let got = client.get(LEADS);
    assert_eq!((got.status, got.bytes.len()), (200, 0));
    let odd = Reply::empty(299).header("content-type", "application/json").body([0xff, 0xfe, b'{']);
    client.emulator.fault(On::any_call().times(1), Fault::Reply(odd));
    let got = client.get(LEADS);
    assert_eq!((got.status, got.bytes), (299, vec![0xff, 0xfe, b'{']));
    assert_eq!(client.get(LEADS).status, 204);
    assert_eq!(client.emulator.counters().connections, 1);
}

#[test]
fn an_answer_lost_to_another_one() {
    let client = start();
    client.emulator.fault(On::path(LEADS).method("POST").times(1), Fault::ReplyAfterWork(Reply::html(504)));
    assert_eq!(client.post(LEADS, json!({ "data": [{ "Last_Name": "Berg" }] })).status, 504);
    assert_eq!(leads(&client), 1);
}

#[test]
fn rules_choose_by_method_path_and_count() {
    let client = start();
    let busy = || Fault::Reply(Reply::error(503, "SERVICE_UNAVAILABLE", "busy"));
    client.emulator.fault(On::exactly("/crm/*/Leads").method("GET").after(1).times(2), busy());
    let statuses: Vec<_> = (0..5).map(|_| client.get(LEADS).status).collect();
    assert_eq!(statuses, [204, 503, 503, 204, 204]);
    client.emulator.fault(On::exactly("/crm/*/Leads"), busy());
    assert_eq!(client.get("/crm/v2/Leads/deleted").status, 204);
    assert_eq!(client.get("/crm/v2/Contacts").status, 204);
    assert_eq!(client.get("/crm/v8/Leads?fields=id").status, 503);
    client.emulator.clear_faults();
    assert_eq!(client.get(LEADS).status, 204);
    client.emulator.fault(On::token_request(), Fault::Reply(Reply::html(500)));
    assert_eq!(client.refresh("any").status, 500);
}

#[test]
fn bodies_cut_off() {
    let client = start();
    client.emulator.seed_leads(10);
    for fault in [Fault::CutOff, Fault::CutOffChunked] {
        client.emulator.fault(On::any_call().times(1), fault);
        assert!(client.try_call("GET", LEADS, None).is_err());
    }
    assert_eq!(leads(&client), 10);
    // On the wire: the announced length is the full one, half of it arrives.
    client.emulator.fault(On::any_call().times(1), Fault::CutOff);
    let address = client.emulator.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {LEADS} HTTP/1.1\r\nHost: here\r\nAuthorization: Zoho-oauthtoken {}\r\n\r\n", client.token);
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let announced =
        head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ").map(str::to_owned));
    let announced: usize = announced.unwrap().parse().unwrap();
    assert!(body.len() < announced && body.len() > announced / 3, "{} of {announced}", body.len());
}

#[test]
fn slow_answers_and_silence() {
    let client = start();
    let timed = |fault| {
        client.emulator.fault(On::any_call().times(1), fault);
        let begin = Instant::now();
        (client.get("/crm/v2/org").status, begin.elapsed())
    };
    let (status, time) = timed(Fault::SlowHeaders(Duration::from_millis(120)));
    assert!(status == 200 && time >= Duration::from_millis(120));
    let (status, time) = timed(Fault::SlowBody(400, Duration::from_millis(60)));
    assert!(status == 200 && time >= Duration::from_millis(60));
    client.emulator.fault(On::any_call().times(1), Fault::Silence);
    let request = client.agent.get(format!("{}/crm/v2/org", client.emulator.url()));
    let limited = request.config().timeout_global(Some(Duration::from_millis(100))).build();
    assert!(matches!(limited.call(), Err(ureq::Error::Timeout(_))));
    client.wait_until("a client that hung up no longer counts", |counters| counters.in_flight == 0);
}

#[test]
fn a_limit_in_flight_and_the_highest_number_seen() {
    let client = start();
    client.emulator.behave(|behaviour| behaviour.concurrency = Some(3));
    let held = client.hold("/crm/v2/org", 3);
    client.wait_until("three calls are in flight", |counters| counters.in_flight == 3);
    for _ in 0..3 {
        assert_eq!(client.get("/crm/v2/org").status, 429);
    }
    drop(held);
    client.wait_until("none is", |counters| counters.in_flight == 0);
    assert_eq!(client.get("/crm/v2/org").status, 200);
    assert_eq!(client.emulator.counters().highest_in_flight, 4);
}

#[test]
fn tokens_refused_and_expired_on_demand() {
    let client = start();
    client.emulator.expire_tokens_now();
    assert_eq!(client.get(LEADS).code(), "INVALID_TOKEN");
    let mut client = start();
    client.emulator.refuse_every_token(true);
    assert_eq!(client.get(LEADS).code(), "INVALID_TOKEN");
    client.login();
    assert_eq!(client.get(LEADS).code(), "INVALID_TOKEN");
    client.emulator.refuse_every_token(false);
    assert_eq!(client.get(LEADS).status, 204);
}

#[test]
fn what_is_counted_and_recorded() {
    let client = start();
    client.emulator.reset_counters();
    client.get("/crm/v2/Leads?page=1&per_page=2");
    client.post(LEADS, json!({ "data": [{ "Last_Name": "Berg" }] }));
    client.refresh("none");
    let counters = client.emulator.counters();
    assert_eq!((counters.total_calls(), counters.refreshes(), counters.tokens_issued), (2, 1, 0));
    let log = client.emulator.requests();
    assert_eq!(log.len(), 3);
    assert_eq!((log[0].method.as_str(), log[0].path.as_str()), ("GET", LEADS));
    assert_eq!(log[0].query_value("per_page").as_deref(), Some("2"));
    assert!(log[0].header("Authorization").unwrap().starts_with("Zoho-oauthtoken 1000."));
    assert_eq!(log[1].json()["data"][0]["Last_Name"], "Berg");
    assert_eq!((log[2].query.as_str(), log[2].path.as_str()), ("", "/oauth/v2/token"));
}

#[test]
fn compressed_answers_for_those_who_accept_them() {
    let client = start();
    client.emulator.seed_leads(50);
    client.emulator.behave(|behaviour| behaviour.gzip = true);
    let address = client.emulator.url().strip_prefix("http://").unwrap().to_owned();
    let ask = |accept: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        let head = format!(
            "GET {LEADS} HTTP/1.1\r\nHost: here\r\n{accept}Connection: close\r\nAuthorization: Zoho-oauthtoken {}\r\n\r\n",
            client.token
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    };
    let (plain, packed) = (ask(""), ask("Accept-Encoding: gzip\r\n"));
    assert!(String::from_utf8_lossy(&packed).contains("content-encoding: gzip"));
    assert!(packed.len() * 5 < plain.len(), "{} of {}", packed.len(), plain.len());
    assert_eq!(client.get(LEADS).json["info"]["count"], 50);
}

#[test]
fn connections_reset_at_once_and_closed_while_idle() {
    let client = start();
    let address = client.emulator.url().strip_prefix("http://").unwrap().to_owned();
    let mut idle = TcpStream::connect(&address).unwrap();
    idle.write_all(b"GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
    let mut start = [0; 12];
    idle.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 404");
    client.emulator.close_connections();
    assert!(idle.read_to_end(&mut Vec::new()).is_ok());
    client.emulator.behave(|behaviour| behaviour.reset_connections = 1);
    let mut stream = TcpStream::connect(&address).unwrap();
    let error = stream.read(&mut [0; 16]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    // The next connection is served; a new client, because the old one may not know yet that its own was closed.
    let got = support::agent().get(format!("{}/nowhere", client.emulator.url())).call().unwrap();
    assert_eq!(got.status(), 404);
}

#[test]
fn all_secrets_are_known() {
    let mut client = start();
    let answer = client.login();
    let secrets = client.emulator.secrets();
    for secret in [&client.token, answer["refresh_token"].as_str().unwrap(), "emulator-client-secret"] {
        assert!(secrets.iter().any(|known| known == secret));
    }
    assert_eq!(client.emulator.count_records("Leads"), 0);
    let id = client.lead(json!({ "Last_Name": "Berg" }));
    assert_eq!(client.emulator.record("Leads", &id).unwrap()["Last_Name"], "Berg");
    assert_eq!((client.emulator.count_records("Leads"), client.emulator.count_records("Nothing")), (1, 0));
}

#[test]
fn the_headers_that_zoho_sends_with_everything() {
    let client = start();
    let got = client.get("/crm/v2/org");
    assert_eq!(got.header("content-disposition"), Some("attachment; filename=response.json"));
    assert_eq!(got.header("content-type"), Some("application/json;charset=UTF-8"));
    assert_eq!(got.header("x-api-credits-remaining"), None);
    client.emulator.behave(|behaviour| behaviour.credits_remaining = Some(2400));
    assert_eq!(client.get("/crm/v2/org").header("x-api-credits-remaining"), Some("2400"));
    assert!(got.header("set-cookie").is_some() && got.header("x-accesstoken-reset").is_some());
}

#[test]
fn a_request_whose_client_is_gone_is_worked_on_to_the_end() {
    let client = start();
    client.emulator.behave(|behaviour| behaviour.delay = Duration::from_millis(200));
    let address = client.emulator.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    let body = json!({ "data": [{ "Last_Name": "Berg" }] }).to_string();
    let (token, length) = (&client.token, body.len());
    let request = format!(
        "POST {LEADS} HTTP/1.1\r\nHost: here\r\nAuthorization: Zoho-oauthtoken {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    wait_until("the request has arrived", || client.emulator.requests().iter().any(|seen| seen.path == LEADS));
    drop(stream);
    wait_until("the lead is created", || client.emulator.count_records("Leads") == 1);
}

#[test]
fn a_dropped_emulator_is_gone_and_its_port_free() {
    for _ in 0..20 {
        let emulator = Emulator::start(Options::default()).unwrap();
        let address = emulator.url().strip_prefix("http://").unwrap().to_owned();
        drop(emulator);
        let error = TcpStream::connect(&address).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let port = address.rsplit(':').next().unwrap().parse().unwrap();
        let again = Emulator::start(Options { port, ..Options::default() }).unwrap();
        assert!(again.url().ends_with(&address));
    }
}

#[test]
fn it_starts_and_stops_within_an_async_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let url = runtime.block_on(async { Emulator::start(Options::default()).unwrap().url().to_owned() });
    assert!(url.starts_with("http://127.0.0.1:"));
}
