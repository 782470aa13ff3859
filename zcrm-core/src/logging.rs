//! Logging as the configuration asks for it: to a file, to the console, or both.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use env_logger::{Builder, Logger, Target};
use log::{LevelFilter, Log, Metadata, Record};

use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::SHOW_THE_WIRE;

/// Where lines go. A process has one logger, however many clients it has; so this is the crate's only mutable static.
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

/// Installs env_logger for `application_log_file_path` and `log_in_console`; does nothing if neither is set. If both
/// are set, each line goes to both.
///
/// A successful run logs nothing by default: the level is `error`, unless the environment variable `RUST_LOG` says
/// otherwise, such as `RUST_LOG=info` or `RUST_LOG=zcrm_core=debug`. Whatever it says, the HTTP, TLS and MySQL crates
/// below stay at `warn`, because their other lines show tokens.
///
/// Each record is one line: its time in UTC, the id of the process (several may append to one file), the level, the
/// module and the message.
///
/// ```text
/// 2026-01-31T09:30:00.000Z 4711 ERROR zcrm_core::rest: ...
/// ```
///
/// The file is appended to, and created with mode 0600 (on Windows with the permissions of its folder); console lines
/// go to standard error.
///
/// A process has one logger. If the program installed its own, that one stays, and a warning says that the two keys
/// have no effect. A second configuration adds what the first did not ask for, but a second file is not opened: lines
/// still go to the first one, and a warning says so. [`Client::from_config`](crate::Client::from_config) calls this.
///
/// # Errors
///
/// [`ErrorKind::Config`] if the file cannot be opened, for instance because its folder does not exist.
pub fn init(config: &Config) -> Result<()> {
    if config.log_file().is_none() && !config.log_in_console() {
        return Ok(());
    }
    if !install(None) {
        log::warn!(
            "application_log_file_path and log_in_console have no effect: this program has installed its own logger"
        );
        return Ok(());
    }
    match direct(config) {
        Ok(None) => Ok(()),
        Ok(Some((wanted, used))) => {
            log::warn!(
                "application_log_file_path: {} is not used, because this process already logs to {}",
                wanted.display(),
                used.display()
            );
            Ok(())
        }
        Err(error) => Err(error.logged()),
    }
}

/// Sends lines from `level` on to standard error, whatever the configuration and `RUST_LOG` ask for: what a command
/// line needs for an option of its own. To be called before anything else installs a logger; false when a program has
/// one.
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
        // A line break or an escape sequence in a response must not look like a record or control a terminal.
        let text = record.args().to_string().replace(char::is_control, " ");
        let (time, process) = (line.timestamp_millis(), std::process::id());
        writeln!(line, "{time} {process} {} {}: {text}", record.level(), record.target())
    });
    builder.target(Target::Pipe(Box::new(Lines)));
    builder.build()
}

/// Adds the destinations of a configuration. Returns the file it asks for and the one in use if they differ.
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
            format!("application_log_file_path: cannot open {}; its folder must exist and be writable", path.display()),
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

/// env_logger, without the lines of [`SHOW_THE_WIRE`] below WARN.
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
