//! Where a field stands in the text of a record.

use std::ops::Range;

use serde_json::value::RawValue;

use crate::entity::Json;

/// Where a field stands in the text of the record.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    name: Name,
    pub(super) value: Range<usize>,
}

/// A field's name: where it stands, so that a record of a hundred fields does not allocate a hundred names.
#[derive(Debug, Clone)]
enum Name {
    Within(Range<usize>),
    /// It is written with escapes.
    Apart(Box<str>),
}

impl Slot {
    pub(super) fn new(text: &str, name: &RawValue, value: &RawValue) -> Self {
        let quoted = name.get();
        let name = match quoted.get(1..quoted.len().saturating_sub(1)) {
            Some(plain) if !plain.contains('\\') => Name::Within(range_within(text, plain)),
            _ => Name::Apart(Json::from_raw(name.to_owned()).text_lossy().unwrap_or(quoted.into()).into()),
        };
        Self { name, value: range_within(text, value.get()) }
    }

    /// The field's name; `text` is that of the record.
    pub(super) fn name<'a>(&'a self, text: &'a str) -> &'a str {
        match &self.name {
            Name::Within(range) => text.get(range.clone()).unwrap_or_default(),
            Name::Apart(name) => name,
        }
    }
}

/// Where a piece of a text stands in it.
pub(crate) fn range_within(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start.saturating_add(part.len())
}
