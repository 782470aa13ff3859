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
//! JSON that a person can read; it is this library's to write, at most 64 MiB (about 200,000 users). It, and its
//! folder, are created when they are absent; an empty file is an empty store. A file that cannot be understood
//! (damaged, of a later version, of Zoho's Ruby SDK, which keeps its tokens under the same name) is an error that says
//! so, and is never overwritten. A row that cannot be understood is an error for its user only, until the next save
//! replaces it.
//!
//! A symbolic link in place of the file is refused, because replacing the file would replace the link: name the folder
//! that it leads to. Symbolic links to folders are followed. A file that is a mount point of its own, as of a
//! container's volume, is refused as well: mount the folder.
//!
//! A save writes the new content aside, forces it to the disk, and renames it over the old one, under a lock that all
//! processes share. So a crash at any moment leaves the old content or the new one, and readers never wait. Where
//! Windows says that another program holds the file (a backup, a search index, a virus scanner), the save tries for 5
//! seconds. Locks lie in the folder `.zcrm_locks` beside the file. They are empty of secrets, and must not be deleted
//! while a program runs.
//!
//! Where the disk is full or the folder cannot be written to, tokens are still read and refreshed: the client uses the
//! new ones from memory and saves them later.
//!
//! # Who may read it
//!
//! On Unix a new folder has mode 0700 and the file mode 0600. A save keeps the file's owner, its group and a mode that
//! somebody chose, such as 0640; it is refused where the owner cannot be kept. A file that everybody may read, as one
//! made by hand, causes a warning in the log, and becomes 0600 at the first save. All programs that share the file must
//! run as the same user, or as root: what root makes in the folder belongs to the owner of the folder, so that
//! `sudo login` leaves nothing behind that a service cannot read.
//!
//! A file that belongs to another user than this one and root is refused, and so is whatever else lies in place of the
//! store's files: a symbolic link, a hard link, a pipe. A folder that other users can write to causes a warning.
//!
//! On Windows, which has no such modes, file and folder inherit the access list of the folder above: choose a place in
//! the user's profile, such as `%LOCALAPPDATA%`, which other users cannot read by default. Nothing is checked there.
//!
//! # The refresh lock
//!
//! One lock a user, across threads and processes. It is free at once when its holder dies. A holder that stands still
//! (stopped, or on a machine that slept) loses it to a waiter that has watched it for the lease that
//! the holder named in [`lock_refresh`](zcrm_core::persistence::PersistenceHandler::lock_refresh), and is told so by
//! [`is_held`](zcrm_core::persistence::RefreshLock::is_held). A process that is frozen in the midst of a save, which
//! takes milliseconds, keeps others from saving; they give up after 30 seconds with
//! [`Unavailable`](zcrm_core::persistence::PersistenceErrorKind::Unavailable).
//!
//! # Where not to use it
//!
//! On a network drive: locks and renames are not dependable there. Programs on several machines share a database
//! (`zcrm-persist-mysql`).
#![cfg_attr(docsrs, feature(doc_cfg))]

// A map of this crate: `store` is the handler, `backend` offers it to the dictionary, `inspect` looks at it for the
// doctor; `format` the content of the file, `atomic` its replacement, `folder` and `owner` what may lie there and
// whose it is; `lease` is the refresh lock, on top of `lock`; `rate_limit` a note beside it; `error` the words for
// what the file system says.
mod atomic;
mod backend;
mod error;
mod folder;
mod format;
mod inspect;
mod lease;
mod lock;
mod owner;
mod pause;
mod rate_limit;
mod saved_by;
mod store;

pub use backend::backend;
pub use store::{FILE_NAME, FilePersistence};

/// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
