//! The one implementation of [`Transport`]: HTTP/1.1 over pooled connections, with ureq.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::{self, HeaderValue, Uri, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, RustlsConnector, SocksConnector};
use ureq::{Agent, AsSendBody, Proxy, SendBody, Timeout};

use super::connection::Connections;
use super::early::EarlyResponses;
use super::outgoing::Outgoing;
use super::resolver::Addresses;
use super::tcp::TcpConnector;
use super::{
    Body, Headers, HttpRequest, HttpResponse, Method, Obstacle, Pace, Transport, TransportError, TransportErrorKind,
};
use crate::config::{HttpOptions, is_loopback};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// Crates whose log lines below WARN show what goes over the wire, tokens included.
#[cfg(feature = "logging")]
pub(crate) const SHOW_THE_WIRE: [&str; 4] = ["ureq", "ureq_proto", "rustls", "mysql"];

/// How long a server may take to say that it wants a large body, before the body is sent all the same.
const CONSENT_WAIT: Duration = Duration::from_secs(1);

/// The buffers of a connection, which ureq fills with zeros, so that all of them is resident. The first has to hold the
/// largest head of a response that ureq takes, 64 KB, and more.
const INPUT_BUFFER: usize = 80 << 10;
const OUTPUT_BUFFER: usize = 32 << 10;

/// Larger streams wait for the server's consent (`Expect: 100-continue`), so that a rejection costs no transfer.
const LARGE: u64 = 1 << 20;

/// The transport over HTTP that clients use unless they are given another one.
pub(crate) fn default_transport(options: &HttpOptions) -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(HttpTransport::new(options)?))
}

/// HTTP with a pool of connections, made once per client.
pub(crate) struct HttpTransport {
    agent: Agent,
    idle_timeout: Duration,
    max_response_bytes: u64,
}

impl HttpTransport {
    pub(crate) fn new(options: &HttpOptions) -> Result<Self> {
        // Else the timeout of the whole call would fire first, and say nothing of the connection.
        let connect_timeout = options.connect_timeout.min(options.call_timeout / 2);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy(options)?)
            .tls_config(TlsConfig::builder().root_certs(roots(options)?).build())
            .user_agent(user_agent(options)?)
            .input_buffer_size(INPUT_BUFFER)
            .output_buffer_size(OUTPUT_BUFFER)
            .max_idle_connections(options.concurrency.saturating_add(1))
            .max_idle_connections_per_host(options.concurrency)
            .timeout_resolve(Some(connect_timeout))
            .timeout_connect(Some(connect_timeout))
            .timeout_recv_response(Some(options.response_timeout))
            .timeout_global(Some(options.call_timeout))
            .build();
        // As ureq's default one, with what it overlooks at each of its layers.
        let connector =
            ().chain(SocksConnector::default())
                .chain(ConnectProxyConnector::default())
                .chain(TcpConnector)
                .chain(EarlyResponses)
                .chain(RustlsConnector::default())
                .chain(Connections);
        let agent = Agent::with_parts(config, connector, Addresses::default());
        Ok(Self { agent, idle_timeout: options.idle_timeout, max_response_bytes: options.max_response_bytes })
    }

    fn exchange(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let HttpRequest { method, url, headers, authorization, body, pace, .. } = request;
        let target = Target::parse(url)?;
        let head = || head(method, &target, headers, authorization);
        let answer = match body {
            // Without a length of 0, servers may wait for a body that never comes.
            Body::Empty if matches!(method, Method::Post | Method::Put | Method::Patch) => {
                self.run(ready(head()?, &[][..])?, pace, &target)
            }
            Body::Empty => self.run(ready(head()?, SendBody::none())?, pace, &target),
            Body::Bytes { content_type, bytes } => {
                self.run(ready(head()?.header(header::CONTENT_TYPE, content_type), bytes)?, pace, &target)
            }
            Body::Stream { content_type, length, reader } => {
                let mut outgoing = Outgoing::new(reader, length);
                let send = |outgoing: &mut Outgoing<'_>, consent: bool| {
                    let mut head = head()?.header(header::CONTENT_TYPE, content_type);
                    if let Some(length) = length {
                        head = head.header(header::CONTENT_LENGTH, length);
                    }
                    if consent {
                        head = head.header(header::EXPECT, "100-continue");
                    }
                    Ok(self.run(ready(head, SendBody::from_reader(outgoing))?, pace, &target))
                };
                let consent = length.is_none_or(|length| length > LARGE);
                let mut answer = send(&mut outgoing, consent)?;
                // Such a server takes the body without an `Expect` (RFC 9110, section 10.1.1).
                let no_consent = matches!(&answer, Ok(response) if response.status() == 417);
                if consent && no_consent && outgoing.is_untouched() {
                    answer = send(&mut outgoing, false)?;
                }
                if let Some(cause) = outgoing.failure() {
                    return Err(TransportError::new(
                        TransportErrorKind::RequestBody,
                        "the data to send cannot be read",
                    )
                    .with_source(cause));
                }
                answer
            }
        };
        let limit = if pace == Pace::Call { self.max_response_bytes } else { u64::MAX };
        Ok(response(answer.map_err(|error| failure(error, &target))?, limit))
    }

    /// Settings of the agent hold for calls; what differs is set per request, which keeps the pool.
    fn run<B: AsSendBody>(
        &self,
        request: http::Request<B>,
        pace: Pace,
        target: &Target,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let direct = target.loopback && self.agent.config().proxy().is_some();
        if pace == Pace::Call && !direct {
            return self.agent.run(request);
        }
        let mut settings = self.agent.configure_request(request);
        if direct {
            settings = settings.proxy(None);
        }
        if pace == Pace::Transfer {
            settings = settings
                .timeout_global(None)
                .timeout_per_read(Some(self.idle_timeout))
                .timeout_per_write(Some(self.idle_timeout))
                .timeout_await_100(Some(CONSENT_WAIT.min(self.idle_timeout / 2)));
        }
        self.agent.run(settings.build())
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let started = Instant::now();
        let method = request.method;
        let url = request.url.split('?').next().unwrap_or_default();
        let answer = self.exchange(request);
        let millis = started.elapsed().as_millis();
        match &answer {
            Ok(response) => log::debug!("{method} {url}: HTTP status {} after {millis} ms", response.status),
            Err(error) => log::debug!("{method} {url}: {error} after {millis} ms"),
        }
        answer
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").finish_non_exhaustive()
    }
}

/// Where a request goes.
struct Target {
    uri: Uri,
    loopback: bool,
    place: String,
}

impl Target {
    fn parse(url: &str) -> Result<Self, TransportError> {
        let uri: Uri = url.parse().map_err(|cause| invalid("the URL cannot be sent").with_source(cause))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(invalid("the URL names no scheme or no host"));
        };
        let loopback = url::Url::parse(url).is_ok_and(|url| is_loopback(&url));
        let place = match authority.port() {
            Some(port) => format!("{}:{port}", authority.host()),
            None => authority.host().to_owned(),
        };
        if scheme == "https" || (scheme == "http" && loopback) {
            return Ok(Self { loopback, place, uri });
        }
        Err(invalid(format!(
            "{scheme}://{place} is not used: tokens travel over https, or over http towards loopback only"
        )))
    }
}

fn invalid(message: impl Into<String>) -> TransportError {
    TransportError::new(TransportErrorKind::Invalid, message)
}

fn ready<B>(head: http::request::Builder, body: B) -> Result<http::Request<B>, TransportError> {
    head.body(body).map_err(|cause| invalid("the request's headers cannot be sent").with_source(cause))
}

fn head(
    method: Method,
    target: &Target,
    headers: &[(&str, &str)],
    authorization: Option<&Secret>,
) -> Result<http::request::Builder, TransportError> {
    let mut head = http::Request::builder().method(http_method(method)).uri(target.uri.clone());
    for (name, value) in headers {
        head = head.header(*name, *value);
    }
    if let Some(secret) = authorization {
        let mut value = HeaderValue::from_str(secret.expose())
            .map_err(|_| invalid("the access token holds characters that a header cannot carry"))?;
        value.set_sensitive(true);
        head = head.header(header::AUTHORIZATION, value);
    }
    Ok(head)
}

fn http_method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    }
}

fn response(answer: http::Response<ureq::Body>, limit: u64) -> HttpResponse {
    let (head, body) = answer.into_parts();
    let headers =
        head.headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), header_text(name, value)?)));
    let reader = body.into_with_config().limit(limit).reader();
    let body = Incoming { reader: Box::new(reader) };
    HttpResponse::new(head.status.as_u16(), Headers::new(headers), body)
}

/// A header as text; `None` for one that is none. A file name that is not UTF-8 is Latin-1, as it was in older HTTP.
fn header_text(name: &http::HeaderName, value: &HeaderValue) -> Option<String> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Some(text.to_owned()),
        Err(_) if *name == header::CONTENT_DISPOSITION => {
            Some(value.as_bytes().iter().copied().map(char::from).collect())
        }
        Err(_) => None,
    }
}

/// A body on its way in, with the kinds of failure that [`HttpResponse`] promises.
struct Incoming {
    reader: Box<dyn io::Read + Send>,
}

impl io::Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).map_err(|cause| {
            match cause.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
                Some(ureq::Error::Timeout(_)) => io::Error::new(io::ErrorKind::TimedOut, cause),
                Some(ureq::Error::BodyExceedsLimit(_)) => io::Error::new(io::ErrorKind::FileTooLarge, cause),
                _ => cause,
            }
        })
    }
}

fn failure(error: ureq::Error, target: &Target) -> TransportError {
    use TransportErrorKind::{Invalid, Lost, NotConnected, Tls, TooLarge};
    let place = &target.place;
    let (kind, message) = match &error {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            (NotConnected, format!("no connection to {place} in time"))
        }
        ureq::Error::Timeout(limit) => {
            (TransportErrorKind::Timeout, format!("{place} took too long (time limit: {limit})"))
        }
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
            (NotConnected, format!("no connection to {place}"))
        }
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => {
            (NotConnected, format!("the proxy made no connection to {place}"))
        }
        ureq::Error::Io(cause) if never_connected(cause) => (NotConnected, format!("no connection to {place}")),
        ureq::Error::Io(cause) if certificate_refused(cause) => (Tls, format!("the certificate of {place} is refused")),
        ureq::Error::Tls(_) | ureq::Error::TlsRequired | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => {
            (Tls, format!("no trusted connection to {place}"))
        }
        ureq::Error::Http(_) | ureq::Error::BadUri(_) | ureq::Error::BodyExceedsLimit(_) => {
            (Invalid, "the request cannot be sent".to_owned())
        }
        ureq::Error::LargeResponseHeader(..) => (TooLarge, format!("the headers of {place}'s answer are too large")),
        _ => (Lost, format!("the connection to {place} broke")),
    };
    let failure = TransportError::new(kind, message).with_obstacle(obstacle(&error));
    // ureq's error has no source of its own; its inner error says as much and keeps its kind.
    match error {
        ureq::Error::Io(cause) => failure.with_source(cause),
        other => failure.with_source(other),
    }
}

/// What stood in the way. The types of rustls belong to ureq's version of it, so its text is looked at.
fn obstacle(error: &ureq::Error) -> Obstacle {
    let text = match error {
        ureq::Error::HostNotFound | ureq::Error::Timeout(Timeout::Resolve) => return Obstacle::Name,
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => return Obstacle::Proxy,
        ureq::Error::Io(cause) if is_lookup_failure(cause) => return Obstacle::Name,
        other => other.to_string().to_lowercase(),
    };
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match () {
        () if !says(&["certificate"]) => Obstacle::Unknown,
        () if says(&["expired"]) => Obstacle::CertificateExpired,
        () if says(&["not valid yet", "notvalidyet"]) => Obstacle::CertificateNotYetValid,
        () if says(&["not valid for name", "notvalidforname"]) => Obstacle::CertificateName,
        () if says(&["unknownissuer", "unknown issuer"]) => Obstacle::CertificateIssuer,
        () if says(&["causedasendentity"]) => Obstacle::CertificateOfAuthority,
        () => Obstacle::Unknown,
    }
}

/// Whether an error can only come from resolving or connecting. A reset is not among them: it looks the same at accept,
/// on a reused connection, and after the whole request was read.
fn never_connected(cause: &io::Error) -> bool {
    use io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable};
    matches!(cause.kind(), AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkDown | NetworkUnreachable)
        || is_lookup_failure(cause)
}

/// The standard library has no kind for failed look-ups; it words them thus on Unix, and passes on codes on Windows.
fn is_lookup_failure(cause: &io::Error) -> bool {
    const WINSOCK_LOOKUP: std::ops::RangeInclusive<i32> = 11001..=11004;
    cause.to_string().starts_with("failed to lookup address information")
        || (cfg!(windows) && cause.raw_os_error().is_some_and(|code| WINSOCK_LOOKUP.contains(&code)))
}

/// Whether the server's certificate was not accepted. The type of this error belongs to ureq's version of rustls, which
/// is not ours to name; its text is tested.
fn certificate_refused(cause: &io::Error) -> bool {
    cause.kind() == io::ErrorKind::InvalidData && cause.to_string().starts_with("invalid peer certificate")
}

fn proxy(options: &HttpOptions) -> Result<Option<Proxy>> {
    match &options.proxy {
        Some(url) => Proxy::new(url.expose()).map(Some).map_err(|_| {
            let text = "the proxy is not of the form http://user:password@host:port, with special characters escaped";
            Error::new(ErrorKind::Config, text)
        }),
        None if options.proxy_from_environment => Ok(environment_proxy()),
        None => Ok(None),
    }
}

fn environment_proxy() -> Option<Proxy> {
    let proxy = Proxy::try_from_env();
    let named = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "https_proxy", "http_proxy"]
        .into_iter()
        .find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if let (None, Some(name)) = (&proxy, named) {
        log::warn!("the environment's {name} is not the URL of a proxy and is ignored");
    }
    proxy
}

fn user_agent(options: &HttpOptions) -> Result<&str> {
    HeaderValue::from_str(&options.user_agent)
        .map(|_| options.user_agent.as_str())
        .map_err(|_| Error::new(ErrorKind::Config, "the user agent holds characters that a header cannot carry"))
}

/// The built-in roots, and the extra ones beside them: naming any roots would otherwise replace the built-in ones.
fn roots(options: &HttpOptions) -> Result<RootCerts> {
    let mut extra = Vec::new();
    for path in &options.extra_ca_files {
        let name = path.display().to_string();
        let pem = std::fs::read(path).map_err(|cause| {
            Error::new(ErrorKind::Config, format!("the CA file {name} cannot be read; correct ca_file"))
                .with_source(cause)
        })?;
        extra.extend(certificates(&pem, &format!("the CA file {name}"))?);
    }
    for pem in &options.extra_ca_pem {
        extra.extend(certificates(pem, "the extra CA")?);
    }
    if extra.is_empty() {
        return Ok(RootCerts::WebPki);
    }
    let built_in = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| Certificate::from_der(root.as_ref()));
    Ok(built_in.chain(extra).collect::<Vec<_>>().into())
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<Certificate<'static>>> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(cause) => {
                return Err(
                    Error::new(ErrorKind::Config, format!("{what} is not PEM; correct ca_file")).with_source(cause)
                );
            }
        }
    }
    if found.is_empty() {
        return Err(Error::new(ErrorKind::Config, format!("{what} holds no certificate in PEM")));
    }
    Ok(found)
}
