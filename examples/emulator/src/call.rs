//! A request, read whole; the files of an upload lie on disk.

use bytes::Bytes;
use http_body_util::{BodyDataStream, BodyExt};
use hyper::HeaderMap;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use hyper::http::request;
use parking_lot::Mutex;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::counters::Recorded;
use crate::oauth::Session;
use crate::spool::Spool;
use crate::verdict::refuse;

/// A request with a body larger than this is refused without reading it when it is refused by its headers alone.
const WORTH_READING: u64 = 1 << 20;

/// One part of a multipart body.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content: Spool,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) raw_query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    parts: Mutex<Vec<Part>>,
    /// Whose token came with it, once it was found to be alive.
    pub(crate) session: Option<Session>,
    /// Name, file name and length of each part.
    told: Vec<(String, Option<String>, u64)>,
    segments: Vec<String>,
    query: Vec<(String, String)>,
}

impl Call {
    pub(crate) fn new(head: request::Parts) -> Self {
        let path = head.uri.path().to_owned();
        let raw_query = head.uri.query().unwrap_or_default().to_owned();
        Self {
            method: head.method.as_str().to_owned(),
            // Zoho's SDKs for Python put a slash before the path of a bulk write's result, which has one.
            segments: path.trim_start_matches('/').split('/').map(decode).collect(),
            query: url::form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect(),
            path,
            raw_query,
            headers: head.headers,
            body: Bytes::new(),
            parts: Mutex::default(),
            told: Vec::new(),
            session: None,
        }
    }

    /// A call within another one.
    pub(crate) fn within(method: &str, url: &str, headers: &Map<String, Value>, body: Option<&Value>) -> Self {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
        // What makes no request is answered as one to nowhere.
        let head = request.body(()).unwrap_or_default().into_parts().0;
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        Self { body, ..Self::new(head) }
    }

    /// Takes the body in: whole, or part by part onto disk.
    pub(crate) async fn read(&mut self, body: Incoming) -> Result<(), ()> {
        match self.header(CONTENT_TYPE.as_str()).and_then(|kind| multer::parse_boundary(kind).ok()) {
            Some(boundary) => {
                let parts = read_parts(body, boundary).await.map_err(|_| ())?;
                let tell = |part: &Part| (part.name.clone(), part.file_name.clone(), part.content.length());
                self.told = parts.iter().map(tell).collect();
                self.parts = Mutex::new(parts);
            }
            None => self.body = body.collect().await.map_err(|_| ())?.to_bytes(),
        }
        Ok(())
    }

    /// Whether a refusal should wait for the body, so that the connection stays usable.
    pub(crate) fn is_read_before_refusal(&self) -> bool {
        let length = self.header(CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<u64>().ok());
        !self.headers.contains_key(EXPECT) && length.is_none_or(|length| length <= WORTH_READING)
    }

    /// The parts of a multipart body; they can be taken once.
    pub(crate) fn take_parts(&self) -> Vec<Part> {
        std::mem::take(&mut self.parts.lock())
    }

    /// Whether it is one to the CRM. The results of bulk writes lie on another host with Zoho, and begin differently.
    pub(crate) fn is_of_crm(&self) -> bool {
        let segments = self.segments();
        segments.first() == Some(&"crm") || segments.get(1) == Some(&"crm")
    }

    /// The decoded segments of the path.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The access token that came with it.
    pub(crate) fn token(&self) -> Option<&str> {
        let header = self.header(AUTHORIZATION.as_str())?;
        header.strip_prefix("Zoho-oauthtoken ").or_else(|| header.strip_prefix("Bearer "))
    }

    /// A query parameter; an empty one counts as absent, as `page=&per_page=` of the Ruby SDK shows.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All query parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A comma separated query parameter; the Ruby SDK ends it with a comma.
    pub(crate) fn query_list(&self, name: &str) -> Vec<&str> {
        self.query(name).map(split_list).unwrap_or_default()
    }

    /// A parameter of the query or of a form body; the token endpoint takes both.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let form = url::form_urlencoded::parse(&self.body);
        form.into_owned().chain(self.query.iter().cloned()).find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The JSON object of the body, with ids as text: some SDKs write them as numbers, and Zoho answers text either
    /// way.
    pub(crate) fn json(&self) -> Result<Value, Box<Answer>> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => {
                let mut object = Value::Object(object);
                ids_as_text(&mut object);
                Ok(object)
            }
            _ => {
                let details = json!({ "expected_data_type": "jsonobject" });
                Err(refuse(400, "INVALID_DATA", "body", details))
            }
        }
    }

    pub(crate) fn recorded(&self) -> Recorded {
        let headers = self.headers.iter();
        Recorded {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.raw_query.clone(),
            headers: headers
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            body: self.body.to_vec(),
            parts: self.told.clone(),
        }
    }
}

/// The items of a comma separated list, a trailing comma tolerated.
pub(crate) fn split_list(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// Turns whole numbers under `id`, `..._id` and in `ids` into text.
fn ids_as_text(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::Number(number) if is_id(name) && !number.is_f64() => *member = json!(number.to_string()),
                    Value::Array(ids) if name == "ids" => {
                        for id in ids.iter_mut().filter(|id| id.is_u64()) {
                            *id = json!(id.to_string());
                        }
                    }
                    other => ids_as_text(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(ids_as_text),
        _ => {}
    }
}

fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("_id")
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

async fn read_parts(body: Incoming, boundary: String) -> std::io::Result<Vec<Part>> {
    let mut multipart = multer::Multipart::new(BodyDataStream::new(body), boundary);
    let mut parts = Vec::new();
    while let Some(mut field) = multipart.next_field().await.map_err(std::io::Error::other)? {
        let mut content = Spool::new()?;
        while let Some(chunk) = field.chunk().await.map_err(std::io::Error::other)? {
            content.write(&chunk)?;
        }
        let name = field.name().unwrap_or_default().to_owned();
        parts.push(Part { name, file_name: field.file_name().map(str::to_owned), content });
    }
    Ok(parts)
}
