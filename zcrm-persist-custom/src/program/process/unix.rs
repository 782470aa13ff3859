//! A process group of its own, which signals of a terminal (Ctrl-C) do not reach, and pipes that can be left.
//!
//! The group is ended while its leader is not yet waited for, so that its number cannot belong to anybody else.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// How much is still read of a pipe once the program has ended, in bytes: more than a pipe holds.
const REST: usize = 2 << 20;
/// Whoever may write at all may write so much at once (POSIX's `PIPE_BUF`).
const CHUNK: usize = 512;

pub(in super::super) struct Process {
    child: Child,
    watcher: Option<JoinHandle<()>>,
}

pub(in super::super) struct Pipes {
    pub(in super::super) input: Leavable<ChildStdin>,
    pub(in super::super) output: Leavable<ChildStdout>,
    pub(in super::super) errors: Leavable<ChildStderr>,
}

impl Process {
    /// Starts `command`, whose three pipes must be asked for; `at_exit` is called when the program has ended.
    pub(in super::super) fn start(
        command: &mut Command,
        at_exit: impl FnOnce() + Send + 'static,
    ) -> io::Result<(Self, Pipes)> {
        let (ended, ends_when_dropped) = io::pipe()?;
        let ended = Arc::new(ended);
        let mut child = command.process_group(0).spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut process = Self { child, watcher: None };
        process.watcher = Some(process.watch(ends_when_dropped, at_exit).inspect_err(|_| drop(process.end()))?);
        let (Some(input), Some(output), Some(errors)) = pipes else {
            return Err(io::Error::other("a program was started without its pipes"));
        };
        let pipes = Pipes {
            input: Leavable::new(input, &ended),
            output: Leavable::new(output, &ended),
            errors: Leavable::new(errors, &ended),
        };
        Ok((process, pipes))
    }

    fn watch(
        &self,
        ends_when_dropped: PipeWriter,
        at_exit: impl FnOnce() + Send + 'static,
    ) -> io::Result<JoinHandle<()>> {
        let pid = self.pid();
        thread::Builder::new().name("token program".to_owned()).spawn(move || {
            if let Some(pid) = pid.filter(|pid| wait_without_reaping(*pid)) {
                // The program is gone; what it left in its group goes as well.
                let _ = kill_process_group(pid, Signal::KILL);
            }
            drop(ends_when_dropped);
            at_exit();
        })
    }

    /// Whether the program itself still runs.
    pub(in super::super) fn is_running(&self) -> bool {
        self.watcher.as_ref().is_some_and(|watcher| !watcher.is_finished())
            && self.pid().is_some_and(|pid| matches!(look(pid, WaitIdOptions::NOHANG), Ok(false)))
    }

    /// Kills whatever still runs, and waits for the program, so that no zombie is left. Repeating it does nothing.
    pub(in super::super) fn end(&mut self) -> io::Result<ExitStatus> {
        if let Some(watcher) = self.watcher.take() {
            // Where nobody can wait for it any more, its number may already be another's.
            if let Some(pid) = self.pid().filter(|pid| look(*pid, WaitIdOptions::NOHANG).is_ok()) {
                let _ = kill_process_group(pid, Signal::KILL);
            }
            // In case the program left its group.
            let _ = self.child.kill();
            let _ = watcher.join();
        } else {
            let _ = self.child.kill();
        }
        self.child.wait()
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(cause) = self.end() {
            log::warn!("a token program cannot be ended: {cause}");
        }
    }
}

/// Waits for the end of a child and leaves its number taken; `false` when there is no such child.
fn wait_without_reaping(pid: Pid) -> bool {
    loop {
        match look(pid, WaitIdOptions::empty()) {
            Ok(true) => return true,
            Ok(false) | Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// Whether a child has ended; it stays to be waited for.
fn look(pid: Pid, options: WaitIdOptions) -> Result<bool, Errno> {
    waitid(WaitId::Pid(pid), options | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).map(|status| status.is_some())
}

/// A pipe whose other end may be held open by a process that outlives the program: it ends with the program.
pub(in super::super) struct Leavable<P> {
    pipe: P,
    ended: Arc<PipeReader>,
    left: usize,
}

impl<P: AsFd> Leavable<P> {
    fn new(pipe: P, ended: &Arc<PipeReader>) -> Self {
        Self { pipe, ended: Arc::clone(ended), left: REST }
    }

    /// Waits until the pipe is ready; `false` when the program has ended and the pipe is not.
    fn is_ready(&self, event: PollFlags) -> io::Result<bool> {
        loop {
            let mut watched = [PollFd::new(&self.pipe, event), PollFd::new(&*self.ended, PollFlags::IN)];
            match poll(&mut watched, None) {
                Ok(_) => return Ok(!watched[0].revents().is_empty()),
                Err(Errno::INTR) => {}
                Err(cause) => return Err(cause.into()),
            }
        }
    }

    fn has_ended(&self) -> bool {
        let mut watched = [PollFd::new(&*self.ended, PollFlags::IN)];
        let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut watched, Some(&now)).is_ok_and(|ready| ready > 0)
    }
}

impl<P: AsFd + Read> Read for Leavable<P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || !self.is_ready(PollFlags::IN)? {
            return Ok(0);
        }
        let read = self.pipe.read(buffer)?;
        if self.has_ended() {
            self.left = self.left.saturating_sub(read);
        }
        Ok(read)
    }
}

impl<P: AsFd + Write> Write for Leavable<P> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if !self.is_ready(PollFlags::OUT)? {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.pipe.write(buffer.get(..CHUNK).unwrap_or(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pipe.flush()
    }
}
