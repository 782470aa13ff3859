//! Any endpoint, by hand: the way to what this library has no method for.

use std::io::Write;

use serde::Serialize;

use super::estimate;
use super::parts::Idempotency;
use super::request::Request;
use super::response::Response;
use super::session::Session;
use super::transfer::{Download, Downloaded, Upload};
use crate::error::{Error, Result};
use crate::transport::Method;

/// A request to any endpoint, with the same tokens, retries, limits and errors as all others; made by
/// [`Client::call`](crate::Client::call).
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// use zcrm_core::Method;
/// use zcrm_core::rest::Idempotency;
///
/// let roles: serde_json::Value = client.call(Method::Get, "settings/roles").send()?.json()?;
///
/// // A POST that only reads may be retried; the library cannot know.
/// let query = serde_json::json!({ "select_query": "select Last_Name from Leads where id is not null" });
/// let rows = client.call(Method::Post, "coql").json(&query).idempotency(Idempotency::Idempotent).send()?;
/// # let _ = (roles, rows);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before send"]
pub struct Call {
    session: Session,
    request: Request<Response>,
}

impl Call {
    pub(crate) fn new(session: Session, method: Method, path: &str) -> Self {
        let request = Self::address(&session, method, path);
        Self { session, request }
    }

    /// Relative paths are resolved against `/crm/{version}/`; paths that begin with `/crm/` are used as they are.
    fn address(session: &Session, method: Method, path: &str) -> Request<Response> {
        let fault = if path.contains(['?', '#']) {
            "a path holds neither ? nor #; give parameters with query"
        } else if path.starts_with('/') && !path.starts_with("/crm/") {
            "a path is relative, or begins with /crm/: no other is Zoho CRM's"
        } else {
            return match path.strip_prefix("/crm/") {
                Some(rest) => Request::at(method, "/crm".to_owned(), rest.split('/')),
                None => session.request(method, path.split('/')),
            };
        };
        session.request(method, ["-"]).fault(Error::invalid(fault))
    }

    fn map(self, change: impl FnOnce(Request<Response>) -> Request<Response>) -> Self {
        Self { request: change(self.request), ..self }
    }

    /// Adds a parameter; name and value are escaped.
    pub fn query(self, name: &str, value: impl AsRef<str>) -> Self {
        self.map(|request| request.query(name, value))
    }

    /// Sets a header. `Authorization`, `Content-Length`, `Transfer-Encoding`, `Host` and `Expect` are the library's
    /// own.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        const OWN: [&str; 5] = ["authorization", "content-length", "transfer-encoding", "host", "expect"];
        let name = name.into();
        self.map(|request| {
            if OWN.contains(&name.to_ascii_lowercase().as_str()) {
                request.fault(Error::invalid(format!("the header {name} is the library's own")))
            } else {
                request.header(name, value)
            }
        })
    }

    /// Sends a value as JSON. A number that is not finite is an error, since JSON has no form for it.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        self.map(|request| request.json(value))
    }

    /// Sends these bytes; give their type with `header("Content-Type", ...)`.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        self.map(|request| request.body(body.into()))
    }

    /// Whether the request may be retried when its response was lost. Defaults to [`Idempotency::Idempotent`] for GET
    /// and DELETE, [`Idempotency::Update`] for PUT, [`Idempotency::NotIdempotent`] for POST and PATCH.
    pub fn idempotency(self, idempotency: Idempotency) -> Self {
        self.map(|request| request.with_idempotency(idempotency))
    }

    /// The request itself, to be decoded further and run by [`Client::run`](crate::Client::run).
    pub fn into_request(self) -> Request<Response> {
        self.priced().request.and_then(Response::in_utf8)
    }

    /// With the cost that path, query and body tell.
    fn priced(self) -> Self {
        let session = self.session.clone();
        self.map(|request| {
            let cost = estimate::of(request.parts());
            session.priced(request.with_cost(cost))
        })
    }

    /// Sends the request and reads its response whole, which has to be JSON, or nothing with 204.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::Method;
    ///
    /// let response = client.call(Method::Get, "settings/territories").query("page", "1").send()?;
    /// println!("{}", response.body());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Every kind that a request can fail with: [`InvalidInput`](crate::ErrorKind::InvalidInput) before anything is
    /// sent, those of tokens, Zoho's rejections by kind, [`Connect`](crate::ErrorKind::Connect),
    /// [`Unanswered`](crate::ErrorKind::Unanswered) and [`InvalidResponse`](crate::ErrorKind::InvalidResponse).
    pub fn send(self) -> Result<Response> {
        let session = self.session.clone();
        session.run(&self.into_request())
    }

    /// Sends a file as the body, a form with one part named `file`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::Method;
    /// use zcrm_core::rest::Upload;
    ///
    /// let path = "Leads/3652397000000190001/Attachments";
    /// client.call(Method::Post, path).upload(&mut Upload::from_path("quote.pdf")?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`Io`](crate::ErrorKind::Io) when the file cannot be read.
    pub fn upload(self, upload: &mut Upload<'_>) -> Result<Response> {
        let session = self.session.clone();
        session.upload(&self.into_request(), upload)
    }

    /// Writes the response, a file of any kind, to `writer`. For limits and progress see [`download`](Self::download).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::Method;
    ///
    /// let mut photo = Vec::new();
    /// client.call(Method::Get, "Leads/3652397000000190001/photo").to_writer(&mut photo)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Download::to_writer`].
    pub fn to_writer(self, writer: impl Write) -> Result<Downloaded> {
        self.download().to_writer(writer)
    }

    /// The response as a file to download.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::Method;
    ///
    /// let path = "Leads/3652397000000190001/Attachments/3652397000000191001";
    /// client.call(Method::Get, path).download().to_file("quote.pdf")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn download<'a>(self) -> Download<'a> {
        let call = self.priced();
        Download::new(call.session, call.request).json_too()
    }
}
