//! What Zoho itself said of a failure.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

/// Zoho's account of a failure: the `code`, `message` and `details` of its response.
///
/// Codes are open: Zoho adds to them, spells some oddly, and lists none completely, so they are text. See Zoho's page
/// *Status codes* of each API version for the known ones.
///
/// Several errors of one record come as one, with the code `MULTIPLE_OR_MULTI_ERRORS`; [`errors`](ApiError::errors) has
/// them all. [`field`](ApiError::field) and the others below look there too, and give the first that is told.
///
/// ```
/// use serde_json::json;
/// use zcrm_core::ApiError;
///
/// let taken = json!({ "code": "DUPLICATE_DATA", "message": "duplicate data",
///     "details": { "api_name": "Email", "duplicate_record": { "id": "3652397000000190001" } } });
/// let short = json!({ "code": "MANDATORY_NOT_FOUND", "message": "required field not found",
///     "details": { "api_name": "Company" } });
/// let error = ApiError::new("MULTIPLE_OR_MULTI_ERRORS", "several", json!({ "errors": [taken, short] }));
/// assert_eq!(error.errors().iter().filter_map(ApiError::field).collect::<Vec<_>>(), ["Email", "Company"]);
/// assert_eq!(error.duplicate_id().as_deref(), Some("3652397000000190001"));
/// ```
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

    /// The errors that this one stands for (`details.errors`), those within them included; none for most errors.
    #[must_use]
    pub fn errors(&self) -> Vec<Self> {
        let within = within(&self.details).iter().filter_map(Value::as_object).map(|error| {
            let text = |key| error.get(key).and_then(plain).unwrap_or_default().into_owned();
            Self::new(text("code"), text("message"), error.get("details").cloned().unwrap_or_default())
        });
        within.flat_map(|error| std::iter::once(error.clone()).chain(error.errors())).collect()
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

    /// The id of the record that is in the way of a unique field (`duplicate_record.id`, in older versions `id`); for
    /// `DUPLICATE_DATA` alone, since other errors name the record itself as `id`.
    #[must_use]
    pub fn duplicate_id(&self) -> Option<Cow<'_, str>> {
        first(&self.code, &self.details, &|code, details| {
            let id = details.pointer("/duplicate_record/id").or_else(|| details.get("id"));
            id.filter(|_| code == "DUPLICATE_DATA").and_then(plain)
        })
    }

    /// When the record was modified last, as Zoho writes moments (`Modified_Time`); told by
    /// [`Modified`](crate::ErrorKind::Modified) errors.
    #[must_use]
    pub fn modified_time(&self) -> Option<&str> {
        self.detail("Modified_Time")
    }

    /// The name of the user who modified the record last, or the id where there is no name (`Modified_By`); told by
    /// [`Modified`](crate::ErrorKind::Modified) errors.
    #[must_use]
    pub fn modified_by(&self) -> Option<Cow<'_, str>> {
        first(&self.code, &self.details, &|_, details| {
            let by = details.get("Modified_By")?;
            let member = |name| by.get(name).and_then(plain);
            member("name").or_else(|| member("id")).or_else(|| plain(by))
        })
    }

    fn detail(&self, key: &str) -> Option<&str> {
        first(&self.code, &self.details, &|_, details| details.get(key)?.as_str())
    }
}

/// What is told first, by an error itself or by those within it.
fn first<'a, T>(code: &'a str, details: &'a Value, told: &impl Fn(&'a str, &'a Value) -> Option<T>) -> Option<T> {
    told(code, details).or_else(|| {
        within(details).iter().find_map(|error| {
            let code = error.get("code").and_then(Value::as_str).unwrap_or_default();
            first(code, error.get("details")?, told)
        })
    })
}

/// The errors within the details of one.
fn within(details: &Value) -> &[Value] {
    details.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A text, or a number as text, as ids come.
fn plain(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
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
