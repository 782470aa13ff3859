//! What stands behind the command `zcrm`, for other programs: from a configuration to a client, exit codes and output
//! that keep their promises, CSV files and the cells in them, queries and a prompt for them, tables that follow
//! modules, imports that account for every row and can be taken back, Rust structs of modules.

mod connect;
pub mod csv;
mod exit;
pub mod export;
pub mod fleet;
pub mod grant;
mod hold;
pub mod import;
mod interrupt;
mod mysql_address;
pub mod names;
pub mod output;
pub mod progress;
pub mod query;
mod read_only;
mod rust_struct;
pub mod stdio;
pub mod stores;
pub mod sync;
mod table;
pub mod text;
pub mod undo;
pub mod watch;
mod written;

pub use connect::{backends, config, connect, is_local, may_write, token_place};
pub use exit::{IN_PART, Outcome, arguments, complain, in_one_line, outcome_unknown, run};
pub use hold::Hold;
pub use interrupt::{Interrupt, end, on_signal};
pub use mysql_address::MysqlAddress;
pub use read_only::is_read_only;
pub use rust_struct::{about, rust_struct};
pub use table::table;
pub use written::Written;
