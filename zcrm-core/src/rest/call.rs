//! One call to Zoho's API, put together but not sent.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::transfer::text_part;
use crate::config::ApiVersion;
use crate::error::{Error, Result};
use crate::transport::Method;

/// Everything but the characters that RFC 3986 calls unreserved is escaped, in paths and in queries.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Whether a call may be sent again when it is not known whether it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// Doing it twice is the same as doing it once: reads, updates and deletions by id, tags, an upsert with a value in
    /// every check field.
    Safe,
    /// Safe, but an update: a repetition may run Zoho's workflows twice, so
    /// [`no_repeated_updates`](crate::config::HttpOptions::no_repeated_updates) switches it off.
    Update,
    /// Doing it twice does a second thing. It is repeated only when nothing can have been done.
    Never,
}

/// One call: method, path, query, body.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
    pub(crate) content_type: Cow<'static, str>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) repeat: Repeat,
    /// Whether a large body waits for the server's consent.
    pub(crate) expect_continue: bool,
}

impl Call {
    /// A call whose path is `/crm/{version}/` and the segments, each escaped whole.
    pub(crate) fn new<S: AsRef<str>>(
        method: Method,
        version: ApiVersion,
        segments: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        Self::at(method, format!("/crm/{version}"), segments)
    }

    /// A call whose path is `root`, which is taken as it is, and the segments, each escaped whole.
    pub(crate) fn at<S: AsRef<str>>(
        method: Method,
        root: String,
        segments: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let mut path = root;
        for segment in segments {
            let segment = segment.as_ref();
            if matches!(segment, "" | "." | "..") {
                return Err(Error::invalid(format!(
                    "{segment:?} cannot be a part of a path; an id or a name is missing"
                )));
            }
            path.push('/');
            path.extend(utf8_percent_encode(segment, ESCAPED));
        }
        let repeat = match method {
            Method::Get | Method::Delete => Repeat::Safe,
            Method::Put => Repeat::Update,
            Method::Post | Method::Patch => Repeat::Never,
        };
        Ok(Self {
            method,
            path,
            query: String::new(),
            headers: Vec::new(),
            content_type: Cow::Borrowed("application/json"),
            body: None,
            repeat,
            expect_continue: false,
        })
    }

    /// Adds a query parameter, escaped.
    pub(crate) fn query(mut self, key: &str, value: impl AsRef<str>) -> Self {
        self.query.push(if self.query.is_empty() { '?' } else { '&' });
        self.query.extend(utf8_percent_encode(key, ESCAPED));
        self.query.push('=');
        self.query.extend(utf8_percent_encode(value.as_ref(), ESCAPED));
        self
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends a value as JSON.
    pub(crate) fn json(mut self, value: &(impl Serialize + ?Sized)) -> Result<Self> {
        let body = serde_json::to_vec(value)
            .map_err(|cause| Error::invalid("the body cannot be written as JSON").with_source(cause))?;
        self.body = Some(body);
        Ok(self)
    }

    /// Sends a form with one field of text.
    pub(crate) fn form_field(mut self, name: &str, value: &str) -> Self {
        let (content_type, body) = text_part(name, value);
        self.content_type = content_type.into();
        self.body = Some(body);
        self
    }

    /// Says whether the call may be repeated, where the method alone does not tell.
    pub(crate) fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }
}
