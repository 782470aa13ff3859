//! A job object, which ends the program and all that it started when it is closed.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use shared_child::SharedChild;
use win32job::{ExtendedLimitInfo, Job};

/// Ctrl-C in the console of the client does not reach the program (`CREATE_NEW_PROCESS_GROUP`).
const NEW_PROCESS_GROUP: u32 = 0x0200;

pub(in super::super) struct Process {
    child: Arc<SharedChild>,
    job: Arc<Mutex<Option<Job>>>,
    watcher: Option<JoinHandle<()>>,
}

pub(in super::super) struct Pipes {
    pub(in super::super) input: ChildStdin,
    pub(in super::super) output: ChildStdout,
    pub(in super::super) errors: ChildStderr,
}

impl Process {
    /// Starts `command`, whose three pipes must be asked for; `at_exit` is called when the program has ended.
    pub(in super::super) fn start(
        command: &mut Command,
        at_exit: impl FnOnce() + Send + 'static,
    ) -> io::Result<(Self, Pipes)> {
        let mut limits = ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        let job = Job::create_with_limit_info(&limits).map_err(io::Error::other)?;
        let mut child = command.creation_flags(NEW_PROCESS_GROUP).spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let assigned = job.assign_process(child.as_raw_handle() as isize);
        let child = Arc::new(SharedChild::new(child)?);
        let mut process = Self { child, job: Arc::new(Mutex::new(Some(job))), watcher: None };
        assigned.map_err(io::Error::other)?;
        process.watcher = Some(process.watch(at_exit)?);
        let (Some(input), Some(output), Some(errors)) = pipes else {
            return Err(io::Error::other("a program was started without its pipes"));
        };
        Ok((process, Pipes { input, output, errors }))
    }

    fn watch(&self, at_exit: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
        let (child, job) = (Arc::clone(&self.child), Arc::clone(&self.job));
        thread::Builder::new().name("token program".to_owned()).spawn(move || {
            let _ = child.wait();
            // The program is gone; what it left running goes as well.
            close(&job);
            at_exit();
        })
    }

    /// Whether the program itself still runs.
    pub(in super::super) fn is_running(&self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends whatever still runs, and waits for the program. Repeating it does nothing.
    pub(in super::super) fn end(&mut self) -> io::Result<ExitStatus> {
        close(&self.job);
        self.child.kill()?;
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(cause) = self.end() {
            log::warn!("a token program cannot be ended: {cause}");
        }
    }
}

fn close(job: &Mutex<Option<Job>>) {
    drop(job.lock().unwrap_or_else(PoisonError::into_inner).take());
}
