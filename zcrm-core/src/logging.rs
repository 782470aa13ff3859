//! The dictionary's two logging keys.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use env_logger::{Builder, Logger, Target};
use log::{LevelFilter, Log, Metadata, Record};

use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::SHOW_THE_WIRE;

/// Where lines go. A process has one logger, whatever it has of clients; so this is the crate's one variable static.
static OUTPUT: Mutex<Output> = Mutex::new(Output { installed: false, file: None, console: false });

struct Output {
    installed: bool,
    file: Option<(PathBuf, File)>,
    console: bool,
}

impl Output {
    fn lock() -> MutexGuard<'static, Self> {
        OUTPUT.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Installs env_logger for `application_log_file_path` and `log_in_console`, both at once if both are set; does nothing
/// if neither is.
///
/// The level is `error` unless `RUST_LOG` says otherwise. Whatever it says, the HTTP, TLS and MySQL crates below stay at
/// `warn`, because their other lines show tokens. The file is appended to and created with mode 0600 (on Windows with
/// the rights of its folder); console lines go to standard error. Each record is one line, with its time in UTC.
///
/// A process has one logger. Where the program installed its own, that one stays, and a warning says that the two keys
/// are not honoured. A second configuration adds what the first did not ask for, but a second file is not opened: lines go
/// on to the first one, and a warning says so. [`Client::from_config`](crate::Client::from_config) calls this.
///
/// # Errors
///
/// [`ErrorKind::Config`] when the file cannot be opened, for instance because its folder does not exist.
pub fn init(config: &Config) -> Result<()> {
    if config.log_file().is_none() && !config.log_in_console() {
        return Ok(());
    }
    if !install(None) {
        log::warn!(
            "application_log_file_path and log_in_console are not honoured: this program has a logger of its own, and this \
             is a message of it"
        );
        return Ok(());
    }
    match direct(config) {
        Ok(None) => Ok(()),
        Ok(Some((wanted, used))) => {
            log::warn!(
                "application_log_file_path: {} is not honoured, as a process has one log file: {}",
                wanted.display(),
                used.display()
            );
            Ok(())
        }
        Err(error) => Err(error.logged()),
    }
}

/// Sends lines from `level` on to standard error, whatever the configuration and `RUST_LOG` ask for: what a command line
/// needs for an option of its own. To be called before anything else installs a logger; false when a program has one.
///
/// The HTTP, TLS and MySQL crates below stay at `warn`.
///
/// ```
/// assert!(zcrm_core::logging::to_console(log::LevelFilter::Info));
/// ```
pub fn to_console(level: LevelFilter) -> bool {
    let installed = install(Some(level));
    Output::lock().console |= installed;
    installed
}

/// Installs our logger, once; false when the program has another one. Without a level, it is `error` or what `RUST_LOG`
/// says.
fn install(level: Option<LevelFilter>) -> bool {
    let mut output = Output::lock();
    if !output.installed {
        let logger = Quieted(logger(level));
        let level = logger.0.filter();
        output.installed = log::set_boxed_logger(Box::new(logger)).is_ok();
        if output.installed {
            log::set_max_level(level);
        }
    }
    output.installed
}

fn logger(level: Option<LevelFilter>) -> Logger {
    let mut builder = Builder::new();
    builder.filter_level(level.unwrap_or(LevelFilter::Error));
    if let (None, Ok(filters)) = (level, std::env::var("RUST_LOG")) {
        builder.parse_filters(&filters);
    }
    builder.format(|line, record| {
        // A line break or an escape sequence in a server's answer must not pass for a record or steer a terminal.
        let text = record.args().to_string().replace(char::is_control, " ");
        writeln!(line, "{} {} {}: {text}", line.timestamp_millis(), record.level(), record.target())
    });
    builder.target(Target::Pipe(Box::new(Lines)));
    builder.build()
}

/// Sends lines to where a configuration wants them, too. Gives back the file that is wanted and the one that is used
/// where they differ.
fn direct(config: &Config) -> Result<Option<(PathBuf, PathBuf)>> {
    let mut output = Output::lock();
    output.console |= config.log_in_console();
    match (config.log_file(), &output.file) {
        (Some(wanted), Some((used, _))) if wanted != used => Ok(Some((wanted.to_owned(), used.clone()))),
        (Some(wanted), None) => {
            output.file = Some((wanted.to_owned(), open(wanted)?));
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|cause| {
        Error::new(
            ErrorKind::Config,
            format!(
                "application_log_file_path: {} cannot be opened; its folder must exist and be writable",
                path.display()
            ),
        )
        .with_source(cause)
    })
}

/// Writes each line to the file and to standard error, as configured.
struct Lines;

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut output = Output::lock();
        let console = if output.console { io::stderr().write_all(line) } else { Ok(()) };
        let file = output.file.as_mut().map_or(Ok(()), |(_, file)| file.write_all(line));
        console.and(file).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// env_logger, deaf to what talkative crates say below WARN.
struct Quieted(Logger);

impl Log for Quieted {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let source = metadata.target().split("::").next().unwrap_or_default();
        (metadata.level() <= log::Level::Warn || !SHOW_THE_WIRE.contains(&source)) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}
