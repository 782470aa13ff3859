//! How one member of a JSON object becomes a field.

use serde_json::{Number, Value};

use super::id::*;
use super::time::{Date, DateTime};

/// A type that a field of an entity can have.
///
/// Zoho's answers differ by version and data centre: numbers come as text, objects as names. A value that is not
/// understood is no reason to lose the rest of the answer, so reading says "does not fit" and nothing more.
pub(crate) trait Member: Sized {
    /// The value as this type, or `None` when it does not fit.
    fn read(value: &Value) -> Option<Self>;
}

impl Member for Value {
    fn read(value: &Value) -> Option<Self> {
        (!value.is_null()).then(|| value.clone())
    }
}

impl Member for String {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl Member for bool {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Member for i64 {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Member for Number {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(number.clone()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl<T: Member> Member for Vec<T> {
    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::read).collect()
    }
}

macro_rules! texts {
    ($($name:ident),* $(,)?) => {$(
        impl Member for $name {
            fn read(value: &Value) -> Option<Self> {
                match value {
                    Value::String(text) if text != "null" => Some(Self::new(text.as_str())),
                    _ => None,
                }
            }
        }
    )*};
}

macro_rules! ids {
    ($($name:ident),* $(,)?) => {$(
        impl Member for $name {
            fn read(value: &Value) -> Option<Self> {
                match value {
                    Value::String(text) if text != "null" => Some(Self::new(text.as_str())),
                    Value::Number(number) => Some(Self::new(number.to_string())),
                    _ => None,
                }
            }
        }
    )*};
}

texts!(DateTime, Date);
ids!(
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
