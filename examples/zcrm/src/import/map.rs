//! The mapping file: what the columns of an input mean. TOML or JSON, the same in both.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::csv::Separator;
use crate::names::suggestion;
use crate::text;

const PARTS: [&str; 3] = ["columns", "constants", "options"];
const COLUMN: [&str; 5] = ["field", "by", "format", "true", "false"];
const OPTIONS: [&str; 2] = ["separator", "empty"];

/// What a mapping file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mapping {
    /// By column of the input: what it holds; `None` when it is ignored.
    pub columns: BTreeMap<String, Option<Column>>,
    /// By field: the value that every record gets.
    pub constants: Map<String, Value>,
    /// What separates the cells.
    pub separator: Option<Separator>,
    /// What an empty cell means.
    pub empty: Empty,
}

/// What an empty cell means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Empty {
    /// The field is not sent.
    #[default]
    Keep,
    /// The field is emptied.
    Clear,
}

/// What a column holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// The field, by API name.
    pub field: String,
    /// For a lookup: the field of its target that the cells hold; an id when absent.
    pub by: Option<String>,
    /// For days and moments: how they are written.
    pub format: Option<String>,
    /// For yes or no: the words that mean yes.
    pub yes: Vec<String>,
    /// For yes or no: the words that mean no.
    pub no: Vec<String>,
}

impl Mapping {
    /// Reads a mapping file; one whose name ends in `.json` is JSON, any other is TOML.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or says something unknown, which the error names.
    pub fn read(path: &Path) -> Result<Self> {
        let text = text::of_file(path)?;
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let mapping = if is_json { Self::of_json(&text) } else { Self::of_toml(&text) };
        mapping.with_context(|| format!("the mapping file {}", path.display()))
    }

    fn of_json(text: &str) -> Result<Self> {
        Self::of(serde_json::from_str(text)?)
    }

    fn of_toml(text: &str) -> Result<Self> {
        Self::of(toml::from_str(text)?)
    }

    fn of(whole: Map<String, Value>) -> Result<Self> {
        known_keys(&whole, &PARTS, "it")?;
        let mut mapping = Self::default();
        for (name, column) in part(&whole, "columns")? {
            let column = Column::of(column).with_context(|| format!("columns: {name}"))?;
            mapping.columns.insert(name.trim().to_owned(), column);
        }
        mapping.constants = part(&whole, "constants")?;
        let options = part(&whole, "options")?;
        known_keys(&options, &OPTIONS, "options")?;
        if let Some(separator) = options.get("separator") {
            let separator = separator.as_str().context("options: separator is a text")?;
            mapping.separator = Some(separator.parse().context("options: separator")?);
        }
        mapping.empty = match options.get("empty").map(Value::as_str) {
            None | Some(Some("keep")) => Empty::Keep,
            Some(Some("clear")) => Empty::Clear,
            Some(_) => {
                bail!("options: empty is \"keep\" (an empty cell is not sent) or \"clear\" (it empties the field)")
            }
        };
        Ok(mapping)
    }
}

impl Column {
    fn of(value: Value) -> Result<Option<Self>> {
        let table = match value {
            Value::Bool(false) => return Ok(None),
            Value::String(field) => return Ok(Some(Self { field, ..Self::default() })),
            Value::Object(table) => table,
            _ => bail!("write the field's API name, a table with `field`, or false to ignore the column"),
        };
        known_keys(&table, &COLUMN, "it")?;
        let text = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => bail!("{key} is a text"),
        };
        let words = |key: &str| match table.get(key) {
            None => Ok(Vec::new()),
            Some(Value::String(word)) => Ok(vec![word.clone()]),
            Some(Value::Array(words)) => {
                let words = words.iter().map(|word| word.as_str().map(str::to_owned));
                words.collect::<Option<Vec<String>>>().with_context(|| format!("{key} is a list of words"))
            }
            Some(_) => bail!("{key} is a list of words"),
        };
        let field = text("field")?.context("it names no field")?;
        let column = Self { field, by: text("by")?, format: text("format")?, yes: words("true")?, no: words("false")? };
        if let Some(both) = column.yes.iter().find(|word| column.no.iter().any(|no| is_same_word(no, word))) {
            bail!("{both} means both true and false");
        }
        Ok(Some(column))
    }
}

/// Words of yes and no are the same whatever their capitals.
pub(super) fn is_same_word(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn part(whole: &Map<String, Value>, name: &str) -> Result<Map<String, Value>> {
    match whole.get(name) {
        None => Ok(Map::new()),
        Some(Value::Object(part)) => Ok(part.clone()),
        Some(_) => bail!("{name} is a table"),
    }
}

fn known_keys(table: &Map<String, Value>, known: &[&str], whose: &str) -> Result<()> {
    match table.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => {
            let nearest = suggestion(key, known.iter().copied());
            bail!("{whose} has the unknown key {key}{nearest}; known are {}", known.join(", "))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const TOML: &str = r#"
        [columns]
        Nachname = "Last_Name"
        Firma = { field = "Account_Name", by = "Account_Name" }
        Geboren = { field = "Date_of_Birth", format = "dd.MM.yyyy" }
        Werbung = { field = "Email_Opt_Out", true = ["ja"], false = ["nein"] }
        Intern = false
        [constants]
        Department = "Import"
        [options]
        separator = ";"
        empty = "clear"
    "#;

    #[test]
    fn toml_and_json_say_the_same() {
        let json = r#"{"columns":{"Nachname":"Last_Name","Firma":{"field":"Account_Name","by":"Account_Name"},
            "Geboren":{"field":"Date_of_Birth","format":"dd.MM.yyyy"},
            "Werbung":{"field":"Email_Opt_Out","true":["ja"],"false":["nein"]},"Intern":false},
            "constants":{"Department":"Import"},"options":{"separator":";","empty":"clear"}}"#;
        let mapping = Mapping::of_toml(TOML).unwrap();
        assert_eq!(mapping, Mapping::of_json(json).unwrap());
        assert_eq!(
            (mapping.columns.len(), mapping.columns["Intern"].is_none(), mapping.empty),
            (5, true, Empty::Clear)
        );
        assert_eq!(mapping.columns["Werbung"].as_ref().unwrap().yes, ["ja"]);
        assert_eq!(Mapping::of_toml("").unwrap(), Mapping::default());
    }

    #[test]
    fn what_is_unknown_is_named() {
        for (text, named) in [
            ("[colums]", "colums; did you mean columns?"),
            ("[columns]\nA = { field = \"X\", formt = \"dd\" }", "formt; did you mean format?"),
            ("[columns]\nA = { by = \"X\" }", "no field"),
            ("[columns]\nA = true", "columns: A"),
            ("[columns]\nA = { field = \"X\", true = [\"Ja\"], false = [\"ja\"] }", "both true and false"),
            ("[options]\nempty = \"null\"", "empty is"),
            ("[options]\nseparator = \";;\"", "separator"),
            ("[options]\nempti = \"keep\"", "empti; did you mean empty?"),
            ("[columns", "expected"),
        ] {
            let error = format!("{:#}", Mapping::of_toml(text).unwrap_err());
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
