//! One run of the program: started, fed, listened to, and ended in time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use shared_child::SharedChild;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};
use zeroize::Zeroizing;

use super::ExternalProgram;
use super::redact::Secrets;
use super::wire::Request;

/// The longest answer, in bytes.
const LONGEST_ANSWER: u64 = 1 << 20;
/// The longest piece of standard error that is logged as one line, in bytes.
const LONGEST_LINE: u64 = 8 << 10;
/// Variables of this environment that may hold client secret, grant or database password.
const OUR_VARIABLES: &str = "ZCRM_";

/// A running program. Dropping it kills the program, if it still runs, and leaves no zombie.
pub(super) struct Run {
    program: ExternalProgram,
    child: Arc<SharedChild>,
    /// Holds the program's standard input once the request is written; dropping this closes it, also before.
    input: Option<Receiver<ChildStdin>>,
    events: Receiver<Event>,
    answer: Option<io::Result<Zeroizing<Vec<u8>>>>,
    exit: Option<io::Result<ExitStatus>>,
    limit: Duration,
    deadline: Instant,
}

enum Event {
    Answer(io::Result<Zeroizing<Vec<u8>>>),
    Exit(io::Result<ExitStatus>),
}

impl Run {
    pub(super) fn start(
        program: &ExternalProgram,
        request: &Request<'_>,
        limit: Duration,
    ) -> Result<Self, PersistenceError> {
        let line = request.line().map_err(|fault| program.fault(PersistenceErrorKind::Other, &fault.to_string()))?;
        let mut command = Command::new(&program.path);
        command.arg(&program.class).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with(OUR_VARIABLES)) {
            command.env_remove(name);
        }
        let child = SharedChild::spawn(&mut command).map_err(|cause| not_started(program, cause))?;
        let (sender, events) = mpsc::channel();
        let (hand_back, input) = mpsc::channel();
        let now = Instant::now();
        let run = Self {
            program: program.clone(),
            child: Arc::new(child),
            input: Some(input),
            events,
            answer: None,
            exit: None,
            limit,
            deadline: now.checked_add(limit).unwrap_or(now),
        };
        run.attend(line, hand_back, sender, request.secrets()).map_err(|cause| not_started(program, cause))?;
        Ok(run)
    }

    /// The threads at the program's ends. None is joined: a grandchild can hold a pipe open after the program is gone.
    fn attend(
        &self,
        request: Zeroizing<Vec<u8>>,
        hand_back: Sender<ChildStdin>,
        events: Sender<Event>,
        secrets: Secrets,
    ) -> io::Result<()> {
        let begin =
            |work: Box<dyn FnOnce() + Send>| thread::Builder::new().name("token program".to_owned()).spawn(work);
        if let Some(mut input) = self.child.take_stdin() {
            begin(Box::new(move || {
                // A program that answers without reading has its reasons; its answer decides.
                let _ = input.write_all(&request).and_then(|()| input.flush());
                let _ = hand_back.send(input);
            }))?;
        }
        if let Some(errors) = self.child.take_stderr() {
            let path = self.program.path.display().to_string();
            begin(Box::new(move || log_lines(errors, &path, &secrets)))?;
        }
        if let Some(output) = self.child.take_stdout() {
            let mut output = BufReader::new(output);
            let events = events.clone();
            begin(Box::new(move || {
                let _ = events.send(Event::Answer(first_line(&mut output)));
                // What follows is nobody's; read, it does not end the program by a broken pipe.
                let _ = io::copy(&mut output, &mut io::sink());
            }))?;
        }
        let child = Arc::clone(&self.child);
        begin(Box::new(move || {
            let _ = events.send(Event::Exit(child.wait()));
        }))?;
        Ok(())
    }

    /// Closes the program's standard input, once the request is written.
    pub(super) fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the answer.
    pub(super) fn answer(&mut self) -> Result<Zeroizing<Vec<u8>>, PersistenceError> {
        loop {
            match self.answer.take() {
                None => self.listen(self.deadline)?,
                Some(Ok(line)) if line.is_empty() => return Err(self.mute()),
                Some(Ok(line)) => return Ok(line),
                Some(Err(cause)) => return Err(self.unreadable(cause)),
            }
        }
    }

    /// Waits for the end of the program, and demands that it went well.
    pub(super) fn succeeded(mut self) -> Result<(), PersistenceError> {
        match self.ended(self.deadline)? {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(self.fault(&format!("it answered, but then failed ({status})"))),
            Err(cause) => Err(self.unreadable(cause)),
        }
    }

    /// Waits up to `limit` for the end of a program that has nothing more to do.
    pub(super) fn leave(mut self, limit: Duration) {
        self.close_input();
        let now = Instant::now();
        if let Err(fault) = self.ended(now.checked_add(limit).unwrap_or(now)) {
            log::warn!("{fault}");
        }
    }

    /// Whether the program still runs.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn ended(&mut self, deadline: Instant) -> Result<io::Result<ExitStatus>, PersistenceError> {
        loop {
            match self.exit.take() {
                Some(exit) => return Ok(exit),
                None => self.listen(deadline)?,
            }
        }
    }

    fn listen(&mut self, deadline: Instant) -> Result<(), PersistenceError> {
        match self.events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Event::Answer(answer)) => self.answer = Some(answer),
            Ok(Event::Exit(exit)) => self.exit = Some(exit),
            Err(RecvTimeoutError::Timeout) => {
                let text = format!("it did not end within {:?} and was killed", self.limit);
                return Err(self.program.fault(PersistenceErrorKind::Unavailable, &text));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(self.fault("nobody listens to it any more")),
        }
        Ok(())
    }

    fn mute(&mut self) -> PersistenceError {
        match self.ended(self.deadline) {
            Ok(Ok(status)) => self.fault(&format!("it ended without an answer ({status}); the log has what it said")),
            Ok(Err(cause)) => self.unreadable(cause),
            Err(fault) => fault,
        }
    }

    fn unreadable(&self, cause: io::Error) -> PersistenceError {
        self.fault("its answer cannot be read").with_source(cause)
    }

    fn fault(&self, text: &str) -> PersistenceError {
        self.program.fault(PersistenceErrorKind::Other, text)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Both do nothing, and succeed, when it has ended and was waited for.
        if let Err(cause) = self.child.kill().and_then(|()| self.child.wait().map(drop)) {
            log::warn!("the token program {} cannot be ended: {cause}", self.program.path.display());
        }
    }
}

fn not_started(program: &ExternalProgram, cause: io::Error) -> PersistenceError {
    let kind = match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => PersistenceErrorKind::Setup,
        _ => PersistenceErrorKind::Unavailable,
    };
    program.fault(kind, "it cannot be started; a script begins with #! and its interpreter").with_source(cause)
}

fn first_line(output: &mut impl BufRead) -> io::Result<Zeroizing<Vec<u8>>> {
    // Growing would leave tokens behind in freed memory.
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE as usize));
    let read = output.take(LONGEST_ANSWER + 1).read_until(b'\n', &mut line)?;
    if read as u64 > LONGEST_ANSWER {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 1 MiB"));
    }
    Ok(line)
}

fn log_lines(errors: impl Read, path: &str, secrets: &Secrets) {
    let mut errors = BufReader::new(errors);
    let mut line = Vec::new();
    while let Ok(1..) = errors.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
        log::warn!("the token program {path} says: {}", secrets.redact(String::from_utf8_lossy(&line).trim()));
        line.clear();
    }
}
