//! Absent, null, or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of one's own struct that can be absent, null or hold a value.
///
/// On an update the three differ: an absent field stays as it is, null clears it. `Option` cannot tell absent from
/// null; `Nullable` can. The serde attributes are needed:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use zcrm_core::Nullable;
///
/// #[derive(Serialize, Deserialize)]
/// struct Lead {
///     #[serde(rename = "Phone", default, skip_serializing_if = "Nullable::is_absent")]
///     phone: Nullable<String>,
/// }
///
/// let lead: Lead = serde_json::from_str(r#"{"Phone": null}"#)?;
/// assert_eq!(lead.phone, Nullable::Null);
/// assert_eq!(serde_json::to_string(&Lead { phone: Nullable::Absent })?, "{}");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Nullable<T> {
    /// Not there: not read, not sent.
    #[default]
    Absent,
    /// Empty: null in JSON; sent, it clears the field.
    Null,
    /// A value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Whether the field is not there.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the field is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value, if there is one.
    #[must_use]
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// A reference to the value, if there is one.
    #[must_use]
    pub fn as_ref(&self) -> Nullable<&T> {
        match self {
            Self::Absent => Nullable::Absent,
            Self::Null => Nullable::Null,
            Self::Value(value) => Nullable::Value(value),
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Value(value) => serializer.serialize_some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}
