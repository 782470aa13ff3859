//! Changes as they happen, one a line, across restarts.

mod job;
mod server;
mod state_file;

pub use job::{End, Job};
pub use server::{Note, Server, Tls};
pub use state_file::StateFile;
