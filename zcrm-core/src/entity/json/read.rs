//! How JSON text is taken over as it is, and what can be read of broken text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;
use serde_json::value::RawValue;

/// The text of the next value, from serde_json. Other deserializers have no text: what serde has buffered for
/// `flatten` or an untagged enum is written as JSON again.
pub(super) fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<RawValue>, D::Error> {
    Deserialize::deserialize(TextOrTree(deserializer))
}

struct TextOrTree<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for TextOrTree<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    /// A `RawValue` asks for a newtype; only serde_json knows what is meant by it.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, TextOrTreeVisitor { name, visitor })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct TextOrTreeVisitor<V> {
    name: &'static str,
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for TextOrTreeVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(map)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let tree = Value::deserialize(deserializer)?;
        tree.deserialize_newtype_struct(self.name, self.visitor).map_err(D::Error::custom)
    }
}

/// The text of a JSON string that has a lone surrogate; `None` for other values.
pub(super) fn lossy(raw: &str) -> Option<String> {
    struct Lossy(String);

    impl<'de> Deserialize<'de> for Lossy {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct BytesVisitor;

            impl Visitor<'_> for BytesVisitor {
                type Value = Lossy;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a text")
                }

                fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Lossy, E> {
                    Ok(Lossy(from_wtf8(bytes)))
                }
            }

            deserializer.deserialize_bytes(BytesVisitor)
        }
    }

    if !raw.starts_with('"') {
        return None;
    }
    serde_json::from_str(raw).ok().map(|Lossy(text)| text)
}

/// Each lone surrogate, three bytes as serde_json gives it, becomes one U+FFFD.
fn from_wtf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        // The first byte of a surrogate cannot be continued, so the other two come as chunks of their own.
        if chunk.invalid().first().is_some_and(|first| first & 0b1100_0000 != 0b1000_0000) {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// How deep the lists and objects of a JSON text are nested.
pub(super) fn depth(raw: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut place = Place::default();
    for byte in raw.bytes() {
        match byte {
            _ if place.is_in_string(byte) => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A JSON text without the white space between its values.
pub(super) fn compact(raw: &str) -> String {
    let mut place = Place::default();
    // Of a character of several bytes, any is as good as the others: it is in a string.
    let first = |char: char| u8::try_from(char).unwrap_or(0);
    raw.chars().filter(|char| place.is_in_string(first(*char)) || !char.is_ascii_whitespace()).collect()
}

/// Where in a JSON text one is.
#[derive(Default)]
struct Place {
    in_string: bool,
    escaped: bool,
}

impl Place {
    /// Whether the next byte is in a string, its quotation marks included.
    fn is_in_string(&mut self, byte: u8) -> bool {
        let was = self.in_string;
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if was => self.escaped = true,
            b'"' => self.in_string = !was,
            _ => {}
        }
        was || self.in_string
    }
}
