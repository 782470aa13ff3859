//! A value as the cell of a file.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::columns::Kind;
use super::zone::Zone;
use crate::entity::{Date, Json};

/// What a cell is: a text, or nothing because the value is null.
pub(super) enum Cell {
    Text(String),
    Null,
}

impl Kind {
    /// The cell for a value; the error is why there is none, to be read behind the name of the field.
    pub(super) fn cell(&self, value: &RawValue, zone: &Zone) -> Result<Cell, Cow<'static, str>> {
        let json = Json::from_raw(value.to_owned());
        if json.is_null() {
            return Ok(Cell::Null);
        }
        let text = match self {
            Self::Choices => choices(&json)?,
            Self::Lookup(field) => lookup(&json, field)?,
            Self::Text | Self::Number | Self::Boolean | Self::Date | Self::DateTime => scalar(&json)?,
        };
        if text.is_empty() {
            return Ok(Cell::Text(text));
        }
        match self {
            Self::Date if Date::new(text.as_str()).day().is_none() => {
                Err(format!("is {text:?}, and no day such as 2026-01-31").into())
            }
            Self::DateTime => match zone.local(&text) {
                Some(local) => Ok(Cell::Text(local)),
                None => Err(format!("is {text:?}, and no moment such as 2026-01-31T10:00:00+01:00").into()),
            },
            Self::Boolean if !matches!(text.as_str(), "true" | "false") => {
                Err(format!("is {text:?}, and neither true nor false").into())
            }
            _ => Ok(Cell::Text(text)),
        }
    }
}

/// A text, a number or a boolean as text.
fn scalar(json: &Json) -> Result<String, Cow<'static, str>> {
    match json.text() {
        Some(text) => Ok(text.into_owned()),
        None if json.raw().starts_with(['{', '[']) => Err("is a list or an object, which no cell can hold".into()),
        None => Ok(json.raw().to_owned()),
    }
}

fn choices(json: &Json) -> Result<String, Cow<'static, str>> {
    let Some(elements) = json.elements() else { return scalar(json) };
    let choices = elements.iter().map(scalar).collect::<Result<Vec<_>, _>>()?;
    match choices.iter().find(|choice| choice.contains(';')) {
        Some(choice) => Err(format!("has the choice {choice:?}, whose semicolon a bulk file cannot tell apart").into()),
        None => Ok(choices.join(";")),
    }
}

/// The id of a reference, or the field of it by which its target is found.
fn lookup(json: &Json, field: &str) -> Result<String, Cow<'static, str>> {
    if !json.raw().starts_with('{') {
        return scalar(json);
    }
    // Of the target's own name Zoho gives "name".
    let found = json.get(field).or_else(|| json.get("name").filter(|_| field != "id")).filter(|json| !json.is_null());
    match found {
        Some(value) => scalar(&value),
        None => Err(format!("has no {field:?}, by which it is found").into()),
    }
}
