//! Criteria as the text of a search.

use std::fmt::Write;

use crate::config::ApiVersion;
use crate::error::{Error, Result};

use super::{Condition, Criteria, Endpoint, Literal, Node, invalid};

/// Values of one `in`.
const IN_VALUES: usize = 100;

/// Characters of the whole text, before it is percent-encoded.
const LONGEST: usize = 3_000;

/// Conditions of one search.
fn conditions(version: ApiVersion) -> usize {
    if version >= ApiVersion::V3 { 15 } else { 10 }
}

impl Criteria {
    /// The text of the parameter `criteria` of a search, before it is percent-encoded:
    /// `((City:equals:Oslo)and(Company:starts_with:A))`.
    ///
    /// Brackets, commas and backslashes in values mean themselves. A search cannot look for empty fields: use COQL or
    /// bulk read.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): more than 10 conditions (v2, v2.1) or 15, more than 3,000
    /// characters, an operator that searches do not have, a name that is no field's, a value that is none.
    pub fn to_search(&self, version: ApiVersion) -> Result<String> {
        self.search_text(version).map_err(Error::logged)
    }

    /// As [`to_search`](Self::to_search), for a request, which logs its errors itself.
    pub(crate) fn search_text(&self, version: ApiVersion) -> Result<String> {
        let fitted = self.fitted(IN_VALUES);
        fitted.check(Endpoint::Search, conditions(version))?;
        let mut text = String::new();
        fitted.write_search(&mut text);
        let length = text.chars().count();
        if length > LONGEST {
            return Err(invalid(format!("the criteria of a search have at most {LONGEST} characters, not {length}")));
        }
        Ok(text)
    }

    fn write_search(&self, text: &mut String) {
        match &self.0 {
            Node::Condition(condition) => condition.write_search(text),
            Node::Group(joint, members) => {
                text.push('(');
                for (place, member) in members.iter().enumerate() {
                    if place > 0 {
                        text.push_str(joint.word());
                    }
                    member.write_search(text);
                }
                text.push(')');
            }
        }
    }
}

impl Condition {
    fn write_search(&self, text: &mut String) {
        _ = write!(text, "({}:{}:", self.field, self.operator);
        write_value(&self.value, text);
        text.push(')');
    }
}

fn write_value(value: &Literal, text: &mut String) {
    match value {
        Literal::Null => {}
        Literal::Boolean(value) => _ = write!(text, "{value}"),
        Literal::Number(digits) => text.push_str(digits),
        Literal::List(values) => {
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_value(value, text);
            }
        }
        other => {
            for character in other.text().unwrap_or_default().chars() {
                if matches!(character, '(' | ')' | ',' | '\\') {
                    text.push('\\');
                }
                text.push(character);
            }
        }
    }
}
