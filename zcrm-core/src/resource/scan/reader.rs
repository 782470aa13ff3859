//! The rows of ranges, one by one, and where they stand.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::pool::{Batch, Pool, Taken};
use super::range::{Place, Range, Ranges, Source};
use super::workers::Workers;
use crate::error::Result;
use crate::resource::row::Raw;

/// The rows of ranges, read here or by workers.
pub(super) struct Reader {
    pool: Arc<Pool>,
    workers: Option<Workers>,
    /// The ranges of which all rows of some pages came out: where they go on; none behind their end.
    marks: BTreeMap<usize, Option<Range>>,
    current: Option<Current>,
    /// The range that is read here.
    reads: Option<usize>,
    pub(super) has_read: bool,
}

/// The page whose rows come out.
struct Current {
    batch: Batch,
    taken: usize,
    behind: Option<Place>,
}

impl Reader {
    pub(super) fn new(source: Box<dyn Source>, ranges: Ranges, workers: usize) -> Self {
        let pool = Arc::new(Pool::new(source, ranges));
        let workers = (workers > 1).then(|| Workers::start(&pool, workers));
        Self { pool, workers, marks: BTreeMap::new(), current: None, reads: None, has_read: false }
    }

    /// The next row. Errors are logged.
    pub(super) fn next(&mut self) -> Option<Result<Raw>> {
        loop {
            if let Some(row) = self.row() {
                return Some(Ok(row));
            }
            match self.turn() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// The next row of the page at hand that has not come before.
    fn row(&mut self) -> Option<Raw> {
        let Current { batch, taken, behind } = self.current.as_mut()?;
        let source = self.pool.source();
        for row in batch.rows.by_ref() {
            *taken = taken.saturating_add(1);
            *behind = source.place_behind(&row);
            if source.admits(&row) {
                return Some(row);
            }
        }
        let Current { batch, .. } = self.current.take()?;
        self.marks.insert(batch.slot, batch.next);
        None
    }

    /// Has the next page at hand; `false` when there is none.
    fn turn(&mut self) -> Result<bool> {
        let batch = match &self.workers {
            Some(workers) => match workers.next() {
                Some(batch) => batch?,
                None => return Ok(false),
            },
            None => {
                let taken = match self.reads {
                    Some(slot) => Taken::of(slot),
                    None => match self.pool.take()? {
                        Some(taken) => taken,
                        None => return Ok(false),
                    },
                };
                let slot = taken.slot;
                self.reads = Some(slot);
                let batch = self.pool.step(taken)?;
                self.reads = batch.next.is_some().then_some(slot);
                batch
            }
        };
        self.has_read = true;
        self.current = Some(Current { batch, taken: 0, behind: None });
        Ok(true)
    }

    /// What turned out while rows were read: that some may not come.
    pub(super) fn gap(&self) -> Option<String> {
        self.pool.source().gap()
    }

    /// What is left, behind the row that came out last.
    pub(super) fn left(&self) -> Ranges {
        let Ranges { open, last, came } = self.pool.starts();
        let of_slot = |(slot, start): (usize, Range)| match (&self.current, self.marks.get(&slot)) {
            (Some(current), _) if current.batch.slot == slot => Some(current.range(start)),
            (_, Some(mark)) => mark.clone().map(|mark| mark.upto(start.upto)),
            (_, None) => Some(start),
        };
        Ranges { open: open.into_iter().enumerate().filter_map(of_slot).collect(), last, came }
    }
}

impl Current {
    /// The range of the page, behind the rows that came out.
    fn range(&self, start: Range) -> Range {
        let Some(range) = self.batch.range.clone() else { return start };
        let range = range.upto(start.upto);
        match &self.behind {
            _ if self.taken == 0 => range,
            Some(place) => {
                let left = range.left.map(|left| left.saturating_sub(self.taken as u64));
                Range { from: place.clone(), left, ..range }
            }
            None => range,
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("pool", &self.pool).finish_non_exhaustive()
    }
}
