//! How a member of a JSON object becomes a field of an entity, and is written again.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _};

use super::json::{Json, Members, write};
use crate::error::{Error, ErrorKind};

/// A type that a field of an entity can have.
///
/// Zoho's responses differ by version and data center: numbers come as text, objects as names. A value that is not
/// understood is no reason to lose the rest of the response, so reading says "does not fit" and nothing more.
pub(crate) trait Member: Sized + PartialEq + Serialize {
    /// The value as this type, or `None` when it does not fit.
    fn read(json: &Json) -> Option<Self>;
}

impl Member for Json {
    fn read(json: &Json) -> Option<Self> {
        (!json.is_null()).then(|| json.clone())
    }
}

impl Member for String {
    fn read(json: &Json) -> Option<Self> {
        if json.is_number() { Some(json.raw().to_owned()) } else { json.text().map(Into::into) }
    }
}

/// A value that may also come as text.
macro_rules! parsed {
    ($($type:ty),*) => {$(
        impl Member for $type {
            fn read(json: &Json) -> Option<Self> {
                json.text().as_deref().unwrap_or(json.raw()).parse().ok()
            }
        }
    )*};
}

parsed!(bool, i64);

impl<T: Member> Member for Vec<T> {
    fn read(json: &Json) -> Option<Self> {
        json.elements()?.iter().map(T::read).collect()
    }
}

/// An id or a time. The text `null` stands for null in some of Zoho's samples.
pub(crate) fn plain_text(json: &Json) -> Option<String> {
    String::read(json).filter(|text| text != "null")
}

/// What an entity was read from, by which it knows what was changed since.
///
/// Where an entity comes from is no part of its value: all are equal.
#[derive(Clone, Default)]
pub(crate) struct Original(Option<Json>);

impl Original {
    pub(crate) fn of(json: &Json) -> Self {
        Self(Some(json.clone()))
    }

    pub(crate) fn json(&self) -> Option<&Json> {
        self.0.as_ref()
    }

    /// The JSON that the entity came as, if it is still the same.
    pub(crate) fn unchanged<T: Member>(&self, entity: &T) -> Option<&Json> {
        self.0.as_ref().filter(|json| T::read(json).as_ref() == Some(entity))
    }

    /// Its members; none for an entity that was not read.
    pub(crate) fn members(&self) -> Members {
        self.0.as_ref().and_then(Json::members).unwrap_or_default()
    }
}

impl PartialEq for Original {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// The names that one member has in JSON, the usual one first.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    pub(crate) usual: &'static str,
    pub(crate) others: &'static [&'static str],
    /// A text that stands for null.
    pub(crate) null: Option<&'static str>,
}

impl Names {
    fn all(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.usual).chain(self.others.iter().copied())
    }

    /// Under which name a value came that fits, and the value.
    fn find<T: Member>(self, members: &Members) -> Option<(&'static str, T)> {
        self.all().find_map(|name| {
            let json = members.get(name)?;
            let null = self.null.is_some_and(|null| json.text().is_some_and(|text| text == null));
            if null { None } else { Some((name, T::read(json)?)) }
        })
    }

    /// Takes the value out that fits.
    pub(crate) fn take<T: Member>(self, members: &mut Members) -> Option<T> {
        let (name, value) = self.find(members)?;
        members.remove(name);
        Some(value)
    }

    /// Writes a field: as it came, where it was not changed, and under the name that it came under.
    pub(crate) fn put<T: Member>(
        self,
        members: &mut Members,
        original: &Members,
        field: Option<&T>,
    ) -> serde_json::Result<()> {
        let Some(value) = field else { return Ok(()) };
        let (name, json) = match self.find::<T>(original) {
            Some((name, was)) if was == *value => (name, original.get(name).cloned().unwrap_or_default()),
            Some((name, _)) => (name, Json::from_raw(write(value)?)),
            None => {
                let name = self.all().find(|name| original.contains_key(*name)).unwrap_or(self.usual);
                (name, Json::from_raw(write(value)?))
            }
        };
        members.insert(name.to_owned(), json);
        Ok(())
    }

    /// Adds to a body what an update sends of a field: a new value, or null where one was taken away. A null that
    /// `other` was given for it is sent too. The id is always sent.
    pub(crate) fn change<T: Member>(
        self,
        body: &mut Members,
        original: &Members,
        field: Option<&T>,
        other: &Members,
    ) -> serde_json::Result<()> {
        let was = self.find::<T>(original);
        let change = match (field, was) {
            (Some(_), _) if self.usual == "id" => return self.put(body, original, field),
            (Some(value), Some((_, was))) if was == *value => return Ok(()),
            (Some(value), _) => Json::from_raw(write(value)?),
            (None, Some(_)) if self.usual != "id" => Json::null(),
            (None, _) => match other.get(self.usual) {
                Some(json) if original.get(self.usual) != Some(json) => json.clone(),
                _ => return Ok(()),
            },
        };
        body.insert(self.usual.to_owned(), change);
        Ok(())
    }
}

/// The most levels of lists and objects in an entity.
const DEEPEST: usize = 128;

/// Reads an entity.
pub(crate) fn deserialize<'de, T: Member, D: Deserializer<'de>>(deserializer: D, name: &str) -> Result<T, D::Error> {
    let json = Json::deserialize(deserializer)?;
    if json.depth() > DEEPEST {
        return Err(D::Error::custom(format_args!("{name}: nested more than {DEEPEST} deep")));
    }
    T::read(&json).ok_or_else(|| D::Error::custom(format_args!("{name}: not the JSON that was expected")))
}

/// A member that cannot be written as JSON.
pub(crate) fn unwritable(key: &str, cause: serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("{key} cannot be written as JSON: {cause}"))
}
