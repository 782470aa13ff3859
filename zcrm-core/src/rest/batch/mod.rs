//! Batches: any number of items, sent in requests of the size that Zoho takes, and what became of each item.
//!
//! * [`rows`]: an item as it goes into a body.
//! * [`send`]: one request, and when it makes no sense to go on; [`pipeline`]: several in flight; [`all`]: all items.
//! * [`effect`]: what a batch does to its items; [`guard`]: what holds for each of them beyond its request.
//! * [`matching`]: which of Zoho's results belongs to which item.
//! * [`outcomes`]: what became of an item; [`report`]: of all of them.
//! * [`stream`]: items of an iterator, no more than what is in flight in memory.

mod all;
mod effect;
mod guard;
mod matching;
mod outcomes;
mod pipeline;
mod report;
mod rows;
mod send;
mod stream;

pub(crate) use effect::Effect;
pub(crate) use guard::Guard;
pub use outcomes::{Outcome, Saved};
pub use report::{BatchReport, Counts};
pub(crate) use rows::{Row, comma_list};
pub(crate) use send::{Batch, BeforeRequest};
pub use stream::{WriteStream, Written};
