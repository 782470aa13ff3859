//! The store itself.

use std::fmt;
use std::fs::Metadata;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use sha2::{Digest, Sha256};
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock, StoredTokens};
use zcrm_core::{OAuthTokens, UserIdentifier, files};

use crate::atomic::Failure;
use crate::format::Rows;
use crate::lease::Lease;
use crate::lock::{Fault, LockFile};
use crate::owner::Likeness;
use crate::{atomic, error, folder, format, lock, owner, rate_limit};

/// The name of the token file, that of Zoho's Ruby SDK.
pub const FILE_NAME: &str = "zcrm_oauthtokens.txt";

const ASIDE: &str = "zcrm_oauthtokens.txt.new";
pub(crate) const LOCKS: &str = ".zcrm_locks";
/// A save takes milliseconds. If the lock is not acquired within this timeout, its holder is assumed to be stuck.
const SAVE_TIMEOUT: Duration = Duration::from_secs(30);
/// Room for about 200,000 users; what is larger is no token file, and is not written either.
const LARGEST: u64 = 64 * 1024 * 1024;
/// More than a token has, in bytes: so much room must be there before a grant is spent.
const ROOM_FOR_TOKEN: usize = 1024;
/// So much of a file shows whether it can be a token file, in bytes.
const BEGINNING: u64 = 4096;

/// Tokens in the file `zcrm_oauthtokens.txt` of a folder; see [the crate](crate).
///
/// It is cheap, and keeps nothing open: any number of them, in any number of processes, can share a folder.
pub struct FilePersistence {
    folder: PathBuf,
    file: PathBuf,
    warned_of_mode: AtomicBool,
    warned_of_locks: AtomicBool,
}

enum Change<'a> {
    Save(&'a OAuthTokens),
    /// A save that leaves the file as it is.
    Rehearse(&'a OAuthTokens),
    Delete(&'a UserIdentifier),
}

impl FilePersistence {
    /// The store in a folder, or at a path whose last part is `zcrm_oauthtokens.txt`. A relative path counts from the
    /// working directory of this moment. Folder and file are created when absent.
    ///
    /// What would make a save fail is told here, as far as it can be known, and so before a grant is spent. A folder in
    /// which other users can exchange the tokens is a warning in the log. Of a file that is there only the beginning is
    /// read.
    ///
    /// # Errors
    ///
    /// - [`Setup`](PersistenceErrorKind::Setup): a file is where a folder is needed, or the token file is a folder, a
    ///   symbolic link or a mount point.
    /// - [`Denied`](PersistenceErrorKind::Denied): this user may not create or read them, or the file belongs to
    ///   another user than this one and root.
    /// - [`Corrupt`](PersistenceErrorKind::Corrupt): the file there is not one of this crate.
    /// - [`Unavailable`](PersistenceErrorKind::Unavailable): the file system failed, or is full.
    pub fn new(path: impl AsRef<Path>) -> Result<Self, PersistenceError> {
        let path = path.as_ref();
        let named = if path.ends_with(FILE_NAME) { path.parent().unwrap_or(path) } else { path };
        let named = if named.as_os_str().is_empty() { Path::new(".") } else { named };
        let folder = folder::open(named)?;
        let file = folder.join(FILE_NAME);
        if folder::examine(&file)?.is_none() {
            create(&file, &folder)?;
        }
        if folder::is_mount_point(&file) {
            return Err(error::setup(&file, error::MOUNTED));
        }
        let store =
            Self { folder, file, warned_of_mode: AtomicBool::new(false), warned_of_locks: AtomicBool::new(false) };
        if let Some((_, beginning)) = store.read(BEGINNING)? {
            format::check_beginning(&beginning, &store.file)?;
        }
        Ok(store)
    }

    /// The token file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Reads the file, or its first `limit` bytes; `None` when it is not there. Takes no lock: the file is replaced as
    /// a whole, so whatever is found is complete.
    fn read(&self, limit: u64) -> Result<Option<(Metadata, Vec<u8>)>, PersistenceError> {
        let failed = |cause| error::io("read the tokens in", &self.file, cause);
        let file = match files::retry(|| folder::existing(false).open(&self.file)) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                self.expect_folder()?;
                return Ok(None);
            }
            Err(cause) => return Err(folder::examine(&self.file).err().unwrap_or_else(|| failed(cause))),
        };
        let found = file.metadata().map_err(failed)?;
        folder::check(&self.file, &found)?;
        if Likeness::is_open_to_all(&found) && !self.warned_of_mode.swap(true, Ordering::Relaxed) {
            log::warn!("every user can read {}; the next save makes it 0600", self.file.display());
        }
        let mut content = Vec::new();
        file.take(limit).read_to_end(&mut content).map_err(failed)?;
        Ok(Some((found, content)))
    }

    fn read_all(&self) -> Result<Option<(Metadata, Vec<u8>)>, PersistenceError> {
        let read = self.read(LARGEST + 1)?;
        if read.as_ref().is_some_and(|(_, content)| content.len() as u64 > LARGEST) {
            return Err(format::refused(&self.file, "it is far too large for a token file"));
        }
        Ok(read)
    }

    /// Reads, changes and replaces the file while no other process does. Without a change nothing is written.
    fn change(&self, change: Change<'_>) -> Result<(), PersistenceError> {
        let aside = self.folder.join(ASIDE);
        let _lock = self.lock_file()?;
        let read = self.read_all()?;
        let (like, content) = match &read {
            Some((found, content)) => (Some(Likeness::of(found)), content.as_slice()),
            None => (self.likeness_of_new()?, [].as_slice()),
        };
        let mut rows = Rows::read(content, &self.file)?;
        match change {
            Change::Save(tokens) | Change::Rehearse(tokens) => rows.replace(tokens),
            Change::Delete(user) if rows.remove(user) => {}
            Change::Delete(_) => return Ok(()),
        }
        let new = rows.write(&self.file)?;
        if new.len() as u64 > LARGEST {
            return Err(PersistenceError::new(
                PersistenceErrorKind::DoesNotFit,
                format!(
                    "with this change {} would have {} bytes, and {LARGEST} is the most; it is unchanged",
                    self.file.display(),
                    new.len()
                ),
            ));
        }
        let written = match change {
            Change::Rehearse(_) => atomic::rehearse(&aside, &new, like),
            Change::Save(_) | Change::Delete(_) => atomic::replace(&self.file, &aside, &new, like),
        };
        written.map_err(|failure| match failure {
            Failure::Io(cause) => error::io("write the tokens to", &self.file, cause),
            Failure::Unlike(like, cause) => error::denied(&self.file, &like.refusal()).with_source(cause),
        })
    }

    fn likeness_of_new(&self) -> Result<Option<Likeness>, PersistenceError> {
        let folder = std::fs::metadata(&self.folder);
        folder.map(|found| Likeness::of_new(&found)).map_err(|cause| error::io("use the folder", &self.folder, cause))
    }

    fn lock_file(&self) -> Result<LockFile, PersistenceError> {
        let path = self.locks()?.join("file.lock");
        let lock = LockFile::open(&path)?;
        match lock.take(Instant::now() + SAVE_TIMEOUT) {
            Ok(true) => Ok(lock),
            Ok(false) => Err(PersistenceError::new(
                PersistenceErrorKind::Unavailable,
                format!(
                    "another process has been writing {} for {SAVE_TIMEOUT:?}; end it if it is stopped",
                    self.file.display()
                ),
            )),
            Err(cause) => Err(error::io("take the lock", &path, cause)),
        }
    }

    /// A folder that is gone is a failure, such as a disk that is no longer mounted; it is not an empty store.
    fn expect_folder(&self) -> Result<(), PersistenceError> {
        std::fs::metadata(&self.folder).map(drop).map_err(|cause| error::io("use the folder", &self.folder, cause))
    }

    fn locks(&self) -> Result<PathBuf, Fault> {
        let locks = self.folder.join(LOCKS);
        lock::make_folder(&locks, &self.folder)?;
        Ok(locks)
    }

    /// What the names of the files of a user's lock begin with.
    fn stem(&self, user: &UserIdentifier) -> Result<PathBuf, Fault> {
        Ok(self.locks()?.join(hash(user)))
    }

    /// Whether the refresh lock of a user is free within a time; `None` when it was never taken. Nothing is written.
    pub(crate) fn is_lock_free(&self, user: &UserIdentifier, wait: Duration) -> Result<Option<bool>, PersistenceError> {
        Ok(Lease::is_free(&self.folder.join(LOCKS).join(hash(user)), wait)?)
    }

    fn without_lock(&self, why: &PersistenceError) -> RefreshLock {
        if !self.warned_of_locks.swap(true, Ordering::Relaxed) {
            log::warn!(
                "no tokens can be saved in {}, and so the processes that use it cannot share them; each refreshes for itself: \
                 {why}",
                self.folder.display()
            );
        }
        RefreshLock::none()
    }
}

/// Another process may create it at the same moment, which is as good.
fn create(file: &Path, folder: &Path) -> Result<(), PersistenceError> {
    match folder::create_new().open(file) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => Err(error::io("create", file, cause)),
        Err(_) => Ok(()),
        Ok(_) => std::fs::metadata(folder)
            .and_then(|folder| owner::give(file, &folder))
            .map_err(|cause| error::io("give away", file, cause)),
    }
}

/// Names of users hold what names of files cannot, and may differ in case only.
fn hash(user: &UserIdentifier) -> String {
    Sha256::digest(user.as_str()).iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

impl PersistenceHandler for FilePersistence {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        self.change(Change::Save(tokens))
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        let Some((_, content)) = self.read_all()? else { return Ok(None) };
        Rows::read(&content, &self.file)?.get(user, &self.file)
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.change(Change::Delete(user))
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        match self.stem(user).and_then(|stem| Lease::take(&stem, timeout, lease)) {
            Ok(Some(lease)) => Ok(RefreshLock::leased(lease, Lease::is_held)),
            Ok(None) => Err(PersistenceError::new(
                PersistenceErrorKind::LockTimeout,
                format!("another thread or process has been refreshing the tokens of {user} for more than {timeout:?}"),
            )),
            Err(Fault::NoPlace(why)) => Ok(self.without_lock(&why)),
            Err(Fault::Failed(fault)) => Err(fault),
        }
    }

    fn check_writable(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        if folder::is_mount_point(&self.file) {
            return Err(error::setup(&self.file, error::MOUNTED));
        }
        if folder::is_frozen(&self.file) {
            return Err(error::denied(&self.file, error::FROZEN));
        }
        let room = "x".repeat(ROOM_FOR_TOKEN);
        self.change(Change::Rehearse(&OAuthTokens::new(user.clone(), room.as_str(), room.as_str(), i64::MAX)))
    }

    fn list_tokens(&self) -> Result<Vec<StoredTokens>, PersistenceError> {
        let Some((_, content)) = self.read_all()? else { return Ok(Vec::new()) };
        Ok(Rows::read(&content, &self.file)?.list())
    }

    fn rate_limited_until(&self, user: &UserIdentifier) -> Result<Option<SystemTime>, PersistenceError> {
        Ok(rate_limit::read(&self.stem(user)?)?)
    }

    fn set_rate_limited_until(&self, user: &UserIdentifier, until: Option<SystemTime>) -> Result<(), PersistenceError> {
        Ok(rate_limit::write(&self.stem(user)?, until)?)
    }
}

impl fmt::Debug for FilePersistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilePersistence").field("file", &self.file).finish_non_exhaustive()
    }
}
