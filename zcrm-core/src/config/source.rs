//! Where entries come from: pairs, JSON, a file, the environment.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;

use super::entries::{Entries, Origin};
use super::key::Key;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

const PREFIX: &str = "ZCRM_";

/// A variable of the program `zcrm`, which is no key.
const OF_PROGRAM: &str = "ZCRM_SYNC_PASSWORD";

/// Pairs of key and value.
pub(super) fn from_pairs<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> Entries {
    let mut entries = Entries::new();
    for (name, value) in pairs {
        if let Some(key) = known(&mut entries, name.as_ref()) {
            entries.insert(key, Secret::new(value.as_ref()), Origin::Program);
        }
    }
    entries
}

/// The members of a JSON object.
pub(super) fn from_json(json: &str) -> Result<Entries> {
    add_json(Entries::new(), json, &Origin::Program)
}

/// The members of the JSON object in a file.
pub(super) fn from_file(path: &Path) -> Result<Entries> {
    let unreadable = |fault: &str| {
        Error::new(ErrorKind::Config, format!("cannot read the configuration file {}{fault}", path.display()))
    };
    let bytes = fs::read(path).map_err(|cause| unreadable("").with_source(cause))?;
    let json = String::from_utf8(bytes).map_err(|fault| {
        let is_utf16 = matches!(fault.as_bytes(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
        unreadable(if is_utf16 { ": it is UTF-16; save it as UTF-8" } else { ": it is not UTF-8; save it as UTF-8" })
    })?;
    let folder = std::path::absolute(path).map_err(|cause| unreadable("").with_source(cause))?;
    let folder = folder.parent().map_or_else(PathBuf::new, Path::to_owned);
    add_json(Entries::of_file(path), &json, &Origin::Folder(folder))
}

fn add_json(mut entries: Entries, json: &str, origin: &Origin) -> Result<Entries> {
    // Some editors put a byte order mark at the start of a file.
    let json = json.trim_start_matches('\u{feff}');
    let members: Members = serde_json::from_str(json).map_err(|cause| {
        let place = format!("line {}, column {}", cause.line(), cause.column());
        let hint = if json.contains('\\') { "; in JSON, each backslash of a path is written twice" } else { "" };
        let text = format!("the configuration is not a JSON object of keys and values ({place}){hint}");
        let error = Error::new(ErrorKind::Config, text);
        // serde_json's data errors quote the value, which may be a secret.
        if cause.is_data() { error } else { error.with_source(cause) }
    })?;
    for (name, value) in members.0 {
        let Some(key) = known(&mut entries, &name) else { continue };
        match text(key, value) {
            Ok(Some(text)) => entries.insert(key, Secret::new(text), origin.clone()),
            Ok(None) => {}
            Err(fault) => entries.fault_named(&name, Some(key), fault),
        }
    }
    Ok(entries)
}

/// The text of a JSON value: a string, a boolean for a switch, a number for a port; null is an absent key.
fn text(key: Key, value: Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Bool(flag) if key.is_boolean() => Ok(Some(flag.to_string())),
        Value::Number(number) if key.is_port() => Ok(Some(number.to_string())),
        _ if key.is_boolean() => Err("has the wrong type; must be true or false"),
        _ if key.is_port() => Err("has the wrong type; must be a number"),
        _ => Err("has the wrong type; must be a string, in quotes"),
    }
}

/// The environment variables that begin with `ZCRM_`.
pub(super) fn from_env() -> Entries {
    let mut entries = Entries::new();
    for (name, value) in std::env::vars_os() {
        let shown = name.to_string_lossy();
        let has_prefix = shown.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
        if !has_prefix || shown == OF_PROGRAM {
            continue;
        }
        let Some(key) = key_of_variable(&name) else {
            let near = shown.get(PREFIX.len()..).and_then(Key::nearest).map(Key::variable);
            unknown(&mut entries, &shown, near);
            continue;
        };
        match value.into_string() {
            Ok(text) => entries.insert(key, Secret::new(text), Origin::Environment),
            Err(_) => entries.fault_named(&shown, Some(key), "is not UTF-8"),
        }
    }
    entries
}

/// Windows does not distinguish upper and lower case in the names of variables.
fn key_of_variable(name: &OsStr) -> Option<Key> {
    let name = name.to_str()?;
    let key = Key::of(&name.get(PREFIX.len()..)?.to_ascii_lowercase())?;
    (cfg!(windows) || key.variable() == name).then_some(key)
}

fn known(entries: &mut Entries, name: &str) -> Option<Key> {
    let key = Key::of(name);
    if key.is_none() {
        unknown(entries, name, Key::nearest(name).map(|key| key.name().to_owned()));
    }
    key
}

fn unknown(entries: &mut Entries, name: &str, nearest: Option<String>) {
    let remedy = match nearest {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => "remove it; the README lists all keys".to_owned(),
    };
    entries.fault_named(name, None, &format!("unknown key; {remedy}"));
}

/// A warning if a configuration file with secrets can be read by users other than its owner.
#[cfg(unix)]
pub(super) fn warn_if_others_can_read(path: &Path, entries: &Entries) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;

    let secrets: Vec<_> = entries.secrets().collect();
    let mode = fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o044 != 0 && !secrets.is_empty()).then(|| {
        format!(
            "other users can read the configuration file {} (mode {:03o}), which contains {}; use chmod 600, or set {} in \
             the environment",
            path.display(),
            mode & 0o777,
            list(&secrets, |key| key.name().to_owned()),
            list(&secrets, Key::variable)
        )
    })
}

#[cfg(unix)]
fn list(keys: &[Key], name: impl Fn(Key) -> String) -> String {
    keys.iter().map(|key| name(*key)).collect::<Vec<_>>().join(", ")
}

/// The standard library does not show who can read a file on other systems.
#[cfg(not(unix))]
pub(super) fn warn_if_others_can_read(_: &Path, _: &Entries) -> Option<String> {
    None
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
