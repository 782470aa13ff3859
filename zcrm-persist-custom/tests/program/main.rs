//! External programs. This test program is the external program, too: it has a `main` of its own, and an argument that
//! names a folder and a behaviour makes it one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod failing;
#[path = "../../guide/folder_store.rs"]
#[allow(unreachable_pub, reason = "the guide shows it as a library has it")]
mod folder_store;
mod helper;
mod logged;
mod outliving;
#[cfg(unix)]
mod python;
mod sharing;
mod words;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use zcrm_core::persistence::conformance::work_if_ordered;
use zcrm_persist_custom::ExternalProgram;

/// What the class of a helper begins with.
const CLASS: &str = "helper:";
/// The store that a worker of the conformance suite opens: path and class.
const WORKER: &str = "TEST_PROGRAM";

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

/// A trial that fails by panicking.
fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

fn worker_store() -> ExternalProgram {
    let words = std::env::var(WORKER).unwrap();
    let (path, class) = words.split_once('\n').unwrap();
    ExternalProgram::new(path, class).unwrap()
}

/// This program as a helper that keeps tokens in `folder`, with a behaviour: see `helper`.
fn helper(behaviour: &str, folder: &Path) -> ExternalProgram {
    ExternalProgram::new(std::env::current_exe().unwrap(), class(behaviour, folder)).unwrap()
}

fn class(behaviour: &str, folder: &Path) -> String {
    format!("{CLASS}{behaviour}:{}", folder.display())
}

/// Whether a process is there, be it as a zombie.
pub(crate) fn is_there(pid: &str) -> bool {
    if cfg!(target_os = "linux") {
        Path::new("/proc").join(pid).exists()
    } else if cfg!(windows) {
        let filter = format!("PID eq {pid}");
        let tasks = std::process::Command::new("tasklist").args(["/NH", "/FI", &filter]).output().unwrap();
        String::from_utf8_lossy(&tasks.stdout).split_whitespace().any(|word| word == pid)
    } else {
        std::process::Command::new("kill").args(["-0", pid]).status().unwrap().success()
    }
}
