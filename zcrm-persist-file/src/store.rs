//! The store itself.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use zcrm_core::config::StoreKind;
use zcrm_core::persistence::{Backend, PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock};
use zcrm_core::{OAuthTokens, UserIdentifier};

use crate::format::Rows;
use crate::lease::Lease;
use crate::{atomic, error, folder, format, lock};

/// The name of the token file, that of Zoho's Ruby SDK.
pub const FILE_NAME: &str = "zcrm_oauthtokens.txt";

const ASIDE: &str = "zcrm_oauthtokens.txt.new";
const LOCKS: &str = ".zcrm_locks";
/// A save takes milliseconds; who cannot begin one within this time never will.
const SAVE_PATIENCE: Duration = Duration::from_secs(30);
/// Room for about 200,000 users; what is larger is no token file.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Tokens in the file `zcrm_oauthtokens.txt` of a folder; see [the crate](crate).
///
/// It is cheap, and keeps nothing open: any number of them, in any number of processes, can share a folder.
pub struct FilePersistence {
    folder: PathBuf,
    file: PathBuf,
    warned: AtomicBool,
}

impl FilePersistence {
    /// The store in a folder, or at a path whose last part is `zcrm_oauthtokens.txt`. A relative path counts from the
    /// working directory of this moment. Folder and file are created when absent.
    ///
    /// # Errors
    ///
    /// - [`Setup`](PersistenceErrorKind::Setup): a file is where a folder is needed, or the token file is a folder or a
    ///   symbolic link.
    /// - [`Denied`](PersistenceErrorKind::Denied): this user may not create or read them.
    /// - [`Corrupt`](PersistenceErrorKind::Corrupt): the file there is not one of this crate, or of a later version.
    /// - [`Unavailable`](PersistenceErrorKind::Unavailable): the file system failed, or is full.
    pub fn new(path: impl AsRef<Path>) -> Result<Self, PersistenceError> {
        let path = path.as_ref();
        let named = if path.ends_with(FILE_NAME) { path.parent().unwrap_or(path) } else { path };
        let named = if named.as_os_str().is_empty() { Path::new(".") } else { named };
        let folder = folder::open(named)?;
        let file = folder.join(FILE_NAME);
        if folder::examine(&file)?.is_none() {
            create(&file)?;
        }
        let store = Self { folder, file, warned: AtomicBool::new(false) };
        store.read()?;
        Ok(store)
    }

    /// The token file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Takes no lock: the file is replaced as a whole, so whatever is found is complete.
    fn read(&self) -> Result<Rows, PersistenceError> {
        let Some(found) = folder::examine(&self.file)? else {
            self.expect_folder()?;
            return Ok(Rows::new());
        };
        if folder::is_open_to_others(&found) && !self.warned.swap(true, Ordering::Relaxed) {
            log::warn!("{} can be used by others than its owner; the next save makes it 0600", self.file.display());
        }
        let mut content = Vec::new();
        File::open(&self.file)
            .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut content))
            .map_err(|cause| error::io("read the tokens in", &self.file, cause))?;
        if u64::try_from(content.len()).is_ok_and(|length| length > LARGEST) {
            return Err(format::refused(&self.file, "it is far too large for a token file"));
        }
        format::read(&content, &self.file)
    }

    /// Reads, changes and replaces the file while no other process does. Without a change nothing is written.
    fn change(&self, change: impl FnOnce(&mut Rows) -> bool) -> Result<(), PersistenceError> {
        let _lock = self.lock_file()?;
        let mut rows = self.read()?;
        if !change(&mut rows) {
            return Ok(());
        }
        let content = format::write(&rows, &self.file)?;
        atomic::replace(&self.file, &self.folder.join(ASIDE), &content)
            .map_err(|cause| error::io("write the tokens to", &self.file, cause))
    }

    fn lock_file(&self) -> Result<File, PersistenceError> {
        let path = self.locks()?.join("file.lock");
        let lock = lock::open(&path).map_err(|cause| error::io("open the lock", &path, cause))?;
        match lock::take(&lock, Instant::now() + SAVE_PATIENCE) {
            Ok(true) => Ok(lock),
            Ok(false) => Err(PersistenceError::new(
                PersistenceErrorKind::Unavailable,
                format!(
                    "another process has been writing {} for {SAVE_PATIENCE:?}; end it if it is stopped",
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

    fn locks(&self) -> Result<PathBuf, PersistenceError> {
        self.expect_folder()?;
        let locks = self.folder.join(LOCKS);
        folder::create(&locks).map_err(|cause| error::io("make the folder", &locks, cause))?;
        Ok(locks)
    }
}

/// Another process may create it at the same moment, which is as good.
fn create(file: &Path) -> Result<(), PersistenceError> {
    match folder::private().create_new(true).open(file) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => Err(error::io("create", file, cause)),
        _ => Ok(()),
    }
}

/// Names of users hold what names of files cannot, and may differ in case only.
fn hash(user: &UserIdentifier) -> String {
    Sha256::digest(user.as_str()).iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

impl PersistenceHandler for FilePersistence {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        self.change(|rows| {
            rows.insert(tokens.user().clone(), tokens.clone());
            true
        })
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        Ok(self.read()?.remove(user))
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.change(|rows| rows.remove(user).is_some())
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        let stem = self.locks()?.join(hash(user));
        match Lease::take(&stem, timeout, lease) {
            Ok(Some(lease)) => Ok(RefreshLock::leased(lease, Lease::is_held)),
            Ok(None) => Err(PersistenceError::new(
                PersistenceErrorKind::LockTimeout,
                format!("another thread or process has been refreshing the tokens of {user} for more than {timeout:?}"),
            )),
            Err(cause) => Err(error::io("use the refresh lock", &stem, cause)),
        }
    }
}

impl fmt::Debug for FilePersistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilePersistence").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Offers this store to [`Client::from_config`](zcrm_core::Client::from_config), for the key `token_persistence_path`.
#[must_use]
pub fn backend() -> Backend {
    Backend::new(StoreKind::File, |config| {
        let Some(path) = config.token_persistence_path() else {
            return Err(PersistenceError::new(
                PersistenceErrorKind::Setup,
                "the file store needs the key token_persistence_path",
            ));
        };
        Ok(Box::new(FilePersistence::new(path)?))
    })
}
