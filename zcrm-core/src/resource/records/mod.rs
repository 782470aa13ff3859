//! Records of any module: list, search, read, write, convert.

mod batch;
mod convert;
mod criteria;
mod deleted;
mod list;
mod one;
mod outcome;
mod row;
mod search;
mod write;
mod writer;
mod writes;

pub use convert::{Conversion, Converted};
pub use criteria::Criteria;
pub use deleted::{DeletedKind, ListDeleted};
pub use list::{ListRecords, SortOrder, Which};
pub use outcome::{BatchReport, Counts, Outcome, Saved};
pub use search::{SearchBy, SearchRecords};
pub use writer::Writer;
pub use writes::{Writes, Written};

/// Names or ids as one parameter.
pub(super) fn comma_list<S: AsRef<str>>(items: &[S]) -> String {
    items.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",")
}
