//! A module's fields as a Rust struct.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context, Result};
use heck::{ToSnakeCase, ToUpperCamelCase};
use zcrm_core::entity::Field;

use crate::read_only::is_read_only;

/// The source text of a struct that reads the module's records, and writes them, with an enum for each picklist.
/// Read-only fields are read and never written.
///
/// # Errors
///
/// When the names that Zoho gives make no Rust.
pub fn rust_struct(module: &str, fields: &[Field]) -> Result<String> {
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
        let skip =
            if is_read_only(field) { "skip_serializing" } else { "skip_serializing_if = \"Nullable::is_absent\"" };
        let _ = write!(
            members,
            "#[doc = {:?}] #[serde(rename = {api_name:?}, {skip})] pub {member}: Nullable<{rust_type}>,",
            format!(" {}", about(field)),
        );
    }
    let text = format!(
        "use serde::{{Deserialize, Serialize}};\n\
         #[allow(unused_imports)]\nuse zcrm_core::entity::{{Lookup, UserRef}};\n\
         #[allow(unused_imports)]\nuse zcrm_core::{{Date, DateTime, Nullable, RecordId}};\n\
         #[doc = {:?}]\n#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]\n\
         #[serde(default)]\npub struct {name} {{\n/// The id.\n\
         #[serde(skip_serializing_if = \"Option::is_none\")]\npub id: Option<RecordId>,\n{members}}}\n{enums}",
        format!(" A record of {}. Read-only fields are not sent.", one_line(module)),
    );
    let file = syn::parse_file(&text).with_context(|| format!("the names of {module} make no Rust struct"))?;
    let header = format!(
        "// Written by `zcrm describe {} --rust`. Needs serde with its feature derive, serde_json and zcrm-core.\n\n",
        one_line(module)
    );
    Ok(header + &finished(&prettyplease::unparse(&file)))
}

/// How long the arguments of an attribute may be in one line, by rustfmt's default.
const ATTRIBUTE_WIDTH: usize = 70;

/// What rustfmt does and prettyplease leaves: an empty line before each type, and long attributes in several lines.
fn finished(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut before = "";
    for line in source.lines() {
        if before == "}" || (before.starts_with("use ") && line.starts_with("///")) {
            text.push('\n');
        }
        let arguments = line.trim_start().strip_prefix("#[serde(").and_then(|rest| rest.strip_suffix(")]"));
        match arguments.filter(|arguments| arguments.chars().count() > ATTRIBUTE_WIDTH) {
            Some(arguments) => {
                let arguments = match arguments.rsplit_once(", skip_serializing") {
                    Some((rename, skip)) => format!("{rename},\n        skip_serializing{skip}"),
                    None => arguments.to_owned(),
                };
                let _ = write!(text, "    #[serde(\n        {arguments}\n    )]");
            }
            None => text.push_str(line),
        }
        text.push('\n');
        before = line;
    }
    text
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
        "#[doc = {:?}]\n#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]\npub enum {name} {{\n",
        format!(" A value of {label}.")
    );
    for choice in choices.iter().filter(|choice| seen.insert(**choice)) {
        let variant = unique(pascal(choice), &mut variants);
        let doc = format!(" {}", one_line(choice));
        let _ = write!(text, "#[doc = {doc:?}] #[serde(rename = {choice:?})] {variant},");
    }
    text + "/// A value that was not there when this was written.\n#[serde(untagged)]\nOther(String),\n}\n"
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
    if is_read_only(field) {
        text += ", read-only";
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
    named(&ascii(text).to_snake_case(), "field_")
}

fn pascal(text: &str) -> String {
    named(&ascii(text).to_upper_camel_case(), "Value")
}

/// Rust takes other letters in names too, but reads some that look alike, or are written in two ways, as one.
fn ascii(text: &str) -> String {
    text.replace(|letter: char| !letter.is_ascii(), " ")
}

/// A name that Rust takes.
fn named(text: &str, prefix: &str) -> String {
    if syn::parse_str::<syn::Ident>(text).is_ok() {
        text.to_owned()
    } else if syn::parse_str::<syn::Ident>(&format!("{text}_")).is_ok_and(|_| !text.is_empty()) {
        format!("{text}_")
    } else {
        format!("{prefix}{text}")
    }
}
