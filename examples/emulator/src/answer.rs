//! What a handler answers, before it becomes bytes on a connection.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::spool::Spool;

/// The content of an answer.
#[derive(Debug)]
pub(crate) enum Content {
    Bytes(Bytes),
    /// A file, sent piece by piece.
    File(Spool),
}

/// Status, headers and content.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content: Content,
}

/// A handler's answer; `Err` is a refusal of the whole call.
pub(crate) type Outcome = Result<Answer, Box<Answer>>;

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), content: Content::Bytes(Bytes::new()) }
    }

    pub(crate) fn bytes(status: u16, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), content: Content::Bytes(bytes.into()) }.header("Content-Type", content_type)
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::text(status, value.to_string())
    }

    /// JSON that is text already.
    pub(crate) fn json_text(text: String) -> Self {
        Self::text(200, text)
    }

    fn text(status: u16, text: String) -> Self {
        Self::bytes(status, "application/json;charset=UTF-8", text)
    }

    pub(crate) fn html(status: u16, page: String) -> Self {
        Self::bytes(status, "text/html;charset=UTF-8", page)
    }

    pub(crate) fn file(file: Spool) -> Self {
        Self { status: 200, headers: Vec::new(), content: Content::File(file) }
            .header("Content-Type", "application/octet-stream;charset=UTF-8")
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A refusal of the whole call, in Zoho's envelope.
    pub(crate) fn error(status: u16, code: &str, message: &str, details: Value) -> Self {
        Self::json(status, &json!({ "code": code, "details": details, "message": message, "status": "error" }))
    }
}
