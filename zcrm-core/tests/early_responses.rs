//! Responses that arrive before an upload was sent, on connections that stay open.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// The emulator's options cannot be built in one expression from outside of its crate.
#![allow(clippy::field_reassign_with_default)]

mod rest_support;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rest_support::{config, emulator, quick, sign_in};
use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::rest::Upload;
use zcrm_core::{Client, ErrorKind};
use zcrm_emulator::Emulator;

const SIZE: usize = 2_000_000;

/// What the server says to the headers of an upload, before any of its body.
#[derive(Clone, Copy)]
enum Refusal {
    /// This response, whole, with the connection kept open.
    Whole(u16, &'static str),
    /// The same in two pieces, cut within the status line.
    Pieces(u16, &'static str),
    /// After so many bytes of the body, and then the connection is reset.
    Midway(usize, u16, &'static str),
    /// After so many bytes of the body, with the connection kept open, and nothing more read from it.
    Standing(usize, u16, &'static str),
    /// After the whole body: a response of which a byte comes now and then, for ever.
    Dripping,
    /// 417, which is about `Expect` and nothing else.
    NoExpectations,
}

/// A server of uploads: refuses the first ones at their headers, and takes the others.
struct Server {
    url: String,
    /// For each upload, whether it came with `Expect`, and how many bytes of body were read.
    seen: Arc<Mutex<Vec<(bool, u64)>>>,
    /// Refused connections, which the server keeps open.
    _open: Arc<Mutex<Vec<TcpStream>>>,
}

fn serve(refusals: impl IntoIterator<Item = Refusal>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (seen, open) = (Arc::default(), Arc::new(Mutex::new(Vec::new())));
    let server = Server { url, seen: Arc::clone(&seen), _open: Arc::clone(&open) };
    let mut refusals: VecDeque<Refusal> = refusals.into_iter().collect();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let refusal = refusals.pop_front();
            serve_one(&stream, refusal, &seen);
            // Closed with bytes that were not read, it is reset.
            if !matches!(refusal, Some(Refusal::Midway(..))) {
                open.lock().unwrap().push(stream);
            }
        }
    });
    server
}

fn serve_one(mut stream: &TcpStream, refusal: Option<Refusal>, seen: &Mutex<Vec<(bool, u64)>>) {
    let mut reader = BufReader::new(stream);
    let (mut length, mut expects) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        expects |= line == "expect: 100-continue";
        if line.is_empty() {
            break;
        }
    }
    let response = |status: u16, code: &str| {
        let body = format!(r#"{{"code":"{code}","details":{{}},"message":"m","status":"error"}}"#);
        format!(
            "HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    if refusal.is_some() {
        seen.lock().unwrap().push((expects, 0));
    }
    match refusal {
        Some(Refusal::Whole(status, code)) => stream.write_all(response(status, code).as_bytes()).unwrap(),
        Some(Refusal::Pieces(status, code)) => {
            let text = response(status, code);
            stream.set_nodelay(true).unwrap();
            for piece in [&text[..7], &text[7..40], &text[40..]] {
                stream.write_all(piece.as_bytes()).unwrap();
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Some(Refusal::Midway(bytes, status, code) | Refusal::Standing(bytes, status, code)) => {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
            reader.read_exact(&mut vec![0; bytes]).unwrap();
            stream.write_all(response(status, code).as_bytes()).unwrap();
        }
        Some(Refusal::Dripping) => {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
            std::io::copy(&mut reader.take(length), &mut std::io::sink()).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").unwrap();
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Some(Refusal::NoExpectations) => {
            stream.write_all(b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n").unwrap();
        }
        None => {
            if expects {
                stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
            }
            let read = std::io::copy(&mut reader.take(length), &mut std::io::sink()).unwrap();
            seen.lock().unwrap().push((expects, read));
            let body = r#"{"data":[{"code":"SUCCESS","status":"success","message":"m","details":{"id":"7"}}]}"#;
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        }
    }
}

/// Uploads to a server that refuses, with the tokens of an emulator.
fn upload(server: &Server, emulator: &Emulator, http: HttpOptions) -> zcrm_core::Result<String> {
    upload_of(SIZE, server, emulator, http)
}

fn upload_of(size: usize, server: &Server, emulator: &Emulator, http: HttpOptions) -> zcrm_core::Result<String> {
    let config = config(emulator, &[("api_base_url", &server.url)]).with_http(http);
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    sign_in(&client, emulator);
    emulator.reset_counters();
    let source = Upload::from_seekable("a.bin", Cursor::new(vec![7; size])).unwrap();
    let saved = client.module("Leads").record("1").attachments().upload(source)?;
    Ok(saved.id.to_string())
}

#[test]
fn a_refusal_at_the_headers_is_read_at_once_and_treated_like_any_other() {
    let emulator = emulator(0);
    for (refusal, kind) in [
        (Refusal::Whole(413, "FILE_SIZE_MORE_THAN_ALLOWED_SIZE"), ErrorKind::InvalidRequest),
        (Refusal::Whole(403, "NO_PERMISSION"), ErrorKind::Forbidden),
        (Refusal::Pieces(403, "NO_PERMISSION"), ErrorKind::Forbidden),
        (Refusal::Whole(401, "OAUTH_SCOPE_MISMATCH"), ErrorKind::Scope),
        (Refusal::Whole(404, "INVALID_URL_PATTERN"), ErrorKind::NotFound),
        (Refusal::Midway(1, 403, "NO_PERMISSION"), ErrorKind::Forbidden),
        (Refusal::Midway(100_000, 413, "FILE_SIZE_MORE_THAN_ALLOWED_SIZE"), ErrorKind::InvalidRequest),
    ] {
        let server = serve([refusal]);
        let begun = Instant::now();
        let error = upload(&server, &emulator, quick()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!error.outcome_unknown(), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert_eq!(*server.seen.lock().unwrap(), [(true, 0)], "nothing of the file was sent");
    }
}

/// The network's buffers take some of it; then the upload stands still.
#[test]
fn a_refusal_by_a_server_that_reads_no_more_is_read_within_seconds() {
    let emulator = emulator(0);
    let http = || quick().idle_timeout(Duration::from_secs(60));
    let server = serve([Refusal::Standing(100_000, 413, "FILE_SIZE_MORE_THAN_ALLOWED_SIZE")]);
    let begun = Instant::now();
    let error = upload_of(20 * SIZE, &server, &emulator, http()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert!(!error.outcome_unknown(), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());

    let server = serve([Refusal::Standing(100_000, 401, "INVALID_TOKEN")]);
    assert_eq!(upload_of(20 * SIZE, &server, &emulator, http()).unwrap(), "7");
    assert_eq!(emulator.counters().refreshes(), 1);
}

#[test]
fn a_response_that_drips_ends_with_the_time_limit_of_a_call() {
    let emulator = emulator(0);
    let server = serve([Refusal::Dripping]);
    let begun = Instant::now();
    let http = quick().call_timeout(Duration::from_secs(2)).max_retries(0);
    let error = upload(&server, &emulator, http).unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn an_expired_token_costs_one_refresh_and_one_transfer() {
    let emulator = emulator(0);
    for refusal in [
        Refusal::Whole(401, "INVALID_TOKEN"),
        Refusal::Pieces(401, "INVALID_TOKEN"),
        Refusal::Midway(50_000, 401, "INVALID_TOKEN"),
    ] {
        let server = serve([refusal]);
        assert_eq!(upload(&server, &emulator, quick()).unwrap(), "7");
        assert_eq!(emulator.counters().refreshes(), 1);
        let seen = server.seen.lock().unwrap().clone();
        assert!(matches!(seen[..], [(true, 0), (true, sent)] if sent > SIZE as u64), "{seen:?}");
    }
}

#[test]
fn a_rate_limit_is_waited_out() {
    let emulator = emulator(0);
    let server = serve([Refusal::Whole(429, "TOO_MANY_REQUESTS"), Refusal::Pieces(429, "TOO_MANY_REQUESTS")]);
    assert_eq!(upload(&server, &emulator, quick()).unwrap(), "7");
    assert_eq!(server.seen.lock().unwrap().len(), 3);
}

#[test]
fn a_server_without_expectations_gets_the_file_without_one() {
    let emulator = emulator(0);
    let server = serve([Refusal::NoExpectations]);
    assert_eq!(upload(&server, &emulator, quick().max_retries(0)).unwrap(), "7");
    let seen = server.seen.lock().unwrap().clone();
    assert!(matches!(seen[..], [(true, 0), (false, sent)] if sent > SIZE as u64), "{seen:?}");
}
