//! The dictionary's two logging keys.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use env_logger::{Builder, Logger, Target};
use log::{LevelFilter, Log, Metadata, Record};

use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::SHOW_THE_WIRE;

/// Installs env_logger for `application_log_file_path` and `log_in_console`, both at once if both are set; does nothing
/// if neither is.
///
/// The level is `error` unless `RUST_LOG` says otherwise. Whatever it says, the HTTP, TLS and MySQL crates below stay at
/// `warn`, because their other lines show tokens. The file is appended to and created with mode 0600; console lines go
/// to standard error. A program has one logger: where one is installed already, it stays, and a warning says that the
/// two keys are not honoured. [`Client::from_config`](crate::Client::from_config) calls this.
///
/// # Errors
///
/// [`ErrorKind::Config`] when the file cannot be opened, for instance because its folder does not exist.
pub fn init(config: &Config) -> Result<()> {
    let file = config.log_file().map(open).transpose()?;
    if file.is_none() && !config.log_in_console() {
        return Ok(());
    }
    let mut builder = Builder::new();
    builder.filter_level(LevelFilter::Error);
    if let Ok(filters) = std::env::var("RUST_LOG") {
        builder.parse_filters(&filters);
    }
    builder.format(|line, record| {
        let text = record.args().to_string().replace('\n', " ");
        writeln!(line, "{} {} {}: {text}", line.timestamp_millis(), record.level(), record.target())
    });
    builder.target(Target::Pipe(Box::new(Tee { file, console: config.log_in_console() })));
    let logger = Quieted(builder.build());
    let level = logger.0.filter();
    match log::set_boxed_logger(Box::new(logger)) {
        Ok(()) => log::set_max_level(level),
        Err(_) => log::warn!(
            "a logger is installed already, so application_log_file_path and log_in_console are not honoured; this \
             message went to that logger"
        ),
    }
    Ok(())
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
struct Tee {
    file: Option<File>,
    console: bool,
}

impl Write for Tee {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(file) = &mut self.file {
            file.write_all(line)?;
        }
        if self.console {
            io::stderr().write_all(line)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
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
