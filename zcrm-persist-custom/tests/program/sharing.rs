//! The conformance suite, within a process and between processes.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use libtest_mimic::Trial;
use tempfile::TempDir;
use zcrm_core::persistence::conformance::{Processes, Suite};
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock, StoredTokens};
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_custom::ExternalProgram;

use crate::helper::FolderStore;
use crate::support::{WORKER, class, helper, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("conforms", conforms),
        trial("what_it_cannot_save_is_told_before", what_it_cannot_save_is_told_before),
        trial("conforms_without_a_lock", conforms_without_a_lock),
        trial("conforms_between_processes", conforms_between_processes),
    ]
}

/// A store, and the folder that goes with it.
#[derive(Debug)]
pub(crate) struct InFolder(
    pub(crate) ExternalProgram,
    #[allow(dead_code, reason = "its end removes the folder")] pub(crate) Option<TempDir>,
);

impl PersistenceHandler for InFolder {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        self.0.save_oauth_tokens(tokens)
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        self.0.get_oauth_tokens(user)
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.0.delete_oauth_tokens(user)
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        self.0.lock_refresh(user, timeout, lease)
    }

    fn check_writable(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.0.check_writable(user)
    }

    fn list_tokens(&self) -> Result<Vec<StoredTokens>, PersistenceError> {
        self.0.list_tokens()
    }
}

fn suite(behaviour: &'static str) -> Suite<InFolder> {
    let fresh = move || {
        let folder = tempfile::tempdir().unwrap();
        InFolder(helper(behaviour, folder.path()), Some(folder))
    };
    Suite::new(fresh).reopen(|store| InFolder(store.0.clone(), None)).broken(|| {
        let gone = tempfile::tempdir().unwrap().path().join("gone");
        InFolder(helper("good", &gone), None)
    })
}

fn conforms() {
    let damaged = || {
        let folder = tempfile::tempdir().unwrap();
        let user = UserIdentifier::new("damaged@x.com").unwrap();
        std::fs::write(FolderStore(folder.path().to_owned()).file_of(&user), "half a").unwrap();
        (InFolder(helper("good", folder.path()), Some(folder)), user)
    };
    suite("good").unreadable_row(damaged).requires_lock().ends_leases().run();
}

fn what_it_cannot_save_is_told_before() {
    let folder = tempfile::tempdir().unwrap();
    let user = UserIdentifier::new("abc@xyz.com").unwrap();
    for (behaviour, told) in [
        ("good", Ok(())),
        ("lockless", Ok(())),
        ("unwritable", Err(PersistenceErrorKind::Denied)),
        ("garbled", Err(PersistenceErrorKind::Other)),
        ("failing-after", Err(PersistenceErrorKind::Other)),
    ] {
        let outcome = helper(behaviour, folder.path()).check_writable(&user).map_err(|fault| fault.kind());
        assert_eq!(outcome, told, "{behaviour}");
    }
}

fn conforms_without_a_lock() {
    suite("lockless").run();
}

pub(crate) fn processes(path: PathBuf, class: String) -> Processes<ExternalProgram> {
    let words = format!("{}\n{class}", path.display());
    let worker = move || {
        let mut command = Command::new(env::current_exe().unwrap());
        command.env(WORKER, &words);
        command
    };
    Processes::new(move || ExternalProgram::new(&path, &class).unwrap(), worker)
}

fn conforms_between_processes() {
    let folder = tempfile::tempdir().unwrap();
    processes(env::current_exe().unwrap(), class("good", folder.path()))
        .frees_frozen(Duration::from_secs(5), Duration::from_secs(20))
        .run();
}
