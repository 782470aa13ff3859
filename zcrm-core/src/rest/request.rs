//! A request as a value: all that is to be said about a call before it is sent.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::cost::Cost;
use super::parts::{Host, Idempotency, Parts};
use super::response::Response;
use super::stop::Stop;
use super::transfer::text_part;
use crate::config::ApiVersion;
use crate::entity::write_json;
use crate::error::{Error, Result};
use crate::transport::Method;

/// Everything but the characters that RFC 3986 calls unreserved is escaped, in paths and in queries.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request: method, host, path, query, body, whether it may be retried, what it costs, and how its response becomes a
/// `T`.
///
/// It is made by [`Client::call`](crate::Client::call), or by a method of a handle whose name ends in `request`, and
/// sent by [`Client::run`](crate::Client::run), any number of times. What is wrong with it (an empty id, a value that
/// JSON has no form for) is kept and returned when it is run.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// use zcrm_core::Method;
///
/// let roles = client.call(Method::Get, "settings/roles").into_request().and_then(|response| {
///     response.json::<serde_json::Value>()
/// });
/// println!("{} {} costs {} credit", roles.method(), roles.path(), roles.cost().credits());
/// println!("{}", client.run(&roles)?);
/// # Ok(())
/// # }
/// ```
pub struct Request<T> {
    parts: Parts,
    decode: Decode<T>,
}

type Decode<T> = Arc<dyn Fn(Result<Response>) -> Result<T> + Send + Sync>;

impl Request<Response> {
    /// A request whose path is `/crm/{version}/` and the segments, each escaped whole.
    pub(crate) fn new<S: AsRef<str>>(
        method: Method,
        version: ApiVersion,
        segments: impl IntoIterator<Item = S>,
    ) -> Self {
        Self::at(method, format!("/crm/{version}"), segments)
    }

    /// A request whose path is `root`, used as it is, and the segments, each escaped whole.
    pub(crate) fn at<S: AsRef<str>>(method: Method, root: String, segments: impl IntoIterator<Item = S>) -> Self {
        let mut path = root;
        let mut fault = None;
        for segment in segments {
            let segment = segment.as_ref();
            if matches!(segment.trim(), "" | "." | "..") {
                let message = format!("{segment:?} cannot be a part of a path; an id or a name is missing");
                fault.get_or_insert_with(|| Error::invalid(message));
            }
            path.push('/');
            path.extend(utf8_percent_encode(segment, ESCAPED));
        }
        let parts = Parts {
            method,
            host: Host::Api,
            origin: None,
            path,
            query: String::new(),
            headers: Vec::new(),
            content_type: Cow::Borrowed("application/json"),
            body: None,
            idempotency: match method {
                Method::Get | Method::Delete => Idempotency::Idempotent,
                Method::Put => Idempotency::Update,
                Method::Post | Method::Patch => Idempotency::NotIdempotent,
            },
            cost: Cost::ONE,
            bounds: None,
            stop: None,
            fault,
        };
        Self { parts, decode: Arc::new(|response| response) }
    }
}

impl<T> Request<T> {
    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.parts.method
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> Host {
        self.parts.host
    }

    /// The path, escaped.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.parts.path
    }

    /// Whether it may be retried when its response was lost.
    #[must_use]
    pub fn idempotency(&self) -> Idempotency {
        self.parts.idempotency
    }

    /// What it costs, as far as that is known before it is sent.
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.parts.cost.within(self.parts.bounds)
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }

    #[cfg(feature = "bulk")]
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Parts)) {
        change(&mut self.parts);
    }

    /// Turns the outcome of sending it into what the caller asked for.
    pub(super) fn decode(&self, response: Result<Response>) -> Result<T> {
        (self.decode)(response)
    }

    /// Sends it to another host than that of the API.
    #[cfg(feature = "bulk")]
    pub(crate) fn on(mut self, host: Host) -> Self {
        self.parts.host = host;
        self
    }

    /// Adds a query parameter, escaped.
    pub(crate) fn query(mut self, key: &str, value: impl AsRef<str>) -> Self {
        let query = &mut self.parts.query;
        query.push(if query.is_empty() { '?' } else { '&' });
        query.extend(utf8_percent_encode(key, ESCAPED));
        query.push('=');
        query.extend(utf8_percent_encode(value.as_ref(), ESCAPED));
        self
    }

    /// Sets a header. `Content-Type` replaces that of the body.
    pub(crate) fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        let name = name.into();
        if name.eq_ignore_ascii_case("content-type") {
            self.parts.content_type = Cow::Owned(value.into());
        } else {
            self.parts.headers.retain(|(present, _)| !present.eq_ignore_ascii_case(&name));
            self.parts.headers.push((name, value.into()));
        }
        self
    }

    /// Sends a value as JSON.
    pub(crate) fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        match write_json(value) {
            Ok(body) => self.body(Box::<str>::from(body).into_string().into_bytes()),
            Err(cause) => self.fault(Error::invalid(format!("the body cannot be written as JSON: {cause}"))),
        }
    }

    /// Sends these bytes.
    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.parts.body = Some(body);
        self
    }

    /// Sends a form with one field of text.
    pub(crate) fn form_field(mut self, name: &str, value: &str) -> Self {
        let (content_type, body) = text_part(name, value);
        self.parts.content_type = content_type.into();
        self.body(body)
    }

    /// Sets the idempotency, where the method alone does not tell it.
    pub(crate) fn with_idempotency(mut self, idempotency: Idempotency) -> Self {
        self.parts.idempotency = idempotency;
        self
    }

    /// Sets the cost, where it is not one credit.
    pub(crate) fn with_cost(mut self, cost: Cost) -> Self {
        self.parts.cost = cost;
        self
    }

    /// Keeps Zoho's own price, where it is known.
    pub(super) fn with_bounds(mut self, bounds: Option<(u32, u32)>) -> Self {
        self.parts.bounds = bounds;
        self
    }

    /// Does not begin it once `stop` is set.
    pub(super) fn stopped_by(mut self, stop: &Stop) -> Self {
        self.parts.stop = Some(stop.clone());
        self
    }

    /// Keeps what is wrong with the request, unless something was already.
    pub(crate) fn fault(mut self, error: Error) -> Self {
        self.parts.fault.get_or_insert(error);
        self
    }

    /// Keeps what is wrong with an argument, if something is.
    pub(crate) fn checked(self, argument: Result<()>) -> Self {
        match argument {
            Ok(()) => self,
            Err(error) => self.fault(error),
        }
    }
}

impl<T: 'static> Request<T> {
    /// The same request, whose result is decoded further.
    pub fn and_then<U>(self, decode: impl Fn(T) -> Result<U> + Send + Sync + 'static) -> Request<U> {
        self.handle(move |value| value.and_then(&decode))
    }

    /// The same request, whose result or error is decoded further.
    pub(crate) fn handle<U>(self, decode: impl Fn(Result<T>) -> Result<U> + Send + Sync + 'static) -> Request<U> {
        let inner = self.decode;
        Request { parts: self.parts, decode: Arc::new(move |response| decode(inner(response))) }
    }
}

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone(), decode: Arc::clone(&self.decode) }
    }
}

impl<T> fmt::Debug for Request<T> {
    /// Shows neither the query nor the body, which may hold personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.parts.method)
            .field("host", &self.parts.host)
            .field("path", &self.parts.path)
            .field("idempotency", &self.parts.idempotency)
            .field("cost", &self.parts.cost)
            .field("fault", &self.parts.fault)
            .finish_non_exhaustive()
    }
}
