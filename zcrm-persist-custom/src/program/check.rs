//! What cannot be an external program, told before a grant is spent.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};

/// What Windows starts by itself; anything else belongs to another program that it knows or does not know.
const WINDOWS_PROGRAMS: [&str; 4] = ["exe", "bat", "cmd", "com"];

/// The likely reason for a program that does not start.
pub(super) const HOW_TO_START: &str = if cfg!(windows) {
    "it cannot be started; name an .exe or .bat that Windows can start by itself"
} else {
    "it cannot be started; a script begins with #! and its interpreter"
};

pub(super) fn path(path: &Path) -> Result<(), PersistenceError> {
    let fault = |what: &str| Err(setup(&format!("persistence_handler_class_path, {}, {what}", path.display())));
    if has_extension(path, &["rb"]) {
        return fault("is a Ruby class of Zoho's SDK, which only Ruby can load; give a program that keeps tokens");
    }
    if !path.is_absolute() {
        return fault("is relative; give the absolute path of a program");
    }
    match fs::metadata(path) {
        Err(cause) => fault(&format!("cannot be found: {cause}; give the path of a program")),
        Ok(found) if !found.is_file() => fault("is no file; give the path of a program"),
        Ok(found) if !is_executable(&found) => fault("is not executable; run: chmod +x FILE"),
        Ok(_) if cfg!(windows) && !is_windows_program(path) => fault(
            "is nothing that Windows starts by itself; name an .exe or .bat. A script needs a .bat that calls its \
             interpreter: @python \"%~dp0helper.py\" %*",
        ),
        Ok(_) => Ok(()),
    }
}

pub(super) fn class(class: &str) -> Result<(), PersistenceError> {
    if class.is_empty() || class.contains('\0') {
        return Err(setup("persistence_handler_class, the argument of the external program, is empty or holds a NUL"));
    }
    Ok(())
}

/// Whether a program that does not start is set up wrongly, or the system lacks something at the moment.
pub(super) fn start_failure(cause: &io::Error) -> PersistenceErrorKind {
    /// The file is no program that the system knows: `ENOEXEC`; `ERROR_BAD_FORMAT`, `ERROR_EXE_MACHINE_TYPE_MISMATCH`
    /// and `ERROR_BAD_EXE_FORMAT` of Windows.
    const NO_PROGRAM: &[i32] = if cfg!(windows) { &[11, 193, 216] } else { &[8] };
    match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput => {
            PersistenceErrorKind::Setup
        }
        _ if cause.raw_os_error().is_some_and(|code| NO_PROGRAM.contains(&code)) => PersistenceErrorKind::Setup,
        _ => PersistenceErrorKind::Unavailable,
    }
}

fn is_windows_program(path: &Path) -> bool {
    has_extension(path, &WINDOWS_PROGRAMS)
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|found| extensions.iter().any(|extension| found.eq_ignore_ascii_case(extension)))
}

fn setup(text: &str) -> PersistenceError {
    PersistenceError::new(
        PersistenceErrorKind::Setup,
        format!("{text}. How to write one: zcrm_persist_custom::guide and ::protocol"),
    )
}

#[cfg(unix)]
fn is_executable(file: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    file.permissions().mode() & 0o111 != 0
}

/// Windows knows by the name.
#[cfg(not(unix))]
fn is_executable(_file: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_starts_programs_and_batch_files_only() {
        for name in ["helper.exe", "HELPER.EXE", "helper.bat", "helper.Cmd"] {
            assert!(is_windows_program(Path::new(name)), "{name}");
        }
        for name in ["helper.py", "helper.ps1", "helper", "helper.exe.txt", ".exe"] {
            assert!(!is_windows_program(Path::new(name)), "{name}");
        }
    }
}
