//! Ctrl-C, for jobs that have to come to an orderly end.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

/// Whether the user asked for the end of the job by Ctrl-C. Asked twice, the program ends at once, with exit code 2.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for Ctrl-C from now on; only once in a program.
    ///
    /// # Errors
    ///
    /// When the operating system does not let the program know of Ctrl-C.
    pub fn watch() -> Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let note = Arc::clone(&asked);
        let handler = move || {
            if note.swap(true, Ordering::SeqCst) {
                process::exit(2);
            }
            eprintln!("interrupted: the call under way is waited for; Ctrl-C again ends at once");
        };
        ctrlc::set_handler(handler).context("Ctrl-C cannot be watched for")?;
        Ok(Self(asked))
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
