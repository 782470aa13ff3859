//! CSV files: read strictly, and the values of fields in their cells.

mod cells;
mod scanner;
mod separator;
mod sheet;

pub use cells::{Content, NOTES};
pub use separator::{Separator, UnknownSeparator};
pub use sheet::{IN_DOUBT, REASON, Sheet, SheetRow};
