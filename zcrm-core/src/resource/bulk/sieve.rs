//! Conditions that are looked at in the rows of a file, since a job has no room for them.

use csv::ByteRecord;

use super::archive::damaged;
use crate::entity::DateTime;
use crate::error::{Error, Result};

/// A condition on one column.
#[derive(Debug, Clone)]
pub(in crate::resource) enum Test {
    /// The cell is this boolean; an empty one is false.
    Is(&'static str, bool),
    /// The cell is a later moment than this one.
    After(&'static str, DateTime),
}

impl Test {
    pub(super) fn column(&self) -> &'static str {
        match self {
            Self::Is(column, _) | Self::After(column, _) => column,
        }
    }

    /// Whether a row belongs to what is wanted. One that cannot be read does: what reads it tells what is wrong.
    fn admits(&self, cell: &[u8]) -> bool {
        let Ok(cell) = std::str::from_utf8(cell).map(str::trim) else { return true };
        match self {
            Self::Is(_, wanted) => (cell.eq_ignore_ascii_case("true") || cell == "1") == *wanted,
            Self::After(_, moment) => DateTime::from(cell)
                .unix_seconds()
                .zip(moment.unix_seconds())
                .is_none_or(|(cell, moment)| cell > moment),
        }
    }
}

/// The conditions, and the columns that nobody asked for but they need.
#[derive(Debug, Clone, Default)]
pub(super) struct Sieve {
    tests: Vec<Test>,
    added: Vec<&'static str>,
}

impl Sieve {
    /// The conditions on a job that exports these fields, which get what is missing; none are all fields.
    pub(super) fn new(tests: Vec<Test>, fields: &mut Vec<String>) -> Self {
        let mut added = Vec::new();
        for name in tests.iter().map(Test::column) {
            if !fields.is_empty() && !fields.iter().any(|field| field.eq_ignore_ascii_case(name)) {
                fields.push(name.to_owned());
                added.push(name);
            }
        }
        Self { tests, added }
    }

    /// Whether a column is there for the conditions alone.
    pub(super) fn hides(&self, heading: &str) -> bool {
        self.added.iter().any(|name| name.eq_ignore_ascii_case(heading))
    }

    /// The conditions with the places of their columns.
    ///
    /// # Errors
    ///
    /// A column is missing.
    pub(super) fn placed(&self, headings: &[String]) -> Result<Placed> {
        let place = |test: &Test| {
            let name = test.column();
            match headings.iter().position(|heading| heading.eq_ignore_ascii_case(name)) {
                Some(place) => Ok((place, test.clone())),
                None => Err(damaged(&format!(
                    "it has no column {name}, by which its rows were to be told apart: the job had no room for that \
                     condition"
                ))),
            }
        };
        let tests = self.tests.iter().map(place).collect::<Result<_>>();
        tests.map(Placed).map_err(Error::logged)
    }
}

/// The conditions on the rows of one file.
#[derive(Debug)]
pub(super) struct Placed(Vec<(usize, Test)>);

impl Placed {
    pub(super) fn admit(&self, row: &ByteRecord) -> bool {
        self.0.iter().all(|(place, test)| row.get(*place).is_none_or(|cell| test.admits(cell)))
    }
}
