//! A file on its way from Zoho.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::Progress;
use super::disposition::file_name;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::Session;
use crate::rest::attempt::{Failed, Verdict, is_success, lost, refused};
use crate::rest::call::Call;
use crate::transport::{Body, Pace, Response};

/// Bytes on their way at a time.
const PIECE: usize = 64 * 1024;

/// A file to download, not yet asked for.
///
/// Zoho is asked again until the first byte is there; from then on a break is an error, and what was written stays
/// where it was written.
#[must_use = "nothing is sent before to_writer or to_file"]
pub struct Download<'a> {
    session: Session,
    call: Result<Call>,
    max_bytes: u64,
    progress: Option<Progress<'a>>,
}

/// What was downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// The name that Zoho gives the file (`Content-Disposition`): the bare name, never a path.
    pub file_name: Option<String>,
    /// The media type that Zoho gives it.
    pub content_type: Option<String>,
    /// The number of bytes.
    pub bytes: u64,
}

impl<'a> Download<'a> {
    pub(crate) fn new(session: Session, call: Result<Call>) -> Self {
        Self { session, call, max_bytes: u64::MAX, progress: None }
    }

    /// The largest file that is accepted, in bytes. Without it there is no limit.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Calls `report` with the bytes received so far, and with all where Zoho announces them.
    pub fn progress(mut self, report: impl FnMut(u64, Option<u64>) + 'a) -> Self {
        self.progress = Some(Box::new(report));
        self
    }

    /// Asks for the file and writes it, a piece at a time.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when there is no file; [`ErrorKind::Io`] when `writer` fails; [`ErrorKind::InvalidAnswer`]
    /// when the file is larger than [`max_bytes`](Self::max_bytes); [`ErrorKind::Unanswered`] when it broke off. In the
    /// last three cases `writer` may hold a part. Else as for any call.
    pub fn to_writer(self, mut writer: impl Write) -> Result<Downloaded> {
        let Self { session, call, max_bytes, mut progress } = self;
        let call = call?;
        session.download(&call, &mut writer, max_bytes, &mut |done, all| {
            if let Some(report) = &mut progress {
                report(done, all);
            }
        })
    }

    /// Asks for the file and writes it to `path`, replacing what is there. After a failure there is no file.
    ///
    /// # Errors
    ///
    /// As [`to_writer`](Self::to_writer).
    pub fn to_file(self, path: impl AsRef<Path>) -> Result<Downloaded> {
        let path = path.as_ref();
        let unwritable = |cause: io::Error| {
            Error::new(ErrorKind::Io, format!("{} cannot be written", path.display())).with_source(cause)
        };
        let mut file = File::create(path).map_err(unwritable)?;
        let downloaded = self.to_writer(&mut file).and_then(|done| file.sync_all().map(|()| done).map_err(unwritable));
        if downloaded.is_err() {
            drop(file);
            // The download's own error says more than one about the rest of it.
            let _ = std::fs::remove_file(path);
        }
        downloaded
    }
}

impl fmt::Debug for Download<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("max_bytes", &self.max_bytes).finish_non_exhaustive()
    }
}

impl Session {
    /// Sends a call whose answer is a file.
    pub(crate) fn download(
        &self,
        call: &Call,
        writer: &mut dyn Write,
        max_bytes: u64,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Downloaded> {
        let done = self.attempts(call, |token| {
            let _permit = self.enter();
            let response = self.exchange(call, token, Body::Empty, Pace::Transfer)?;
            if !is_success(response.status) {
                return Err(refused(response, self.max_answer_bytes()));
            }
            match response.status {
                204 | 304 => Err(missing()),
                _ => receive(response, writer, max_bytes, progress),
            }
        })?;
        Ok(done.value)
    }
}

fn receive(
    response: Response,
    writer: &mut dyn Write,
    max_bytes: u64,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Downloaded, Failed> {
    let Response { status, headers, mut body } = response;
    let total: Option<u64> = headers.get("content-length").and_then(|length| length.trim().parse().ok());
    if total.is_some_and(|total| total > max_bytes) {
        return Err(too_large(max_bytes));
    }
    let mut piece = vec![0; PIECE];
    let mut bytes: u64 = 0;
    loop {
        let part = match body.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => piece.get(..count).unwrap_or_default(),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) if bytes == 0 => return Err(lost(status, cause)),
            Err(cause) => return Err(broken(bytes, cause)),
        };
        let so_far = bytes.saturating_add(part.len() as u64);
        if so_far > max_bytes {
            return Err(too_large(max_bytes));
        }
        writer.write_all(part).map_err(unwritable)?;
        bytes = so_far;
        progress(bytes, total);
    }
    writer.flush().map_err(unwritable)?;
    Ok(Downloaded {
        file_name: headers.get("content-disposition").and_then(file_name),
        content_type: headers.get("content-type").map(str::to_owned),
        bytes,
    })
}

fn for_good(kind: ErrorKind, message: impl Into<String>) -> Failed {
    Failed { error: Error::new(kind, message), verdict: Verdict::Refused }
}

fn missing() -> Failed {
    for_good(ErrorKind::NotFound, "there is no file here")
}

fn too_large(max_bytes: u64) -> Failed {
    for_good(ErrorKind::InvalidAnswer, format!("the file is larger than the {max_bytes} bytes allowed"))
}

fn with_cause(failed: Failed, cause: io::Error) -> Failed {
    Failed { error: failed.error.with_source(cause), ..failed }
}

fn broken(bytes: u64, cause: io::Error) -> Failed {
    let text = format!("the file broke off; its first {bytes} bytes are written, download it again");
    with_cause(for_good(ErrorKind::Unanswered, text), cause)
}

fn unwritable(cause: io::Error) -> Failed {
    with_cause(for_good(ErrorKind::Io, "the file could not be written where it was to go"), cause)
}
