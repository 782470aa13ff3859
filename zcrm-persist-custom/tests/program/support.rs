//! What the trials share.

use std::path::Path;

use libtest_mimic::Trial;
use zcrm_persist_custom::ExternalProgram;

/// What the class of a helper begins with.
pub(crate) const CLASS: &str = "helper:";
/// The store that a worker of the conformance suite opens: path and class.
pub(crate) const WORKER: &str = "TEST_PROGRAM";

/// A trial that fails by panicking.
pub(crate) fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// This program as a helper that keeps tokens in `folder`, with a behaviour: see `helper`.
pub(crate) fn helper(behaviour: &str, folder: &Path) -> ExternalProgram {
    ExternalProgram::new(std::env::current_exe().unwrap(), class(behaviour, folder)).unwrap()
}

pub(crate) fn class(behaviour: &str, folder: &Path) -> String {
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
