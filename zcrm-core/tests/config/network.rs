//! The keys `proxy` and `ca_file`.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, ErrorKind, GrantToken};

use super::{fault, with};

fn start(config: Config) -> Result<Client, zcrm_core::Error> {
    Client::new(config, InMemoryPersistence::new())
}

#[test]
fn a_proxy_is_checked_and_never_shown() {
    for proxy in [
        "http://proxy.example.com:3128",
        "http://user:fake-canary%40x@proxy.example.com:3128/",
        "https://proxy.example.com",
        "socks5://127.0.0.1:1080",
        "socks4a://127.0.0.1:1080",
    ] {
        let config = with(&[("proxy", proxy)]).unwrap();
        assert!(!format!("{config:?}").contains("canary"));
        start(config).unwrap();
    }
    for proxy in
        ["fake-canary", "proxy:3128", "ftp://u:fake-canary@proxy", "http://", "http://p:1/fake-canary", "http://p?x"]
    {
        let text = fault(&[("proxy", proxy)]);
        assert!(text.contains("proxy: not a valid proxy URL") && !text.contains("canary"), "{proxy}: {text}");
    }
}

/// A proxy that refuses everything, and whether it was used.
fn proxy() -> (String, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let used = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&used);
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            flag.store(true, Ordering::SeqCst);
            let _ = connection.read(&mut [0; 1024]);
            let _ = connection.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
        }
    });
    (url, used)
}

fn exchange(config: Config) {
    let client = start(config).unwrap();
    client.oauth().generate_access_token(GrantToken::new("1000.fake-grant")).unwrap_err();
}

#[test]
fn calls_go_through_the_proxy_of_the_dictionary_unless_the_program_names_another() {
    let quick = || HttpOptions::default().max_retries(0);
    let (url, used) = proxy();
    exchange(with(&[("proxy", &url)]).unwrap().with_http(quick()));
    assert!(used.load(Ordering::SeqCst));

    let ((url, used), (other, other_used)) = (proxy(), proxy());
    exchange(with(&[("proxy", &url)]).unwrap().with_http(quick().proxy(other)));
    assert!(!used.load(Ordering::SeqCst) && other_used.load(Ordering::SeqCst));
}

#[test]
fn the_ca_file_is_read_when_the_client_starts_unless_the_program_names_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("corporate.pem");
    let config = with(&[("ca_file", path.to_str().unwrap())]).unwrap();
    let error = start(config.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("corporate.pem"), "{error}");
    let error = start(config.clone().with_http(HttpOptions::default().max_retries(1))).unwrap_err();
    assert!(error.to_string().contains("corporate.pem"), "other options leave the key in effect: {error}");
    let error = start(config.with_http(HttpOptions::default().extra_ca_file("other.pem"))).unwrap_err();
    assert!(error.to_string().contains("other.pem"), "{error}");
}
