//! The rows of several parts, each once.

use std::cmp::Ordering;
use std::iter::Fuse;

use super::{Direction, compare_ids};

/// Rows of several [parts](super::Part) in the order of their ids, what more than one part gave only once.
///
/// Each part has to be sorted by id in `direction`, as the texts of [`Paging`](super::Paging) ask for. One row of each
/// part is held in memory. The first error ends the merge: what the part behind it would have given is not known.
///
/// ```
/// use zcrm_core::coql::{Direction, Merge};
///
/// let parts = [vec!["8", "11"], vec!["9", "11", "12"]];
/// let rows = parts.map(|part| part.into_iter().map(Ok::<_, zcrm_core::Error>));
/// let merged: Result<Vec<_>, _> = Merge::new(rows, Direction::Ascending, |row: &&'static str| Some(*row)).collect();
/// assert_eq!(merged?, ["8", "9", "11", "12"]);
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Merge<I, T, F> {
    parts: Vec<(Fuse<I>, Option<T>)>,
    direction: Direction,
    id: F,
    last: Option<String>,
    failed: bool,
}

impl<I, T, E, F> Merge<I, T, F>
where
    I: Iterator<Item = Result<T, E>>,
    F: Fn(&T) -> Option<&str>,
{
    /// Merges parts; `id` tells the id of a row.
    pub fn new(parts: impl IntoIterator<Item = I>, direction: Direction, id: F) -> Self {
        let parts = parts.into_iter().map(|part| (part.fuse(), None)).collect();
        Self { parts, direction, id, last: None, failed: false }
    }

    /// Has the next row of each part at hand.
    fn fill(&mut self) -> Result<(), E> {
        for (part, head) in &mut self.parts {
            if head.is_none() {
                *head = part.next().transpose()?;
            }
        }
        Ok(())
    }

    fn before(&self, left: &T, right: &T) -> Ordering {
        match ((self.id)(left), (self.id)(right)) {
            (Some(left), Some(right)) if self.direction == Direction::Ascending => compare_ids(left, right),
            (Some(left), Some(right)) => compare_ids(right, left),
            (left, right) => left.is_some().cmp(&right.is_some()),
        }
    }

    /// Takes the row whose id comes next.
    fn take(&mut self) -> Option<T> {
        let heads = self.parts.iter().enumerate().filter_map(|(place, (_, head))| Some((place, head.as_ref()?)));
        let (place, _) = heads.min_by(|(_, left), (_, right)| self.before(left, right))?;
        self.parts.get_mut(place)?.1.take()
    }
}

impl<I, T, E, F> Iterator for Merge<I, T, F>
where
    I: Iterator<Item = Result<T, E>>,
    F: Fn(&T) -> Option<&str>,
{
    type Item = Result<T, E>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            if let Err(error) = self.fill() {
                self.failed = true;
                return Some(Err(error));
            }
            let row = self.take()?;
            let id = (self.id)(&row).map(str::to_owned);
            if id.is_none() || id != self.last {
                self.last = id;
                return Some(Ok(row));
            }
        }
        None
    }
}
