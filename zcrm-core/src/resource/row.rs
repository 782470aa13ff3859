//! Rows as text: their ids and times, and rows of several requests as one.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::entity::{DateTime, Record, RecordId, range_within};
use crate::error::{Error, Result};
use crate::rest::{Key, List, Page, Response, RowTexts, decode_row, row_texts, salvaged_id};

/// A row as it came, or as it was put together.
#[derive(Debug, Clone)]
pub(super) struct Raw(Text);

#[derive(Debug, Clone)]
enum Text {
    /// A piece of the page that it came with: a page is in memory once, not a second time as rows.
    Within(Arc<Response>, Range<usize>),
    /// The same, and it is no JSON, or no object.
    Broken(Arc<Response>, Range<usize>),
    Own(Box<str>),
}

impl Raw {
    /// The rows of a page under a key. One that is no JSON, or no object, is among them.
    pub(super) fn of_page(page: Response, key: Key) -> Result<Page<Self>> {
        let RowTexts { texts, info, salvaged, .. } = row_texts(&page, key)?;
        let broken =
            |text: &str| !text.starts_with('{') || salvaged && serde_json::from_str::<IgnoredAny>(text).is_err();
        let places: Vec<_> = texts.iter().map(|text| (range_within(page.body(), text), broken(text))).collect();
        let page = Arc::new(page);
        let row = |(place, broken)| {
            let page = Arc::clone(&page);
            Self(if broken { Text::Broken(page, place) } else { Text::Within(page, place) })
        };
        Ok(Page { items: places.into_iter().map(row).collect(), info })
    }

    /// A page of a listing.
    pub(super) fn page<T>(list: &List<T>) -> Result<Page<Self>> {
        list.send_read(Self::of_page)
    }

    /// The text.
    pub(super) fn get(&self) -> &str {
        match &self.0 {
            Text::Within(page, place) | Text::Broken(page, place) => page.body().get(place.clone()).unwrap_or_default(),
            Text::Own(text) => text,
        }
    }

    /// Whether it is no JSON, or no object.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.0, Text::Broken(..))
    }

    /// A row of which nothing is known: it fits no type.
    pub(super) fn unknown() -> Self {
        Self(Text::Own("null".into()))
    }

    /// Why it is no JSON, if it is none.
    pub(super) fn fault(&self) -> Option<Error> {
        let Text::Broken(page, _) = &self.0 else { return None };
        decode_row::<IgnoredAny>(page, self.get()).err()
    }

    /// The row as a record; `None` when it is no object.
    pub(super) fn into_record(self) -> Option<Record> {
        match self.0 {
            Text::Broken(..) => None,
            Text::Within(..) => Record::from_text(self.get()),
            Text::Own(text) => Record::from_text(text),
        }
    }
}

impl From<Box<RawValue>> for Raw {
    fn from(row: Box<RawValue>) -> Self {
        Self(Text::Own(row.into()))
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self::from)
    }
}

/// The id of a row that stands under `key`.
pub(super) fn id_under(row: &str, key: &str) -> Option<String> {
    if key == "id" {
        return id_of(row);
    }
    let mut decoder = serde_json::Deserializer::from_str(row);
    let id = IdUnder(key).deserialize(&mut decoder).ok().flatten()?;
    Some(id.as_str().to_owned())
}

/// The id of a row. Mostly it is the first or the last member, where it is found without reading the others.
pub(super) fn id_of(row: &str) -> Option<String> {
    if let Some(id) = last_id(row).or_else(|| first_id(row)) {
        return Some(id.to_owned());
    }
    let mut decoder = serde_json::Deserializer::from_str(row);
    match IdUnder("id").deserialize(&mut decoder) {
        Ok(id) => Some(id?.as_str().to_owned()),
        Err(_) => salvaged_id(row).map(str::to_owned),
    }
}

/// `"id": "123"}` at the end. The quotation mark before the digits opens a text, since it follows a colon; so the name
/// before it is a name, and the brace behind it is that of the row.
fn last_id(row: &str) -> Option<&str> {
    let (before, id) = row.strip_suffix('}')?.trim_ascii_end().strip_suffix('"')?.rsplit_once('"')?;
    let before = before.trim_ascii_end().strip_suffix(':')?.trim_ascii_end().strip_suffix("\"id\"")?;
    let is_name = before.trim_ascii_end().ends_with([',', '{']);
    (is_name && is_digits(id)).then_some(id)
}

/// `{"id": "123"` in front.
fn first_id(row: &str) -> Option<&str> {
    let behind = row.strip_prefix('{')?.trim_ascii_start().strip_prefix("\"id\"")?.trim_ascii_start();
    let (id, _) = behind.strip_prefix(':')?.trim_ascii_start().strip_prefix('"')?.split_once('"')?;
    is_digits(id).then_some(id)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Takes the id under a key and skips the rest.
struct IdUnder<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for IdUnder<'_> {
    type Value = Option<RecordId>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for IdUnder<'_> {
    type Value = Option<RecordId>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a row with an id under {:?}", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut id = None;
        while let Some(Name(name)) = map.next_key()? {
            if name == self.0 {
                let found: Option<RecordId> = map.next_value()?;
                id = found;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(id)
    }
}

/// A name that is borrowed where it stands without escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// By which a row is known, and when it was changed last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Stamp {
    pub(super) id: RecordId,
    #[serde(rename = "Modified_Time", default, deserialize_with = "moment_if_it_is_one")]
    pub(super) modified: Option<DateTime>,
}

fn moment_if_it_is_one<'de, D: Deserializer<'de>>(decoder: D) -> std::result::Result<Option<DateTime>, D::Error> {
    let value = <&RawValue>::deserialize(decoder)?;
    Ok(serde_json::from_str(value.get()).ok())
}

impl Stamp {
    pub(super) fn of(row: &Raw) -> Option<Self> {
        serde_json::from_str(row.get()).ok()
    }
}

/// The members of several rows as one row, each name once, and without the one that is to be hidden.
pub(super) fn merged(rows: &[&Raw], hidden: Option<&str>) -> serde_json::Result<Raw> {
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    let mut text = String::with_capacity(rows.iter().map(|row| row.get().len()).sum());
    text.push('{');
    for row in rows {
        let Members(members) = serde_json::from_str(row.get())?;
        for (name, value) in members {
            if hidden == Some(&*name) || seen.contains(&name) {
                continue;
            }
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&serde_json::to_string(&name)?);
            text.push(':');
            text.push_str(value.get());
            seen.push(name);
        }
    }
    text.push('}');
    RawValue::from_string(text).map(Raw::from)
}

struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_wherever_it_stands_and_no_other_is_taken_for_it() {
        for row in [
            r#"{"id":"12","Owner":{"id":"9"}}"#,
            r#"{"Owner": {"id": "9"}, "id": "12"}"#,
            r#"{"Owner":{"id":"9"},"id":12,"Name":"x"}"#,
            r#"{"Name":",\"id\":\"9\"","id":"12","Owner":{"id":"9"}}"#,
            r#"{"Owner":{"name":"x","id":"9"},"id":"12","Layout":{"id":"9"} }"#,
        ] {
            assert_eq!(id_of(row).as_deref(), Some("12"), "{row}");
        }
        assert_eq!(id_of(r#"{"Owner":{"id":"9"}}"#), None);
        assert_eq!(id_of(r#"{"Name":"id\":\"9"}"#), None);
        assert_eq!(id_under(r#"{"id":"9","key":"12"}"#, "key").as_deref(), Some("12"));
    }

    #[test]
    fn rows_are_merged_by_name_and_keep_their_digits() {
        let [one, other] = [r#"{"id":"1","M":1.10,"A":null}"#, r#"{"id":"1","M":1.10,"B \"x\"":{"c":[1]}}"#]
            .map(|text| serde_json::from_str::<Raw>(text).unwrap());
        let merged = merged(&[&one, &other], Some("A")).unwrap();
        assert_eq!(merged.get(), r#"{"id":"1","M":1.10,"B \"x\"":{"c":[1]}}"#);
    }
}
