//! The type of each column, and a cell as the JSON that a page would give.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::entity::Field;
use crate::error::Result;
use crate::resource::module::ModuleHandle;
use crate::rest::Session;

/// The fields of a module and of those that its lookups lead to, read when they are needed, once.
#[derive(Debug)]
pub(super) struct Types {
    module: String,
    modules: BTreeMap<String, BTreeMap<String, Field>>,
}

/// A column of the file.
#[derive(Debug, PartialEq)]
pub(super) struct Column {
    /// The name under which a page would give it.
    pub(super) name: String,
    kind: Kind,
}

#[derive(Debug, PartialEq)]
enum Kind {
    Id,
    Text,
    Number,
    Boolean,
    /// A property such as `$converted`, which the metadata does not tell.
    Property,
    /// A lookup or a user: the id.
    Reference,
    References,
    /// Several choices of these.
    Choices(Vec<String>),
    /// Tags.
    Names,
    /// A text in an object, under this name.
    Inner(&'static str),
    /// Any other object or list.
    Json,
}

impl Types {
    pub(super) fn of(module: &str) -> Self {
        Self { module: module.to_owned(), modules: BTreeMap::new() }
    }

    /// These are the module's own fields.
    pub(super) fn know(&mut self, fields: Vec<Field>) {
        self.modules.insert(self.module.clone(), by_name(fields));
    }

    /// The column under a heading. A heading with a dot is a field of the record that a lookup leads to.
    pub(super) fn column(&mut self, session: &Session, heading: &str) -> Result<Column> {
        if heading.eq_ignore_ascii_case("id") {
            return Ok(Column { name: "id".to_owned(), kind: Kind::Id });
        }
        if heading.starts_with('$') {
            return Ok(Column { name: heading.to_owned(), kind: Kind::Property });
        }
        let module = self.module.clone();
        let Some((lookup, below)) = heading.split_once('.') else {
            let field = self.field(session, &module, heading)?;
            let name = field.and_then(|field| field.api_name.clone()).unwrap_or_else(|| heading.to_owned());
            return Ok(Column { name, kind: field.map_or(Kind::Text, Kind::of) });
        };
        let name = heading.to_owned();
        if below.eq_ignore_ascii_case("id") {
            return Ok(Column { name, kind: Kind::Id });
        }
        let parent = self.field(session, &module, lookup)?.and_then(|field| field.lookup.clone());
        // Users are no module whose fields are told; all that can be had of them is text.
        let Some(parent) = parent.and_then(|lookup| lookup.module).and_then(|module| module.api_name) else {
            return Ok(Column { name, kind: Kind::Text });
        };
        let kind = self.field(session, &parent, below)?.map_or(Kind::Text, Kind::of);
        Ok(Column { name, kind })
    }

    fn field(&mut self, session: &Session, module: &str, name: &str) -> Result<Option<&Field>> {
        if !self.modules.contains_key(module) {
            let fields = ModuleHandle::new(session.clone(), module).fields().list().all()?;
            self.modules.insert(module.to_owned(), by_name(fields));
        }
        Ok(self.modules.get(module).and_then(|fields| fields.get(&name.to_lowercase())))
    }
}

fn by_name(fields: Vec<Field>) -> BTreeMap<String, Field> {
    let named = |field: Field| Some((field.api_name.as_ref()?.to_lowercase(), field));
    fields.into_iter().filter_map(named).collect()
}

impl Kind {
    fn of(field: &Field) -> Self {
        let word = |word: &Option<String>| word.as_deref().unwrap_or_default().to_ascii_lowercase();
        let (data, json) = (word(&field.data_type), word(&field.json_type));
        if field.api_name.as_deref() == Some("Tag") {
            return Self::Names;
        }
        match (data.as_str(), json.as_str()) {
            ("alarm", _) => Self::Inner("ALARM"),
            ("rrule", _) => Self::Inner("RRULE"),
            ("multiselectpicklist", _) => Self::Choices(choices(field)),
            ("multiselectlookup" | "multiuserlookup", _) => Self::References,
            (_, "jsonobject") => Self::Reference,
            (_, "jsonarray") => Self::Json,
            (_, "boolean") => Self::Boolean,
            (_, "integer" | "long" | "double") => Self::Number,
            (_, "string") => Self::Text,
            ("lookup" | "ownerlookup" | "userlookup", _) => Self::Reference,
            ("boolean", _) => Self::Boolean,
            ("integer" | "double" | "currency" | "percent" | "decimal", _) => Self::Number,
            _ => Self::Text,
        }
    }
}

fn choices(field: &Field) -> Vec<String> {
    let values = field.pick_list_values.iter().flatten();
    values.flat_map(|value| value.actual_value.iter().chain(&value.display_value)).cloned().collect()
}

impl Column {
    /// Appends a cell as JSON. An empty one is null, or, as pages have it, a list of nothing.
    pub(super) fn write(&self, cell: &str, json: &mut String) {
        if cell.is_empty() {
            let is_list = matches!(self.kind, Kind::Choices(_) | Kind::References | Kind::Names);
            return json.push_str(if is_list { "[]" } else { "null" });
        }
        match &self.kind {
            Kind::Id | Kind::Text => write_text(cell, json),
            Kind::Number if is_number(cell) => json.push_str(cell),
            Kind::Boolean | Kind::Property if cell.eq_ignore_ascii_case("true") => json.push_str("true"),
            Kind::Boolean | Kind::Property if cell.eq_ignore_ascii_case("false") => json.push_str("false"),
            Kind::Reference if is_id(cell) => write_member("id", cell, json),
            Kind::References if cell.split([';', ',']).all(|id| is_id(id.trim())) => {
                write_list(cell.split([';', ',']), json, |id, json| write_member("id", id.trim(), json));
            }
            Kind::Choices(known) => write_list(split(cell, known), json, write_text),
            Kind::Names => {
                write_list(cell.split(',').map(str::trim), json, |name, json| write_member("name", name, json));
            }
            Kind::Inner(name) => write_member(name, cell, json),
            Kind::Reference | Kind::Json if is_structure(cell) => json.push_str(cell),
            _ => write_text(cell, json),
        }
    }
}

/// The choices in a cell. Zoho's pages tell of two separators, `;` and `,`, and a choice may hold either: what is known
/// as a choice is never taken apart.
fn split<'a>(cell: &'a str, known: &[String]) -> Vec<&'a str> {
    let is_known = |text: &str| known.iter().any(|choice| choice == text);
    if is_known(cell) {
        return vec![cell];
    }
    segments(cell, ';', &is_known)
        .or_else(|| segments(cell, ',', &is_known))
        .unwrap_or_else(|| cell.split(';').map(str::trim).collect())
}

/// Takes a text apart into known choices, the longest first; `None` when that does not come out even.
fn segments<'a>(text: &'a str, separator: char, is_known: &impl Fn(&str) -> bool) -> Option<Vec<&'a str>> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let ends = rest.match_indices(separator).map(|(end, _)| end);
        let ends: Vec<usize> = std::iter::once(rest.len()).chain(ends.collect::<Vec<_>>().into_iter().rev()).collect();
        let (end, choice) = ends.into_iter().find_map(|end| {
            let choice = rest.get(..end)?.trim();
            is_known(choice).then_some((end, choice))
        })?;
        found.push(choice);
        match rest.get(end..)?.strip_prefix(separator) {
            Some(behind) => rest = behind,
            None => return Some(found),
        }
    }
}

fn write_list<'a>(parts: impl IntoIterator<Item = &'a str>, json: &mut String, write: impl Fn(&str, &mut String)) {
    json.push('[');
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write(part, json);
    }
    json.push(']');
}

fn write_member(name: &str, value: &str, json: &mut String) {
    json.push_str("{\"");
    json.push_str(name);
    json.push_str("\":");
    write_text(value, json);
    json.push('}');
}

/// Appends a text as a JSON string.
pub(super) fn write_text(text: &str, json: &mut String) {
    if text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        json.push_str(&serde_json::Value::from(text).to_string());
    } else {
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a JSON number, digit by digit.
fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && !text.ends_with(|last: char| last.is_ascii_whitespace())
        && serde_json::from_str::<&RawValue>(text).is_ok()
}

fn is_structure(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<&RawValue>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(json: &str) -> Column {
        let field: Field = serde_json::from_str(json).unwrap();
        Column { name: "F".to_owned(), kind: Kind::of(&field) }
    }

    fn written(column: &Column, cell: &str) -> String {
        let mut json = String::new();
        column.write(cell, &mut json);
        assert!(serde_json::from_str::<&RawValue>(&json).is_ok(), "{json}");
        json
    }

    #[test]
    fn cells_become_what_pages_give() {
        for (metadata, cell, json) in [
            (r#"{"data_type":"currency","json_type":"double"}"#, "123456789012345678.90", "123456789012345678.90"),
            (r#"{"data_type":"currency"}"#, "-1e5", "-1e5"),
            (r#"{"data_type":"double","json_type":"double"}"#, "007", "\"007\""),
            (r#"{"data_type":"double","json_type":"double"}"#, "1,5", "\"1,5\""),
            (r#"{"data_type":"double","json_type":"double"}"#, "5 ", "\"5 \""),
            (r#"{"data_type":"bigint","json_type":"string"}"#, "9000000000000000001", "\"9000000000000000001\""),
            (r#"{"data_type":"text","json_type":"string"}"#, "12", "\"12\""),
            (r#"{"data_type":"text","json_type":"string"}"#, "a\"\\\n\u{1}é", r#""a\"\\\n\u0001é""#),
            (r#"{"data_type":"boolean","json_type":"boolean"}"#, "TRUE", "true"),
            (r#"{"data_type":"boolean","json_type":"boolean"}"#, "yes", "\"yes\""),
            (r#"{"data_type":"ownerlookup","json_type":"jsonobject"}"#, "365", r#"{"id":"365"}"#),
            (r#"{"data_type":"lookup","json_type":"jsonobject"}"#, r#"{"id":"1"}"#, r#"{"id":"1"}"#),
            (r#"{"data_type":"lookup","json_type":"jsonobject"}"#, "{broken", "\"{broken\""),
            (r#"{"data_type":"ALARM","json_type":"jsonobject"}"#, "ACTION=EMAIL", r#"{"ALARM":"ACTION=EMAIL"}"#),
            (r#"{"data_type":"multiuserlookup","json_type":"jsonarray"}"#, "1; 2", r#"[{"id":"1"},{"id":"2"}]"#),
            (
                r#"{"api_name":"Tag","data_type":"text","json_type":"jsonarray"}"#,
                "a,b",
                r#"[{"name":"a"},{"name":"b"}]"#,
            ),
            (r#"{"api_name":"Tag","data_type":"text","json_type":"jsonarray"}"#, "", "[]"),
            (r#"{"data_type":"double","json_type":"double"}"#, "", "null"),
            (r#"{}"#, "x", "\"x\""),
        ] {
            assert_eq!(written(&field(metadata), cell), json, "{metadata}");
        }
    }

    #[test]
    fn choices_have_two_separators_and_may_hold_both() {
        let known = ["Oslo", "Kiel, Holstein", "A;B", "Bergen"];
        let values: Vec<_> = known.iter().map(|name| format!(r#"{{"actual_value":"{name}"}}"#)).collect();
        let metadata = format!(r#"{{"data_type":"multiselectpicklist","pick_list_values":[{}]}}"#, values.join(","));
        let column = field(&metadata);
        for (cell, json) in [
            ("Oslo", r#"["Oslo"]"#),
            ("Oslo;Bergen", r#"["Oslo","Bergen"]"#),
            ("Oslo,Bergen", r#"["Oslo","Bergen"]"#),
            ("Oslo, Bergen", r#"["Oslo","Bergen"]"#),
            ("Kiel, Holstein", r#"["Kiel, Holstein"]"#),
            ("Oslo,Kiel, Holstein,Bergen", r#"["Oslo","Kiel, Holstein","Bergen"]"#),
            ("Kiel, Holstein;A;B;Oslo", r#"["Kiel, Holstein","A;B","Oslo"]"#),
            ("gone;Oslo", r#"["gone","Oslo"]"#),
            ("gone, away", r#"["gone, away"]"#),
        ] {
            assert_eq!(written(&column, cell), json);
        }
    }
}
