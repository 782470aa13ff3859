//! The proxy between a client and the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{Read, Write};
use std::net::TcpStream;

use ureq::Agent;
use zcrm_emulator::{Emulator, Options, Proxy};

fn through(proxy: &str) -> Agent {
    let proxy = ureq::Proxy::new(proxy).unwrap();
    Agent::config_builder().proxy(Some(proxy)).http_status_as_error(false).build().new_agent()
}

#[test]
fn credentials_are_demanded() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let proxy = Proxy::start("asta", "secret").unwrap();
    let url = format!("{}/crm/v2/org", emulator.url());
    let got = through(proxy.url()).get(&url).call().unwrap();
    assert_eq!(got.status(), 401, "the answer is the emulator's");
    assert_eq!((proxy.carried(), proxy.refused(), emulator.counters().connections), (1, 0, 1));
    assert!(through(proxy.url_without_credentials()).get(&url).call().is_err());
    assert_eq!((proxy.carried(), proxy.refused(), emulator.counters().connections), (1, 1, 1));
}

#[test]
fn a_whole_url_as_the_target_is_carried_too() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let proxy = Proxy::start("asta", "secret").unwrap();
    let address = proxy.url_without_credentials().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET {}/crm/v2/org?a=b HTTP/1.1\r\nHost: here\r\nProxy-Authorization: Basic YXN0YTpzZWNyZXQ=\r\n\r\n",
        emulator.url()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let seen = emulator.requests().pop().unwrap();
    assert_eq!((seen.path.as_str(), seen.query.as_str()), ("/crm/v2/org", "a=b"));
    assert_eq!(seen.header("proxy-authorization"), None);
}
