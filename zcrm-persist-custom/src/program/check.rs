//! What cannot be an external program, told before a grant is spent.

use std::fs::{self, Metadata};
use std::path::Path;

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};

pub(super) fn path(path: &Path) -> Result<(), PersistenceError> {
    let fault = |what: &str| Err(setup(&format!("persistence_handler_class_path, {}, {what}", path.display())));
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("rb")) {
        return fault("is a Ruby class of Zoho's SDK, which only Ruby can load; give a program that keeps tokens");
    }
    if !path.is_absolute() {
        return fault("is relative; give the absolute path of a program");
    }
    match fs::metadata(path) {
        Err(cause) => fault(&format!("cannot be found: {cause}; give the path of a program")),
        Ok(found) if !found.is_file() => fault("is no file; give the path of a program"),
        Ok(found) if !is_executable(&found) => fault("is not executable; run: chmod +x FILE"),
        Ok(_) => Ok(()),
    }
}

pub(super) fn class(class: &str) -> Result<(), PersistenceError> {
    if class.is_empty() || class.contains('\0') {
        return Err(setup("persistence_handler_class, the argument of the external program, is empty or holds a NUL"));
    }
    Ok(())
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

/// Windows knows by the name, and says so when the program is started.
#[cfg(not(unix))]
fn is_executable(_file: &Metadata) -> bool {
    true
}
