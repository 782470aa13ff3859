//! The proxy itself: whether it is there, and lets through to Zoho.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use url::Url;
use zeroize::Zeroizing;

use crate::config::{Config, is_loopback};
use crate::finding::Finding;

const TIMEOUT: Duration = Duration::from_secs(5);
/// A status line is shorter.
const LONGEST_LINE: u64 = 1024;

/// The proxy of the configuration, if there is one. That of the environment shows in the check of the servers.
pub(super) fn check(config: &Config) -> Option<Finding> {
    let proxy = Url::parse(config.http().proxy.as_ref()?.expose()).ok()?;
    let accounts = Url::parse(config.accounts_url()).ok()?;
    let place = format!("{}://{}", proxy.scheme(), authority(&proxy)?);
    let unused = if is_loopback(&accounts) { " (not used for servers on this machine)" } else { "" };
    Some(match ask(&proxy, &accounts) {
        Ok(None) => Finding::ok("proxy", format!("{place} accepts connections{unused}")),
        Ok(Some(status @ 200..=299)) => Finding::ok("proxy", format!("{place} lets through (HTTP status {status})")),
        Ok(Some(407)) => Finding::fail(
            "proxy",
            format!("{place} wants another user or password (HTTP status 407){unused}"),
            "write them into proxy: http://user:password@host:port, special characters percent-encoded",
        ),
        Ok(Some(status)) => Finding::fail(
            "proxy",
            format!("{place} refuses to let through to {} (HTTP status {status}){unused}", accounts.host()?),
            "let it through to Zoho's hosts, or correct or remove proxy",
        ),
        Err(cause) => Finding::fail(
            "proxy",
            format!("{place} cannot be reached: {cause}{unused}"),
            "start it, or correct or remove proxy",
        ),
    })
}

fn authority(url: &Url) -> Option<String> {
    Some(format!("{}:{}", url.host()?, url.port_or_known_default().unwrap_or(1080)))
}

/// Asks it for a way to a server; its HTTP status, where it speaks HTTP in plain.
fn ask(proxy: &Url, server: &Url) -> io::Result<Option<u16>> {
    let none = || io::Error::new(io::ErrorKind::NotFound, "its name leads nowhere");
    let place = authority(proxy).ok_or_else(none)?;
    let mut failure = none();
    for address in place.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) if proxy.scheme() == "http" => return connect(stream, proxy, server).map(Some),
            Ok(_) => return Ok(None),
            Err(cause) => failure = cause,
        }
    }
    Err(failure)
}

fn connect(mut stream: TcpStream, proxy: &Url, server: &Url) -> io::Result<u16> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let target = authority(server).unwrap_or_default();
    let mut request = Zeroizing::new(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"));
    if !proxy.username().is_empty() {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = (decoded(proxy.username()), decoded(proxy.password().unwrap_or_default()));
        let credentials = Zeroizing::new(format!("{user}:{password}"));
        request.push_str(&format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(credentials.as_bytes())));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = Vec::new();
    BufReader::new(stream.take(LONGEST_LINE)).read_until(b'\n', &mut line)?;
    let line = String::from_utf8_lossy(&line);
    let status = line.strip_prefix("HTTP/").and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it does not answer as a proxy does"))
}
