//! Nothing outlives a call: no process that the program left behind, no thread and no pipe of ours.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use zcrm_core::UserIdentifier;
use zcrm_core::persistence::PersistenceHandler;

use crate::support::{helper, trial};

pub(crate) fn trials() -> Vec<Trial> {
    #[allow(unused_mut, reason = "on Windows there is nothing to add")]
    let mut trials = vec![
        trial("what_a_program_leaves_behind_ends_with_it", what_a_program_leaves_behind_ends_with_it),
        trial("a_time_limit_without_end_is_no_panic", a_time_limit_without_end_is_no_panic),
    ];
    #[cfg(unix)]
    trials.extend([
        trial("a_call_ends_though_a_daemon_keeps_the_pipes", unix::a_call_ends_though_a_daemon_keeps_the_pipes),
        trial("signals_of_a_terminal_do_not_reach_the_program", unix::signals_of_a_terminal_do_not_reach_the_program),
    ]);
    trials
}

fn user() -> UserIdentifier {
    UserIdentifier::new("abc@xyz.com").unwrap()
}

fn wait_until_gone(pid: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while crate::support::is_there(pid) {
        assert!(Instant::now() < deadline, "process {pid} outlives the call that it came from");
        std::thread::yield_now();
    }
}

fn what_a_program_leaves_behind_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    assert!(helper("leaving-a-child", folder.path()).get_oauth_tokens(&user()).unwrap().is_none());
    wait_until_gone(&fs::read_to_string(folder.path().join("pid")).unwrap());
}

fn a_time_limit_without_end_is_no_panic() {
    let store = helper("deaf", Path::new("/")).time_limit(Duration::MAX);
    store.delete_oauth_tokens(&user()).unwrap();
}

#[cfg(unix)]
mod unix {
    use rustix::process::{Pid, Signal, getpgrp, kill_process};

    use super::*;

    pub(super) fn a_call_ends_though_a_daemon_keeps_the_pipes() {
        let folder = tempfile::tempdir().unwrap();
        // Its threads are waited for: that it comes back shows that none of them hangs at a pipe of the daemon.
        assert!(helper("leaving-a-daemon", folder.path()).get_oauth_tokens(&user()).unwrap().is_none());
        let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
        assert!(crate::support::is_there(&pid), "a daemon in a session of its own is not ended");
        kill_process(Pid::from_raw(pid.parse().unwrap()).unwrap(), Signal::KILL).unwrap();
    }

    pub(super) fn signals_of_a_terminal_do_not_reach_the_program() {
        let text = helper("grouped", Path::new("/")).get_oauth_tokens(&user()).unwrap_err().to_string();
        let (_, numbers) = text.split_once("group ").unwrap();
        let (group, process) = numbers.split_once(" of ").unwrap();
        assert_eq!(group, process, "the program leads a process group of its own");
        assert_ne!(group, getpgrp().as_raw_nonzero().to_string());
    }
}
