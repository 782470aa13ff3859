//! Any endpoint, by hand: the way to what this library has no method for.

use std::io::Write;

use serde::Serialize;

use super::call::{Call, Repeat};
use super::reply::Reply;
use super::session::Session;
use super::transfer::{Download, Downloaded, Upload};
use crate::error::{Error, Result};
use crate::transport::Method;

/// A call to any endpoint, with the same tokens, retries, limits and errors as all others; made by
/// [`Client::call`](crate::Client::call).
///
/// ```no_run
/// # fn main() -> Result<(), zcrm_core::Error> {
/// # let client: zcrm_core::Client = unimplemented!();
/// use zcrm_core::Method;
/// use zcrm_core::rest::Repeat;
///
/// let roles: serde_json::Value = client.call(Method::Get, "settings/roles").send()?.json()?;
///
/// // A POST that only reads may be repeated; the library cannot know.
/// let query = serde_json::json!({ "select_query": "select Last_Name from Leads where id is not null" });
/// let rows = client.call(Method::Post, "coql").json(&query).repeat(Repeat::Safe).send()?;
/// # let _ = (roles, rows);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent before send"]
pub struct CustomCall {
    session: Session,
    call: Result<Call>,
}

impl CustomCall {
    pub(crate) fn new(session: Session, method: Method, path: &str) -> Self {
        let call = Self::address(&session, method, path);
        Self { session, call }
    }

    /// A relative path stands below `/crm/{version}/`; one that begins with `/crm/` stands for itself.
    fn address(session: &Session, method: Method, path: &str) -> Result<Call> {
        if path.contains(['?', '#']) {
            let text = "a path holds neither ? nor #; give parameters with query";
            return Err(Error::invalid(text));
        }
        match path.strip_prefix("/crm/") {
            Some(rest) => Call::at(method, "/crm".to_owned(), rest.split('/')),
            None if path.starts_with('/') => {
                let text = "a path is relative, or begins with /crm/: no other is Zoho CRM's";
                Err(Error::invalid(text))
            }
            None => Call::new(method, session.version(), path.split('/')),
        }
    }

    fn map(self, change: impl FnOnce(Call) -> Result<Call>) -> Self {
        Self { call: self.call.and_then(change), ..self }
    }

    /// Adds a parameter; key and value are escaped.
    pub fn query(self, key: &str, value: impl AsRef<str>) -> Self {
        self.map(|call| Ok(call.query(key, value)))
    }

    /// Adds a header. `Authorization` is not for the caller to set.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.map(|call| match name.to_ascii_lowercase().as_str() {
            "authorization" | "content-length" | "transfer-encoding" | "host" => {
                Err(Error::invalid(format!("the header {name} is the library's own")))
            }
            _ => Ok(call.header(name, value)),
        })
    }

    /// Sends a value as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        self.map(|call| call.json(value))
    }

    /// Whether the call may be repeated when its answer was lost. Defaults to [`Repeat::Safe`] for GET and DELETE,
    /// [`Repeat::Update`] for PUT, [`Repeat::Never`] for POST and PATCH.
    pub fn repeat(self, repeat: Repeat) -> Self {
        self.map(|call| Ok(call.repeat(repeat)))
    }

    /// Sends the call and reads its answer whole, which has to be JSON, or nothing with 204.
    ///
    /// # Errors
    ///
    /// Every kind that a call can end in: [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) before anything is sent, those of tokens, Zoho's
    /// refusals by kind, [`ErrorKind::Connect`](crate::ErrorKind::Connect), [`ErrorKind::Unanswered`](crate::ErrorKind::Unanswered) and [`ErrorKind::InvalidAnswer`](crate::ErrorKind::InvalidAnswer).
    pub fn send(self) -> Result<Reply> {
        let call = self.call?;
        self.session.send(&call)
    }

    /// Sends a file as the call's body, a form with one part named `file`.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`ErrorKind::Io`](crate::ErrorKind::Io) when the file cannot be read.
    pub fn upload(self, upload: &mut Upload<'_>) -> Result<Reply> {
        let call = self.call?;
        self.session.upload(&call, upload)
    }

    /// Writes the answer, a file of any kind, to `writer`. For limits and progress see [`download`](Self::download).
    ///
    /// # Errors
    ///
    /// As [`Download::to_writer`].
    pub fn to_writer(self, writer: impl Write) -> Result<Downloaded> {
        self.download().to_writer(writer)
    }

    /// The answer as a file to download.
    pub fn download<'a>(self) -> Download<'a> {
        Download::new(self.session, self.call)
    }
}
