//! Ctrl-C, and the signals that ask for a program's end.

use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::exit::IN_PART;

/// How long the last words may take.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Whether the end of the job was asked for, by Ctrl-C, SIGTERM or SIGHUP. A SIGHUP that is ignored when the program
/// starts, as under `nohup`, stays ignored where the system says so (Linux does).
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches from now on; only once in a program. The first signal runs `first` on a thread of its own. The second
    /// one ends the program with exit code 2, after `last_words`, or after ten seconds where these are held up; the
    /// third one at once: a job whose output nobody takes can always be ended.
    ///
    /// # Errors
    ///
    /// When the operating system does not let the program know of signals.
    pub fn watch(first: impl FnOnce() + Send + 'static, last_words: impl FnOnce() + Send + 'static) -> Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let note = Arc::clone(&asked);
        let (mut first, mut last_words) = (Some(first), Some(last_words));
        let handler = move || {
            note.store(true, Ordering::SeqCst);
            if let Some(first) = first.take() {
                thread::spawn(first);
            } else if let Some(last_words) = last_words.take() {
                thread::spawn(move || {
                    let (done, ended) = channel();
                    thread::spawn(move || {
                        last_words();
                        // The receiver is gone only when the program ends.
                        let _ = done.send(());
                    });
                    let _ = ended.recv_timeout(LAST_WORDS);
                    end();
                });
            } else {
                end();
            }
        };
        on_signal(handler).context("Ctrl-C cannot be watched for")?;
        Ok(Self(asked))
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Runs `handler` on a thread of its own at each Ctrl-C, SIGTERM and SIGHUP; only once in a program.
///
/// # Errors
///
/// When the operating system does not let the program know of signals.
#[cfg(unix)]
pub fn on_signal(mut handler: impl FnMut() + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| *signal != SIGHUP || !is_ignored(SIGHUP));
    let mut signals = signal_hook::iterator::Signals::new(heard)?;
    thread::Builder::new().spawn(move || signals.forever().for_each(|_| handler())).map(drop)
}

/// Whether whoever started the program has it ignore the signal. Nothing but Linux tells without unsafe code.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Runs `handler` on a thread of its own at each Ctrl-C; only once in a program.
///
/// # Errors
///
/// When the operating system does not let the program know of signals.
#[cfg(not(unix))]
pub fn on_signal(handler: impl FnMut() + Send + 'static) -> io::Result<()> {
    ctrlc::set_handler(handler).map_err(io::Error::other)
}

/// Ends the program: done in part.
pub fn end() -> ! {
    process::exit(IN_PART.into())
}
