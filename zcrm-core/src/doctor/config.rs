//! The configuration and the log file.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use crate::config::{Config, Examined};
use crate::finding::Finding;

/// Every fault, one finding each, and what is inadvisable.
pub(super) fn check(examined: &Examined, source: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = examined.faults.iter().map(|fault| of_fault(fault, source)).collect();
    if let Some(config) = &examined.config {
        if findings.is_empty() {
            findings.push(Finding::ok("configuration", about(config, source)));
        }
        findings.extend(config.warnings().iter().map(|warning| {
            let (found, remedy) = warning.split_once("; ").unwrap_or((warning, "correct it"));
            Finding::warn("configuration", found, remedy)
        }));
    }
    findings
}

fn of_fault(fault: &str, source: &str) -> Finding {
    let otherwise = match fault.starts_with("cannot read the configuration file") {
        true => "correct its path (--config), and let this program's user read it",
        false => "correct it; the README lists all keys",
    };
    let (found, remedy) = fault.split_once("; ").unwrap_or((fault, otherwise));
    Finding::fail("configuration", format!("{source}: {found}"), remedy)
}

fn about(config: &Config, source: &str) -> String {
    let center = config.data_center().map_or("servers of its own".to_owned(), |center| format!("data center {center}"));
    let environment = if config.sandbox() { "sandbox" } else { "production" };
    format!("{source}: {center}, {environment}, API {}", config.api_version())
}

/// Whether the log file can be written to. It is not created.
pub(super) fn check_log_file(config: &Config) -> Option<Finding> {
    let path = config.log_file()?;
    let name = path.display();
    let outcome = match OpenOptions::new().append(true).open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => writable_folder(path),
        opened => opened.map(drop),
    };
    Some(match outcome {
        Ok(()) => Finding::ok("log file", format!("{name} can be written to")),
        Err(cause) => Finding::fail(
            "log file",
            format!("{name} cannot be written to: {cause}"),
            "create its folder, give this program's user the right to write there, or correct application_log_file_path",
        ),
    })
}

fn writable_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = fs::metadata(folder)
        .map_err(|cause| io::Error::new(cause.kind(), format!("the folder {}: {cause}", folder.display())))?;
    if !found.is_dir() {
        return Err(io::Error::other(format!("{} is no folder", folder.display())));
    }
    // A file that nobody sees and that is gone at once.
    tempfile::tempfile_in(folder).map(drop)
}
