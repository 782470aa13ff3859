//! Tests joined by and, or; and which records need not be looked at because of them.

use std::ops::RangeInclusive;

use super::column::{Column, World};
use super::compare::{Operator, matches};
use crate::crm::store::{Bounds, Record};
use crate::moment;

/// One test.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) column: Column,
    pub(crate) operator: Operator,
    pub(crate) values: Vec<String>,
}

/// Tests joined by and, or.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Test(Test),
}

impl Condition {
    pub(crate) fn holds(&self, world: World<'_>, record: &Record<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(world, record)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(world, record)),
            Self::Test(test) => {
                matches(test.column.kind, &test.column.value(world, record), test.operator, &test.values)
            }
        }
    }

    /// All tests.
    pub(crate) fn tests(&self) -> Vec<&Test> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Test(test) => vec![test],
        }
    }

    /// Whether it asks for converted leads, which are left out otherwise.
    pub(crate) fn asks_for_converted(&self) -> bool {
        let is_converted = |test: &&Test| matches!(test.column.own_field(), Some("$converted" | "Converted__s"));
        self.tests().iter().any(is_converted)
    }

    /// Between which ids and times all records lie for which it holds.
    pub(crate) fn bounds(&self) -> Bounds {
        match self {
            Self::All(parts) => parts.iter().fold(Bounds::default(), |bounds, part| bounds.and(&part.bounds())),
            Self::Any(_) => Bounds::default(),
            Self::Test(test) => test.bounds().unwrap_or_default(),
        }
    }
}

impl Test {
    fn bounds(&self) -> Option<Bounds> {
        if self.column.is_own("id") {
            let [first, last] = self.ends(|text| text.parse().ok())?;
            return Some(Bounds { id: range(self.operator, first, last, 0, u64::MAX)?, ..Bounds::default() });
        }
        let [first, last] = self.ends(|text| Some(moment::parse(text)?.unix_timestamp()))?;
        let seconds = range(self.operator, first, last, i64::MIN, i64::MAX)?;
        match self.column.own_field()? {
            "Created_Time" => Some(Bounds { created: seconds, ..Bounds::default() }),
            "Modified_Time" => Some(Bounds { modified: seconds, ..Bounds::default() }),
            _ => None,
        }
    }

    fn ends<T: Copy>(&self, read: impl Fn(&str) -> Option<T>) -> Option<[T; 2]> {
        let first = read(self.values.first()?)?;
        let last = self.values.get(1).and_then(|text| read(text)).unwrap_or(first);
        Some([first, last])
    }
}

fn range<T: Copy>(operator: Operator, first: T, last: T, least: T, most: T) -> Option<RangeInclusive<T>> {
    Some(match operator {
        Operator::Equal => first..=first,
        // Wider by one than need be: the test itself is exact.
        Operator::Greater | Operator::GreaterEqual => first..=most,
        Operator::Less | Operator::LessEqual => least..=first,
        Operator::Between => first..=last,
        _ => return None,
    })
}
