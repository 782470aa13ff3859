//! How a record is read from JSON, found its way in, and written.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Record;

/// Where a field stands in the text of the record.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    name: Name,
    value: Range<usize>,
}

/// A field's name: where it stands, so that a record of a hundred fields does not allocate a hundred names.
#[derive(Debug, Clone)]
enum Name {
    Within(Range<usize>),
    /// It is written with escapes.
    Apart(Box<str>),
}

impl Slot {
    /// The field's name; `text` is that of the record.
    pub(super) fn name<'a>(&'a self, text: &'a str) -> &'a str {
        match &self.name {
            Name::Within(range) => text.get(range.clone()).unwrap_or_default(),
            Name::Apart(name) => name,
        }
    }
}

impl Record {
    /// A record of a JSON object that was put together here.
    pub(crate) fn from_raw(raw: Box<RawValue>) -> Option<Self> {
        raw.get().starts_with('{').then(|| Self { read: Some(raw), ..Self::default() })
    }

    /// The fields of what was read, found once, when the first one is asked for.
    pub(super) fn slots(&self) -> &[Slot] {
        self.slots.get_or_init(|| {
            let text = self.raw();
            // The text was JSON when the record was made, so this does not fail.
            let Fields(fields) = serde_json::from_str(text).unwrap_or_default();
            let slot = |(Key(name), value): (Key<'_>, &RawValue)| Slot {
                name: match name {
                    Cow::Borrowed(name) => Name::Within(range_within(text, name)),
                    Cow::Owned(name) => Name::Apart(name.into()),
                },
                value: range_within(text, value.get()),
            };
            fields.into_iter().map(slot).collect()
        })
    }

    /// The text of a value that was read.
    pub(super) fn read_text(&self, name: &str) -> Option<&str> {
        let text = self.raw();
        let slot = self.slots().iter().find(|slot| slot.name(text) == name)?;
        text.get(slot.value.clone())
    }
}

/// A value whose text is known to be JSON.
pub(super) fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn range_within(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start.saturating_add(part.len())
}

#[derive(Default)]
struct Fields<'a>(Vec<(Key<'a>, &'a RawValue)>);

/// A key that is borrowed where it stands without escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(64);
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_raw(raw).ok_or_else(|| D::Error::custom("a record is a JSON object"))
    }
}

impl Serialize for Record {
    /// The whole record, changes included: byte for byte what was read, where nothing was changed.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let (Some(read), false) = (&self.read, self.is_changed()) {
            return read.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        for name in self.names() {
            match (self.changed.get(name), self.read_text(name)) {
                (Some(value), _) => map.serialize_entry(name, value)?,
                (None, Some(text)) => map.serialize_entry(name, &raw_or_null(text))?,
                (None, None) => {}
            }
        }
        map.end()
    }
}

/// The text of a value, to be written as it is.
fn raw_or_null(text: &str) -> Option<&RawValue> {
    serde_json::from_str(text).ok()
}

impl PartialEq for Record {
    /// Whether both have the same fields with the same values, wherever these came from.
    fn eq(&self, other: &Self) -> bool {
        let fields = |record: &Self| -> Map<String, Value> { record.fields_and_properties().collect() };
        fields(self) == fields(other)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("read", &self.raw()).field("changed", &self.changed).finish()
    }
}

impl From<Map<String, Value>> for Record {
    /// A new record: every field counts as set.
    fn from(changed: Map<String, Value>) -> Self {
        Self { changed, ..Self::default() }
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Record {
    /// A new record from names and values.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        fields.into_iter().fold(Self::new(), |record, (name, value)| record.with(name, value))
    }
}

impl Record {
    fn fields_and_properties(&self) -> impl Iterator<Item = (String, Value)> {
        self.names().map(|name| (name.to_owned(), self.value_or_null(name)))
    }
}
