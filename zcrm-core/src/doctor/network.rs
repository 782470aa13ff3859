//! The way to Zoho's servers: names, proxy, TLS, how long they take, and what time they have.

use std::io::Read;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::budget::Budget;
use super::{clock, proxy};
use crate::config::Config;
use crate::finding::Finding;
use crate::transport::TransportErrorKind;
use crate::transport::{Body, HttpRequest, HttpResponse, Method, Obstacle, Pace, Transport, TransportError};

/// A server that takes longer makes programs slow.
const SLOW: Duration = Duration::from_secs(2);
/// So much of a response shows what kind of server it is from, in bytes.
const BEGINNING: u64 = 16 * 1024;

/// A server, and the key that names it.
struct Server<'a> {
    check: &'static str,
    key: &'static str,
    url: &'a str,
}

pub(super) fn check(config: &Config, transport: &Budget) -> Vec<Finding> {
    let accounts = Server { check: "accounts server", key: "accounts_url", url: config.accounts_url() };
    let api = Server { check: "API server", key: "api_base_url", url: config.api_base_url() };
    let mut findings: Vec<Finding> = proxy::check(config).into_iter().collect();
    let is_one = accounts.url == api.url;
    // Without a token it says who it is, which costs nothing.
    let (finding, date) = accounts.reach(transport, "/oauth/user/info", if is_one { None } else { Some(is_accounts) });
    findings.push(finding);
    let mut told = date;
    if !is_one {
        let (finding, date) = api.reach(transport, "/", None);
        findings.push(finding);
        told = told.or(date);
    }
    findings.extend(told.map(clock::check));
    findings
}

/// Whether a response is one of an accounts server.
fn is_accounts(status: u16, body: &[u8]) -> bool {
    status >= 500 || status == 429 || serde_json::from_slice::<Value>(body).is_ok_and(|body| body.is_object())
}

impl Server<'_> {
    fn reach(
        &self,
        transport: &Budget,
        path: &str,
        is_right: Option<fn(u16, &[u8]) -> bool>,
    ) -> (Finding, Option<SystemTime>) {
        let Self { check, key, url } = self;
        let started = Instant::now();
        let response = transport.send(HttpRequest {
            method: Method::Get,
            url: &format!("{url}{path}"),
            headers: &[],
            authorization: None,
            body: Body::Empty,
            pace: Pace::Call,
        });
        let took = started.elapsed();
        let HttpResponse { status, headers, body } = match response {
            Ok(response) => response,
            Err(error) => return (self.unreachable(&error), None),
        };
        let date = headers.get("date").and_then(|date| httpdate::parse_http_date(date).ok());
        let mut beginning = Vec::new();
        // What cannot be read is not what a server of Zoho sends.
        let _ = body.take(BEGINNING).read_to_end(&mut beginning);
        let millis = took.as_millis();
        let finding = match is_right {
            Some(is_right) if !is_right(status, &beginning) => Finding::fail(
                check,
                format!("{url} answers, but not as Zoho's {check} does (HTTP status {status})"),
                format!("correct {key}"),
            ),
            _ if status >= 500 => {
                let found = format!("{url} fails at the moment (HTTP status {status})");
                Finding::warn(check, found, format!("try again later; where it lasts, check {key} and any proxy"))
            }
            _ if took > SLOW => {
                Finding::warn(check, format!("{url} took {millis} ms to answer"), "check the network and any proxy")
            }
            _ => {
                let trust = if url.starts_with("https") { "its certificate is accepted, " } else { "" };
                Finding::ok(check, format!("{url} is reached, {trust}it answered after {millis} ms"))
            }
        };
        (finding, date)
    }

    fn unreachable(&self, error: &TransportError) -> Finding {
        let Self { check, key, url } = self;
        let mut found = format!("{url} cannot be reached: {error}");
        if let Some(cause) = std::error::Error::source(error) {
            found.push_str(&format!(": {cause}"));
        }
        let remedy = match (error.obstacle(), error.kind()) {
            (Obstacle::Name, _) => format!("check the name in {key}, and this machine's DNS"),
            (Obstacle::Proxy, _) => {
                "correct proxy, with user and password where it wants them, or let it through to this host".to_owned()
            }
            (Obstacle::CertificateExpired, _) => {
                "the server's certificate has expired: renew it; where other machines accept it, set this machine's clock"
                    .to_owned()
            }
            (Obstacle::CertificateNotYetValid, _) => "set this machine's clock, which is behind".to_owned(),
            (Obstacle::CertificateName, _) => {
                format!("the certificate is another host's: name in {key} the host that it is made out to")
            }
            (Obstacle::CertificateIssuer, _) => {
                "the certificate's authority is unknown: name it in ca_file (PEM), as of a proxy that opens TLS".to_owned()
            }
            (Obstacle::CertificateOfAuthority, _) => {
                "the certificate is self-signed and says that it is an authority's: give the server one with \
                 basicConstraints CA:FALSE, and name it, or its authority, in ca_file (PEM)"
                    .to_owned()
            }
            (Obstacle::Unknown, TransportErrorKind::Tls) => {
                format!("check {key}, and name an authority of your own in ca_file (PEM)")
            }
            (Obstacle::Unknown, TransportErrorKind::Invalid) => format!("correct {key}"),
            (Obstacle::Unknown, _) => format!("check {key}, the network, the firewall, and any proxy on the way"),
        };
        Finding::fail(check, found, remedy)
    }
}
