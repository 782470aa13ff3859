//! Until when Zoho wants no token requests for a user: told to the other processes by a file beside the user's locks.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error;
use crate::lock::{Fault, LockFile};

/// A later moment is the doing of a damaged file or of a clock that was wrong: Zoho limits for some minutes.
const LONGEST: Duration = Duration::from_secs(60 * 60);
const DIGITS: usize = 20;

pub(crate) fn read(stem: &Path) -> Result<Option<SystemTime>, Fault> {
    let path = stem.with_extension("limit");
    if !path.exists() {
        return Ok(None);
    }
    let text = LockFile::open(&path)?.read().map_err(|cause| failed(&path, cause))?;
    let millis = text.strip_suffix('\n').filter(|text| text.len() == DIGITS).and_then(|text| text.parse().ok());
    let until = millis.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
    let now = SystemTime::now();
    Ok(until.filter(|until| until.duration_since(now).is_ok_and(|left| left <= LONGEST)))
}

pub(crate) fn write(stem: &Path, until: Option<SystemTime>) -> Result<(), Fault> {
    let path = stem.with_extension("limit");
    if until.is_none() && !path.exists() {
        return Ok(());
    }
    let since = until.and_then(|until| until.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    LockFile::open(&path)?.write(&format!("{millis:0DIGITS$}\n")).map_err(|cause| failed(&path, cause))
}

fn failed(path: &Path, cause: io::Error) -> Fault {
    Fault::Failed(error::io("use", path, cause))
}
