//! The page that receives redirects, over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use zcrm_pages::Redirects;

struct Page {
    status: u16,
    headers: Vec<(String, String)>,
    text: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        let mut values = self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let value = values.next().unwrap_or_default();
        assert_eq!(values.next(), None, "{name} is there once");
        value
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into()
}

fn get(address: SocketAddr, path: &str) -> Page {
    let mut response = agent().get(format!("http://{address}{path}")).call().unwrap();
    let value = |value: &ureq::http::HeaderValue| value.to_str().unwrap().to_owned();
    Page {
        status: response.status().as_u16(),
        headers: response.headers().iter().map(|(name, text)| (name.to_string(), value(text))).collect(),
        text: response.body_mut().read_to_string().unwrap(),
    }
}

fn listen() -> Redirects {
    Redirects::listen("127.0.0.1:0").unwrap()
}

/// What is common to every page, whatever it tells.
fn assert_is_a_page(page: &Page) {
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    for part in ["<!DOCTYPE html><html lang=\"en\">", "name=\"viewport\"", "<title>", "<h1>"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
}

#[test]
fn the_browser_is_told_how_the_sign_in_ended() {
    let redirects = listen();
    let address = redirects.address();
    thread::scope(|scope| {
        let browser = scope.spawn(move || get(address, "/callback?error=access_denied&state=1"));
        redirects.wait().unwrap().failed("You refused <the> consent.");
        let page = browser.join().unwrap();
        assert_is_a_page(&page);
        assert_eq!(page.status, 400);
        assert!(page.text.contains("You are not signed in") && page.text.contains("refused &lt;the&gt; consent"));

        // Another consent after a refusal.
        let browser = scope.spawn(move || get(address, "/callback?code=1000.fake&state=2"));
        let redirect = redirects.wait().unwrap();
        assert_eq!(redirect.query(), "code=1000.fake&state=2");
        redirect.signed_in("<b>@xyz.com");
        let page = browser.join().unwrap();
        assert_is_a_page(&page);
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Signed in as <strong>&lt;b&gt;@xyz.com</strong>"), "{}", page.text);
        assert!(!page.text.contains("1000.fake"));
    });
    let again = get(address, "/callback?code=1000.fake&state=2");
    assert!(again.status == 200 && again.text.contains("Signed in as"), "a reload shows the same");
    let other = get(address, "/callback?code=1000.other&state=2");
    assert_is_a_page(&other);
    assert!(other.status == 410 && other.text.contains("This is over"), "{}", other.text);
}

#[test]
fn while_one_sign_in_is_completed_its_reload_waits_and_another_is_told_to_come_back() {
    let redirects = listen();
    let address = redirects.address();
    thread::scope(|scope| {
        let browser = scope.spawn(move || get(address, "/?code=1"));
        let redirect = redirects.wait().unwrap();
        // More reloads than are kept waiting: the rest is told at once, which shows that the others have arrived.
        let reloads: Vec<_> = (0..9).map(|_| scope.spawn(move || get(address, "/?code=1"))).collect();
        while !reloads.iter().any(|reload| reload.is_finished()) {
            thread::yield_now();
        }
        let other = get(address, "/?code=2");
        assert_is_a_page(&other);
        assert!(other.status == 409 && other.text.contains("Reload this page"), "{}", other.text);
        redirect.signed_in("abc@xyz.com");
        let mut statuses: Vec<_> = reloads.into_iter().map(|reload| reload.join().unwrap().status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 200, 409]);
        assert_eq!(browser.join().unwrap().status, 200);
    });
}

#[test]
fn a_program_that_gives_up_leaves_no_browser_waiting() {
    let redirects = listen();
    let address = redirects.address();
    thread::scope(|scope| {
        let browser = scope.spawn(move || get(address, "/?code=1"));
        drop(redirects.wait().unwrap());
        let page = browser.join().unwrap();
        assert!(page.status == 400 && page.text.contains("The program stopped before"), "{}", page.text);
    });
    drop(redirects);
    TcpListener::bind(address).unwrap();
}

#[test]
fn what_is_no_redirect_is_not_taken_for_one() {
    let redirects = listen();
    let address = redirects.address();
    for path in ["/", "/favicon.ico", "/callback", "/callback?state=1", "/?xcode=1&error_uri=2"] {
        let page = get(address, path);
        assert_is_a_page(&page);
        assert!(page.status == 404 && page.text.contains("Nothing here"), "{path}");
    }
    let posted = agent().post(format!("http://{}/?code=1", redirects.address())).send_empty().unwrap();
    assert_eq!(posted.status(), 405);
    thread::scope(|scope| {
        let browser = scope.spawn(move || get(address, "/?co%64e=1&state=2"));
        assert_eq!(redirects.wait().unwrap().query(), "co%64e=1&state=2");
        assert_eq!(browser.join().unwrap().status, 400);
    });
}

#[test]
fn a_connection_that_says_nothing_or_nonsense_holds_nobody_up() {
    let redirects = listen();
    let address = redirects.address();
    let idle: Vec<_> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
    for nonsense in ["\0\0\0\0\r\n\r\n".to_owned(), format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(20_000))] {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(nonsense.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // Closed, or reset where something was left unread.
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty());
    }
    assert_eq!(get(address, "/").status, 404);
    let mut slow = TcpStream::connect(address).unwrap();
    for part in ["GET /?code", "=1 HTTP/1.1\r\nHo", "st: x\r\n\r\n"] {
        slow.write_all(part.as_bytes()).unwrap();
        slow.flush().unwrap();
    }
    assert_eq!(redirects.wait().unwrap().query(), "code=1");
    drop(idle);
}

#[test]
fn an_address_in_use_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = Redirects::listen(&taken.local_addr().unwrap().to_string()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}
