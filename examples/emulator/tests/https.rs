//! https with the emulator's own authority, and the bad certificates it can show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ureq::Agent;
use ureq::tls::{Certificate as Trusted, PemItem, RootCerts, TlsConfig, parse_pem};
use zcrm_emulator::{Certificate, Emulator, Options};

fn emulator() -> Emulator {
    Emulator::start(Options { https: true, ..Options::default() }).unwrap()
}

/// A client that trusts an authority; new each time, so that every call is a handshake.
fn status(emulator: &Emulator, authority: &str) -> Result<u16, ureq::Error> {
    let trusted = parse_pem(authority.as_bytes()).find_map(|item| match item.unwrap() {
        PemItem::Certificate(certificate) => Some(Trusted::to_owned(&certificate)),
        _ => None,
    });
    let roots = RootCerts::new_with_certs(&[trusted.unwrap()]);
    let agent: Agent = Agent::config_builder()
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into();
    Ok(agent.get(format!("{}/crm/v2/org", emulator.url())).call()?.status().as_u16())
}

#[test]
fn good_expired_and_misnamed_certificates() {
    let emulator = emulator();
    let authority = emulator.ca_pem().unwrap().to_owned();
    assert!(emulator.url().starts_with("https://127.0.0.1:"));
    assert_eq!(status(&emulator, &authority).unwrap(), 401);
    let expect = |wanted: &str| {
        let error = status(&emulator, &authority).unwrap_err();
        assert!(format!("{error:?}").contains(wanted), "{error:?}");
    };
    emulator.behave(|behaviour| behaviour.certificate = Certificate::Expired);
    expect("Expired");
    emulator.behave(|behaviour| behaviour.certificate = Certificate::WrongName);
    expect("NotValidForName");
    emulator.behave(|behaviour| behaviour.certificate = Certificate::Valid);
    assert_eq!(status(&emulator, &authority).unwrap(), 401);
}

#[test]
fn another_authority_is_not_trusted() {
    let (one, other) = (emulator(), emulator());
    let error = status(&one, other.ca_pem().unwrap()).unwrap_err();
    assert!(
        format!("{error:?}").contains("UnknownIssuer") || format!("{error:?}").contains("BadSignature"),
        "{error:?}"
    );
}
