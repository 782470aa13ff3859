//! What stands after `select`.

use std::fmt;

use crate::criteria::{check_name, invalid, quoted, write_name};
use crate::error::Result;

/// A calculation over the rows of a group, or over all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aggregate {
    /// How many have a value.
    Count,
    /// The sum.
    Sum,
    /// The average.
    Avg,
    /// The smallest, earliest.
    Min,
    /// The largest, latest.
    Max,
}

impl Aggregate {
    pub(super) const ALL: [Self; 5] = [Self::Count, Self::Sum, Self::Avg, Self::Min, Self::Max];

    /// The function's name, in upper case as Zoho wants it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::Sum => "SUM",
            Self::Avg => "AVG",
            Self::Min => "MIN",
            Self::Max => "MAX",
        }
    }
}

/// One column of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    field: String,
    aggregate: Option<Aggregate>,
    alias: Option<String>,
}

impl Column {
    pub(super) fn new(field: String, aggregate: Option<Aggregate>, alias: Option<String>) -> Self {
        Self { field, aggregate, alias }
    }

    /// The field, such as `Last_Name` or `Owner.email`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The calculation, if it is one.
    #[must_use]
    pub fn aggregate(&self) -> Option<Aggregate> {
        self.aggregate
    }

    /// The key under which the value stands in a row: the alias, the name with its dots, or `SUM(Amount)`.
    #[must_use]
    pub fn key(&self) -> String {
        match (&self.alias, self.aggregate) {
            (Some(alias), _) => alias.clone(),
            (None, Some(aggregate)) => format!("{}({})", aggregate.as_str(), self.field),
            (None, None) => self.field.clone(),
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        check_name(&self.field)?;
        match self.alias.as_deref() {
            Some("") => Err(invalid(format!("the alias of {} is empty", self.field))),
            Some(alias) if alias.eq_ignore_ascii_case("id") && self.field != "id" => {
                Err(invalid(format!("the alias of {} is id, under which each row has the record's id", self.field)))
            }
            Some(alias) if alias.chars().any(char::is_control) => {
                Err(invalid(format!("the alias of {} has control characters", self.field)))
            }
            _ => Ok(()),
        }
    }

    /// Whether both are the same field or aggregate, which Zoho does not take twice.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.field == other.field && self.aggregate == other.aggregate
    }

    pub(super) fn shares_alias(&self, other: &Self) -> bool {
        self.alias.is_some() && self.alias == other.alias
    }

    pub(super) fn has_alias(&self, alias: &str) -> bool {
        self.alias.as_deref() == Some(alias)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.aggregate {
            Some(aggregate) => {
                write!(f, "{}(", aggregate.as_str())?;
                write_name(&self.field, f)?;
                f.write_str(")")?;
            }
            None => write_name(&self.field, f)?,
        }
        match &self.alias {
            Some(alias) => write!(f, " as {}", quoted(alias)),
            None => Ok(()),
        }
    }
}
