//! What Zoho itself said of a failure.

use std::fmt;

use serde_json::Value;

/// Zoho's account of a failure: the `code`, `message` and `details` of its answer.
///
/// Codes are open: Zoho adds to them, spells some oddly, and lists none completely, so they are text. See Zoho's page
/// *Status codes* of each API version for the known ones.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// Zoho's code, such as `INVALID_DATA`.
    pub code: String,
    /// Zoho's message. It may be a mere field name.
    pub message: String,
    /// Zoho's details, as sent: usually an object, sometimes an empty text or list, `Null` when absent.
    pub details: Value,
}

impl ApiError {
    /// An account of a failure; for doubles in tests.
    pub fn new(code: impl Into<String>, message: impl Into<String>, details: Value) -> Self {
        Self { code: code.into(), message: message.into(), details }
    }

    /// The API name of the field at fault, where the details name one (`api_name`).
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.detail("api_name")
    }

    /// Where in the body that was sent the fault lies (`json_path`).
    #[must_use]
    pub fn json_path(&self) -> Option<&str> {
        self.detail("json_path")
    }

    /// The type that Zoho expected (`expected_data_type`).
    #[must_use]
    pub fn expected_data_type(&self) -> Option<&str> {
        self.detail("expected_data_type")
    }

    /// The id of the record that is in the way of a unique field (`id` or `duplicate_record.id`).
    #[must_use]
    pub fn duplicate_id(&self) -> Option<&str> {
        self.details.pointer("/duplicate_record/id").and_then(Value::as_str).or_else(|| self.detail("id"))
    }

    fn detail(&self, key: &str) -> Option<&str> {
        self.details.get(key).and_then(Value::as_str)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.details {
            Value::Null => Ok(()),
            Value::Object(map) if map.is_empty() => Ok(()),
            details => write!(f, " {details}"),
        }
    }
}
