//! What happened in a module since a cursor.
//!
//! * [`builder`]: which changes; [`rows`]: the iterator; [`change`]: one of them; [`cursor`]: up to where they were
//!   told.
//! * [`feed`]: up to where changes of one kind were told; [`clock`]: by whose time.
//! * [`source`]: modified records, [`by_query`] or [`by_listing`], as they are [`found`]; [`columns`]: their fields.
//! * [`deleted`]: what was deleted.

mod builder;
mod by_listing;
mod by_query;
mod change;
mod clock;
mod columns;
mod cursor;
mod deleted;
mod feed;
mod found;
mod rows;
mod source;

pub use builder::Changes;
pub use change::{Change, DeletionKind};
pub use cursor::ChangesCursor;
pub use rows::ChangesRows;
