//! The log of this process, line by line.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use log::{LevelFilter, Log, Metadata, Record};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static ADDED: Condvar = Condvar::new();

struct Listener;

impl Log for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        LINES.lock().unwrap().push(format!("{} {}", record.level(), record.args()));
        ADDED.notify_all();
    }

    fn flush(&self) {}
}

pub(crate) fn listen() {
    log::set_logger(&Listener).unwrap();
    log::set_max_level(LevelFilter::Trace);
}

/// Waits for a line that holds `text`.
pub(crate) fn line_with(text: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut lines = LINES.lock().unwrap();
    loop {
        if let Some(line) = lines.iter().find(|line| line.contains(text)) {
            return line.clone();
        }
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(!left.is_zero(), "no line of the log holds {text:?}");
        lines = ADDED.wait_timeout(lines, left).unwrap().0;
    }
}

pub(crate) fn all() -> String {
    LINES.lock().unwrap().join("\n")
}
