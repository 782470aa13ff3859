//! Finds numbers that JSON does not know, before they are written as null.

use std::fmt;

use serde::Serialize;
use serde::ser::{self, Serializer};

/// Goes through a value as it would be written; an error names the place of the first NaN or infinity, or what else
/// keeps it from being written.
pub(super) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), Unwritable> {
    value.serialize(Check)
}

/// Where in a value it is that something cannot be written, and why.
#[derive(Debug)]
pub(super) struct Unwritable {
    /// From the inside out.
    place: Vec<String>,
    reason: String,
}

impl Unwritable {
    fn below(mut self, place: impl Into<String>) -> Self {
        self.place.push(place.into());
        self
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, place) in self.place.iter().rev().enumerate() {
            let separator = if index > 0 && !place.starts_with('[') { "." } else { "" };
            write!(f, "{separator}{place}")?;
        }
        let separator = if self.place.is_empty() { "" } else { ": " };
        write!(f, "{separator}{}", self.reason)
    }
}

impl std::error::Error for Unwritable {}

impl ser::Error for Unwritable {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self { place: Vec::new(), reason: reason.to_string() }
    }
}

struct Check;

macro_rules! fine {
    ($($method:ident($($type:ty),*);)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<(), Unwritable> {
            Ok(())
        }
    )*};
}

impl Serializer for Check {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Elements;
    type SerializeTuple = Elements;
    type SerializeTupleStruct = Elements;
    type SerializeTupleVariant = Elements;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    fine! {
        serialize_bool(bool); serialize_char(char); serialize_str(&str); serialize_bytes(&[u8]);
        serialize_i8(i8); serialize_i16(i16); serialize_i32(i32); serialize_i64(i64); serialize_i128(i128);
        serialize_u8(u8); serialize_u16(u16); serialize_u32(u32); serialize_u64(u64); serialize_u128(u128);
        serialize_none(); serialize_unit(); serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_f32(self, number: f32) -> Result<(), Unwritable> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Unwritable> {
        if number.is_finite() { Ok(()) } else { Err(ser::Error::custom(format_args!("{number} is no JSON number"))) }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        value.serialize(self).map_err(|fault: Unwritable| fault.below(variant))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Elements, Unwritable> {
        Ok(Elements(0))
    }

    fn serialize_tuple(self, _: usize) -> Result<Elements, Unwritable> {
        Ok(Elements(0))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Elements, Unwritable> {
        Ok(Elements(0))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Elements, Unwritable> {
        Ok(Elements(0))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Unwritable> {
        Ok(Fields(String::new()))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, Unwritable> {
        Ok(Fields(String::new()))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Fields, Unwritable> {
        Ok(Fields(String::new()))
    }
}

/// The place of the next element of a list.
struct Elements(usize);

macro_rules! elements {
    ($($trait:ident $method:ident),*) => {$(
        impl ser::$trait for Elements {
            type Ok = ();
            type Error = Unwritable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
                check(value).map_err(|fault| fault.below(format!("[{}]", self.0)))?;
                self.0 += 1;
                Ok(())
            }

            fn end(self) -> Result<(), Unwritable> {
                Ok(())
            }
        }
    )*};
}

elements!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

/// The name of the member whose value comes next, as JSON.
struct Fields(String);

impl ser::SerializeMap for Fields {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        self.0 = serde_json::to_string(key).map_err(ser::Error::custom)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        check(value).map_err(|fault| fault.below(self.0.trim_matches('"')))
    }

    fn end(self) -> Result<(), Unwritable> {
        Ok(())
    }
}

macro_rules! fields {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Fields {
            type Ok = ();
            type Error = Unwritable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unwritable> {
                check(value).map_err(|fault| fault.below(key))
            }

            fn end(self) -> Result<(), Unwritable> {
                Ok(())
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);
