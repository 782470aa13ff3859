use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use zcrm_core::config::DataCenter;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};

/// A file for each user, in a folder that exists: access token, refresh token, time of expiry and data center, a line
/// each.
#[derive(Debug, Clone)]
pub struct FolderStore(pub PathBuf);

impl FolderStore {
    /// A name may hold any character and be too long for a file: its hash is neither.
    pub fn file_of(&self, user: &UserIdentifier) -> PathBuf {
        let hash = Sha256::digest(user.as_str());
        self.0.join(hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }
}

impl PersistenceHandler for FolderStore {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        let (access, refresh) = (tokens.access_token().expose(), tokens.refresh_token().expose());
        // Written aside, brought to the disk, put in place: a crash leaves the old tokens or the new ones.
        let mut file = NamedTempFile::new_in(&self.0).map_err(unavailable)?;
        let center = tokens.data_center().map_or("", DataCenter::location);
        writeln!(file, "{access}\n{refresh}\n{}\n{center}", tokens.expiry_millis()).map_err(unavailable)?;
        file.as_file().sync_all().map_err(unavailable)?;
        put_in_place(file, &self.file_of(tokens.user()))?;
        if cfg!(unix) {
            // The new tokens are what everybody reads now: nothing is a failure of the save any more.
            let _ = File::open(&self.0).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        let text = match fs::read_to_string(self.file_of(user)) {
            Ok(text) => text,
            // Only this is "unknown user"; a folder that is gone is a failure.
            Err(cause) if cause.kind() == ErrorKind::NotFound && self.0.is_dir() => return Ok(None),
            Err(cause) if cause.kind() == ErrorKind::InvalidData => return Err(corrupt()),
            Err(cause) => return Err(unavailable(cause)),
        };
        let lines: Vec<_> = text.lines().collect();
        let [access, refresh, expiry, center] = lines[..] else { return Err(corrupt()) };
        let expiry = expiry.parse().map_err(|_| corrupt())?;
        let tokens = OAuthTokens::new(user.clone(), access, refresh, expiry);
        Ok(Some(tokens.with_data_center(DataCenter::from_location(center))))
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        match fs::remove_file(self.file_of(user)) {
            Err(cause) if cause.kind() == ErrorKind::NotFound && self.0.is_dir() => Ok(()),
            done => done.map_err(unavailable),
        }
    }
}

/// On Windows a backup or a virus scanner may hold the old file open for a moment: tried for 5 seconds.
fn put_in_place(mut file: NamedTempFile, path: &Path) -> Result<(), PersistenceError> {
    let mut attempts = 50;
    while let Err(fault) = file.persist(path) {
        attempts -= 1;
        let is_held = cfg!(windows) && matches!(fault.error.raw_os_error(), Some(5 | 32 | 33));
        if attempts == 0 || !is_held {
            return Err(unavailable(fault.error));
        }
        file = fault.file;
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn unavailable(cause: std::io::Error) -> PersistenceError {
    PersistenceError::new(PersistenceErrorKind::Unavailable, "the folder of tokens fails").with_source(cause)
}

/// Of this user alone: a save replaces the file.
fn corrupt() -> PersistenceError {
    PersistenceError::new(PersistenceErrorKind::CorruptRow, "a file of tokens has not four lines")
}
