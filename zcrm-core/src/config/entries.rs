//! The dictionary as it was given: texts under known keys, and the faults found on the way.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;

use super::key::Key;
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// Values that nobody has judged yet. All are treated as secrets: a password may stand under a wrong key.
#[derive(Debug)]
pub(super) struct Entries {
    values: BTreeMap<Key, Secret>,
    faults: Vec<String>,
    folder: PathBuf,
}

impl Entries {
    /// No entries; relative paths in them will count from `folder`.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { values: BTreeMap::new(), faults: Vec::new(), folder }
    }

    /// Adds what stands under a name.
    pub(super) fn add(&mut self, name: &str, value: Secret) {
        let Some(key) = Key::of(name) else {
            let near = match Key::nearest(name) {
                Some(key) => format!("did you mean {}?", key.name()),
                None => "remove it; the README lists all keys".to_owned(),
            };
            self.fault(name, &format!("there is no such key; {near}"));
            return;
        };
        if self.values.insert(key, value).is_some() {
            self.fault(name, "it stands there twice; remove one of them");
        }
    }

    /// Adds a JSON value.
    pub(super) fn add_json(&mut self, name: &str, value: Value) {
        match value {
            Value::Null => {}
            Value::String(text) => self.add(name, Secret::new(text)),
            Value::Bool(flag) => self.add(name, Secret::new(flag.to_string())),
            Value::Number(number) => self.add(name, Secret::new(number.to_string())),
            Value::Array(_) | Value::Object(_) => self.fault(name, "a list or an object is no value; give a text"),
        }
    }

    /// Adds all members of a JSON object.
    pub(super) fn add_json_object(&mut self, json: &str) -> Result<(), serde_json::Error> {
        for (name, value) in serde_json::from_str::<Members>(json)?.0 {
            self.add_json(&name, value);
        }
        Ok(())
    }

    /// What stands under a key; an empty text is an absent key, except for a password.
    pub(super) fn get(&self, key: Key) -> Option<&Secret> {
        self.values.get(&key).filter(|value| key.may_be_empty() || !value.is_empty())
    }

    /// What stands under a key that holds no secret.
    pub(super) fn text(&self, key: Key) -> Option<String> {
        self.get(key).map(|value| value.expose().to_owned())
    }

    /// A path, made absolute.
    pub(super) fn path(&self, key: Key) -> Option<PathBuf> {
        self.text(key).map(|path| self.folder.join(path))
    }

    /// A boolean, as such or as one of the seed's texts.
    pub(super) fn flag(&mut self, key: Key) -> bool {
        match self.get(key).map(Secret::expose) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.fault(key.name(), "it is neither true nor false");
                false
            }
        }
    }

    /// Notes a fault under a key.
    pub(super) fn fault(&mut self, name: &str, fault: &str) {
        self.faults.push(format!("{name}: {fault}"));
    }

    /// One error for all faults.
    pub(super) fn into_error(self) -> Option<Error> {
        let text = match self.faults.as_slice() {
            [] => return None,
            [fault] => format!("the configuration is wrong: {fault}"),
            faults => format!("the configuration has {} faults:\n- {}", faults.len(), faults.join("\n- ")),
        };
        Some(Error::new(ErrorKind::Config, text))
    }
}

/// The members of a JSON object, also those under the same name.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object of keys and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}
