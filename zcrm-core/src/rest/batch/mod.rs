//! Batches: any number of items, sent in requests of the size that Zoho takes, and what became of each item.
//!
//! * [`rows`]: an item as it goes into a body.
//! * [`send`]: one request after the other, and when it makes no sense to go on.
//! * [`effect`]: what a batch does to its items.
//! * [`matching`]: which of Zoho's results belongs to which item.
//! * [`outcomes`]: what became of an item; [`report`]: of all of them.
//! * [`stream`]: items of an iterator, one request in memory.

mod effect;
mod matching;
mod outcomes;
mod report;
mod rows;
mod send;
mod stream;

pub(crate) use effect::Effect;
pub use outcomes::{Outcome, Saved};
pub use report::{BatchReport, Counts};
pub(crate) use rows::{Row, comma_list};
pub(crate) use send::{Batch, Guard};
pub use stream::{WriteStream, Written};
