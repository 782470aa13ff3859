//! A JSON value that keeps the text it came as.

mod convert;
mod equal;
mod finite;
mod read;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind, Result};

/// The members of a JSON object, by name.
pub type Members = BTreeMap<String, Json>;

/// A JSON value of any type, kept as the text that it came as.
///
/// [`serde_json::Value`] turns most numbers into doubles: `0.10` becomes `0.1`, and an amount of money of 18 digits another
/// amount. A `Json` is decoded only when it is asked for, and written back digit by digit. Two are equal when they are the
/// same value, whatever the text: `1.50` equals `1.5`, and the order of an object's members does not matter.
///
/// ```
/// use zcrm_core::entity::Json;
///
/// let price: Json = serde_json::from_str("1234567890123456.780")?;
/// assert_eq!(price.raw(), "1234567890123456.780");
/// assert_eq!(price, "1234567890123456.78".parse::<Json>()?);
/// assert_eq!(Json::from(43).decode::<u8>()?, 43);
/// assert_eq!(Json::from("Oslo"), "Oslo");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// In a struct of one's own a `Json` keeps the text wherever serde reads it straight from JSON. Within `#[serde(flatten)]`
/// and untagged enums serde itself has made doubles of the numbers before.
///
/// Values that JSON does not know, NaN and the infinities, make a `Json` whose serialisation fails: they are refused when
/// a record is sent, instead of clearing the field as null would.
#[derive(Clone)]
pub struct Json(Content);

#[derive(Clone)]
enum Content {
    Raw(Box<RawValue>),
    /// Why the value cannot be written.
    Unwritable(Box<str>),
}

impl Json {
    /// Anything that serde can write.
    ///
    /// ```
    /// use zcrm_core::entity::Json;
    ///
    /// assert_eq!(Json::of(&["a", "b"])?.raw(), r#"["a","b"]"#);
    /// assert!(Json::of(&[1.0, f64::NAN]).is_err());
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when the value cannot be written as JSON, NaN and the infinities among the reasons.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let unwritable =
            |cause| Error::new(ErrorKind::InvalidInput, format!("cannot be written as JSON: {cause}")).logged();
        write(value).map(Self::from_raw).map_err(unwritable)
    }

    /// Null.
    #[must_use]
    pub fn null() -> Self {
        Self::from_written(write(&()))
    }

    /// The JSON text. For a value that cannot be written (NaN) it is the reason.
    #[must_use]
    pub fn raw(&self) -> &str {
        match &self.0 {
            Content::Raw(raw) => raw.get(),
            Content::Unwritable(reason) => reason,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.raw() == "null"
    }

    /// The value as a type of one's own, [`Value`] among them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`] when the value is of another type, or when it cannot be decoded: a text cut within an
    /// emoji (`"\ud83d"`), or values nested more than 128 deep.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        self.read().map_err(|cause| {
            let message = "the value cannot be read as the type asked for";
            Error::new(ErrorKind::InvalidResponse, message).with_source(cause).logged()
        })
    }

    /// The text of a JSON string; `None` for other values, and for a string that is not Unicode, such as one that was cut
    /// within an emoji ([`text_lossy`](Json::text_lossy)).
    #[must_use]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        let raw = self.raw();
        match raw.strip_prefix('"')?.strip_suffix('"')? {
            plain if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
            _ => serde_json::from_str(raw).ok().map(Cow::Owned),
        }
    }

    /// The text of a JSON string, with U+FFFD in place of what is not Unicode; `None` for other values.
    ///
    /// ```
    /// use zcrm_core::entity::Json;
    ///
    /// let cut: Json = r#""Berg \ud83d""#.parse()?;
    /// assert_eq!(cut.text(), None);
    /// assert_eq!(cut.text_lossy().unwrap(), "Berg \u{fffd}");
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    #[must_use]
    pub fn text_lossy(&self) -> Option<Cow<'_, str>> {
        self.text().or_else(|| read::lossy(self.raw()).map(Cow::Owned))
    }

    /// A member of an object; `None` when there is none, and for other values.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Self> {
        self.members()?.remove(name)
    }

    /// The members of an object; `None` for other values.
    #[must_use]
    pub fn members(&self) -> Option<Members> {
        if self.raw().starts_with('{') { self.read().ok() } else { None }
    }

    /// The elements of a list; `None` for other values.
    #[must_use]
    pub fn elements(&self) -> Option<Vec<Self>> {
        if self.raw().starts_with('[') { self.read().ok() } else { None }
    }

    pub(crate) fn is_number(&self) -> bool {
        self.raw().starts_with(|first: char| first == '-' || first.is_ascii_digit()) && self.fault().is_none()
    }

    pub(crate) fn from_raw(raw: Box<RawValue>) -> Self {
        Self(Content::Raw(raw))
    }

    /// What was written, or a value that fails again when it is written.
    pub(crate) fn from_written(written: serde_json::Result<Box<RawValue>>) -> Self {
        written.map_or_else(|cause| Self(Content::Unwritable(cause.to_string().into())), Self::from_raw)
    }

    /// Why it cannot be written.
    pub(crate) fn fault(&self) -> Option<&str> {
        match &self.0 {
            Content::Raw(_) => None,
            Content::Unwritable(reason) => Some(reason),
        }
    }

    pub(crate) fn into_raw(self) -> Option<Box<RawValue>> {
        match self.0 {
            Content::Raw(raw) => Some(raw),
            Content::Unwritable(_) => None,
        }
    }

    /// The JSON text in one line.
    pub(crate) fn compact(&self) -> String {
        read::compact(self.raw())
    }

    /// How deep lists and objects are nested.
    pub(crate) fn depth(&self) -> usize {
        read::depth(self.raw())
    }

    /// As [`decode`](Json::decode), where failing is no error of the caller's.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        match self.fault() {
            None => serde_json::from_str(self.raw()),
            Some(reason) => Err(<serde_json::Error as serde::de::Error>::custom(reason)),
        }
    }
}

/// The JSON text of a value. NaN and the infinities are refused, which serde_json would write as null.
pub(crate) fn write<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Box<RawValue>> {
    finite::check(value).map_err(<serde_json::Error as serde::ser::Error>::custom)?;
    serde_json::value::to_raw_value(value)
}

impl Default for Json {
    fn default() -> Self {
        Self::null()
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw())
    }
}

impl fmt::Display for Json {
    /// The JSON text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw())
    }
}

impl FromStr for Json {
    type Err = Error;

    /// A value from its JSON text; [`ErrorKind::InvalidInput`] when it is none.
    fn from_str(json: &str) -> Result<Self> {
        serde_json::from_str(json)
            .map_err(|cause| Error::new(ErrorKind::InvalidInput, "this is no JSON").with_source(cause).logged())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Content::Raw(raw) => raw.serialize(serializer),
            Content::Unwritable(reason) => Err(S::Error::custom(reason)),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::raw(deserializer).map(Self::from_raw)
    }
}

impl TryFrom<Json> for Value {
    type Error = Error;

    /// As [`Json::decode`]: numbers become doubles where they are not whole.
    fn try_from(json: Json) -> Result<Self> {
        json.decode()
    }
}
