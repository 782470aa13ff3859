//! External programs. This test program is the external program, too: it has a `main` of its own, and an argument that
//! names a folder and a behaviour makes it one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod failing;
mod helper;
mod logged;
mod outliving;
#[cfg(unix)]
mod python;
mod sharing;
mod support;
mod words;

use std::process::ExitCode;

use libtest_mimic::Arguments;
use zcrm_core::persistence::conformance::work_if_ordered;
use zcrm_persist_custom::ExternalProgram;

use support::{CLASS, WORKER};

fn main() -> ExitCode {
    if let Some(class) = std::env::args().nth(1).as_deref().and_then(|class| class.strip_prefix(CLASS)) {
        return helper::run(class);
    }
    if work_if_ordered(worker_store) {
        return ExitCode::SUCCESS;
    }
    logged::listen();
    let mut trials = sharing::trials();
    trials.extend(failing::trials());
    trials.extend(outliving::trials());
    trials.extend(words::trials());
    #[cfg(unix)]
    trials.extend(python::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn worker_store() -> ExternalProgram {
    let words = std::env::var(WORKER).unwrap();
    let (path, class) = words.split_once('\n').unwrap();
    ExternalProgram::new(path, class).unwrap()
}
