//! How a record is read from JSON, found its way in, and written.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Record;
use super::slot::Slot;
use crate::entity::{Json, Members};
use crate::error::Error;

impl Record {
    /// A record of a text that is JSON; `None` when it is no object.
    pub(crate) fn from_text(json: impl Into<Box<str>> + AsRef<str>) -> Option<Self> {
        json.as_ref().starts_with('{').then(|| Self { read: Some(json.into()), ..Self::default() })
    }

    /// The fields of what was read, found once, when the first one is asked for.
    pub(super) fn slots(&self) -> &[Slot] {
        self.slots.get_or_init(|| {
            let text = self.raw();
            // The text was JSON when the record was made, and nothing is decoded here, so this does not fail.
            let Fields(fields) = serde_json::from_str(text).unwrap_or_default();
            fields.into_iter().map(|(name, value)| Slot::new(text, name, value)).collect()
        })
    }

    /// The text of a value, set or read.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.changed.get(name).map(Json::raw).or_else(|| self.read_text(name))
    }

    /// A value that was read, to be written as it came.
    fn read_raw(&self, name: &str) -> Option<serde_json::Result<&RawValue>> {
        self.read_text(name).map(serde_json::from_str)
    }

    /// The text of a value that was read.
    pub(super) fn read_text(&self, name: &str) -> Option<&str> {
        let text = self.raw();
        let slot = self.slots().iter().find(|slot| slot.name(text) == name)?;
        text.get(slot.value.clone())
    }
}

#[derive(Default)]
struct Fields<'a>(Vec<(&'a RawValue, &'a RawValue)>);

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
        let raw = Json::deserialize(deserializer)?.into_raw();
        raw.and_then(|raw| Self::from_text(Box::<str>::from(raw)))
            .ok_or_else(|| D::Error::custom("a record is a JSON object"))
    }
}

impl Serialize for Record {
    /// The whole record, changes included: byte for byte what was read, where nothing was changed.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let (Some(read), false) = (&self.read, self.is_changed()) {
            return serde_json::from_str::<&RawValue>(read).map_err(S::Error::custom)?.serialize(serializer);
        }
        if let Some((name, reason)) = self.changed.iter().find_map(|(name, value)| Some((name, value.fault()?))) {
            return Err(S::Error::custom(format_args!("the field {name}: {reason}")));
        }
        let mut map = serializer.serialize_map(None)?;
        for name in self.names() {
            match (self.changed.get(name), self.read_raw(name)) {
                (Some(value), _) => map.serialize_entry(name, value)?,
                (None, Some(raw)) => map.serialize_entry(name, raw.map_err(S::Error::custom)?)?,
                (None, None) => {}
            }
        }
        map.end()
    }
}

impl PartialEq for Record {
    /// Whether both have the same fields with the same values, wherever these came from.
    fn eq(&self, other: &Self) -> bool {
        let fields = |record: &Self| -> Members {
            record.names().filter_map(|name| Some((name.to_owned(), record.json(name)?))).collect()
        };
        fields(self) == fields(other)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("read", &self.raw()).field("changed", &self.changed).finish()
    }
}

impl From<Members> for Record {
    /// A new record: every field counts as set.
    fn from(changed: Members) -> Self {
        Self { changed, ..Self::default() }
    }
}

impl From<Map<String, Value>> for Record {
    /// A new record: every field counts as set.
    fn from(changed: Map<String, Value>) -> Self {
        changed.into_iter().collect()
    }
}

impl TryFrom<Record> for Value {
    type Error = Error;

    /// The whole record, changes included; numbers that are not whole become doubles.
    fn try_from(record: Record) -> Result<Self, Error> {
        Json::from(record).decode()
    }
}

impl<K: Into<String>, V: Into<Json>> FromIterator<(K, V)> for Record {
    /// A new record from names and values.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        fields.into_iter().fold(Self::new(), |record, (name, value)| record.with(name, value))
    }
}
