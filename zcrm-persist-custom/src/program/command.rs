//! Which program, and how it is started.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};

/// What the names of variables begin with that may hold client secret, grant or database password.
const OUR_VARIABLES: &str = "ZCRM_";

#[derive(Clone)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) class: String,
    pub(super) time_limit: Duration,
}

impl Program {
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.arg(&self.class).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_ours(name)) {
            command.env_remove(name);
        }
        command
    }

    pub(super) fn fault(&self, kind: PersistenceErrorKind, text: &str) -> PersistenceError {
        PersistenceError::new(kind, format!("the token program {}: {text}", self.path.display()))
    }
}

/// In any case of letters: Windows does not tell `Zcrm_Client_Secret` from `ZCRM_CLIENT_SECRET`.
fn is_ours(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.get(..OUR_VARIABLES.len()).is_some_and(|start| start.eq_ignore_ascii_case(OUR_VARIABLES.as_bytes()))
}
