//! The columns of a bulk write and their types, by the fields of the module.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::options::{Operation, Options};
use super::zone::Zone;
use crate::entity::{Field, Json};
use crate::error::{Error, ErrorKind, Result};

/// The most columns of a file (Zoho's page *API limits*).
const MOST: usize = 200;

/// How many columns Zoho's result gives back.
pub(super) const GIVEN_BACK: usize = 3;

/// Types that bulk write cannot write, whatever the metadata says of their fields.
const UNWRITABLE: [&str; 9] = [
    "autonumber",
    "fileupload",
    "formula",
    "imageupload",
    "multiselectlookup",
    "multiuserlookup",
    "profileimage",
    "rollup_summary",
    "subform",
];

/// The columns, in the order of the file: first those that Zoho's result gives back.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) list: Vec<Column>,
    /// Fields without a column, with the value that every record gets.
    pub(super) constants: BTreeMap<String, Json>,
    pub(super) zone: Zone,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// How a value becomes a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Boolean,
    Date,
    DateTime,
    /// Several choices.
    Choices,
    /// A record or user, found by this field.
    Lookup(String),
}

impl Columns {
    /// The columns for rows that have these fields, with how many different values each has.
    pub(super) fn new(
        module: &str,
        options: &Options,
        fields: &BTreeMap<String, Field>,
        seen: &BTreeMap<String, u64>,
    ) -> Result<Self> {
        let find_by = options.find_by.as_deref();
        let chosen = |name: &str| options.fields.is_empty() || options.fields.iter().any(|field| field == name);
        let mut names: BTreeSet<&str> = seen.keys().map(String::as_str).filter(|name| chosen(name)).collect();
        names.extend(options.fields.iter().map(String::as_str));
        if find_by != Some("id") {
            // It finds nothing, and cannot be written.
            names.remove("id");
        }
        names.extend(find_by);
        for name in options.constants.keys() {
            if names.contains(name.as_str()) {
                return Err(Error::invalid(format!("{name} is a column and a constant; choose one of them")));
            }
            kind(module, options, fields, name, false)?;
        }
        let column = |name: &str| {
            let kind = kind(module, options, fields, name, find_by == Some(name))?;
            Ok(Column { name: name.to_owned(), kind })
        };
        let mut list = names.into_iter().map(column).collect::<Result<Vec<_>>>()?;
        if list.len() > MOST {
            let message = format!("{} columns are more than the {MOST} that a bulk write takes", list.len());
            return Err(Error::invalid(format!("{message}; choose among them with fields()")));
        }
        // A number, a moment or a long text may come back in another shape than it was sent in.
        let worth = |column: &Column| {
            let different = seen.get(&column.name).copied().unwrap_or_default();
            let is_plain = matches!(column.kind, Kind::Text | Kind::Lookup(_));
            let is_long = fields.get(&column.name).is_some_and(|field| field.data_type.as_deref() == Some("textarea"));
            if is_plain && !is_long { different.saturating_mul(2) } else { different }
        };
        list.sort_by_key(|column| {
            let is_key = find_by == Some(column.name.as_str());
            (!is_key, std::cmp::Reverse(worth(column)))
        });
        Ok(Self { list, constants: options.constants.clone(), zone: Zone::AsWritten })
    }

    /// Puts these columns first, as the file of a job had them that is taken up.
    pub(super) fn put_first(&mut self, names: &[String]) -> Result<()> {
        let place = |column: &Column| names.iter().position(|name| *name == column.name).unwrap_or(names.len());
        self.list.sort_by_key(place);
        if self.given_back() == names {
            return Ok(());
        }
        Err(Error::invalid("the job was started with other columns; give the same rows and options as then"))
    }

    /// The columns that Zoho's result gives back.
    pub(super) fn given_back(&self) -> Vec<String> {
        self.list.iter().take(GIVEN_BACK).map(|column| column.name.clone()).collect()
    }

    pub(super) fn has_moments(&self) -> bool {
        self.list.iter().any(|column| column.kind == Kind::DateTime)
    }

    /// Whether a field gets a value.
    pub(super) fn covers(&self, name: &str) -> bool {
        self.constants.contains_key(name) || self.list.iter().any(|column| column.name == name)
    }

    /// The `field_mappings`. Formats are always said: Zoho's default for them is not ISO.
    pub(super) fn mappings(&self, layout: Option<&str>) -> Vec<Mapping<'_>> {
        let columns = self.list.iter().enumerate().map(|(index, column)| Mapping::of(column, index));
        let constants = self.constants.iter().map(|(name, value)| Mapping::constant(name, value.clone()));
        let layout = layout.map(|id| Mapping::constant("Layout", Json::from(id)));
        columns.chain(constants).chain(layout).collect()
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Mapping<'a> {
    api_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    find_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_column_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_value: Option<DefaultValue>,
}

impl<'a> Mapping<'a> {
    fn plain(api_name: &'a str) -> Self {
        let (index, parent_column_index, default_value) = (None, None, None);
        Self { api_name, index, format: None, find_by: None, parent_column_index, default_value }
    }

    pub(super) fn of(column: &'a Column, index: usize) -> Self {
        let (format, find_by) = match &column.kind {
            Kind::Date => (Some("yyyy-MM-dd"), None),
            Kind::DateTime => (Some("yyyy-MM-dd'T'HH:mm:ss"), None),
            Kind::Lookup(field) => (None, Some(field.as_str())),
            _ => (None, None),
        };
        Self { index: Some(index), format, find_by, ..Self::plain(&column.name) }
    }

    /// The first column, which holds what the first column of the parent's file does.
    pub(super) fn of_parent(api_name: &'a str) -> Self {
        Self { index: Some(0), parent_column_index: Some(0), ..Self::plain(api_name) }
    }

    fn constant(api_name: &'a str, value: Json) -> Self {
        Self { default_value: Some(DefaultValue { value }), ..Self::plain(api_name) }
    }
}

#[derive(Debug, Serialize)]
struct DefaultValue {
    value: Json,
}

/// The type of a column, if it can be written.
pub(super) fn kind(
    module: &str,
    options: &Options,
    fields: &BTreeMap<String, Field>,
    name: &str,
    is_key: bool,
) -> Result<Kind> {
    if name == "id" {
        return Ok(Kind::Text);
    }
    let Some(field) = fields.get(name) else { return Err(unknown(module, fields, name)) };
    if !is_key && !is_writable(field, options.operation) {
        let message =
            format!("bulk write cannot write {name} of {module}; leave it out of the rows, or name the others");
        return Err(Error::invalid(format!("{message} with fields()")));
    }
    let word = |word: &Option<String>| word.as_deref().unwrap_or_default().to_ascii_lowercase();
    let (data, json) = (word(&field.data_type), word(&field.json_type));
    let lookup = || Kind::Lookup(options.lookups.get(name).map_or_else(|| "id".to_owned(), Clone::clone));
    Ok(match (data.as_str(), json.as_str()) {
        ("date", _) => Kind::Date,
        ("datetime", _) => Kind::DateTime,
        ("boolean", _) | (_, "boolean") => Kind::Boolean,
        ("multiselectpicklist", _) => Kind::Choices,
        ("lookup" | "ownerlookup" | "userlookup", _) | (_, "jsonobject") => lookup(),
        ("integer" | "bigint" | "double" | "currency" | "percent" | "decimal", _) => Kind::Number,
        _ => Kind::Text,
    })
}

/// Whether bulk write can write a field.
pub(super) fn is_writable(field: &Field, operation: Operation) -> bool {
    let data_type = field.data_type.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is = |flag: Option<bool>, value: bool| flag == Some(value);
    let allowed = field.operation_type.as_ref().is_none_or(|types| match operation {
        Operation::Insert => !is(types.api_create, false),
        Operation::Update => !is(types.api_update, false),
        Operation::Upsert => !is(types.api_create, false) || !is(types.api_update, false),
    });
    allowed && !is(field.read_only, true) && !UNWRITABLE.contains(&data_type.as_str())
}

fn unknown(module: &str, fields: &BTreeMap<String, Field>, name: &str) -> Error {
    let similar = |known: &&String| strsim::normalized_damerau_levenshtein(&known.to_lowercase(), &name.to_lowercase());
    let nearest = fields.keys().map(|known| (similar(&known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = nearest.filter(|(likeness, _)| *likeness > 0.6).map(|(_, known)| format!("; did you mean {known}?"));
    let message = format!("{module} has no field {name}{}", hint.unwrap_or_default());
    Error::new(ErrorKind::InvalidInput, message)
}
