//! What is wrong on the way to Zoho, and with the clock.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use serde_json::json;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection};
use zcrm_emulator::{Certificate, Options, Proxy};

use crate::case::{finds, is_well, signed_in};
use crate::support::Place;

/// A place whose emulator speaks https, with its authority named.
fn encrypted() -> Place {
    let place = Place::new(Options { https: true, ..Options::default() });
    fs::write(place.folder().join("ca.pem"), place.emulator.ca_pem().unwrap()).unwrap();
    place.change(json!({ "ca_file": "ca.pem" }));
    place.sign_in();
    place.emulator.reset_counters();
    place
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn certificates() {
    let place = encrypted();
    place.emulator.behave(|behaviour| behaviour.certificate = Certificate::Expired);
    finds(&place, ("FAIL  accounts server: ", &["cannot be reached", "expired", "renew it"]));
    place.emulator.behave(|behaviour| behaviour.certificate = Certificate::WrongName);
    finds(&place, ("FAIL  accounts server: ", &["cannot be reached", "name in accounts_url the host"]));
    place.emulator.behave(|behaviour| behaviour.certificate = Certificate::Valid);
    let text = is_well(&place);
    assert!(text.contains("its certificate is accepted"), "{text}");
    place.change(json!({}));
    finds(&place, ("FAIL  accounts server: ", &["cannot be reached", "authority is unknown", "name it in ca_file"]));
}

#[test]
fn authorities_that_cannot_be_used() {
    let place = encrypted();
    place.change(json!({ "ca_file": "absent.pem" }));
    finds(&place, ("FAIL  network: the CA file ", &["absent.pem cannot be read", "; correct ca_file"]));
    // As `openssl req -x509` makes it: self-signed, and an authority's at once.
    let key = rcgen::KeyPair::generate().unwrap();
    let mut own = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    own.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let own = own.self_signed(&key).unwrap();
    fs::write(place.folder().join("own.pem"), own.pem()).unwrap();
    let server = serve_tls(own.der().clone(), key);
    place.change(json!({ "ca_file": "own.pem", "accounts_url": server }));
    finds(&place, ("FAIL  accounts server: ", &["self-signed", "basicConstraints CA:FALSE"]));
}

/// A server that shows a certificate, and says nothing.
fn serve_tls(certificate: CertificateDer<'static>, key: rcgen::KeyPair) -> String {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let _ = connection.complete_io(&mut stream);
        }
    });
    format!("https://localhost:{port}")
}

#[test]
fn a_server_that_is_not_there() {
    let place = signed_in();
    place.change(json!({ "accounts_url": nobody() }));
    finds(&place, ("FAIL  accounts server: ", &["cannot be reached", "refused", "check accounts_url"]));
    place.change(json!({ "api_base_url": nobody() }));
    let text = finds(&place, ("FAIL  API server: ", &["cannot be reached", "refused", "check api_base_url"]));
    assert!(text.contains("ok    accounts server: "), "{text}");
}

#[test]
fn a_name_that_leads_nowhere() {
    let place = signed_in();
    place.change(json!({ "accounts_url": "https://accounts.invalid" }));
    // Where no DNS answers, it takes too long instead; the remedy is the same.
    finds(&place, ("FAIL  accounts server: ", &["https://accounts.invalid cannot be reached", "accounts_url"]));
}

#[test]
fn a_server_that_is_no_accounts_server() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        let page = "<html>welcome</html>";
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}", page.len()).unwrap();
    });
    let place = signed_in();
    place.change(json!({ "accounts_url": format!("http://{address}") }));
    finds(
        &place,
        ("FAIL  accounts server: ", &["answers, but not as Zoho's accounts server does", "correct accounts_url"]),
    );
    server.join().unwrap();
}

#[test]
fn proxies() {
    let proxy = Proxy::start("asta", "canary-password").unwrap();
    let place = signed_in();
    let (_, address) = proxy.url().split_once('@').unwrap();
    place.change(json!({ "proxy": format!("http://asta:wrong-canary@{address}") }));
    let text = finds(&place, ("FAIL  proxy: ", &["wants another user or password", "407", "user:password@host"]));
    assert!(!text.contains("canary"), "{text}");
    place.change(json!({ "proxy": nobody() }));
    finds(&place, ("FAIL  proxy: ", &["cannot be reached", "refused", "correct or remove proxy"]));
    place.change(json!({ "proxy": proxy.url() }));
    let text = is_well(&place);
    assert!(text.contains("ok    proxy: ") && !text.contains("canary"), "{text}");
}

#[test]
fn a_clock_that_is_an_hour_off() {
    let place = signed_in();
    place.emulator.behave(|behaviour| behaviour.clock_ahead = 3600);
    finds(&place, ("FAIL  clock: ", &["is 1 h behind Zoho's", "set this machine's clock by NTP"]));
    place.emulator.behave(|behaviour| behaviour.clock_ahead = -120);
    finds(&place, ("warn  clock: ", &["is 2 min ahead of Zoho's"]));
    place.emulator.behave(|behaviour| behaviour.clock_ahead = 10);
    is_well(&place);
}
