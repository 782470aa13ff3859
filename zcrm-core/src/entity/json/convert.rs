//! What turns into a JSON value, and what one can be compared with.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::{Json, Members, write};
use crate::entity::Nullable;

macro_rules! from {
    ($($type:ty),* $(,)?) => {$(
        impl From<$type> for Json {
            fn from(value: $type) -> Self {
                Self::from_written(write(&value))
            }
        }
    )*};
}

from!(bool, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64, char);
from!(&str, String, &String, Cow<'_, str>, Number, Value, Map<String, Value>, Members);

impl From<()> for Json {
    /// Null.
    fn from((): ()) -> Self {
        Self::null()
    }
}

impl<T: Into<Self>> From<Option<T>> for Json {
    /// Null for `None`.
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Self::null, Into::into)
    }
}

impl<T: Into<Self>> From<Nullable<T>> for Json {
    /// Null for what is null or absent.
    fn from(value: Nullable<T>) -> Self {
        value.value().into()
    }
}

impl<T: Into<Self>> From<Vec<T>> for Json {
    fn from(elements: Vec<T>) -> Self {
        elements.into_iter().collect()
    }
}

impl<T: Into<Self> + Clone> From<&[T]> for Json {
    fn from(elements: &[T]) -> Self {
        elements.iter().cloned().collect()
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for Json {
    fn from(elements: [T; N]) -> Self {
        elements.into_iter().collect()
    }
}

impl<T: Into<Self>> FromIterator<T> for Json {
    /// A list.
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let elements: Vec<Self> = elements.into_iter().map(Into::into).collect();
        Self::from_written(write(&elements))
    }
}

macro_rules! equals {
    ($($type:ty),* $(,)?) => {$(
        impl PartialEq<$type> for Json {
            fn eq(&self, other: &$type) -> bool {
                let other = Self::from(other.clone());
                *self == other
            }
        }

        impl PartialEq<Json> for $type {
            fn eq(&self, other: &Json) -> bool {
                other == self
            }
        }
    )*};
}

equals!(bool, i32, i64, u32, u64, f64, &str, String, Value);
