//! A module's fields as a Rust struct.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use zcrm_core::entity::Field;

/// Words that are no names in Rust.
const KEYWORDS: [&str; 50] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where",
];

/// The source text of a struct that reads the module's records, and writes them, with an enum for each picklist.
#[must_use]
pub fn rust_struct(module: &str, fields: &[Field]) -> String {
    let name = pascal(module);
    let mut names = BTreeSet::from(["id".to_owned()]);
    let mut types = BTreeSet::from([name.clone()]);
    let mut members = String::new();
    let mut enums = String::new();
    for field in fields {
        let Some(api_name) = field.api_name.as_deref().filter(|api_name| *api_name != "id") else { continue };
        let choices = choices(field);
        let rust_type = if choices.is_empty() {
            plain_type(field).to_owned()
        } else {
            let of_field = unique(format!("{name}{}", pascal(api_name)), &mut types);
            enums += &choice_enum(&of_field, &label(field), &choices);
            if is_list(field) { format!("Vec<{of_field}>") } else { of_field }
        };
        let member = unique(snake(api_name), &mut names);
        let _ = write!(
            members,
            "    /// {}\n    #[serde(rename = {api_name:?}, skip_serializing_if = \"Nullable::is_absent\")]\n    \
             pub {member}: Nullable<{rust_type}>,\n",
            one_line(&about(field)),
        );
    }
    format!(
        "// Written by `describe {module} --rust`. Needs serde with its feature derive, serde_json and zcrm-core.\n\n\
         use serde::{{Deserialize, Serialize}};\n#[allow(unused_imports)]\nuse zcrm_core::entity::{{Lookup, UserRef}};\n\
         #[allow(unused_imports)]\nuse zcrm_core::{{Date, DateTime, Nullable, RecordId}};\n\n\
         /// A record of {module}.\n#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]\n\
         #[serde(default)]\npub struct {name} {{\n    /// The id.\n    \
         #[serde(skip_serializing_if = \"Option::is_none\")]\n    pub id: Option<RecordId>,\n{members}}}\n{enums}"
    )
}

/// The values of a picklist.
fn choices(field: &Field) -> Vec<&str> {
    let is_picklist = matches!(field.data_type.as_deref(), Some("picklist" | "multiselectpicklist"));
    let values = field.pick_list_values.iter().flatten().filter(|_| is_picklist);
    values.filter_map(|value| value.actual_value.as_deref()).collect()
}

fn is_list(field: &Field) -> bool {
    field.json_type.as_deref() == Some("jsonarray")
}

fn plain_type(field: &Field) -> &'static str {
    match (field.data_type.as_deref().unwrap_or_default(), field.json_type.as_deref().unwrap_or_default()) {
        ("date", "string") => "Date",
        ("datetime", "string") => "DateTime",
        ("lookup", "jsonobject") => "Lookup",
        ("ownerlookup" | "userlookup", "jsonobject") => "UserRef",
        ("multiselectpicklist", "jsonarray") => "Vec<String>",
        (_, "string") => "String",
        (_, "integer" | "long") => "i64",
        (_, "double") => "f64",
        (_, "boolean") => "bool",
        _ => "serde_json::Value",
    }
}

fn choice_enum(name: &str, label: &str, choices: &[&str]) -> String {
    let mut variants = BTreeSet::from(["Other".to_owned()]);
    let mut seen = BTreeSet::new();
    let mut text = format!(
        "\n/// A value of {label}.\n#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]\npub enum {name} {{\n"
    );
    for choice in choices.iter().filter(|choice| seen.insert(**choice)) {
        let variant = unique(pascal(choice), &mut variants);
        let _ = write!(text, "    /// {}\n    #[serde(rename = {choice:?})]\n    {variant},\n", one_line(choice));
    }
    text + "    /// A value that was not there when this was written.\n    #[serde(untagged)]\n    Other(String),\n}\n"
}

fn label(field: &Field) -> String {
    one_line(field.field_label.as_deref().or(field.api_name.as_deref()).unwrap_or_default())
}

/// What is worth knowing of a field, in a line.
#[must_use]
pub fn about(field: &Field) -> String {
    let mut text = format!("{}: {}", label(field), field.data_type.as_deref().unwrap_or("of no known type"));
    if let Some(length) = field.length.filter(|_| field.json_type.as_deref() == Some("string")) {
        let _ = write!(text, ", at most {length} characters");
    }
    if let Some(module) = field.lookup.as_ref().and_then(|lookup| lookup.module.as_ref()?.api_name.as_ref()) {
        let _ = write!(text, " of {module}");
    }
    if field.system_mandatory == Some(true) {
        text += ", mandatory";
    }
    if field.read_only == Some(true) || field.field_read_only == Some(true) {
        text += ", read only";
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name, or with a number where it is taken.
fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}{number}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(name);
    taken.insert(free.clone());
    free
}

fn snake(text: &str) -> String {
    named(&words(text).join("_"), "field_")
}

fn pascal(text: &str) -> String {
    let capital = |word: &String| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_ascii_uppercase() + rest,
        None => String::new(),
    };
    named(&words(text).iter().map(capital).collect::<String>(), "Value")
}

/// Small words of ASCII letters and digits.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_lowercase).collect()
}

/// A name that Rust takes.
fn named(text: &str, prefix: &str) -> String {
    if KEYWORDS.contains(&text) {
        format!("{text}_")
    } else if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        text.to_owned()
    } else {
        format!("{prefix}{text}")
    }
}
