//! Which line of Zoho's result is about which row. The result has the first three columns and promises no order.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// By what the rows of a job are recognized, in their order.
#[derive(Debug, Default)]
pub(super) struct Keys {
    rows: Vec<Key>,
    checksum: crc32fast::Hasher,
}

#[derive(Debug, Clone, Copy)]
struct Key {
    /// Its place among the rows of the job, those included that were not sent.
    row: u32,
    marks: Marks,
}

/// What stands for the first columns of a row, from strict to loose.
#[derive(Debug, Clone, Copy)]
struct Marks {
    /// All of them, as they are but for blanks around them.
    strict: u128,
    /// All of them, without regard to case, blanks, and how numbers are written.
    loose: u64,
    /// The first one alone, as loosely; `None` when it is empty.
    first: Option<u64>,
}

impl Marks {
    fn of<S: AsRef<str>>(cells: &[S]) -> Self {
        let trimmed: Vec<&str> = cells.iter().map(|cell| cell.as_ref().trim()).collect();
        let loose: Vec<String> = trimmed.iter().map(|cell| loosened(cell)).collect();
        let strict = u128::from(hash(&(0_u8, &trimmed))) << 64 | u128::from(hash(&(1_u8, &trimmed)));
        let first = loose.first().filter(|cell| !cell.is_empty()).map(hash);
        Self { strict, loose: hash(&loose), first }
    }
}

/// A cell as it may come back: line ends, blanks and case changed, a number without needless zeros.
fn loosened(cell: &str) -> String {
    let words: Vec<&str> = cell.split_whitespace().collect();
    let text = words.join(" ").to_lowercase();
    let is_number = text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    if is_number { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// What stands for the first cell of a row.
pub(super) fn mark_of_first(cell: &str) -> u64 {
    hash(&loosened(cell.trim()))
}

fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Keys {
    /// Adds a row that is sent, by the cells that come back.
    pub(super) fn add(&mut self, row: u32, cells: &[String]) {
        for cell in cells {
            self.checksum.update(cell.trim().as_bytes());
            self.checksum.update(b"\0");
        }
        self.checksum.update(b"\n");
        self.rows.push(Key { row, marks: Marks::of(cells) });
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The places of the rows that are sent.
    pub(super) fn rows(&self) -> impl Iterator<Item = u32> {
        self.rows.iter().map(|key| key.row)
    }

    /// The rows by their first cells alone.
    pub(super) fn by_first(&self) -> HashMap<u64, u32> {
        self.rows.iter().filter_map(|key| Some((key.marks.first?, key.row))).collect()
    }

    /// The same for the same rows, in whichever process.
    pub(super) fn checksum(&self) -> u32 {
        self.checksum.clone().finalize()
    }
}

/// Joins lines with rows. Rows that are equal in all that comes back are joined in their order among themselves.
pub(super) struct Join<T> {
    keys: Keys,
    /// What was said of the row of each key.
    joined: Vec<Option<T>>,
    strict: Groups<u128>,
    /// Lines whose cells no row has as they are.
    odd: Vec<(Marks, T)>,
}

impl<T> Join<T> {
    pub(super) fn new(keys: Keys) -> Self {
        let strict = Groups::of((0..).zip(&keys.rows).map(|(place, key)| (key.marks.strict, place)));
        Self { joined: keys.rows.iter().map(|_| None).collect(), keys, strict, odd: Vec::new() }
    }

    /// Takes a line: its first cells, in the order of the columns, and what it says.
    pub(super) fn add<S: AsRef<str>>(&mut self, cells: &[S], told: T) {
        let marks = Marks::of(cells);
        match self.strict.take(&marks.strict).and_then(|place| self.joined.get_mut(place)) {
            Some(slot) => *slot = Some(told),
            None => self.odd.push((marks, told)),
        }
    }

    /// Each row that was sent, in their order, with what was said of it; and how many lines are about no row.
    pub(super) fn finish(mut self) -> (Vec<(u32, Option<T>)>, usize) {
        self.settle(|marks| Some(marks.loose));
        self.settle_alone(|marks| marks.first);
        (self.keys.rows().zip(self.joined).collect(), self.odd.len())
    }

    /// The keys whose row was told nothing, with their places.
    fn open(&self) -> impl Iterator<Item = (usize, &Key)> {
        let rows = self.keys.rows.iter().zip(&self.joined).enumerate();
        rows.filter(|(_, (_, told))| told.is_none()).map(|(place, (key, _))| (place, key))
    }

    fn settle(&mut self, mark: impl Fn(&Marks) -> Option<u64>) {
        if self.odd.is_empty() {
            return;
        }
        let mut open = Groups::of(self.open().filter_map(|(place, key)| Some((mark(&key.marks)?, place))));
        for (marks, told) in std::mem::take(&mut self.odd) {
            let place = mark(&marks).and_then(|mark| open.take(&mark));
            match place.and_then(|place| self.joined.get_mut(place)) {
                Some(slot) => *slot = Some(told),
                None => self.odd.push((marks, told)),
            }
        }
    }

    /// As [`settle`](Self::settle), where neither several rows nor several lines share a mark.
    fn settle_alone(&mut self, mark: impl Fn(&Marks) -> Option<u64>) {
        let count = |marks: &mut dyn Iterator<Item = u64>| {
            let mut counts: HashMap<u64, u32> = HashMap::new();
            for mark in marks {
                let count = counts.entry(mark).or_default();
                *count = count.saturating_add(1);
            }
            counts
        };
        let lines = count(&mut self.odd.iter().filter_map(|(marks, _)| mark(marks)));
        let rows = count(&mut self.open().filter_map(|(_, key)| mark(&key.marks)));
        let alone = |found: u64| rows.get(&found) == Some(&1) && lines.get(&found) == Some(&1);
        self.settle(|marks| mark(marks).filter(|found| alone(*found)));
    }
}

/// Places by a mark; those of one mark are taken in their order.
struct Groups<M> {
    sorted: Vec<(M, usize)>,
    /// How many were taken of the mark that begins there.
    taken: Vec<u32>,
}

impl<M: Ord> Groups<M> {
    fn of(places: impl Iterator<Item = (M, usize)>) -> Self {
        let mut sorted: Vec<(M, usize)> = places.collect();
        sorted.sort_unstable();
        Self { taken: vec![0; sorted.len()], sorted }
    }

    fn take(&mut self, mark: &M) -> Option<usize> {
        let begin = self.sorted.partition_point(|(known, _)| known < mark);
        let taken = self.taken.get_mut(begin)?;
        let (_, place) = self.sorted.get(begin.saturating_add(*taken as usize)).filter(|(known, _)| known == mark)?;
        *taken = taken.saturating_add(1);
        Some(*place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(rows: &[[&str; 3]], lines: &[([&str; 3], u8)]) -> (Vec<Option<u8>>, usize) {
        let mut keys = Keys::default();
        for (row, cells) in (0..).zip(rows) {
            keys.add(row, &cells.map(str::to_owned));
        }
        let mut join = Join::new(keys);
        lines.iter().for_each(|(cells, told)| join.add(cells, *told));
        let (told, left) = join.finish();
        (told.into_iter().map(|(_, told)| told).collect(), left)
    }

    #[test]
    fn lines_find_their_rows_in_any_order_and_equal_ones_in_theirs() {
        let rows = [["a", "1", "x"], ["b", "1", "x"], ["a", "1", "x"], ["a", "2", "x"]];
        let lines = [(["a", "2", "x"], 4), (["a", "1", "x"], 1), (["b", "1", "x"], 2), (["a", "1", "x"], 3)];
        assert_eq!(joined(&rows, &lines), (vec![Some(1), Some(2), Some(3), Some(4)], 0));
    }

    #[test]
    fn what_came_back_changed_is_recognized_where_it_can_be() {
        let rows = [[" A@x.com", "1.50", "Ann  Lee"], ["b@x.com", "2", "Bo"], ["", "3", "C"], ["d@x.com", "4", "D"]];
        let lines = [(["b@x.com", "changed", "Bo"], 2), (["a@x.com", "1.5", "Ann Lee"], 1), (["e@x.com", "4", "D"], 9)];
        assert_eq!(joined(&rows, &lines), (vec![Some(1), Some(2), None, None], 1));
    }

    #[test]
    fn what_cannot_be_told_apart_is_not_guessed() {
        let rows = [["a", "1", "x"], ["a", "2", "y"]];
        assert_eq!(joined(&rows, &[(["a", "?", "?"], 1)]), (vec![None, None], 1));
        assert_eq!(joined(&rows[..1], &[(["a", "?", "?"], 1), (["a", "!", "!"], 2)]), (vec![None], 2));
    }
}
