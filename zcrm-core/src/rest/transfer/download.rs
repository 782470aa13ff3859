//! A file on its way from Zoho.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;

use super::Progress;
use super::disposition::file_name;
use super::genuine::genuine;
use super::target::Target;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::governor::Permit;
use crate::rest::request::Request;
use crate::rest::response::{Response, is_success, lost, rejected};
use crate::rest::retry::Failure;
use crate::rest::session::Session;
use crate::transport::{Body, HttpResponse, Pace};

/// Bytes on their way at a time.
const PIECE: usize = 64 * 1024;

/// A file to download, not yet asked for.
///
/// The request is retried until the first byte is there; from then on a break is an error.
#[must_use = "nothing is sent before to_writer, to_file or open"]
pub struct Download<'a> {
    session: Session,
    request: Request<Response>,
    /// Whether JSON is a file as well.
    json_too: bool,
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
    pub(crate) fn new(session: Session, request: Request<Response>) -> Self {
        Self { session, request, json_too: false, max_bytes: u64::MAX, progress: None }
    }

    /// Takes JSON for a file as well, unless it is Zoho's rejection.
    pub(crate) fn json_too(self) -> Self {
        Self { json_too: true, ..self }
    }

    /// The largest file that is accepted, in bytes. Without it there is no limit.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Calls `report` with the bytes received so far, and with all where Zoho announces them.
    pub fn progress(mut self, report: impl FnMut(u64, Option<u64>) + Send + 'a) -> Self {
        self.progress = Some(Box::new(report));
        self
    }

    /// Asks for the file and writes it, a piece at a time.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let lead = client.module("Leads").record("3652397000000190001");
    /// let mut photo = Vec::new();
    /// let downloaded = lead.photo().download().max_bytes(10 << 20).to_writer(&mut photo)?;
    /// println!("{:?}: {} bytes", downloaded.file_name, downloaded.bytes);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when there is no file; [`ErrorKind::Io`] when `writer` fails;
    /// [`ErrorKind::InvalidResponse`] when the file is larger than [`max_bytes`](Self::max_bytes), or the response is
    /// no file; [`ErrorKind::Unanswered`] when it broke off. When it was too large, broke off, or `writer` failed,
    /// `writer` may hold a part. Otherwise every kind that a request can fail with.
    pub fn to_writer(self, mut writer: impl Write) -> Result<Downloaded> {
        self.receive(&mut writer, true)
    }

    /// Asks for the file and writes it to `path`: aside first, and put in its place when it is complete. After a
    /// failure the file that was there is still there, as it was. What is not a regular file, such as a device, is
    /// written to directly.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").record("3652397000000190001").photo().download().to_file("photo.png")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_writer`](Self::to_writer), and [`ErrorKind::Io`] when the file cannot be created beside `path` or take
    /// its place.
    pub fn to_file(self, path: impl AsRef<Path>) -> Result<Downloaded> {
        let path = path.as_ref();
        let unwritable = |cause: io::Error| {
            let message = format!("{} cannot be written", path.display());
            Error::new(ErrorKind::Io, message).with_source(cause).logged()
        };
        let mut target = Target::open(path).map_err(unwritable)?;
        let callers_code = self.progress.is_some() || matches!(target, Target::Direct(_));
        let downloaded = self.receive(&mut target, callers_code)?;
        target.commit().map_err(unwritable)?;
        Ok(downloaded)
    }

    /// Asks for the file and gives its bytes as a reader.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let lead = client.module("Leads").record("3652397000000190001");
    /// let mut file = lead.attachments().download("3652397000000191001").open()?;
    /// std::io::copy(&mut file, &mut std::io::stdout())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_writer`](Self::to_writer), as far as the beginning of the file is concerned. Reading fails with an
    /// [`io::Error`] around an [`Error`] when the file is too large or breaks off.
    pub fn open(self) -> Result<DownloadReader<'a>> {
        let Self { session, request, json_too, max_bytes, progress } = self;
        let response = session.transfer(&request, |attempt, _| {
            let response = attempt.send(Body::Empty, Pace::Transfer)?;
            let response = file_of(response, json_too, &session)?;
            too_large(&response, max_bytes)?;
            Ok(response)
        })?;
        let about = about(&response);
        let total = total(&response);
        Ok(DownloadReader { session, cost: request.cost(), response, about, total, max_bytes, progress })
    }

    /// Asks for the file and writes it to a temporary one that has no name, so that it goes with the process, whatever
    /// ends that.
    #[cfg(feature = "bulk")]
    pub(crate) fn into_temporary(self) -> Result<std::fs::File> {
        let unwritable = |cause: io::Error| {
            Error::new(ErrorKind::Io, "a temporary file cannot be written").with_source(cause).logged()
        };
        let mut file = tempfile::tempfile().map_err(unwritable)?;
        let callers_code = self.progress.is_some();
        self.receive(&mut file, callers_code)?;
        io::Seek::rewind(&mut file).map_err(unwritable)?;
        Ok(file)
    }

    fn receive(self, writer: &mut dyn Write, callers_code: bool) -> Result<Downloaded> {
        let Self { session, request, json_too, max_bytes, mut progress } = self;
        session.transfer(&request, |attempt, permit| {
            let response = attempt.send(Body::Empty, Pace::Transfer)?;
            let response = file_of(response, json_too, &session)?;
            too_large(&response, max_bytes)?;
            let mut report = |done, all| progress.iter_mut().for_each(|report| report(done, all));
            let sink = Sink { writer: &mut *writer, report: &mut report, callers_code };
            copy(response, permit, sink, max_bytes)
        })
    }
}

impl fmt::Debug for Download<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("max_bytes", &self.max_bytes).finish_non_exhaustive()
    }
}

/// The bytes of a file as Zoho sends them; made by [`Download::open`].
pub struct DownloadReader<'a> {
    session: Session,
    cost: crate::rest::Cost,
    response: HttpResponse,
    about: Downloaded,
    total: Option<u64>,
    max_bytes: u64,
    progress: Option<Progress<'a>>,
}

impl DownloadReader<'_> {
    /// The file's name and type, and the bytes read so far.
    #[must_use]
    pub fn about(&self) -> &Downloaded {
        &self.about
    }
}

impl Read for DownloadReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let permit = self.session.resume(self.cost).map_err(|error| io::Error::other(error.logged()))?;
        let read = self.response.body.read(buffer);
        drop(permit);
        let status = self.response.status;
        let count = match read {
            Ok(count) => count,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => return Err(cause),
            Err(cause) => return Err(told(cause.kind(), broken(status, self.about.bytes, cause))),
        };
        self.about.bytes = self.about.bytes.saturating_add(count as u64);
        if self.about.bytes > self.max_bytes {
            return Err(told(io::ErrorKind::FileTooLarge, larger_than(status, self.max_bytes)));
        }
        if let Some(report) = &mut self.progress {
            report(self.about.bytes, self.total);
        }
        Ok(count)
    }
}

/// An error of the library's in the form of the standard library's readers.
fn told(kind: io::ErrorKind, failure: Failure) -> io::Error {
    io::Error::new(kind, failure.error.logged())
}

impl fmt::Debug for DownloadReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadReader").field("about", &self.about).finish_non_exhaustive()
    }
}

/// Where pieces go, and who is told.
struct Sink<'a> {
    writer: &'a mut dyn Write,
    report: &'a mut dyn FnMut(u64, Option<u64>),
    /// Whether the writer or the report is the caller's code, during which no permit is held.
    callers_code: bool,
}

/// A response that is a file.
fn file_of(response: HttpResponse, json_too: bool, session: &Session) -> Result<HttpResponse, Failure> {
    if !is_success(response.status) {
        return Err(rejected(response.within(session.call_timeout()), session.max_response_bytes()));
    }
    if matches!(response.status, 204 | 304) {
        let error = Error::new(ErrorKind::NotFound, "there is no file here").with_status(response.status);
        return Err(Failure::permanent(error));
    }
    genuine(response, json_too)
}

fn total(response: &HttpResponse) -> Option<u64> {
    response.headers.get("content-length").and_then(|length| length.trim().parse().ok())
}

fn about(response: &HttpResponse) -> Downloaded {
    Downloaded {
        file_name: response.headers.get("content-disposition").and_then(file_name),
        content_type: response.headers.get("content-type").map(str::to_owned),
        bytes: 0,
    }
}

fn copy(response: HttpResponse, permit: &mut Permit<'_>, sink: Sink<'_>, max: u64) -> Result<Downloaded, Failure> {
    let (mut about, total, status) = (about(&response), total(&response), response.status);
    let Sink { writer, report, callers_code } = sink;
    let mut body = response.body;
    let mut piece = vec![0; PIECE];
    loop {
        let part = match body.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => piece.get(..count).unwrap_or_default(),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) if about.bytes == 0 => return Err(lost(status, cause)),
            Err(cause) => return Err(broken(status, about.bytes, cause)),
        };
        about.bytes = about.bytes.saturating_add(part.len() as u64);
        if about.bytes > max {
            return Err(larger_than(status, max));
        }
        let mut deliver = || {
            writer.write_all(part).map_err(unwritable)?;
            report(about.bytes, total);
            Ok::<(), Failure>(())
        };
        if callers_code { permit.without(deliver)?? } else { deliver()? }
    }
    if callers_code { permit.without(|| writer.flush())? } else { writer.flush() }.map_err(unwritable)?;
    Ok(about)
}

fn too_large(response: &HttpResponse, max_bytes: u64) -> Result<(), Failure> {
    match total(response) {
        Some(total) if total > max_bytes => Err(larger_than(response.status, max_bytes)),
        _ => Ok(()),
    }
}

fn larger_than(status: u16, max_bytes: u64) -> Failure {
    let text = format!("the file is larger than the {max_bytes} bytes that max_bytes allows");
    Failure::permanent(Error::new(ErrorKind::InvalidResponse, text).with_status(status))
}

fn broken(status: u16, bytes: u64, cause: io::Error) -> Failure {
    let text = format!("the file broke off after {bytes} bytes; download it again");
    Failure::permanent(Error::new(ErrorKind::Unanswered, text).with_status(status).with_source(cause))
}

fn unwritable(cause: io::Error) -> Failure {
    let error = Error::new(ErrorKind::Io, "the file could not be written to its destination");
    Failure::permanent(error.with_source(cause))
}
