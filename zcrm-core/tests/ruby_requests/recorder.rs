//! A Zoho that agrees to everything and writes down what it was asked.

use std::io::{self, Cursor};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use zcrm_core::persistence::{InMemoryPersistence, PersistenceHandler};
use zcrm_core::transport::{Body, Headers, HttpRequest, HttpResponse, Transport, TransportError};
use zcrm_core::{Client, Config, Method, OAuthTokens, UserIdentifier};

/// One request, as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// Method, path below the version, and decoded query.
    pub(crate) line: String,
    /// JSON as it is; a form as an object; a multipart body as the names of its parts.
    pub(crate) body: Option<Value>,
    /// The media type of the body, without parameters.
    pub(crate) content_type: Option<String>,
}

/// The transport.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Asked>>>);

impl Recorder {
    /// What was asked since the last time.
    pub(crate) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Transport for Recorder {
    fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let url = url::Url::parse(request.url).unwrap();
        let path = url.path().strip_prefix("/crm/v2/").unwrap_or(url.path());
        let query: Vec<String> = url.query_pairs().map(|(key, value)| format!("{key}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let line = format!("{} {path}{mark}{}", request.method, query.join("&"));
        let (content_type, bytes) = match request.body {
            Body::Bytes { content_type, bytes } => (Some(content_type), bytes.to_vec()),
            Body::Stream { content_type, reader, .. } => {
                (Some(content_type), io::read_to_string(reader).unwrap().into_bytes())
            }
            Body::Empty => (None, Vec::new()),
            _ => panic!("a body of an unknown kind"),
        };
        let content_type = content_type.map(|kind| kind.split(';').next().unwrap().to_owned());
        let body = content_type.as_deref().map(|kind| read(kind, &bytes));
        let answer = answer(request.method, &url, body.as_ref());
        self.0.lock().unwrap().push(Asked { line, body, content_type });
        Ok(HttpResponse::new(200, Headers::default(), Cursor::new(answer.to_string().into_bytes())))
    }
}

fn read(content_type: &str, bytes: &[u8]) -> Value {
    match content_type {
        "application/json" => serde_json::from_slice(bytes).unwrap(),
        "application/x-www-form-urlencoded" => {
            let members = url::form_urlencoded::parse(bytes).map(|(key, value)| (key.into(), value.as_ref().into()));
            Value::Object(members.collect::<Map<_, _>>())
        }
        "multipart/form-data" => {
            let text = String::from_utf8_lossy(bytes);
            let names = text.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
            json!({ "parts": names.collect::<Vec<_>>() })
        }
        other => panic!("a body of type {other}"),
    }
}

/// One row or one success for everything that is asked about, under every key that Zoho has for it.
fn answer(method: Method, url: &url::Url, body: Option<&Value>) -> Value {
    match url.path() {
        "/oauth/v2/token" => {
            return json!({"access_token": "1000.fake.new", "refresh_token": "1000.fake.r", "expires_in": 3600});
        }
        "/oauth/user/info" => return json!({"Email": "abc@xyz.com"}),
        _ => {}
    }
    let items = body.and_then(Value::as_object).into_iter().flatten().filter_map(|(_, value)| value.as_array());
    let ids = url.query_pairs().find(|(key, _)| key == "ids").map_or(1, |(_, ids)| ids.split(',').count());
    let count = items.map(Vec::len).max().unwrap_or_default().max(ids);
    let item = if method == Method::Get {
        json!({"id": "77"})
    } else {
        json!({"code": "SUCCESS", "status": "success", "message": "done", "details": {"id": "77", "tags": ["a"]}})
    };
    let keys = "users org roles profiles taxes variables variable_groups modules fields layouts custom_views \
                related_lists tags data";
    let mut answer = json!({"count": "3", "info": {"more_records": false}});
    for key in keys.split_whitespace() {
        answer[key] = vec![item.clone(); count].into();
    }
    answer
}

/// A client that is signed in at the recorder.
pub(crate) fn client() -> (Client, Recorder) {
    let config = Config::from_pairs([
        ("client_id", "1000.fake"),
        ("client_secret", "fake-secret"),
        ("redirect_uri", "https://example.com/?a=1&b=2"),
        ("current_user_email", "abc@xyz.com"),
    ])
    .unwrap();
    let store = InMemoryPersistence::new();
    let user = UserIdentifier::new("abc@xyz.com").unwrap();
    store.save_oauth_tokens(&OAuthTokens::new(user, "1000.fake.a", "1000.fake.r", i64::MAX / 4)).unwrap();
    let recorder = Recorder::default();
    (Client::with_transport(config, store, recorder.clone()), recorder)
}
