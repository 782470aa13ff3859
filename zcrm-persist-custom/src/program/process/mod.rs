//! A running program together with all that it started: nothing of it outlives [`Process::end`].
//!
//! [`Process::start`] gives the program's three pipes beside it. They end when the program ends, also where a process
//! that it left behind keeps them open.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{Pipes, Process};
#[cfg(windows)]
pub(super) use windows::{Pipes, Process};
