//! Records of any module: list, search, read, write, convert.

mod criteria;
mod deleted;
mod list;
mod search;

pub use criteria::Criteria;
pub use deleted::{DeletedKind, ListDeleted};
pub use list::{ListRecords, SortOrder, Which};
pub use search::{SearchBy, SearchRecords};

/// Names or ids as one parameter.
fn comma_list<S: AsRef<str>>(items: &[S]) -> String {
    items.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",")
}
