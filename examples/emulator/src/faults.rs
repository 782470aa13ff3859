//! Faults on demand: which requests go wrong, and how.

use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokio::sync::watch;

use crate::answer::{Answer, Content};
use crate::seconds;

/// Which requests a fault meets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct On {
    #[serde(default)]
    method: Option<String>,
    path: String,
    #[serde(default, rename = "exactly")]
    whole_path: bool,
    #[serde(default, rename = "after")]
    skip: u64,
    #[serde(default)]
    times: Option<u64>,
}

impl On {
    /// Requests whose path begins with this text. `*` stands for one segment: `/crm/*/Leads`.
    pub fn path(prefix: impl Into<String>) -> Self {
        Self { method: None, path: prefix.into(), whole_path: false, skip: 0, times: None }
    }

    /// Requests to exactly this path. `*` stands for one segment.
    pub fn exactly(path: impl Into<String>) -> Self {
        Self { whole_path: true, ..Self::path(path) }
    }

    /// Every request to the CRM, not those to the accounts server.
    pub fn any_call() -> Self {
        Self::path("/crm/")
    }

    /// Requests for tokens.
    pub fn token_request() -> Self {
        Self::exactly("/oauth/v2/token")
    }

    /// Only requests of this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Lets the first few matching requests pass.
    #[must_use]
    pub fn after(mut self, passed: u64) -> Self {
        self.skip = passed;
        self
    }

    /// Only so many requests; without this call, all until the faults are cleared.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    fn meets(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method)) && self.meets_path(path)
    }

    fn meets_path(&self, path: &str) -> bool {
        if !self.path.contains('*') {
            return if self.whole_path { path == self.path } else { path.starts_with(&self.path) };
        }
        let (mut wanted, mut given) = (self.path.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (None, Some(_)) => return !self.whole_path,
                (Some(_), None) => return false,
                (Some("*"), Some(_)) => {}
                (Some(wanted), Some(given)) if wanted == given => {}
                (Some(_), Some(_)) => return false,
            }
        }
    }
}

/// An answer that stands in for the emulator's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default, deserialize_with = "text_or_json")]
    pub(crate) body: Vec<u8>,
}

/// A body given as text is sent as it is, any other JSON as JSON.
fn text_or_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text.into_bytes(),
        other => other.to_string().into_bytes(),
    })
}

impl Reply {
    /// An answer without content.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// An answer with a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::empty(status).header("Content-Type", "application/json;charset=UTF-8").body(body.to_string())
    }

    /// A refusal of the whole call in Zoho's envelope.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &serde_json::json!({ "code": code, "details": {}, "message": message, "status": "error" }))
    }

    /// A page such as a gateway answers.
    pub fn html(status: u16) -> Self {
        let page = format!("<html><head><title>{status}</title></head><body><h1>Error {status}</h1></body></html>");
        Self::empty(status).header("Content-Type", "text/html;charset=UTF-8").body(page)
    }

    /// 429 as Zoho answers it, which does not say when to come back.
    pub fn too_many_requests() -> Self {
        Self::error(429, "TOO_MANY_REQUESTS", "too many requests. please try again after some time")
    }

    /// 401 as Zoho answers it to a token that it does not know or no longer accepts.
    pub fn invalid_token() -> Self {
        Self::error(401, "INVALID_TOKEN", "invalid oauth token")
    }

    /// What the token endpoint says when it is asked too often; Zoho's status is 400, or 200 on older servers.
    pub fn access_denied(status: u16) -> Self {
        let body = serde_json::json!({
            "error_description": "You have made too many requests continuously. Please try again after some time.",
            "error": "Access Denied",
            "status": "failure",
        });
        Self::json(status, &body)
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer { status: self.status, headers: self.headers.clone(), content: Content::Bytes(self.body.clone().into()) }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header("Retry-After", seconds.to_string())
    }

    /// Replaces the body by any bytes.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

/// What goes wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// This answer, and nothing is done.
    Reply(Reply),
    /// This answer in place of the true one, although the work was done.
    ReplyAfterWork(Reply),
    /// This answer as soon as so many bytes of the body have arrived, and nothing is done. What still comes is read and
    /// thrown away.
    ReplyWithin(u64, Reply),
    /// The connection is reset before anything is done.
    ResetBeforeWork,
    /// The work is done, then the connection is reset.
    ResetAfterWork,
    /// The connection is closed in good order, without an answer, before anything is done.
    CloseBeforeWork,
    /// The work is done; the connection is closed in good order halfway through a body that announced its full length.
    CutOff,
    /// The work is done; the connection is closed in the middle of a chunked body, without its last chunk.
    CutOffChunked,
    /// The work is done; the body comes in pieces of so many bytes with a pause after each.
    SlowBody(usize, #[serde(with = "seconds")] Duration),
    /// The work is done; the first byte of the answer comes after this time, or when the faults are cleared.
    SlowHeaders(#[serde(with = "seconds")] Duration),
    /// The work is done and the answer never comes.
    Silence,
}

impl Fault {
    /// Whether the request is worked on before things go wrong.
    pub(crate) fn lets_work(&self) -> bool {
        !matches!(self, Self::Reply(_) | Self::ReplyWithin(..) | Self::ResetBeforeWork | Self::CloseBeforeWork)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Mutex<Vec<(On, Fault)>>,
    cleared: watch::Sender<()>,
}

impl Rules {
    pub(crate) fn add(&self, on: On, fault: Fault) {
        if on.times != Some(0) {
            self.rules.lock().push((on, fault));
        }
    }

    pub(crate) fn clear(&self) {
        self.rules.lock().clear();
        self.cleared.send_replace(());
    }

    /// Tells when the faults are cleared, from now on.
    pub(crate) fn cleared(&self) -> watch::Receiver<()> {
        self.cleared.subscribe()
    }

    /// The fault that this request meets: that of the oldest rule that still holds.
    pub(crate) fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut rules = self.rules.lock();
        let position = rules.iter_mut().position(|(on, _)| {
            if !on.meets(method, path) {
                return false;
            }
            let passes = on.skip > 0;
            on.skip = on.skip.saturating_sub(1);
            !passes
        })?;
        let (on, fault) = rules.get_mut(position)?;
        let fault = fault.clone();
        if let Some(left) = &mut on.times {
            *left = left.saturating_sub(1);
            if *left == 0 {
                rules.remove(position);
            }
        }
        Some(fault)
    }
}
