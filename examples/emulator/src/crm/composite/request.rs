//! One request of a composite: read, and refused where Zoho refuses it.

use serde_json::{Map, Value, json};

use super::references::{Names, names_in, resolve};
use crate::crm::coql;
use crate::verdict::{failure, mandatory};
use crate::version::Version;

/// The path of the call, and the key of its requests.
pub(crate) const KEY: &str = "__composite_requests";

/// Rows of a list.
const ROWS: u64 = 25;

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) name: Option<String>,
    pub(super) method: String,
    pub(super) version: Version,
    pub(super) uri: String,
    params: Map<String, Value>,
    pub(super) headers: Map<String, Value>,
    pub(super) body: Option<Value>,
}

pub(super) fn read(part: &Value, version: Version) -> Result<Part, Value> {
    let text = |name: &str| part[name].as_str().map(str::to_owned);
    let (method, uri) =
        (text("method").ok_or_else(|| mandatory("method"))?, text("uri").ok_or_else(|| mandatory("uri"))?);
    let name = text("sub_request_id");
    let fits = |name: &String| {
        name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if name.as_ref().is_some_and(|name| !fits(name)) {
        return Err(invalid("sub_request_id", json!({ "regex": "[a-zA-Z0-9][a-zA-Z0-9_]*" })));
    }
    let members = |name: &str| part[name].as_object().cloned().unwrap_or_default();
    let own = uri.split('/').find_map(Version::parse).filter(|_| uri.starts_with("/crm/"));
    let own = own.ok_or_else(|| invalid("uri", json!({ "regex": "/crm(/.*)?/v[0-9]+([.][0-9]+)?/.*" })))?;
    if own > version {
        let details = json!({ "sub_request_version": own.name(), "composite_request_version": version.name() });
        return Err(failure("NOT_ALLOWED", "the version of the sub request is not allowed", details));
    }
    let headers = members("headers");
    let restricted = |name: &&String| ["authorization", "x-crm-org"].contains(&name.to_ascii_lowercase().as_str());
    if let Some(header) = headers.keys().find(restricted) {
        return Err(failure("NOT_ALLOWED", "header not allowed", json!({ "restricted_headers": [header] })));
    }
    let body = part.get("body").filter(|body| !body.is_null()).cloned();
    let part = Part { name, method, version: own, uri, params: members("params"), headers, body };
    part.check()?;
    Ok(part)
}

impl Part {
    fn check(&self) -> Result<(), Value> {
        let path = self.path_below_version();
        let segments: Vec<&str> = path.iter().map(String::as_str).collect();
        let unsupported = match segments.as_slice() {
            [KEY] | ["files", ..] | [_, _, "photo" | "Attachments", ..] => true,
            _ => self.uri.starts_with("/crm/bulk/") || self.method == "DELETE" && self.params.contains_key("ids"),
        };
        if unsupported {
            return Err(failure("NOT_SUPPORTED", "the API is not supported in a composite request", json!({})));
        }
        let body = self.body.as_ref();
        if body.and_then(|body| body["data"].as_array()).is_some_and(|records| records.len() > 1) {
            return Err(too_many("data", 1));
        }
        if let Some(query) = body.and_then(|body| body["select_query"].as_str()).filter(|_| segments == ["coql"])
            && coql::rows_asked(query) > ROWS
        {
            return Err(too_many("limit", ROWS));
        }
        let rows =
            self.params.get("per_page").map(|rows| rows.as_str().map_or(rows.as_u64(), |rows| rows.parse().ok()));
        if rows.is_some_and(|rows| rows.is_none_or(|rows| rows > ROWS)) {
            return Err(too_many("per_page", ROWS));
        }
        Ok(())
    }

    /// The names of the requests that it refers to.
    pub(super) fn references(&self) -> Vec<String> {
        let mut names = names_in(&Value::String(self.uri.clone()));
        names.extend(self.params.values().flat_map(names_in));
        names.extend(self.body.as_ref().map(names_in).unwrap_or_default());
        names
    }

    /// The same request with what it refers to.
    pub(super) fn resolved(&self, names: &Names) -> Result<Self, Value> {
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let uri = text(resolve(&Value::String(self.uri.clone()), names)?);
        let param = |(name, value): (&String, &Value)| Ok((name.clone(), resolve(value, names)?));
        let params = self.params.iter().map(param).collect::<Result<_, Value>>()?;
        let body = self.body.as_ref().map(|body| resolve(body, names)).transpose()?;
        Ok(Self { uri, params, body, ..self.clone() })
    }

    /// Path and query, as a call has them. A list without a size gives as many rows as it may.
    pub(super) fn url(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.params {
            query.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        if self.method == "GET" && !self.params.contains_key("per_page") {
            query.append_pair("per_page", &ROWS.to_string());
        }
        format!("{}?{}", self.uri, query.finish())
    }

    pub(super) fn path_below_version(&self) -> Vec<String> {
        let path = self.uri.split('?').next().unwrap_or_default();
        let segments = path.split('/').skip_while(|segment| Version::parse(segment).is_none()).skip(1);
        segments.map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
    }
}

fn invalid(api_name: &str, mut details: Value) -> Value {
    details["api_name"] = json!(api_name);
    failure("INVALID_DATA", "invalid data", details)
}

fn too_many(by: &str, limit: u64) -> Value {
    failure("LIMIT_EXCEEDED", "the limit has been exceeded", json!({ "by": by, "limit": limit }))
}
