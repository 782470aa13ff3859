//! One run of the program: started, fed, listened to, and ended in time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::ExitStatus;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use zcrm_core::persistence::{MAX_LOCK_TIMEOUT, PersistenceError, PersistenceErrorKind};
use zeroize::Zeroizing;

use super::check;
use super::command::Program;
use super::process::{Pipes, Process};
use super::redact::{MAX_SCANNED, Secrets};
use super::wire::Request;

/// The longest time that a run may take: more than any wait for a lock and the time limit of a call.
const MAX_TIME_LIMIT: Duration = MAX_LOCK_TIMEOUT.saturating_mul(2);
/// The longest response, in bytes.
const MAX_RESPONSE: u64 = 1 << 20;

/// A running program. Dropping it ends the program and all that it started, and the threads at its pipes.
pub(super) struct Run {
    program: Program,
    process: Process,
    pipes: Vec<JoinHandle<()>>,
    /// Closes the program's standard input when it is dropped, once the request is written.
    input: Option<Sender<()>>,
    events: Receiver<Event>,
    response: Option<io::Result<Zeroizing<Vec<u8>>>>,
    has_exited: bool,
    limit: Duration,
    deadline: Instant,
}

enum Event {
    Response(io::Result<Zeroizing<Vec<u8>>>),
    Exit,
}

impl Run {
    pub(super) fn start(program: &Program, request: &Request<'_>, limit: Duration) -> Result<Self, PersistenceError> {
        let line = request.line().map_err(|fault| program.fault(PersistenceErrorKind::Other, &fault.to_string()))?;
        let limit = limit.min(MAX_TIME_LIMIT);
        let deadline = Instant::now() + limit;
        let (sender, events) = mpsc::channel();
        let exit = sender.clone();
        let at_exit = move || drop(exit.send(Event::Exit));
        let (process, pipes) = Process::start(&mut program.command(), at_exit)
            .map_err(|cause| program.fault(check::start_failure(&cause), check::HOW_TO_START).with_source(cause))?;
        let (input, no_more) = mpsc::channel();
        let mut run = Self {
            program: program.clone(),
            process,
            pipes: Vec::new(),
            input: Some(input),
            events,
            response: None,
            has_exited: false,
            limit,
            deadline,
        };
        run.attend(pipes, line, no_more, sender, request.secrets()).map_err(|cause| {
            program
                .fault(PersistenceErrorKind::Unavailable, "no thread can be started for its pipes")
                .with_source(cause)
        })?;
        Ok(run)
    }

    /// The threads at the program's pipes.
    fn attend(
        &mut self,
        pipes: Pipes,
        request: Zeroizing<Vec<u8>>,
        no_more: Receiver<()>,
        events: Sender<Event>,
        secrets: Secrets,
    ) -> io::Result<()> {
        let Pipes { mut input, output, errors } = pipes;
        let path = self.program.path.display().to_string();
        let mut begin = |work: Box<dyn FnOnce() + Send>| {
            self.pipes.push(thread::Builder::new().name("token program".to_owned()).spawn(work)?);
            io::Result::Ok(())
        };
        begin(Box::new(move || {
            // A program that responds without reading has its reasons; its response decides.
            let _ = input.write_all(&request).and_then(|()| input.flush());
            drop(request);
            let _ = no_more.recv();
        }))?;
        begin(Box::new(move || log_lines(errors, &path, &secrets)))?;
        begin(Box::new(move || {
            let mut output = BufReader::new(output);
            let _ = events.send(Event::Response(first_line(&mut output)));
            // What follows is nobody's; read, it does not end the program by a broken pipe.
            let _ = io::copy(&mut output, &mut io::sink());
        }))
    }

    /// Closes the program's standard input, once the request is written.
    pub(super) fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the response.
    pub(super) fn response(&mut self) -> Result<Zeroizing<Vec<u8>>, PersistenceError> {
        loop {
            match self.response.take() {
                None => self.listen(self.deadline)?,
                Some(Ok(line)) if line.is_empty() => return Err(self.mute()),
                Some(Ok(line)) => return Ok(line),
                Some(Err(cause)) => return Err(self.unreadable(cause)),
            }
        }
    }

    /// Waits for the end of the program, and demands that it went well.
    pub(super) fn succeeded(mut self) -> Result<(), PersistenceError> {
        match self.exit(self.deadline)? {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(self.fault(&format!("it responded, but then failed ({status})"))),
            Err(cause) => Err(self.unreadable(cause)),
        }
    }

    /// Waits up to `limit` for the end of a program that has nothing more to do.
    pub(super) fn leave(mut self, limit: Duration) {
        self.close_input();
        (self.limit, self.deadline) = (limit, Instant::now() + limit);
        if let Err(fault) = self.exit(self.deadline) {
            log::warn!("{fault}");
        }
    }

    /// Whether the program still runs.
    pub(super) fn is_running(&self) -> bool {
        self.process.is_running()
    }

    fn exit(&mut self, deadline: Instant) -> Result<io::Result<ExitStatus>, PersistenceError> {
        while !self.has_exited {
            self.listen(deadline)?;
        }
        Ok(self.process.end())
    }

    fn listen(&mut self, deadline: Instant) -> Result<(), PersistenceError> {
        match self.events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Event::Response(response)) => self.response = Some(response),
            Ok(Event::Exit) => self.has_exited = true,
            Err(RecvTimeoutError::Timeout) => {
                let text = format!("it did not end within {:?} and was killed", self.limit);
                return Err(self.program.fault(PersistenceErrorKind::Unavailable, &text));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(self.fault("nobody listens to it any more")),
        }
        Ok(())
    }

    fn mute(&mut self) -> PersistenceError {
        match self.exit(self.deadline) {
            Ok(Ok(status)) => self.fault(&format!("it ended without a response ({status}); the log has what it said")),
            Ok(Err(cause)) => self.unreadable(cause),
            Err(fault) => fault,
        }
    }

    fn unreadable(&self, cause: io::Error) -> PersistenceError {
        self.fault("its response cannot be read").with_source(cause)
    }

    fn fault(&self, text: &str) -> PersistenceError {
        self.program.fault(PersistenceErrorKind::Other, text)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.close_input();
        if let Err(cause) = self.process.end() {
            log::warn!("the token program {} cannot be ended: {cause}", self.program.path.display());
        }
        for thread in self.pipes.drain(..) {
            // They end with the program. One that panicked has said so.
            let _ = thread.join();
        }
    }
}

fn first_line(output: &mut impl BufRead) -> io::Result<Zeroizing<Vec<u8>>> {
    // Growing would leave tokens behind in freed memory.
    let mut line = Zeroizing::new(Vec::with_capacity(8 << 10));
    let read = output.take(MAX_RESPONSE + 1).read_until(b'\n', &mut line)?;
    if read as u64 > MAX_RESPONSE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 1 MiB"));
    }
    Ok(line)
}

/// Logs a program's words line by line. Of a line that is too long only the beginning is looked at.
fn log_lines(errors: impl Read, path: &str, secrets: &Secrets) {
    let mut errors = BufReader::new(errors);
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_SCANNED + 1));
    while let Ok(1..) = errors.by_ref().take(MAX_SCANNED as u64 + 1).read_until(b'\n', &mut line) {
        log::warn!("the token program {path} says: {}", secrets.redact(&String::from_utf8_lossy(&line)));
        if !line.ends_with(b"\n") && errors.skip_until(b'\n').is_err() {
            break;
        }
        line.clear();
    }
}
