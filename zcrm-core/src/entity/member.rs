//! How one member of a JSON object becomes a field.

use serde_json::{Number, Value};

use super::id::*;
use super::time::{Date, DateTime};

/// A value that was understood.
pub(crate) enum Read<T> {
    /// Written again, it is the same JSON.
    Exact(T),
    /// It came in another form, such as a number as text.
    Like(T),
}

impl<T> Read<T> {
    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Exact(value) => Read::Exact(f(value)),
            Self::Like(value) => Read::Like(f(value)),
        }
    }

    pub(crate) fn into_inner(self) -> T {
        match self {
            Self::Exact(value) | Self::Like(value) => value,
        }
    }
}

/// A type that a field of an entity can have.
///
/// Zoho's answers differ by version and data centre: numbers come as text, objects as names. A value that is not
/// understood is no reason to lose the rest of the answer, so reading says "does not fit" and nothing more.
pub(crate) trait Member: Sized {
    /// The value as this type, or `None` when it does not fit.
    fn read(value: &Value) -> Option<Read<Self>>;
}

impl Member for Value {
    fn read(value: &Value) -> Option<Read<Self>> {
        (!value.is_null()).then(|| Read::Exact(value.clone()))
    }
}

impl Member for String {
    fn read(value: &Value) -> Option<Read<Self>> {
        match value {
            Value::String(text) => Some(Read::Exact(text.clone())),
            Value::Number(number) => Some(Read::Like(number.to_string())),
            _ => None,
        }
    }
}

impl Member for bool {
    fn read(value: &Value) -> Option<Read<Self>> {
        match value {
            Value::Bool(value) => Some(Read::Exact(*value)),
            Value::String(text) => text.parse().ok().map(Read::Like),
            _ => None,
        }
    }
}

impl Member for i64 {
    fn read(value: &Value) -> Option<Read<Self>> {
        match value {
            Value::Number(number) => number.as_i64().map(Read::Exact),
            Value::String(text) => text.parse().ok().map(Read::Like),
            _ => None,
        }
    }
}

impl Member for Number {
    fn read(value: &Value) -> Option<Read<Self>> {
        match value {
            Value::Number(number) => Some(Read::Exact(number.clone())),
            Value::String(text) => text.parse().ok().map(Read::Like),
            _ => None,
        }
    }
}

impl<T: Member> Member for Vec<T> {
    fn read(value: &Value) -> Option<Read<Self>> {
        let elements = value.as_array()?;
        let mut exact = true;
        let list = elements
            .iter()
            .map(|element| {
                let read = T::read(element)?;
                exact &= matches!(read, Read::Exact(_));
                Some(read.into_inner())
            })
            .collect::<Option<Self>>()?;
        Some(if exact { Read::Exact(list) } else { Read::Like(list) })
    }
}

/// An id or a time. The text `null` stands for null in some of Zoho's samples.
macro_rules! texts {
    ($($name:ident),* $(,)?) => {$(
        impl Member for $name {
            fn read(value: &Value) -> Option<Read<Self>> {
                let text = String::read(value)?;
                (value != "null").then(|| text.map(Self::new))
            }
        }
    )*};
}

texts!(
    DateTime,
    Date,
    RecordId,
    UserId,
    OrgId,
    RoleId,
    ProfileId,
    ModuleId,
    FieldId,
    LayoutId,
    CustomViewId,
    RelatedListId,
    TagId,
    NoteId,
    AttachmentId,
    TaxId,
    VariableId,
    VariableGroupId,
    TerritoryId,
);
