//! The orders in which records can be walked through without looking at all of them first.

use std::iter::Peekable;
use std::ops::RangeInclusive;

/// Between which ids and times, in seconds since 1970, the wanted records lie. Bounds spare work; other records may
/// come too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) id: RangeInclusive<u64>,
    pub(crate) created: RangeInclusive<i64>,
    pub(crate) modified: RangeInclusive<i64>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { id: 0..=u64::MAX, created: i64::MIN..=i64::MAX, modified: i64::MIN..=i64::MAX }
    }
}

impl Bounds {
    /// What lies within both.
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self {
            id: within(&self.id, &other.id),
            created: within(&self.created, &other.created),
            modified: within(&self.modified, &other.modified),
        }
    }
}

/// What lies within both ranges.
pub(super) fn within<T: Ord + Copy>(one: &RangeInclusive<T>, other: &RangeInclusive<T>) -> RangeInclusive<T> {
    *one.start().max(other.start())..=*one.end().min(other.end())
}

/// In which order records are walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// By id.
    Id,
    /// By the time of creation, then by id.
    Created,
    /// By the time of the last change, then by id.
    Modified,
}

impl Order {
    /// The order that a field gives, if the store has it.
    pub(crate) fn by(field: &str) -> Option<Self> {
        match field {
            "id" => Some(Self::Id),
            "Created_Time" => Some(Self::Created),
            "Modified_Time" => Some(Self::Modified),
            _ => None,
        }
    }
}

/// Two ordered walks in one.
pub(super) fn merge(
    one: impl Iterator<Item = (i64, u64)>,
    other: impl Iterator<Item = (i64, u64)>,
    comes_first: impl Fn(&(i64, u64), &(i64, u64)) -> bool,
) -> impl Iterator<Item = u64> {
    let (mut one, mut other): (Peekable<_>, Peekable<_>) = (one.peekable(), other.peekable());
    std::iter::from_fn(move || {
        let next = match (one.peek(), other.peek()) {
            (Some(left), Some(right)) if comes_first(left, right) => one.next(),
            (Some(_), None) => one.next(),
            _ => other.next(),
        };
        next.map(|(_, id)| id)
    })
}
