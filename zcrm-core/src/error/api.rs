//! What Zoho itself said of a failure.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

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
/// assert_eq!(error.errors()[1].field().as_deref(), Some("Company"));
/// assert_eq!(error.duplicate_id().as_deref(), Some("3652397000000190001"));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ApiError {
    /// Zoho's code, such as `INVALID_DATA`.
    pub code: String,
    /// Zoho's message. It may be a mere field name.
    pub message: String,
    details: Box<RawValue>,
}

impl ApiError {
    /// An account of a failure; for doubles in tests. Details that cannot be written as JSON are null.
    pub fn new(code: impl Into<String>, message: impl Into<String>, details: impl Serialize) -> Self {
        Self::as_sent(code, message, to_raw_value(&details).unwrap_or_default())
    }

    /// An account of a failure, with its details as they came.
    pub(crate) fn as_sent(code: impl Into<String>, message: impl Into<String>, details: Box<RawValue>) -> Self {
        Self { code: code.into(), message: message.into(), details }
    }

    /// Zoho's details as the JSON text that came, digit by digit: usually of an object, sometimes of an empty text or
    /// list, `null` when absent.
    #[must_use]
    pub fn details(&self) -> &str {
        self.details.get()
    }

    /// A member of the details; `None` when there is none, or it is of another type.
    #[must_use]
    pub fn detail<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(member(&self.details, name)?.get()).ok()
    }

    /// The same with more details; what is no object gives way to them.
    pub(crate) fn with_details<T: Serialize>(mut self, more: impl IntoIterator<Item = (String, T)>) -> Self {
        let more: Vec<_> =
            more.into_iter().filter_map(|(name, value)| Some((name, to_raw_value(&value).ok()?))).collect();
        let mut details = members(&self.details).unwrap_or_default();
        details.extend(more.iter().map(|(name, value)| (name.clone(), &**value)));
        self.details = to_raw_value(&details).unwrap_or_default();
        self
    }

    /// The errors that this one stands for (`details.errors`), those within them included; none for most errors.
    #[must_use]
    pub fn errors(&self) -> Vec<Self> {
        let within = within(&self.details).into_iter().filter_map(|error| {
            let error = members(error)?;
            let text = |key| error.get(key).and_then(|value| plain(value)).unwrap_or_default();
            let details = error.get("details").map(|details| (*details).to_owned()).unwrap_or_default();
            Some(Self { code: text("code").into_owned(), message: text("message").into_owned(), details })
        });
        within.flat_map(|error| std::iter::once(error.clone()).chain(error.errors())).collect()
    }

    /// The API name of the field at fault, where the details name one (`api_name`).
    #[must_use]
    pub fn field(&self) -> Option<Cow<'_, str>> {
        self.told("api_name")
    }

    /// Where in the body that was sent the fault lies (`json_path`).
    #[must_use]
    pub fn json_path(&self) -> Option<Cow<'_, str>> {
        self.told("json_path")
    }

    /// The type that Zoho expected (`expected_data_type`).
    #[must_use]
    pub fn expected_data_type(&self) -> Option<Cow<'_, str>> {
        self.told("expected_data_type")
    }

    /// The id of the record that is in the way of a unique field (`duplicate_record.id`, in older versions `id`); for
    /// `DUPLICATE_DATA` alone, since other errors name the record itself as `id`.
    #[must_use]
    pub fn duplicate_id(&self) -> Option<Cow<'_, str>> {
        first(&self.code, &self.details, &|code, details| {
            let id = || plain(member(member(details, "duplicate_record")?, "id")?);
            (code == "DUPLICATE_DATA").then(|| id().or_else(|| plain(member(details, "id")?))).flatten()
        })
    }

    /// When the record was modified last, as Zoho writes moments (`Modified_Time`); told by
    /// [`Modified`](crate::ErrorKind::Modified) errors.
    #[must_use]
    pub fn modified_time(&self) -> Option<Cow<'_, str>> {
        self.told("Modified_Time")
    }

    /// The name of the user who modified the record last, or the id where there is no name (`Modified_By`); told by
    /// [`Modified`](crate::ErrorKind::Modified) errors.
    #[must_use]
    pub fn modified_by(&self) -> Option<Cow<'_, str>> {
        first(&self.code, &self.details, &|_, details| {
            let by = member(details, "Modified_By")?;
            let one = |name| plain(member(by, name)?);
            one("name").or_else(|| one("id")).or_else(|| plain(by))
        })
    }

    fn told(&self, key: &str) -> Option<Cow<'_, str>> {
        first(&self.code, &self.details, &|_, details| {
            member(details, key).filter(|value| value.get().starts_with('"')).and_then(plain)
        })
    }
}

/// What is told first, by an error itself or by those within it.
fn first<'a, T>(code: &str, details: &'a RawValue, told: &impl Fn(&str, &'a RawValue) -> Option<T>) -> Option<T> {
    told(code, details).or_else(|| {
        within(details).into_iter().find_map(|error| {
            let error = members(error)?;
            let code = error.get("code").and_then(|code| plain(code)).unwrap_or_default();
            first(&code, error.get("details")?, told)
        })
    })
}

/// The errors within the details of one.
fn within(details: &RawValue) -> Vec<&RawValue> {
    member(details, "errors").and_then(|errors| serde_json::from_str(errors.get()).ok()).unwrap_or_default()
}

fn members(object: &RawValue) -> Option<BTreeMap<String, &RawValue>> {
    serde_json::from_str(object.get()).ok()
}

fn member<'a>(object: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    members(object)?.remove(name)
}

/// A text, or a number as text, as ids come.
fn plain(value: &RawValue) -> Option<Cow<'_, str>> {
    let raw = value.get();
    match raw.bytes().next()? {
        b'"' => serde_json::from_str(raw).ok().map(Cow::Owned),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(raw)),
        _ => None,
    }
}

impl PartialEq for ApiError {
    /// Details are compared as text.
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code && self.message == other.message && self.details.get() == other.details.get()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [self.code.as_str(), self.message.as_str()].into_iter().filter(|word| !word.is_empty());
        f.write_str(&words.collect::<Vec<_>>().join(": "))?;
        match self.details.get() {
            "null" | "{}" => Ok(()),
            details => write!(f, " {}", details.replace(['\r', '\n'], " ")),
        }
    }
}
