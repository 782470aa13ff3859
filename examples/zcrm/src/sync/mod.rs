//! Modules as tables of a database, kept up to date by their changes.
//!
//! * `job`: one module, from its changes to its table. `store`: the tables, and how far each is.
//! * `mapping`: which field has which column; `cell`: what is in it.
//! * `target`: which database; `open`: a connection to it; `database`: what is needed of one, `sqlite` and
//!   `mysql`.

mod cell;
mod database;
mod job;
mod mapping;
#[cfg(feature = "mysql")]
mod mysql;
mod open;
mod sqlite;
mod store;
mod target;

pub use cell::{Cell, Decimals, Kind};
pub use database::{Database, Dialect};
pub use job::{Job, Told};
pub use mapping::Mapped;
pub use open::open;
pub use store::{Applied, STATE, Store, Table};
pub use target::{PASSWORD, Target};
