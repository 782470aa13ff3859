//! Where lines go: standard output, or a file that is written aside and renamed when it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use zcrm_core::files;

/// What becomes of a `FILE.part` that an earlier run has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// It can be made anew at any time.
    Replaced,
    /// Nobody else knows what is in it.
    Kept,
    /// So many bytes of it are good.
    Continued(u64),
}

/// Where a file is written before it is complete.
#[must_use]
pub fn part_of(file: &Path) -> PathBuf {
    with_ending(file, "part")
}

/// The file beside another one, or beside what a link leads to, that is named after it: `FILE.cursor` for instance.
#[must_use]
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    with_ending(&dunce::canonicalize(file).unwrap_or_else(|_| file.to_owned()), ending)
}

/// Removes a file if it is there.
pub(crate) fn remove(file: &Path) -> Result<()> {
    match files::retry_replacing(|| fs::remove_file(file)) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(cause).with_context(|| format!("{} cannot be removed", file.display()))
        }
        _ => Ok(()),
    }
}

fn in_use(file: &Path) -> String {
    format!("{} cannot be replaced: close it in the program that holds it open, such as Excel", file.display())
}

pub(super) fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Takes bytes.
#[derive(Debug)]
pub(super) struct Target {
    file: File,
    /// Where the bytes are, and where they go when they are complete.
    aside: Option<Aside>,
}

#[derive(Debug)]
struct Aside {
    part: PathBuf,
    whole: PathBuf,
}

impl Target {
    pub(super) fn stdout() -> io::Result<Self> {
        Ok(Self { file: own_stdout()?, aside: None })
    }

    /// The bytes go to `FILE.part`, so that what an earlier run has written stays until this one is complete. A device
    /// or a pipe is written to as it is. What a run that was ended has left in `FILE.part` is written over, or is an
    /// error.
    pub(super) fn file(path: &Path, left: Left) -> Result<Self> {
        let unwritable = || format!("{} cannot be written", path.display());
        let direct = || {
            let file = OpenOptions::new().write(true).open(path).with_context(unwritable)?;
            Ok(Self { file, aside: None })
        };
        if files::is_device(path) {
            return direct();
        }
        let about = match fs::metadata(path) {
            Ok(about) => Some(about),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(cause).with_context(unwritable),
        };
        match &about {
            Some(about) if about.is_dir() => bail!("{} is a folder", path.display()),
            Some(about) if !about.is_file() => return direct(),
            // Found out now rather than when all is written.
            Some(about) if about.permissions().readonly() => bail!("{} is write-protected", path.display()),
            Some(_) => files::check_replaceable(path).with_context(|| in_use(path))?,
            None => {}
        }
        // What a symbolic link leads to is replaced, not the link.
        let whole = if about.is_some() { dunce::canonicalize(path).with_context(unwritable)? } else { path.to_owned() };
        let part = part_of(&whole);
        let unwritable = || format!("{} cannot be written", part.display());
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let file = files::retry(|| options.open(&part)).with_context(unwritable)?;
        if file.try_lock().is_err() {
            bail!("{} is being written by another run", part.display());
        }
        if left == Left::Replaced {
            // It tells of what is replaced now.
            remove(&with_ending(&whole, "cursor"))?;
        }
        let length = file.metadata().with_context(unwritable)?.len();
        let kept = match left {
            Left::Replaced => 0,
            Left::Kept if length == 0 => 0,
            Left::Kept => bail!(
                "{} was left by a run that was ended: see what became of its rows, then rename or remove it",
                part.display()
            ),
            Left::Continued(kept) if kept <= length => kept,
            Left::Continued(kept) => {
                bail!("{} has {length} bytes, and its run had written {kept}: begin it anew", part.display())
            }
        };
        file.set_len(kept).with_context(unwritable)?;
        (&file).seek(SeekFrom::Start(kept)).with_context(unwritable)?;
        if let Some(about) = about {
            file.set_permissions(about.permissions()).with_context(unwritable)?;
        }
        Ok(Self { file, aside: Some(Aside { part, whole }) })
    }

    /// Where what was written so far can be found, if it is not complete.
    pub(super) fn part(&self) -> Option<&Path> {
        self.aside.as_ref().map(|aside| aside.part.as_path())
    }

    /// Writes the bytes; on failure also how many of the first `whole` bytes stay: those up to the last of the `ends`
    /// that was reached, as far as the target can be cut.
    pub(super) fn write(&mut self, bytes: &[u8], ends: &[usize]) -> Result<(), (io::Error, usize)> {
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            let failure = match self.file.write(rest) {
                Ok(0) => io::ErrorKind::WriteZero.into(),
                Ok(count) => {
                    written += count;
                    continue;
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => cause,
            };
            let kept = ends.iter().rev().copied().find(|end| *end <= written).unwrap_or(0);
            self.cut(written - kept);
            return Err((failure, kept));
        }
        Ok(())
    }

    /// Takes the last bytes away again, where there is a file to take them from.
    fn cut(&self, bytes: usize) {
        if let Ok(about) = self.file.metadata()
            && about.is_file()
        {
            // The failure that led here is told; this is what can be done about it.
            let _ = self.file.set_len(about.len().saturating_sub(bytes as u64));
        }
    }

    /// Sees to it that a file is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        if self.aside.is_some() { self.file.sync_data() } else { Ok(()) }
    }

    /// The bytes are complete. Where the file cannot take its name, they stay where they are.
    pub(super) fn complete(&mut self) -> io::Result<()> {
        if let Some(Aside { part, whole }) = &self.aside {
            self.file.sync_all()?;
            files::retry_replacing(|| fs::rename(part, whole))?;
            // A lock is in the way of readers on Windows; it falls with the file at the latest.
            let _ = self.file.unlock();
        }
        self.aside = None;
        Ok(())
    }

    /// There is nothing in it that is worth keeping.
    pub(super) fn discard(&mut self) {
        if let Some(Aside { part, .. }) = self.aside.take() {
            // An empty file that cannot be removed does no harm.
            let _ = fs::remove_file(part);
        }
    }
}

/// Standard output without the standard library's buffer, which would hold up the end of the program where nobody
/// reads.
#[cfg(unix)]
fn own_stdout() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn own_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Lines;

    fn written(file: &Path) -> Lines {
        let mut lines = Lines::to(Some(file)).unwrap();
        lines.write_all(b"a row\n").unwrap();
        lines.flush().unwrap();
        lines
    }

    #[test]
    fn what_cannot_take_its_name_can_be_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("leads.csv");
        let lines = written(&file);
        fs::create_dir(&file).unwrap();
        fs::write(file.join("in its way"), "").unwrap();
        assert!(lines.complete().is_err());
        let broken = lines.break_off(0).unwrap();
        assert_eq!((broken.lines, broken.part), (1, Some(part_of(&file))));
        assert_eq!(fs::read(part_of(&file)).unwrap(), b"a row\n");
    }

    #[cfg(windows)]
    mod windows {
        use std::os::windows::fs::OpenOptionsExt;
        use std::time::Duration;

        use super::*;
        use crate::output::replace;

        /// As Excel and backups open a file: others may read it, and not replace it.
        fn hold(file: &Path) -> File {
            const SHARE_READ: u32 = 1;
            File::options().read(true).share_mode(SHARE_READ).open(file).unwrap()
        }

        #[test]
        fn a_file_that_is_held_for_a_moment_is_replaced() {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("leads.csv");
            fs::write(&file, "old").unwrap();
            let lines = written(&file);
            for (text, complete) in [
                ("new", &(|| replace(&file, b"new")) as &dyn Fn() -> io::Result<()>),
                ("a row\n", &|| lines.complete().map(drop)),
            ] {
                let held = hold(&file);
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        std::thread::sleep(Duration::from_millis(500));
                        drop(held);
                    });
                    complete().unwrap();
                });
                assert_eq!(fs::read_to_string(&file).unwrap(), text);
            }
        }

        #[test]
        fn a_file_that_is_in_use_is_told_at_once() {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("leads.csv");
            fs::write(&file, "old").unwrap();
            let _held = hold(&file);
            let failure = Lines::to(Some(&file)).unwrap_err();
            assert!(failure.to_string().contains("Excel"), "{failure:?}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }

        #[test]
        fn devices_are_written_to() {
            let folder = tempfile::tempdir().unwrap();
            for name in ["NUL", r"\\.\NUL"] {
                let lines = written(Path::new(name));
                assert!(!lines.is_aside());
                lines.complete().unwrap();
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
