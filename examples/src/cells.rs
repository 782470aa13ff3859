//! How the values of fields stand in the cells of a CSV file: written by `export`, read by `import`.

use std::borrow::Cow;

use serde_json::{Number, Value, json};
use zcrm_core::DateTime;
use zcrm_core::entity::{Field, Json};

/// Between the values of a multi-select picklist.
const BETWEEN_CHOICES: char = ';';

/// The cell of a value: texts as they are, choices separated by `;`, of a lookup its id, anything else as JSON. Null is
/// empty.
#[must_use]
pub fn cell(value: &Json) -> Cow<'_, str> {
    if value.is_null() {
        return Cow::Borrowed("");
    }
    let id = || Some(value.get("id")?.text()?.into_owned().into());
    let choices = || choices_cell(&value.elements()?).map(Cow::Owned);
    value.text_lossy().or_else(choices).or_else(id).unwrap_or(Cow::Borrowed(value.raw()))
}

fn choices_cell(choices: &[Json]) -> Option<String> {
    let choices: Option<Vec<_>> = choices.iter().map(Json::text).collect();
    let choices = choices.filter(|choices| choices.iter().all(|choice| !choice.contains(BETWEEN_CHOICES)))?;
    Some(choices.join(&BETWEEN_CHOICES.to_string()))
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Text, also picklists, e-mail addresses and whatever else Zoho takes as text.
    Text,
    /// A whole number.
    Integer,
    /// A whole number of up to 19 digits, which travels as text.
    BigInteger,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Choices, separated by `;`.
    Choices,
    /// A day.
    Date,
    /// A moment with an offset.
    DateTime,
    /// The id of another record or of a user.
    Lookup,
    /// JSON: subforms, files and the like.
    Json,
}

impl Content {
    /// What a field holds by Zoho's metadata.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        let data_type = field.data_type.as_deref().unwrap_or_default();
        let json_type = field.json_type.as_deref().unwrap_or_default();
        match (data_type, json_type) {
            ("multiselectpicklist", _) => Self::Choices,
            ("date", _) => Self::Date,
            ("datetime", _) => Self::DateTime,
            ("lookup" | "ownerlookup" | "userlookup", _) => Self::Lookup,
            ("boolean", _) | (_, "boolean") => Self::Boolean,
            ("integer", _) | (_, "integer") => Self::Integer,
            ("double" | "currency" | "percent", _) | (_, "double") => Self::Number,
            // Layouts, whose type Zoho calls a big integer, too.
            ("bigint", "jsonobject") => Self::Lookup,
            ("bigint", _) => Self::BigInteger,
            (_, "jsonobject" | "jsonarray") => Self::Json,
            _ => Self::Text,
        }
    }

    /// The value of a cell that is not empty; otherwise what it should have been.
    ///
    /// # Errors
    ///
    /// When the cell holds something else.
    pub fn value(self, cell: &str) -> Result<Value, &'static str> {
        let trimmed = cell.trim();
        let (value, wanted) = match self {
            Self::Text => (Some(cell.into()), "text"),
            Self::Integer => (trimmed.parse::<i64>().ok().map(Value::from), "a whole number"),
            Self::BigInteger => (trimmed.parse::<i64>().ok().map(|_| trimmed.into()), "a whole number"),
            Self::Number => (trimmed.parse::<Number>().ok().map(Value::from), "a number such as 1234.5"),
            Self::Boolean => (trimmed.to_ascii_lowercase().parse::<bool>().ok().map(Value::from), "true or false"),
            Self::Choices => {
                let choices = trimmed.split(BETWEEN_CHOICES).map(str::trim).filter(|choice| !choice.is_empty());
                (Some(choices.collect()), "choices separated by ;")
            }
            Self::Date => (is_date(trimmed).then(|| trimmed.into()), "a day such as 2026-01-31"),
            Self::DateTime => {
                (is_moment(trimmed).then(|| trimmed.into()), "a moment such as 2026-01-31T13:30:00+01:00")
            }
            Self::Lookup => (is_id(trimmed).then(|| json!({ "id": trimmed })), "the id of a record"),
            Self::Json => (serde_json::from_str(trimmed).ok(), "JSON"),
        };
        value.ok_or(wanted)
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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

    #[test]
    fn a_cell_becomes_the_value_that_it_was_made_of() {
        for (content, value) in [
            (Content::Text, json!("5\" pipe; long,\nred")),
            (Content::Integer, json!(-12)),
            (Content::BigInteger, json!("9007199254740993")),
            (Content::Number, json!(1234.5)),
            (Content::Boolean, json!(true)),
            (Content::Choices, json!(["Skiing", "Chess"])),
            (Content::Date, json!("2024-02-29")),
            (Content::DateTime, json!("2026-01-31T13:30:00+01:00")),
            (Content::Lookup, json!({ "id": "3652397000000190001" })),
            (Content::Json, json!([{ "name": "seeded", "id": "1" }])),
        ] {
            assert_eq!(content.value(&cell(&value.clone().into())).unwrap(), value, "{content:?}");
        }
    }

    #[test]
    fn a_cell_of_another_type_is_refused() {
        for (content, cell) in [
            (Content::Integer, "1.5"),
            (Content::BigInteger, "12a"),
            (Content::Number, "1,5"),
            (Content::Number, "NaN"),
            (Content::Boolean, "perhaps"),
            (Content::Date, "2026-02-30"),
            (Content::Date, "31.01.2026"),
            (Content::DateTime, "2026-01-31 13:30"),
            (Content::Lookup, "Berg"),
            (Content::Json, "[1"),
        ] {
            assert!(content.value(cell).is_err(), "{content:?} {cell}");
        }
    }

    #[test]
    fn choices_that_hold_the_separator_are_written_as_json() {
        assert_eq!(cell(&json!(["a;b", "c"]).into()), r#"["a;b","c"]"#);
    }
}
