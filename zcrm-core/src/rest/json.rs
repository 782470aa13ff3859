//! JSON on its way out: what has no form in it is an error, where serde_json would write null.

use std::fmt;

use serde::ser::{self, Serialize};

use crate::error::{Error, Result};

/// A value as JSON.
///
/// # Errors
///
/// `InvalidInput` when the value cannot be serialized, or holds a number that is not finite: written as null, it would clear
/// the field.
pub(crate) fn to_json(value: &(impl Serialize + ?Sized), what: &str) -> Result<String> {
    let failed = |cause: Box<dyn std::error::Error + Send + Sync>| {
        Error::invalid(format!("{what} cannot be written as JSON")).with_source(cause)
    };
    value.serialize(Finite).map_err(|cause| failed(cause.into()))?;
    serde_json::to_string(value).map_err(|cause| failed(cause.into()))
}

/// Visits a value without writing it, and stops at a number that is not finite.
#[derive(Clone, Copy)]
struct Finite;

#[derive(Debug)]
struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

fn finite(number: f64) -> Result<(), Fault> {
    if number.is_finite() { Ok(()) } else { Err(Fault(format!("{number} is no number that JSON has a form for"))) }
}

/// In which field the fault is.
fn within(name: &'static str) -> impl Fn(Fault) -> Fault {
    move |Fault(message)| Fault(format!("{name}: {message}"))
}

macro_rules! scalars {
    ($($method:ident($type:ty)),*) => {
        $(fn $method(self, _: $type) -> Result<(), Fault> { Ok(()) })*
    };
}

impl ser::Serializer for Finite {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    scalars!(
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_i128(i128), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
        serialize_u128(u128), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_unit_struct(&'static str)
    );

    fn serialize_f32(self, number: f32) -> Result<(), Fault> {
        finite(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Fault> {
        finite(number)
    }

    fn serialize_none(self) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        value.serialize(self).map_err(within(name))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident),*) => {$(
        impl ser::$trait for Finite {
            type Ok = ();
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
                value.serialize(*self)
            }

            fn end(self) -> Result<(), Fault> {
                Ok(())
            }
        }
    )*};
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Finite {
            type Ok = ();
            type Error = Fault;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Fault> {
                value.serialize(*self).map_err(within(name))
            }

            fn end(self) -> Result<(), Fault> {
                Ok(())
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Finite {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        value.serialize(*self)
    }

    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::to_json;
    use serde::Serialize;

    #[derive(Serialize)]
    enum Price {
        Of { amount: f32 },
        List(Vec<Option<f64>>),
    }

    #[test]
    fn a_number_that_is_not_finite_is_refused_wherever_it_is() {
        for fault in [Price::Of { amount: f32::INFINITY }, Price::List(vec![Some(1.0), None, Some(f64::NAN)])] {
            let error = to_json(&[("a", Some(fault))], "the record").unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
            assert!(format!("{error:?}").contains("is no number"), "{error:?}");
        }
        assert_eq!(to_json(&(1, "a", None::<f64>, f64::MIN_POSITIVE), "x").unwrap(), "[1,\"a\",null,2.2250738585072014e-308]");
        assert_eq!(to_json(&Price::Of { amount: 0.5 }, "x").unwrap(), r#"{"Of":{"amount":0.5}}"#);
    }

    #[test]
    fn raw_json_goes_through() {
        let raw = serde_json::value::RawValue::from_string("{\"a\":1.10}".to_owned()).unwrap();
        assert_eq!(to_json(&raw, "x").unwrap(), "{\"a\":1.10}");
    }
}
