//! The dictionary as it was given: values under known keys, and the faults found so far.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::key::Key;
use super::path;
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// Values that have not been validated. All are treated as secrets: a password may be under the wrong key.
#[derive(Debug)]
pub(super) struct Entries {
    values: BTreeMap<Key, Value>,
    faults: Vec<Fault>,
    file: Option<PathBuf>,
}

#[derive(Debug)]
struct Value {
    text: Secret,
    origin: Origin,
}

/// Where a value comes from; this decides what its key is called and what relative paths are relative to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The program, or a text of its own.
    Program,
    /// A file in this folder.
    Folder(PathBuf),
    /// An environment variable.
    Environment,
}

impl Origin {
    /// The name of a key where the value comes from.
    pub(super) fn name(&self, key: Key) -> String {
        match self {
            Self::Environment => key.variable(),
            Self::Program | Self::Folder(_) => key.name().to_owned(),
        }
    }

    fn resolve(&self, path: &str) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.join(path),
            Self::Program | Self::Environment => std::env::current_dir().unwrap_or_default().join(path),
        }
    }
}

#[derive(Debug)]
struct Fault {
    key: Option<Key>,
    text: String,
}

impl Entries {
    pub(super) fn new() -> Self {
        Self { values: BTreeMap::new(), faults: Vec::new(), file: None }
    }

    /// No entries yet; errors will name this file.
    pub(super) fn of_file(path: &Path) -> Self {
        Self { file: Some(path.to_owned()), ..Self::new() }
    }

    /// Adds a value under a key that must not have one.
    pub(super) fn insert(&mut self, key: Key, text: Secret, origin: Origin) {
        let name = origin.name(key);
        if self.values.insert(key, Value { text, origin }).is_some() {
            self.fault_named(&name, Some(key), "set twice; remove one of them");
        }
    }

    /// Sets a value in place of one that may be there.
    pub(super) fn set(&mut self, key: Key, text: Secret) {
        self.values.insert(key, Value { text, origin: Origin::Program });
    }

    /// Lets the values of `other` take precedence, also over a value under the key's other name.
    pub(super) fn override_with(&mut self, other: Self) {
        for key in other.keys().collect::<Vec<_>>() {
            if let Some(synonym) = key.synonym() {
                self.values.remove(&synonym);
            }
        }
        let present = other.values.into_iter().filter(|(key, value)| is_present(*key, value));
        self.values.extend(present);
        self.faults.extend(other.faults);
    }

    /// The value of a key; an empty string is an absent key, except for a password.
    pub(super) fn get(&self, key: Key) -> Option<&Secret> {
        self.values.get(&key).filter(|value| is_present(key, value)).map(|value| &value.text)
    }

    /// The keys that have a value.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.values.iter().filter(|(key, value)| is_present(**key, value)).map(|(key, _)| *key)
    }

    /// The keys whose values nobody else may read. Only Unix tells who else can read a file.
    #[cfg(unix)]
    pub(super) fn secrets(&self) -> impl Iterator<Item = Key> {
        let is_secret = |key: &Key, text: &str| match key {
            Key::ClientSecret | Key::DbPassword | Key::MysqlPassword => !text.is_empty(),
            Key::Proxy => text.contains('@'),
            _ => false,
        };
        self.values.iter().filter(move |(key, value)| is_secret(key, value.text.expose())).map(|(key, _)| *key)
    }

    /// The value of a key that is not secret.
    pub(super) fn text(&self, key: Key) -> Option<String> {
        self.get(key).map(|value| value.expose().to_owned())
    }

    /// A path as it was written.
    pub(super) fn path_as_written(&mut self, key: Key) -> Option<PathBuf> {
        let text = self.text(key)?;
        match path::check(&text) {
            Ok(()) => Some(PathBuf::from(text)),
            Err(fault) => {
                self.fault(key, &fault);
                None
            }
        }
    }

    /// A path, made absolute.
    pub(super) fn path(&mut self, key: Key) -> Option<PathBuf> {
        self.path_as_written(key)?;
        let value = self.values.get(&key)?;
        let path = value.origin.resolve(value.text.expose());
        if !path.is_absolute() {
            self.fault(key, "cannot be resolved from here; write an absolute path");
            return None;
        }
        Some(path)
    }

    /// A boolean, as such or as `'true'` or `'false'`.
    pub(super) fn flag(&mut self, key: Key) -> bool {
        match self.get(key).map(Secret::expose) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.fault(key, "must be true or false");
                false
            }
        }
    }

    /// Notes what is wrong with the value of a key, or with its absence.
    pub(super) fn fault(&mut self, key: Key, fault: &str) {
        let name = self.values.get(&key).map_or_else(|| key.name().to_owned(), |value| value.origin.name(key));
        self.fault_named(&name, Some(key), fault);
    }

    /// Notes a fault under a name as it was given, which may be of no key.
    pub(super) fn fault_named(&mut self, name: &str, key: Option<Key>, fault: &str) {
        // A fault is one line, whatever an unknown name contains.
        self.faults.push(Fault { key, text: format!("{}: {fault}", name.escape_debug()) });
    }

    /// Whether a fault is noted for a key, so that it is not absent although it has no value that can be used.
    pub(super) fn is_faulty(&self, key: Key) -> bool {
        self.faults.iter().any(|fault| fault.key == Some(key))
    }

    /// Every fault, one line each.
    pub(super) fn faults(&self) -> impl Iterator<Item = &str> {
        self.faults.iter().map(|fault| fault.text.as_str())
    }

    /// One error for all faults.
    pub(super) fn into_error(self) -> Option<Error> {
        let what = match &self.file {
            Some(file) => format!("invalid configuration file {}", file.display()),
            None => "invalid configuration".to_owned(),
        };
        let text = match self.faults.as_slice() {
            [] => return None,
            [fault] => format!("{what}: {}", fault.text),
            faults => {
                let lines: String = faults.iter().map(|fault| format!("\n- {}", fault.text)).collect();
                format!("{what}, {} faults:{lines}", faults.len())
            }
        };
        Some(Error::new(ErrorKind::Config, text))
    }
}

fn is_present(key: Key, value: &Value) -> bool {
    key.may_be_empty() || !value.text.is_empty()
}
