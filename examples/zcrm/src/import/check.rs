//! What Zoho would refuse of a row, found out before anything is sent.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::value::RawValue;
use zcrm_core::entity::{Field, Layout};

use super::column::shown;
use super::columns::{Columns, Valued, Writing};
use super::lookup::Lookups;
use crate::csv::{Content, SheetRow};
use crate::names::suggestion;
use crate::read_only::is_read_only;

/// The greatest and the least number of a field of whole numbers.
const INTEGERS: std::ops::RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;

/// The value of a picklist that stands for none.
const NO_CHOICE: &str = "-None-";

/// Checks rows against fields, layouts, and one another.
#[derive(Debug)]
pub struct Checker<'a> {
    columns: &'a Columns,
    fields: HashMap<&'a str, &'a Field>,
    /// Fields that a new record has to have, and whether Zoho itself demands it.
    mandatory: BTreeMap<&'a str, bool>,
    /// Fields whose values are looked for in the rows before.
    unique: Vec<Unique>,
}

/// A field whose values are looked for.
#[derive(Debug)]
pub(super) struct Unique {
    field: String,
    case_sensitive: bool,
    /// It is what records are found by, rather than a field that Zoho keeps unique.
    is_key: bool,
    /// By value: the row that had it first.
    rows: HashMap<String, u64>,
}

impl<'a> Checker<'a> {
    /// By the metadata of the module; `layout` is the one that new records get.
    #[must_use]
    pub fn new(columns: &'a Columns, fields: &'a [Field], layout: Option<&'a Layout>) -> Self {
        let named = fields.iter().filter_map(|field| Some((field.api_name.as_deref()?, field)));
        let by_name: HashMap<&str, &Field> = named.collect();
        let by_zoho = by_name.iter().filter(|(_, field)| field.system_mandatory == Some(true));
        let mut mandatory: BTreeMap<&str, bool> = by_zoho.map(|(name, _)| (*name, true)).collect();
        let of_layout = layout.and_then(|layout| layout.sections.as_ref()).into_iter().flatten();
        for field in of_layout.flat_map(|section| section.fields.iter().flatten()) {
            if let Some(name) = field.api_name.as_deref()
                && field.required == Some(true)
                && by_name.get(name).is_some_and(|known| !is_read_only(known))
            {
                mandatory.entry(name).or_insert(false);
            }
        }
        // Zoho sets the owner of a record by itself.
        mandatory.remove("Owner");
        let key = match columns.writing() {
            Writing::Create => None,
            Writing::Update => Some("id"),
            Writing::UpsertBy(by) => Some(by.as_str()),
        };
        let unique = columns.fields().filter_map(|name| {
            let rule =
                by_name.get(name).filter(|field| field.is_unique_field()).and_then(|field| field.unique.as_ref());
            let is_key = key == Some(name);
            (is_key || rule.is_some()).then(|| Unique {
                field: name.to_owned(),
                case_sensitive: rule.and_then(|rule| rule.case_sensitive).unwrap_or(false),
                is_key,
                rows: HashMap::new(),
            })
        });
        Self { columns, mandatory, unique: unique.collect(), fields: by_name }
    }

    /// Fields that new records have to have and that the input does not have at all; whether Zoho itself demands it.
    pub fn without_column(&self) -> impl Iterator<Item = (&'a str, bool)> {
        let missing = self.mandatory.iter().filter(|(name, _)| !self.columns.has(name));
        missing.map(|(name, by_zoho)| (*name, *by_zoho)).filter(|_| *self.columns.writing() != Writing::Update)
    }

    pub(super) fn unique(&self) -> &[Unique] {
        &self.unique
    }

    pub(super) fn writing(&self) -> &Writing {
        self.columns.writing()
    }

    /// What is wrong with a row, each with the field's API name and the remedy.
    pub(super) fn problems(&mut self, row: &SheetRow, lookups: &Lookups) -> Vec<String> {
        if let Some(fault) = &row.fault {
            return vec![format!("{fault}; correct the row in the file")];
        }
        let mut problems = Vec::new();
        let mut faulty: BTreeSet<&str> = BTreeSet::new();
        let mut values: Vec<(&str, Box<RawValue>)> = Vec::new();
        for value in self.columns.values(row, lookups) {
            match value {
                Ok(value) => {
                    let field = self.fields.get(value.taken.field.as_str());
                    if let Some(problem) = field.and_then(|field| problem_of(field, &value)) {
                        faulty.insert(value.taken.field.as_str());
                        problems.push(problem);
                    }
                    values.push((&value.taken.field, value.value));
                }
                Err(problem) => {
                    // Some name a remedy of their own.
                    let remedy = if problem.text.contains("; ") { "" } else { "; correct the cell" };
                    problems.push(format!("{}{remedy}", problem.text));
                    // It is there, though wrong.
                    if let Some(taken) = self.columns.taken().iter().find(|taken| taken.field == problem.field) {
                        faulty.insert(&taken.field);
                        values.extend(RawValue::from_string("0".to_owned()).ok().map(|some| (&*taken.field, some)));
                    }
                }
            }
        }
        problems.extend(self.columns.objection(row, &values));
        problems.extend(self.missing(&values));
        let given = values.iter().filter(|(name, value)| value.get() != "null" && !faulty.contains(name));
        let given: BTreeMap<&str, String> = given.map(|(name, value)| (*name, plain(value))).collect();
        problems.extend(self.unique.iter_mut().filter_map(|unique| unique.problem(&given, row.number)));
        problems
    }

    fn missing(&self, values: &[(&str, Box<RawValue>)]) -> Vec<String> {
        let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.get());
        let is_update = match self.columns.writing() {
            Writing::Create => false,
            Writing::Update => true,
            Writing::UpsertBy(_) => value("id").is_some(),
        };
        let missing = self.mandatory.iter().filter(|(name, _)| {
            let is_constant = self.columns.constants().iter().any(|(constant, _)| constant == *name);
            match value(name) {
                Some(value) => value == "null" || is_blank(value),
                None => !is_update && !is_constant && self.columns.has(name),
            }
        });
        let told = missing.map(|(name, by_zoho)| {
            let who = if *by_zoho { "Zoho demands it" } else { "the layout demands it" };
            format!("{name} is empty, and {who}; give it a value")
        });
        told.collect()
    }
}

impl Unique {
    pub(super) fn field(&self) -> &str {
        &self.field
    }

    pub(super) fn is_key(&self) -> bool {
        self.is_key
    }

    /// By value: the row that had it first.
    pub(super) fn rows(&self) -> &HashMap<String, u64> {
        &self.rows
    }

    /// The row that has this value.
    pub(super) fn row_of(&self, value: &str) -> Option<u64> {
        self.rows.get(&self.key_of(value)).copied()
    }

    fn key_of(&self, value: &str) -> String {
        let value = value.trim();
        if self.case_sensitive { value.to_owned() } else { value.to_lowercase() }
    }

    fn problem(&mut self, given: &BTreeMap<&str, String>, row: u64) -> Option<String> {
        let value = given.get(self.field.as_str())?.trim();
        let key = self.key_of(value);
        let field = &self.field;
        match self.rows.entry(key) {
            std::collections::hash_map::Entry::Vacant(first) => {
                first.insert(row);
                None
            }
            std::collections::hash_map::Entry::Occupied(first) if self.is_key => Some(format!(
                "{field} is {}, as in row {} already, so both would write the same record; keep one of the rows",
                shown(value),
                first.get()
            )),
            std::collections::hash_map::Entry::Occupied(first) => Some(format!(
                "{field} is {}, as in row {} already, and its values are unique; keep one of the rows, or correct it",
                shown(value),
                first.get()
            )),
        }
    }
}

/// What is wrong with a value that has the right type.
fn problem_of(field: &Field, value: &Valued<'_>) -> Option<String> {
    let name = &value.taken.field;
    let data_type = field.data_type.as_deref().unwrap_or_default();
    let cell = value.cell;
    if cell.is_empty() {
        return None;
    }
    match value.taken.content {
        Content::Text if data_type == "picklist" => no_choice(field, cell.trim()),
        Content::Choices => {
            let choices: Vec<String> = serde_json::from_str(value.value.get()).unwrap_or_default();
            choices.iter().find_map(|choice| no_choice(field, choice))
        }
        Content::Text => {
            let most = usize::try_from(field.length.unwrap_or(0)).unwrap_or(0);
            let length = cell.chars().count();
            if most > 0 && length > most {
                return Some(format!("{name} has {length} characters, and {most} are allowed; shorten it"));
            }
            if data_type == "email" && !is_email(cell.trim()) {
                return Some(format!("{name} is {}, not an e-mail address; correct it", shown(cell)));
            }
            None
        }
        Content::Integer | Content::BigInteger if too_many_digits(field, cell).is_some() => {
            let most = too_many_digits(field, cell)?;
            Some(format!("{name} is {}, and {most} digits are allowed at most; correct it", shown(cell)))
        }
        Content::Integer => {
            let fits = value.value.get().parse::<i64>().is_ok_and(|number| INTEGERS.contains(&number));
            (!fits).then(|| format!("{name} is {}, a larger number than Zoho takes there; correct it", shown(cell)))
        }
        Content::BigInteger => {
            let fits = cell.trim().parse::<i64>().is_ok();
            (!fits).then(|| format!("{name} is {}, and 19 digits are allowed at most; correct it", shown(cell)))
        }
        Content::Number => {
            let most = too_many_digits(field, cell)?;
            Some(format!("{name} is {}, and {most} digits are allowed at most; correct it", shown(cell)))
        }
        _ => None,
    }
}

/// How many digits before the point a field takes, where a number has more.
fn too_many_digits(field: &Field, cell: &str) -> Option<usize> {
    let most = usize::try_from(field.length?).ok().filter(|most| *most > 0)?;
    let whole = cell.trim().trim_start_matches(['-', '+']).split(['.', 'e', 'E']).next()?;
    (whole.trim_start_matches('0').len() > most).then_some(most)
}

/// Whether a JSON text has nothing but blanks in it.
fn is_blank(json: &str) -> bool {
    json.starts_with('"') && serde_json::from_str::<String>(json).is_ok_and(|text| text.trim().is_empty())
}

/// That a picklist has no such choice.
fn no_choice(field: &Field, choice: &str) -> Option<String> {
    let known = field.pick_list_values.as_deref().unwrap_or_default();
    let names =
        || known.iter().flat_map(|value| [value.actual_value.as_deref(), value.display_value.as_deref()]).flatten();
    if known.is_empty() || choice == NO_CHOICE || names().any(|name| name == choice) {
        return None;
    }
    let nearest = suggestion(choice, names());
    let field = field.api_name.as_deref().unwrap_or_default();
    Some(match nearest.is_empty() {
        true => {
            let choices: Vec<&str> = known.iter().filter_map(|value| value.actual_value.as_deref()).take(12).collect();
            format!("{field} has no choice {}; known are {}", shown(choice), choices.join(", "))
        }
        false => format!("{field} has no choice {}{nearest}", shown(choice)),
    })
}

/// Whether Zoho takes it for an e-mail address.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let is_part = |part: &str| {
        let odd = |letter: char| letter.is_whitespace() || letter.is_control() || "\"(),:;<>[]\\@".contains(letter);
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && !part.contains(odd)
    };
    let labels = host.split('.').all(|label| !label.starts_with('-') && !label.ends_with('-') && !label.contains('_'));
    is_part(name) && is_part(host) && host.contains('.') && labels
}

fn plain(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn an_address_has_a_name_and_a_host() {
        for good in ["a@xyz.com", "first.last+tag@mail.example.co.uk", "o'brien@example.com", "ö@exämple.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in
            ["nonsense", "a@b", "@xyz.com", "a@", "a b@xyz.com", "a@@xyz.com", "a@xyz..com", ".a@xyz.com", "a@-x.com"]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
