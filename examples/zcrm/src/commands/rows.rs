//! Rows that come one after the other and are written down, one a line: what `export` and `query` share.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread;

use anyhow::{Context, Result};
use zcrm_cli::output::{Broken, Lines, Place, Sink};
use zcrm_cli::{Hold, Interrupt, Outcome, complain, end, progress, stdio};
use zcrm_core::Record;

use crate::global::Global;

/// Rows on their way to a file or to standard output.
pub(super) struct Job<'a> {
    global: &'a Global,
    /// What is broken off when something goes wrong.
    name: &'static str,
    /// What is counted.
    rows: &'static str,
    output: Option<&'a Path>,
    /// How many lines of the output are no rows.
    header: u64,
    /// What another run can do about rows that broke off.
    hint: &'static str,
    /// What a signal finds written, once there is an output.
    lines: Arc<OnceLock<Lines>>,
    hold: Hold,
}

impl<'a> Job<'a> {
    /// From now on a signal ends the program at the end of a line, and a second one ends it at once.
    pub(super) fn begin(
        global: &'a Global,
        name: &'static str,
        rows: &'static str,
        output: Option<&'a Path>,
        header: u64,
        hint: &'static str,
    ) -> Result<Self> {
        let lines = Arc::new(OnceLock::<Lines>::new());
        let written = Arc::clone(&lines);
        let hold = Hold::default();
        let held = hold.clone();
        let first = move || {
            let Some(lines) = written.get() else {
                stdio::note("interrupted: nothing was written");
                end();
            };
            stdio::note("interrupted: what was read is written; Ctrl-C again ends at once");
            held.wait();
            if let Some(broken) = lines.break_off(header) {
                stdio::note(format_args!("the {name} broke off: {broken}{hint}"));
                end();
            }
        };
        Interrupt::watch(first, || {})?;
        Ok(Self { global, name, rows, output, header, hint, lines, hold })
    }

    /// While it holds, a first signal waits.
    pub(super) fn hold(&self) -> Hold {
        self.hold.clone()
    }

    /// Opens the output, at a place of an earlier run if there is one.
    pub(super) fn open(&self, place: Option<Place>) -> Result<Lines> {
        let opened = match (self.output, place) {
            (Some(file), Some(place)) => Lines::resume(file, place)?,
            (output, _) => Lines::to(output)?,
        };
        Ok(self.lines.get_or_init(|| opened).clone())
    }

    /// Writes down all that come, and says how many where they went to a file.
    pub(super) fn run<S: Sink>(
        &self,
        lines: &Lines,
        sink: impl FnOnce(Lines) -> io::Result<S>,
        rows: impl Iterator<Item = Result<Record>>,
    ) -> Result<Outcome> {
        let written = self.write(sink, lines.clone(), rows);
        let complete = written.and_then(|complete| match complete {
            true => self.written(lines.complete()).map(Some),
            false => Ok(None),
        });
        match complete {
            Ok(Some(all)) => {
                self.say_written(all)?;
                Ok(Outcome::Done)
            }
            Ok(None) => self.broken_off(None, lines.break_off(self.header)),
            Err(cause) => self.broken_off(Some(cause), lines.break_off(self.header)),
        }
    }

    /// Says how many rows so many lines of a file are.
    pub(super) fn say_written(&self, lines: u64) -> Result<()> {
        match self.output {
            Some(_) => stdio::say(format_args!("{}={}", self.rows, lines.saturating_sub(self.header))),
            None => Ok(()),
        }
    }

    /// Whether all could be read.
    fn write<S: Sink>(
        &self,
        sink: impl FnOnce(Lines) -> io::Result<S>,
        lines: Lines,
        rows: impl Iterator<Item = Result<Record>>,
    ) -> Result<bool> {
        let watched = self.output.is_some() || !io::stdout().is_terminal();
        let bar = if watched { self.global.progress(|| progress::count_of(self.rows)) } else { progress::hidden() };
        let mut sink = self.written(sink(lines))?;
        let mut complete = true;
        for row in rows {
            match row {
                Ok(row) => self.written(sink.write(&row))?,
                Err(error) => {
                    bar.suspend(|| complain(&*error));
                    complete = false;
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        self.written(sink.end())?;
        Ok(complete)
    }

    fn written<T>(&self, outcome: io::Result<T>) -> Result<T> {
        match self.output {
            Some(file) => outcome.with_context(|| format!("{} cannot be written", file.display())),
            None => stdio::written(outcome),
        }
    }

    fn broken_off(&self, cause: Option<anyhow::Error>, broken: Option<Broken>) -> Result<Outcome> {
        let Some(broken) = broken else {
            // A signal has broken it off; its thread says so, and ends the program.
            loop {
                thread::park();
            }
        };
        if let Some(cause) = cause {
            if broken.lines == 0 || cause.is::<stdio::ReaderGone>() {
                return Err(cause);
            }
            complain(&*cause);
        }
        stdio::note(format_args!("the {} broke off: {broken}{}", self.name, self.hint));
        Ok(Outcome::InPart)
    }
}
