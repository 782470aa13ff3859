//! The file: appending and syncing lines, and reading them back.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use same_file::Handle;

use super::entry::{BEGINNING, Entry, Line};
use crate::error::{Error, ErrorKind, Result};
use crate::files;

/// Where a line is in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    offset: u64,
    length: usize,
}

/// The file, locked as long as it is open.
#[derive(Debug)]
pub(super) struct JournalFile {
    path: PathBuf,
    file: Arc<File>,
    /// Where the next line goes.
    end: u64,
    /// All lines before this have reached the disk.
    synced: u64,
    /// A line did not reach the disk, or the file is gone.
    closed: bool,
}

impl JournalFile {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let cannot = |cause| failure(path, "cannot be opened", cause);
        let is_new = !path.exists();
        if files::is_device(path) || !is_new && !path.is_file() {
            // A pipe would be waited for without end, and a device keeps nothing.
            return Err(no_journal(path));
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = files::retry(|| options.open(path)).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(path)),
            Err(TryLockError::Error(cause)) => return Err(cannot(cause)),
        }
        if !is_the_file_at(path, &file) {
            // Whoever held the lock has removed it.
            return Err(busy(path));
        }
        if is_new {
            sync_folder(path).map_err(cannot)?;
        } else if !begins_as_a_journal(&file).map_err(cannot)? {
            return Err(no_journal(path));
        }
        Ok(Self { path: path.to_owned(), file: Arc::new(file), end: 0, synced: 0, closed: false })
    }

    /// Forgets all lines.
    pub(super) fn empty(&mut self) -> Result<()> {
        let emptied = self.file.set_len(0).and_then(|()| self.file.sync_all());
        emptied.map_err(|cause| failure(&self.path, "cannot be emptied", cause))
    }

    /// Passes each line to `see`, which may object to it; drops lines at the end that are torn: they had not reached
    /// the disk, so what they announced was not begun.
    pub(super) fn read(&mut self, mut see: impl FnMut(Place, Entry<'static>) -> Result<(), String>) -> Result<()> {
        let cannot = |path: &Path, cause| failure(path, "cannot be read", cause);
        (&*self.file).seek(SeekFrom::Start(0)).map_err(|cause| cannot(&self.path, cause))?;
        let mut lines = BufReader::with_capacity(1 << 16, &*self.file);
        let (mut offset, mut number) = (0, 0_u64);
        let mut line = Vec::new();
        let mut fault = None;
        loop {
            line.clear();
            let length = lines.read_until(b'\n', &mut line).map_err(|cause| cannot(&self.path, cause))?;
            if length == 0 {
                break;
            }
            let parsed = line.strip_suffix(b"\n").map(serde_json::from_slice::<Line<'static>>);
            if fault.is_none() {
                number = number.saturating_add(1);
                fault = match parsed {
                    Some(Ok(Line(_, entry))) => see(Place { offset, length }, entry).err().map(|fault| (fault, true)),
                    Some(Err(cause)) => Some((cause.to_string(), false)),
                    None => break,
                };
                if fault.is_none() {
                    offset = offset.saturating_add(length as u64);
                }
            } else if let (Some(Ok(Line(synced, _))), Some((_, is_certain))) = (parsed, &mut fault) {
                *is_certain |= synced > offset;
            }
        }
        if let Some((fault, true)) = fault {
            let message = format!(
                "the journal {} is damaged in line {number}: {fault}; what became of its rows has to be found out in \
                 Zoho",
                self.path.display()
            );
            return Err(Error::new(ErrorKind::Journal, message));
        }
        self.end = offset;
        let length = self.file.metadata().map_err(|cause| cannot(&self.path, cause))?.len();
        if length > offset {
            log::warn!("the end of the journal {} is torn and dropped", self.path.display());
            self.file.set_len(offset).map_err(|cause| failure(&self.path, "cannot be written", cause))?;
        }
        // An earlier process may have died between writing and syncing.
        self.file.sync_all().map_err(|cause| failure(&self.path, "cannot be written", cause))?;
        self.synced = offset;
        Ok(())
    }

    /// Appends a line, which has reached the disk when [`to_sync`](Self::to_sync) was synced.
    pub(super) fn append(&mut self, entry: Entry<'_>) -> Result<Place> {
        if self.closed {
            let message = format!("nothing more can be put down in the journal {}", self.path.display());
            return Err(Error::new(ErrorKind::Io, message));
        }
        let written = serde_json::to_vec(&Line(self.synced, entry)).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            (&*self.file).seek(SeekFrom::Start(self.end))?;
            (&*self.file).write_all(&line)?;
            Ok(line.len())
        });
        match written {
            Ok(length) => {
                let place = Place { offset: self.end, length };
                self.end = self.end.saturating_add(length as u64);
                Ok(place)
            }
            Err(cause) => {
                self.closed = true;
                // If this fails too, the half line is the last one, which is dropped when the journal is read.
                let _ = self.file.set_len(self.end);
                Err(failure(&self.path, "cannot be written", cause))
            }
        }
    }

    /// Where the lines end.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// What is to be synced so that the lines before `end` have reached the disk; `None` when they have.
    ///
    /// # Errors
    ///
    /// When they never will, because something went wrong before.
    pub(super) fn to_sync(&self, end: u64) -> Result<Option<Arc<File>>> {
        if self.synced >= end {
            return Ok(None);
        }
        if self.closed {
            let message = format!("what was put down in the journal {} did not reach the disk", self.path.display());
            return Err(Error::new(ErrorKind::Io, message));
        }
        Ok(Some(Arc::clone(&self.file)))
    }

    /// The lines before `end` were synced, or could not be.
    pub(super) fn note_synced(&mut self, end: u64, synced: io::Result<()>) -> Result<()> {
        match synced {
            Ok(()) => {
                self.synced = self.synced.max(end);
                Ok(())
            }
            Err(cause) => {
                self.closed = true;
                Err(failure(&self.path, "cannot be written", cause))
            }
        }
    }

    /// A line again.
    pub(super) fn line(&mut self, place: Place) -> Result<Entry<'static>> {
        let mut line = vec![0; place.length];
        let mut file = &*self.file;
        let read = file.seek(SeekFrom::Start(place.offset)).and_then(|_| file.read_exact(&mut line));
        read.map_err(|cause| failure(&self.path, "cannot be read", cause))?;
        serde_json::from_slice(&line).map(|Line(_, entry)| entry).map_err(|cause| {
            Error::new(ErrorKind::Journal, format!("the journal {} was changed meanwhile", self.path.display()))
                .with_source(cause)
        })
    }

    pub(super) fn remove(&mut self) -> Result<()> {
        self.closed = true;
        files::retry_replacing(|| std::fs::remove_file(&self.path))
            .map_err(|cause| failure(&self.path, "cannot be removed", cause))
    }
}

fn busy(path: &Path) -> Error {
    let message = format!("the journal {} is held by another process; wait for its end", path.display());
    Error::new(ErrorKind::Journal, message)
}

fn no_journal(path: &Path) -> Error {
    let message = format!("{} is there already and is no journal; name another file", path.display());
    Error::new(ErrorKind::Journal, message)
}

fn failure(path: &Path, what: &str, cause: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the journal {} {what}", path.display())).with_source(cause)
}

/// Whether a file is empty, a journal, or what power loss leaves of the first line of one.
fn begins_as_a_journal(file: &File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.take(BEGINNING.len() as u64).read_to_end(&mut head)?;
    Ok(BEGINNING.starts_with(&head) || head.iter().all(|byte| *byte == 0))
}

/// Whether the path still leads to the file that was opened.
fn is_the_file_at(path: &Path, file: &File) -> bool {
    let (there, here) = (Handle::from_path(path), file.try_clone().and_then(Handle::from_file));
    matches!((there, here), (Ok(there), Ok(here)) if there == here)
}

/// Lets the name of a new file reach the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
