//! How the values of fields stand in the cells of a CSV file: written by `export`, read by `import`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use zcrm_core::DateTime;
use zcrm_core::entity::Field;

/// The module of notes.
pub const NOTES: &str = "Notes";

/// Between the values of a multi-select picklist.
const BETWEEN_CHOICES: char = ';';

/// What an object may hold beside its id and still be no more than a reference to a record or a user.
const OF_REFERENCES: [&str; 4] = ["id", "name", "email", "module"];

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Text, also picklists, e-mail addresses and whatever else Zoho takes as text.
    Text,
    /// A whole number.
    Integer,
    /// A whole number of up to 19 digits, which travels as text.
    BigInteger,
    /// A number. Its digits stay as they are, in both directions.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Choices, separated by `;`. Where that could be misread they are a JSON list, which is read as one.
    Choices,
    /// A day.
    Date,
    /// A moment with an offset.
    DateTime,
    /// The record's own id.
    Id,
    /// The id of another record or of a user.
    Lookup,
    /// The id of a record of one of several modules, as a JSON object: the id alone would not say of which.
    LookupOfModules,
    /// A JSON object. One that only refers to a record is its id.
    Object,
    /// A JSON list: subforms, files, tags and the like.
    List,
}

impl Content {
    /// What a field holds by Zoho's metadata.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        let data_type = field.data_type.as_deref().unwrap_or_default();
        let json_type = field.json_type.as_deref().unwrap_or_default();
        match (data_type, json_type) {
            ("multiselectpicklist", _) => Self::Choices,
            (_, "jsonarray") => Self::List,
            // Some versions give no JSON type.
            ("subform" | "fileupload" | "imageupload" | "multiselectlookup" | "multiuserlookup", _) => Self::List,
            ("lookup" | "ownerlookup" | "userlookup", _) => Self::Lookup,
            ("multi_module_lookup", _) => Self::LookupOfModules,
            // Layouts, whose type Zoho calls a big integer, too.
            (_, "jsonobject") | ("event_reminder" | "multireminder" | "RRULE" | "ALARM", _) => Self::Object,
            ("date", _) => Self::Date,
            ("datetime", _) => Self::DateTime,
            ("boolean", _) | (_, "boolean") => Self::Boolean,
            ("integer", _) | (_, "integer") => Self::Integer,
            ("double" | "currency" | "percent", _) | (_, "double") => Self::Number,
            ("bigint", _) => Self::BigInteger,
            _ => Self::Text,
        }
    }

    /// What a field of a module holds. The metadata of notes does not say that their `Parent_Id` refers to a record.
    #[must_use]
    pub fn within(module: &str, field: &Field) -> Self {
        let is_parent = module == NOTES && field.api_name.as_deref() == Some("Parent_Id");
        if is_parent { Self::LookupOfModules } else { Self::of(field) }
    }

    /// The cell of a value, given as JSON. Null is empty, and so is a list of nothing.
    #[must_use]
    pub fn cell(self, value: &RawValue) -> Cow<'_, str> {
        let json = value.get();
        let cell = match (self, json.as_bytes().first()) {
            (_, Some(b'n') | None) => Some(String::new()),
            (Self::Choices | Self::List, Some(b'[')) if is_list_of_nothing(json) => Some(String::new()),
            (Self::Choices, Some(b'[')) => choices_cell(json),
            (Self::List, _) => None,
            (Self::Lookup, Some(b'{')) => Reference::read(json).and_then(|reference| reference.id),
            (Self::LookupOfModules | Self::Object, Some(b'{')) => {
                Reference::read(json).filter(|reference| reference.is_all(self)).and_then(|reference| reference.id)
            }
            (_, Some(b'"')) => serde_json::from_str(json).ok(),
            _ => None,
        };
        cell.map_or(Cow::Borrowed(json), Cow::Owned)
    }

    /// The value of a cell that is not empty; otherwise what it should have been.
    ///
    /// # Errors
    ///
    /// When the cell holds something else.
    pub fn value(self, cell: &str) -> Result<Box<RawValue>, &'static str> {
        let trimmed = cell.trim();
        let text = |text: &str| to_raw_value(text).ok();
        let digits = |is_number: bool| is_number.then(|| RawValue::from_string(trimmed.to_owned()).ok()).flatten();
        let (value, wanted) = match self {
            Self::Text => (text(cell), "text"),
            Self::Integer => (digits(is_whole(trimmed)), "a whole number"),
            Self::BigInteger => (text(trimmed).filter(|_| is_whole(trimmed)), "a whole number"),
            Self::Number => (digits(is_number(trimmed)), "a number such as 1234.5"),
            Self::Boolean => {
                let value = trimmed.to_ascii_lowercase().parse::<bool>().ok();
                (value.and_then(|value| to_raw_value(&value).ok()), "true or false")
            }
            Self::Choices => (choices(trimmed), "choices separated by ;"),
            Self::Date => (text(trimmed).filter(|_| is_date(trimmed)), "a day such as 2026-01-31"),
            Self::DateTime => {
                (text(trimmed).filter(|_| is_moment(trimmed)), "a moment such as 2026-01-31T13:30:00+01:00")
            }
            Self::Id => (text(trimmed).filter(|_| is_id(trimmed)), "the id of a record"),
            Self::Lookup => (referred(trimmed), "the id of a record"),
            Self::LookupOfModules | Self::Object => (referred(trimmed), "the id of a record, or a JSON object"),
            // Zoho's metadata calls some objects a list.
            Self::List => (json_of(trimmed, '[').or_else(|| json_of(trimmed, '{')), "a JSON list"),
        };
        value.ok_or(wanted)
    }
}

fn is_list_of_nothing(json: &str) -> bool {
    json.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|inner| inner.trim().is_empty())
}

/// The cell of choices; none where they cannot be told apart by the separator alone.
fn choices_cell(json: &str) -> Option<String> {
    let choices: Vec<String> = serde_json::from_str(json).ok()?;
    let cell = choices.join(&BETWEEN_CHOICES.to_string());
    let read: Vec<String> = serde_json::from_str(self::choices(&cell)?.get()).ok()?;
    (read == choices).then_some(cell)
}

fn choices(cell: &str) -> Option<Box<RawValue>> {
    if let Some(list) = json_of(cell, '[') {
        return Some(list);
    }
    let choices = cell.split(BETWEEN_CHOICES).map(str::trim).filter(|choice| !choice.is_empty());
    let choices: Vec<_> = choices.collect();
    // None at all would clear the field.
    (!choices.is_empty()).then(|| to_raw_value(&choices).ok()).flatten()
}

/// An object that has an id, or should have one.
struct Reference {
    /// Empty for a reference to nothing.
    id: Option<String>,
    others: Vec<String>,
}

impl Reference {
    fn read(json: &str) -> Option<Self> {
        let mut members: BTreeMap<String, Value> = serde_json::from_str(json).ok()?;
        let id = match members.remove("id")? {
            Value::String(id) => id,
            Value::Number(id) => id.to_string(),
            Value::Null => String::new(),
            _ => return None,
        };
        let others = members.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name).collect();
        Some(Self { id: Some(id).filter(|id| id.is_empty() || is_id(id)), others })
    }

    /// Whether the id says all.
    fn is_all(&self, content: Content) -> bool {
        let said = |name: &String| {
            OF_REFERENCES.contains(&name.as_str()) && !(content == Content::LookupOfModules && name == "module")
        };
        self.others.iter().all(said)
    }
}

fn referred(cell: &str) -> Option<Box<RawValue>> {
    if is_id(cell) { to_raw_value(&json!({ "id": cell })).ok() } else { json_of(cell, '{') }
}

/// JSON that begins so, digit by digit as it is.
fn json_of(cell: &str, begin: char) -> Option<Box<RawValue>> {
    cell.starts_with(begin).then(|| RawValue::from_string(cell.to_owned()).ok()).flatten()
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number as JSON writes it.
fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    is_id(digits) && (digits == "0" || !digits.starts_with('0'))
}

/// A number as JSON writes it, and within the range of a double.
fn is_number(text: &str) -> bool {
    text.ends_with(|end: char| end.is_ascii_digit()) && serde_json::from_str::<serde_json::Number>(text).is_ok()
}

fn is_moment(text: &str) -> bool {
    DateTime::from(text).unix_seconds().is_some()
}

fn is_date(text: &str) -> bool {
    text.len() == "2026-01-31".len() && is_moment(&format!("{text}T00:00:00Z"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn a_cell_becomes_the_value_that_it_was_made_of() {
        for (content, value) in [
            (Content::Text, r#""5\" pipe; long,\nred""#),
            (Content::Integer, "-12"),
            (Content::BigInteger, r#""9007199254740993""#),
            (Content::Number, "1.10"),
            (Content::Number, "12345678901234567.89"),
            (Content::Number, "0.1000000000000000055"),
            (Content::Number, "1e3"),
            (Content::Number, "-0.0"),
            (Content::Boolean, "true"),
            (Content::Choices, r#"["Skiing","Chess"]"#),
            (Content::Choices, r#"["a;b","c"]"#),
            (Content::Choices, r#"[" a","b "]"#),
            (Content::Choices, r#"["[\"a\"]"]"#),
            (Content::Choices, r#"["","a"]"#),
            (Content::Choices, r#"["a",null,3]"#),
            (Content::Choices, "[1]"),
            (Content::Date, r#""2024-02-29""#),
            (Content::DateTime, r#""2026-01-31T13:30:00+01:00""#),
            (Content::Lookup, r#"{"id":"3652397000000190001"}"#),
            (Content::Object, r#"{"id":"3652397000000190001"}"#),
            (Content::LookupOfModules, r#"{"id":"3652397000000190001"}"#),
            (Content::LookupOfModules, r#"{"module":{"api_name":"Leads","id":"3"},"name":"m","id":"8"}"#),
            (Content::Object, r#"{"ALARM":"FREQ=NONE;ACTION=EMAIL","id":"1"}"#),
            (Content::List, r#"[{"name":"seeded","id":"1"}]"#),
            (Content::List, r#"["a","b"]"#),
            (Content::List, r#"{"id":"12","name":"Bo"}"#),
        ] {
            let value = raw(value);
            let cell = content.cell(&value).into_owned();
            assert_eq!(content.value(&cell).unwrap().get(), value.get(), "{content:?}: {cell}");
        }
    }

    #[test]
    fn any_choices_survive() {
        let pieces = ["a", ";", " ", "[", "]", "\"", "\\", ",", "\n", "é"];
        for seed in 0..2_000 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut choice = || -> String {
                let pieces = (0..random.usize(..5)).map(|_| pieces.get(random.usize(..pieces.len())).copied());
                pieces.flatten().collect()
            };
            let chosen: Vec<String> = (0..1 + seed % 3).map(|_| choice()).collect();
            let value = to_raw_value(&chosen).unwrap();
            let cell = Content::Choices.cell(&value);
            assert_eq!(Content::Choices.value(&cell).unwrap().get(), value.get(), "seed {seed}: {cell}");
        }
    }

    #[test]
    fn a_reference_is_its_id() {
        for json in [
            r#"{"name":"Acme","id":"12"}"#,
            r#"{"id":12,"name":null}"#,
            r#"{"name":"Acme","id":"12","module":{"api_name":"Accounts","id":"1"}}"#,
        ] {
            assert_eq!(Content::Lookup.cell(&raw(json)), "12");
            assert_eq!(Content::Object.cell(&raw(json)), "12");
        }
    }

    #[test]
    fn a_reference_to_nothing_is_an_empty_cell() {
        for json in ["null", r#"{"id":null,"name":null}"#, r#"{"name":null,"id":""}"#] {
            for content in [Content::Lookup, Content::LookupOfModules, Content::Object] {
                assert_eq!(content.cell(&raw(json)), "", "{content:?} {json}");
            }
        }
        let named = raw(r#"{"name":"Acme"}"#);
        assert_eq!(Content::Lookup.cell(&named), named.get());
    }

    #[test]
    fn a_list_of_nothing_is_an_empty_cell_whatever_way_it_came() {
        for json in ["null", "[]", "[ ]"] {
            for content in [Content::Choices, Content::List] {
                assert_eq!(content.cell(&raw(json)), "", "{content:?} {json}");
            }
        }
        assert_eq!(Content::Choices.cell(&raw(r#"[""]"#)), r#"[""]"#);
    }

    #[test]
    fn a_cell_of_another_type_is_refused() {
        for (content, cell) in [
            (Content::Integer, "1.5"),
            (Content::Integer, "007"),
            (Content::Id, "abc"),
            (Content::Id, "12,13"),
            (Content::Id, "-3"),
            (Content::BigInteger, "12a"),
            (Content::Number, "1,5"),
            (Content::Number, "NaN"),
            (Content::Number, "1."),
            (Content::Number, ".5"),
            (Content::Number, "+1"),
            (Content::Number, "1e999"),
            (Content::Number, "\"1\""),
            (Content::Boolean, "perhaps"),
            (Content::Date, "2026-02-30"),
            (Content::Date, "31.01.2026"),
            (Content::DateTime, "2026-01-31 13:30"),
            (Content::Choices, " ; "),
            (Content::Lookup, "Berg"),
            (Content::LookupOfModules, "Berg"),
            (Content::Object, "Berg"),
            (Content::Object, "1.5"),
            (Content::Object, "[1]"),
            (Content::List, "[1"),
            (Content::List, "12"),
        ] {
            assert!(content.value(cell).is_err(), "{content:?} {cell}");
        }
    }
}
