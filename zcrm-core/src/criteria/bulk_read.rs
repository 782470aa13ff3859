//! Criteria as the JSON of a bulk read job.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::config::ApiVersion;
use crate::error::{Error, ErrorKind, Result};

use super::{Condition, Criteria, Endpoint, Joint, Literal, Node, Operator};

/// What bulk read takes for "the field is empty".
pub(super) const EMPTY: &str = "${EMPTY}";

/// Characters of one text.
pub(super) const LONGEST_TEXT: usize = 255;

/// Conditions of one job.
const CONDITIONS: usize = 25;

/// Values of one `in`.
const IN_VALUES: usize = 20;

#[derive(Serialize)]
#[serde(untagged)]
enum Json<'a> {
    Named { api_name: &'a str, comparator: &'static str, value: Value<'a> },
    Field { field: FieldName<'a>, comparator: &'static str, value: Value<'a> },
    Group { group_operator: &'static str, group: Vec<Json<'a>> },
}

#[derive(Serialize)]
struct FieldName<'a> {
    api_name: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Boolean(bool),
    Number(Box<RawValue>),
    Text(&'a str),
    List(Vec<Value<'a>>),
}

impl Criteria {
    /// The member `criteria` of a bulk read job, groups nested in pairs. Numbers keep their digits.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): more than 25 conditions, a text over 255 characters,
    /// [`like`](Self::like), an operator that does not fit a boolean, a name that is no field's, a value that is none.
    pub fn to_bulk_read(&self, version: ApiVersion) -> Result<Box<RawValue>> {
        self.bulk_read_json(version).map_err(Error::logged)
    }

    /// As [`to_bulk_read`](Self::to_bulk_read), for a job, which logs its errors itself.
    pub(crate) fn bulk_read_json(&self, version: ApiVersion) -> Result<Box<RawValue>> {
        let fitted = self.without_number_ranges().fitted(IN_VALUES);
        fitted.check(Endpoint::BulkRead, CONDITIONS)?;
        fitted.json(version).and_then(|json| to_raw_value(&json)).map_err(unwritable)
    }

    /// The same criteria, with two comparisons for each range of numbers: bulk read has `between` for dates and moments
    /// only (Zoho's page *Create Bulk Read Job*).
    fn without_number_ranges(&self) -> Self {
        match &self.0 {
            Node::Group(joint, members) => Self::group(*joint, members.iter().map(Self::without_number_ranges)),
            Node::Condition(condition) => condition.as_comparisons().unwrap_or_else(|| self.clone()),
        }
    }

    fn json(&self, version: ApiVersion) -> serde_json::Result<Json<'_>> {
        match &self.0 {
            Node::Condition(condition) => condition.json(version),
            Node::Group(joint, members) => pairs(*joint, members, version),
        }
    }
}

fn unwritable(cause: serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidInput, "the criteria cannot be written as JSON").with_source(cause)
}

fn pairs(joint: Joint, members: &[Criteria], version: ApiVersion) -> serde_json::Result<Json<'_>> {
    match members {
        [only] => only.json(version),
        several => {
            let (left, right) = several.split_at(several.len() / 2);
            let group = vec![pairs(joint, left, version)?, pairs(joint, right, version)?];
            Ok(Json::Group { group_operator: joint.word(), group })
        }
    }
}

impl Condition {
    /// Two comparisons that say the same as a range of numbers.
    fn as_comparisons(&self) -> Option<Criteria> {
        let Literal::List(bounds) = &self.value else { return None };
        let ([low, high], true) = (bounds.as_slice(), self.operator.takes_range()) else { return None };
        if !bounds.iter().all(Literal::is_numeric) {
            return None;
        }
        let field = self.field.as_str();
        Some(match self.operator {
            Operator::NotBetween => Criteria::less_than(field, low).or(Criteria::greater_than(field, high)),
            _ => Criteria::greater_equal(field, low).and(Criteria::less_equal(field, high)),
        })
    }

    fn json(&self, version: ApiVersion) -> serde_json::Result<Json<'_>> {
        let api_name = self.field.as_str();
        let comparator = comparator(self.operator);
        let value = if self.operator.takes_nothing() { Value::Text(EMPTY) } else { value(&self.value)? };
        Ok(if version >= ApiVersion::V2_1 {
            Json::Field { field: FieldName { api_name }, comparator, value }
        } else {
            Json::Named { api_name, comparator, value }
        })
    }
}

fn comparator(operator: Operator) -> &'static str {
    match operator {
        Operator::Equals | Operator::IsNull => "equal",
        Operator::IsNotNull => "not_equal",
        other => other.as_str(),
    }
}

fn value(literal: &Literal) -> serde_json::Result<Value<'_>> {
    Ok(match literal {
        Literal::Null => Value::Text(EMPTY),
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::Number(digits) => Value::Number(RawValue::from_string(json_number(digits))?),
        Literal::List(values) => Value::List(values.iter().map(value).collect::<Result<_, _>>()?),
        text => Value::Text(text.text().unwrap_or_default()),
    })
}

/// JSON has no zeros in front of a number.
fn json_number(digits: &str) -> String {
    let (sign, unsigned) = digits.strip_prefix('-').map_or(("", digits), |unsigned| ("-", unsigned));
    let significant = unsigned.trim_start_matches('0');
    let zero = if significant.is_empty() || significant.starts_with('.') { "0" } else { "" };
    format!("{sign}{zero}{significant}")
}
