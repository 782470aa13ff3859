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
        if let Some(key) = self.known(name) {
            self.insert(key, value);
        }
    }

    /// Adds a JSON value: a text, a boolean for a switch, a number for a port; null is an absent key.
    fn add_json(&mut self, name: &str, value: Value) {
        let Some(key) = self.known(name) else { return };
        let text = match value {
            Value::Null => return,
            Value::String(text) => text,
            Value::Bool(flag) if key.is_switch() => flag.to_string(),
            Value::Number(number) if key.is_port() => number.to_string(),
            _ => {
                let types = match key {
                    key if key.is_switch() => "true, false, or either as a text",
                    key if key.is_port() => "a number, or one as a text",
                    _ => "a text, in quotes",
                };
                self.fault(name, &format!("its value is of the wrong type; give {types}"));
                return;
            }
        };
        self.insert(key, Secret::new(text));
    }

    fn known(&mut self, name: &str) -> Option<Key> {
        let key = Key::of(name);
        if key.is_none() {
            let near = match Key::nearest(name) {
                Some(key) => format!("did you mean {}?", key.name()),
                None => "remove it; the README lists all keys".to_owned(),
            };
            self.fault(name, &format!("there is no such key; {near}"));
        }
        key
    }

    fn insert(&mut self, key: Key, value: Secret) {
        if self.values.insert(key, value).is_some() {
            self.fault(key.name(), "it stands there twice; remove one of them");
        }
    }

    /// Puts a value under a key, in place of the one that is there.
    pub(super) fn set(&mut self, key: Key, value: Secret) {
        self.values.insert(key, value);
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

    /// The keys that have a value.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.values.keys().copied().filter(|key| self.get(*key).is_some())
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
                self.fault(key.name(), "it is neither true nor false; write one of them");
                false
            }
        }
    }

    /// Notes a fault under a key.
    pub(super) fn fault(&mut self, name: &str, fault: &str) {
        // Unknown names are shown as well, and a fault is one line.
        self.faults.push(format!("{}: {fault}", name.escape_debug()));
    }

    /// Whether a fault is noted under a key, so that its value counts as given although there is none to use.
    pub(super) fn is_faulty(&self, key: Key) -> bool {
        let name = format!("{}: ", key.name());
        self.faults.iter().any(|fault| fault.starts_with(&name))
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
