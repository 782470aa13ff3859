//! A Zoho that answers from a script and remembers what it was asked.
#![allow(dead_code, reason = "each test uses its part of it")]

use std::collections::VecDeque;
use std::io::{self, Cursor};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::{InMemoryPersistence, PersistenceHandler};
use zcrm_core::transport::{
    Body, Headers, HttpRequest, HttpResponse, Method, Transport, TransportError, TransportErrorKind,
};
use zcrm_core::{Client, Config, OAuthTokens, UserIdentifier};

/// One answer of the script.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A status and a JSON body; `Null` is an empty body.
    Json(u16, Value),
    /// A status and any body.
    Text(u16, &'static str),
    /// A status and any bytes.
    Bytes(u16, Vec<u8>),
    /// The request is read, and the connection breaks.
    Lost,
    /// No connection is made.
    Unreachable,
}

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    /// The body: JSON, any other as text, none as null.
    pub(crate) body: Value,
    /// The body as it was sent; of a stream, nothing.
    pub(crate) text: String,
}

impl Asked {
    /// The first value of a query parameter.
    pub(crate) fn parameter(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// How many records the body has.
    pub(crate) fn rows(&self) -> usize {
        self.body["data"].as_array().map_or(0, Vec::len)
    }
}

type Server = dyn FnMut(&Asked) -> Answer + Send;

/// The transport: gives every request to a closure.
#[derive(Clone)]
pub(crate) struct Fake {
    asked: Arc<Mutex<Vec<Asked>>>,
    server: Arc<Mutex<Box<Server>>>,
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

impl Transport for Fake {
    fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let url = url::Url::parse(request.url).unwrap();
        let text = match &request.body {
            Body::Bytes { bytes, .. } => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        let body = match request.body {
            Body::Bytes { bytes, .. } => {
                serde_json::from_slice(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into())
            }
            Body::Stream { reader, .. } => io::read_to_string(reader).unwrap().into(),
            Body::Empty => Value::Null,
            _ => panic!("a body of an unknown kind"),
        };
        let asked = Asked {
            method: request.method,
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            headers: request.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body,
            text,
        };
        let answer = (self.server.lock().unwrap())(&asked);
        self.asked.lock().unwrap().push(asked);
        let (status, bytes) = match answer {
            Answer::Json(status, Value::Null) => (status, Vec::new()),
            Answer::Json(status, value) => (status, value.to_string().into_bytes()),
            Answer::Text(status, text) => (status, text.as_bytes().to_owned()),
            Answer::Bytes(status, bytes) => (status, bytes),
            Answer::Lost => return Err(TransportError::new(TransportErrorKind::Lost, "reset")),
            Answer::Unreachable => return Err(TransportError::new(TransportErrorKind::NotConnected, "refused")),
        };
        Ok(HttpResponse::new(status, Headers::default(), Cursor::new(bytes)))
    }
}

impl Fake {
    /// All that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// A client of a server that is a closure, for a version of the API.
pub(crate) fn serving(version: &str, server: impl FnMut(&Asked) -> Answer + Send + 'static) -> (Client, Fake) {
    let http = HttpOptions::default().retry_base(Duration::from_millis(1)).max_retries(2);
    serving_with(version, http, server)
}

/// As [`serving`], with options of one's own.
pub(crate) fn serving_with(
    version: &str,
    http: HttpOptions,
    server: impl FnMut(&Asked) -> Answer + Send + 'static,
) -> (Client, Fake) {
    let config = Config::from_pairs([
        ("client_id", "1000.fake"),
        ("client_secret", "fake-secret"),
        ("redirect_uri", "https://example.com"),
        ("current_user_email", "abc@xyz.com"),
        ("api_version", version),
    ])
    .unwrap()
    .with_http(http);
    let store = InMemoryPersistence::new();
    let user = UserIdentifier::new("abc@xyz.com").unwrap();
    store.save_oauth_tokens(&OAuthTokens::new(user, "1000.fake.access", "1000.fake.refresh", i64::MAX / 4)).unwrap();
    let fake = Fake { asked: Arc::default(), server: Arc::new(Mutex::new(Box::new(server))) };
    (Client::with_transport(config, store, fake.clone()), fake)
}

/// A client of a server that gives these answers, one after the other.
pub(crate) fn answering<const N: usize>(version: &str, answers: [Answer; N]) -> (Client, Fake) {
    let mut answers = VecDeque::from(answers);
    serving(version, move |asked| answers.pop_front().unwrap_or_else(|| panic!("an answer too few for {asked:?}")))
}

/// A page of records.
pub(crate) fn page(rows: impl IntoIterator<Item = Value>, info: Value) -> Answer {
    Answer::Json(200, json!({"data": rows.into_iter().collect::<Vec<_>>(), "info": info}))
}

/// Zoho's results: `None` is a success with an id, `Some` a refusal with this code.
pub(crate) fn results<'a>(status: u16, results: impl IntoIterator<Item = Option<&'a str>>) -> Answer {
    let result = |(index, code): (usize, Option<&str>)| match code {
        None => {
            json!({"code": "SUCCESS", "status": "success", "message": "done", "details": {"id": format!("{index}")}})
        }
        Some(code) => json!({"code": code, "status": "error", "message": "refused", "details": {"index": index}}),
    };
    Answer::Json(status, json!({"data": results.into_iter().enumerate().map(result).collect::<Vec<_>>()}))
}

/// Success for as many records as were sent, under their own ids where they have some.
pub(crate) fn all_done(asked: &Asked) -> Answer {
    let done = |(index, row): (usize, &Value)| {
        let id = row.get("id").cloned().unwrap_or_else(|| json!(format!("{index}")));
        json!({"code": "SUCCESS", "status": "success", "message": "done", "details": {"id": id}})
    };
    let rows = asked.body["data"].as_array().into_iter().flatten();
    Answer::Json(200, json!({"data": rows.enumerate().map(done).collect::<Vec<_>>()}))
}
