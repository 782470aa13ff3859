//! Keeps the tokens of [`zcrm_core`] in a file, `zcrm_oauthtokens.txt`, for programs on one machine.
//!
//! ```
//! use zcrm_persist_file::FilePersistence;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path().join("tokens");
//! let store = FilePersistence::new(&folder)?; // then Client::new(config, store)
//! assert!(store.file().ends_with("zcrm_oauthtokens.txt"));
//! # Ok(())
//! # }
//! ```
//!
//! Or by the dictionary, key `token_persistence_path`: `Client::from_config(config, [zcrm_persist_file::backend()])`.
//!
//! # The file
//!
//! JSON that a person can read; it is this library's to write. It, and its folder, are created when they are absent; an
//! empty file is an empty store. A file that cannot be understood (damaged, of a later version, of Zoho's Ruby SDK, which
//! keeps its tokens under the same name) is an error that says so, and is never overwritten. A symbolic link in place
//! of the file is refused, because replacing the file would replace the link: name the folder that it leads to. Symbolic
//! links to folders are followed.
//!
//! A save writes the new content aside, forces it to the disk, and renames it over the old one, under a lock that all
//! processes share. So a crash at any moment leaves the old content or the new one, and readers never wait. What does not
//! belong to the store is kept out of its folder's way: locks lie in the folder `.zcrm_locks` beside the file. They are
//! empty of secrets, and must not be deleted while a program runs.
//!
//! # Who may read it
//!
//! On Unix a new folder has mode 0700 and the file mode 0600; a file that others may read causes a warning in the log, and
//! becomes 0600 at the first save. All programs that share the file must run as the same user.
//!
//! On Windows, which has no such modes, file and folder inherit the access list of the folder above: choose a place in the
//! user's profile, such as `%LOCALAPPDATA%`, which other users cannot read by default. Nothing is checked there.
//!
//! # The refresh lock
//!
//! One lock a user, across threads and processes. It is free at once when its holder dies. A holder that stands still
//! (stopped, or on a machine that slept) loses it to a waiter that has watched it for the lease that
//! the holder named in [`lock_refresh`](zcrm_core::persistence::PersistenceHandler::lock_refresh), and is told so by
//! [`is_held`](zcrm_core::persistence::RefreshLock::is_held). A process that is frozen in the midst of a save, which takes
//! milliseconds, keeps others from saving; they give up after 30 seconds with
//! [`Unavailable`](zcrm_core::persistence::PersistenceErrorKind::Unavailable).
//!
//! # Where not to use it
//!
//! On a network drive: locks and renames are not dependable there. Programs on several machines share a database
//! (`zcrm-persist-mysql`).

mod atomic;
mod error;
mod folder;
mod format;
mod lease;
mod lock;
mod store;

pub use store::{FILE_NAME, FilePersistence, backend};

/// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
