//! The criteria of a search: `((City:equals:Oslo)and(Company:starts_with:A))`.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::crm::metadata::{Kind, Module};
use crate::crm::row::{Fields, compare, text};
use crate::verdict::refuse;
use crate::version::Version;

/// Clauses of one search: up to v2.1, and later.
const AT_MOST: [usize; 2] = [10, 15];

/// Values of one `in`.
const VALUES: usize = 100;

/// Characters of the whole text.
const LONGEST: usize = 3_000;

#[derive(Debug)]
pub(crate) enum Criteria {
    All(Vec<Criteria>),
    Any(Vec<Criteria>),
    Test(Test),
}

#[derive(Debug)]
pub(crate) struct Test {
    field: String,
    is_text: bool,
    operator: String,
    values: Vec<String>,
}

const OPERATORS: [&str; 12] = [
    "equals",
    "not_equal",
    "starts_with",
    "not_starts_with",
    "contains",
    "in",
    "not_in",
    "between",
    "greater_than",
    "greater_equal",
    "less_than",
    "less_equal",
];

impl Criteria {
    /// Reads criteria about the fields of a module.
    pub(crate) fn parse(text: &str, module: &Module, version: Version) -> Result<Self, Box<Answer>> {
        Self::read(text, Some(module), version)
    }

    /// Reads criteria about any fields.
    pub(crate) fn parse_any(text: &str, version: Version) -> Result<Self, Box<Answer>> {
        Self::read(text, None, version)
    }

    fn read(text: &str, module: Option<&Module>, version: Version) -> Result<Self, Box<Answer>> {
        let [early, late] = AT_MOST;
        let most = if version < Version::V3 { early } else { late };
        let mut parser = Parser { rest: text.trim(), module, clauses: 0 };
        if text.chars().count() > LONGEST {
            let details = json!({ "maximum_length": LONGEST, "param_name": "criteria" });
            return Err(refuse(400, "INVALID_DATA", "invalid data", details));
        }
        let criteria = parser.group().map_err(invalid)?;
        if !parser.rest.is_empty() {
            return Err(invalid(format!("unexpected: {}", parser.rest)));
        }
        if parser.clauses > most {
            let details = json!({ "limit": most, "param_name": "criteria" });
            return Err(refuse(400, "CRITERIA_LIMIT_EXCEEDED", "criteria limit exceeded", details));
        }
        Ok(criteria)
    }

    pub(crate) fn holds(&self, row: &impl Fields) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(row)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(row)),
            Self::Test(test) => test.holds(row),
        }
    }
}

fn invalid(reason: String) -> Box<Answer> {
    refuse(400, "INVALID_QUERY", "Invalid query formed", json!({ "reason": reason, "param_name": "criteria" }))
}

struct Parser<'a> {
    rest: &'a str,
    module: Option<&'a Module>,
    clauses: usize,
}

impl Parser<'_> {
    /// Bracketed parts joined by `and` or by `or`, evaluated from left to right where both occur.
    fn group(&mut self) -> Result<Criteria, String> {
        let mut whole = self.bracket()?;
        loop {
            whole = if self.eat_word("and") {
                match whole {
                    Criteria::All(mut parts) => {
                        parts.push(self.bracket()?);
                        Criteria::All(parts)
                    }
                    other => Criteria::All(vec![other, self.bracket()?]),
                }
            } else if self.eat_word("or") {
                match whole {
                    Criteria::Any(mut parts) => {
                        parts.push(self.bracket()?);
                        Criteria::Any(parts)
                    }
                    other => Criteria::Any(vec![other, self.bracket()?]),
                }
            } else {
                return Ok(whole);
            };
        }
    }

    fn bracket(&mut self) -> Result<Criteria, String> {
        self.rest = self.rest.trim_start();
        let inside = self.rest.strip_prefix('(').ok_or("an opening bracket is missing")?;
        self.rest = inside.trim_start();
        let criteria = if self.rest.starts_with('(') { self.group()? } else { Criteria::Test(self.test()?) };
        self.rest = self.rest.trim_start();
        self.rest = self.rest.strip_prefix(')').ok_or("a closing bracket is missing")?;
        Ok(criteria)
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let found = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if let (true, Some(after)) = (found, rest.get(word.len()..)) {
            self.rest = after;
        }
        found
    }

    fn test(&mut self) -> Result<Test, String> {
        let (field, rest) = self.rest.split_once(':').ok_or("a colon is missing")?;
        let (operator, rest) = rest.split_once(':').ok_or("a second colon is missing")?;
        let known = self.module.and_then(|module| module.field(field));
        let is_text = known.is_some_and(|field| matches!(field.kind, Kind::Text | Kind::TextArea));
        if known.is_none() && field != "id" && self.module.is_some() {
            return Err(format!("the field is not available for search: {field}"));
        }
        if !OPERATORS.contains(&operator) {
            return Err(format!("the operator is not known: {operator}"));
        }
        let (values, end) = values(rest, matches!(operator, "in" | "not_in" | "between"))?;
        if values.len() > VALUES {
            return Err(format!("more than {VALUES} values"));
        }
        self.rest = rest.get(end..).unwrap_or_default();
        self.clauses += 1;
        Ok(Test { field: field.to_owned(), is_text, operator: operator.to_owned(), values })
    }
}

/// Reads values up to the closing bracket; a backslash takes the next character as it is.
fn values(text: &str, several: bool) -> Result<(Vec<String>, usize), String> {
    let mut values = Vec::new();
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.push(characters.next().ok_or("nothing follows the backslash")?.1),
            ',' if several => values.push(std::mem::take(&mut value)),
            '(' => return Err("a bracket in a value must be escaped".to_owned()),
            ')' => {
                values.push(value);
                return Ok((values, at));
            }
            other => value.push(other),
        }
    }
    Err("a closing bracket is missing".to_owned())
}

impl Test {
    fn holds(&self, row: &impl Fields) -> bool {
        let value = &*row.value(&self.field);
        let first = self.values.first().map(String::as_str).unwrap_or_default();
        let against = |wanted: &str| compare_with(value, wanted);
        match self.operator.as_str() {
            "equals" => self.is(value, first),
            "not_equal" => !self.is(value, first),
            "starts_with" => starts_with(value, first),
            "not_starts_with" => !starts_with(value, first),
            "contains" => text(value).to_lowercase().contains(&first.to_lowercase()),
            "in" => self.values.iter().any(|wanted| self.is(value, wanted)),
            "not_in" => !self.values.iter().any(|wanted| self.is(value, wanted)),
            "between" => {
                let last = self.values.get(1).map(String::as_str).unwrap_or_default();
                against(first).is_some_and(Ordering::is_ge) && against(last).is_some_and(Ordering::is_le)
            }
            "greater_than" => against(first).is_some_and(Ordering::is_gt),
            "greater_equal" => against(first).is_some_and(Ordering::is_ge),
            "less_than" => against(first).is_some_and(Ordering::is_lt),
            _ => against(first).is_some_and(Ordering::is_le),
        }
    }

    /// Equality as Zoho has it: on text it finds the words within a longer text too, on a lookup name or id count, and
    /// `${EMPTY}` stands for nothing.
    fn is(&self, value: &Value, wanted: &str) -> bool {
        if wanted == "${EMPTY}" {
            return value.is_null();
        }
        if value.get("id").is_some_and(|id| id == wanted) {
            return true;
        }
        if let Value::Array(list) = value {
            return list.iter().any(|item| text(item).eq_ignore_ascii_case(wanted));
        }
        let known = text(value).to_lowercase();
        let wanted = wanted.to_lowercase();
        match value {
            Value::Number(_) => compare_with(value, &wanted) == Some(Ordering::Equal),
            _ if self.is_text => known == wanted || !wanted.is_empty() && contains_words(&known, &wanted),
            _ => known == wanted,
        }
    }
}

/// Whether the words occur in a row.
fn contains_words(known: &str, wanted: &str) -> bool {
    let padded = format!(" {known} ");
    padded.contains(&format!(" {wanted} "))
}

fn starts_with(value: &Value, wanted: &str) -> bool {
    text(value).to_lowercase().starts_with(&wanted.to_lowercase())
}

fn compare_with(value: &Value, wanted: &str) -> Option<Ordering> {
    match value {
        Value::Null => None,
        Value::Number(number) => number.as_f64()?.partial_cmp(&wanted.parse().ok()?),
        other => Some(compare(other, &Value::String(wanted.to_owned()))),
    }
}
