//! A file on its way to Zoho.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::Progress;
use super::multipart::{Boundary, FilePart};
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::rest::governor::Permit;
use crate::rest::request::Request;
use crate::rest::response::receive;
use crate::rest::retry::{Classification, Failure};
use crate::rest::session::Session;
use crate::transport::{Body, Pace};

/// A file to upload: a name and where its bytes come from. It is read while it is sent, a piece at a time.
///
/// ```no_run
/// # fn main() -> Result<(), zcrm_core::Error> {
/// use zcrm_core::rest::Upload;
///
/// let quote = Upload::from_path("quote.pdf")?.content_type("application/pdf").progress(|sent, all| {
///     eprintln!("{sent} of {all:?} bytes");
/// });
/// let text = Upload::from_reader("hello.txt", "hello".as_bytes()).length(5);
/// # let _ = (quote, text);
/// # Ok(())
/// # }
/// ```
pub struct Upload<'a> {
    file_name: String,
    content_type: String,
    content: Content<'a>,
    progress: Option<Progress<'a>>,
}

trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

enum Content<'a> {
    /// Sent again from its start where an attempt was refused.
    Again { reader: Box<dyn ReadSeek + Send + 'a>, start: u64, length: u64 },
    /// Sent once.
    Once { reader: Counting<'a>, length: Option<u64> },
}

impl<'a> Upload<'a> {
    /// A file of this machine, under its own name. Anything but a regular file (a pipe, a device) is read once.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the file cannot be opened; [`ErrorKind::InvalidInput`] when the path has no file name.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path
            .file_name()
            .ok_or_else(|| Error::invalid(format!("{} has no file name; name a file", path.display())).logged())?;
        let name = name.to_string_lossy();
        let unusable = |cause| {
            Error::new(ErrorKind::Io, format!("{} cannot be opened", path.display())).with_source(cause).logged()
        };
        let file = files::retry(|| File::open(path)).map_err(unusable)?;
        let about = file.metadata().map_err(unusable)?;
        if about.is_dir() {
            return Err(unusable(io::ErrorKind::IsADirectory.into()));
        }
        if about.is_file() { Self::from_seekable(name, file) } else { Ok(Self::from_reader(name, file)) }
    }

    /// Bytes that can be read again, from where the reader stands to its end. They are sent again where an attempt was
    /// refused before any work (an expired token, a limit on calls).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the length cannot be found out.
    pub fn from_seekable(file_name: impl Into<String>, mut reader: impl Read + Seek + Send + 'a) -> Result<Self> {
        let measure = |reader: &mut dyn ReadSeek| -> io::Result<(u64, u64)> {
            let start = reader.stream_position()?;
            let end = reader.seek(SeekFrom::End(0))?;
            Ok((start, end.saturating_sub(start)))
        };
        let (start, length) = measure(&mut reader).map_err(|cause| {
            Error::new(ErrorKind::Io, "the length of the data is unknown").with_source(cause).logged()
        })?;
        Ok(Self::new(file_name, Content::Again { reader: Box::new(reader), start, length }))
    }

    /// Bytes that can be read a single time. Once reading has begun they cannot be sent again, so that an expired token
    /// or a limit on calls, which [`from_seekable`](Self::from_seekable) would survive, is an error that says so.
    ///
    /// Without [`length`](Self::length) they are sent chunked.
    pub fn from_reader(file_name: impl Into<String>, reader: impl Read + Send + 'a) -> Self {
        let reader = Counting { reader: Box::new(reader), begun: false };
        Self::new(file_name, Content::Once { reader, length: None })
    }

    fn new(file_name: impl Into<String>, content: Content<'a>) -> Self {
        Self {
            file_name: file_name.into(),
            content_type: "application/octet-stream".to_owned(),
            content,
            progress: None,
        }
    }

    /// The name that Zoho shows, in place of the file's own.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = name.into();
        self
    }

    /// The media type. Defaults to `application/octet-stream`; Zoho goes by the name's ending.
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = media_type.into();
        self
    }

    /// Announces the length, in bytes, of what [`from_reader`](Self::from_reader) reads. Fewer bytes are an error, more
    /// are not sent. Seekable data has a length of its own.
    #[must_use]
    pub fn length(mut self, bytes: u64) -> Self {
        if let Content::Once { length, .. } = &mut self.content {
            *length = Some(bytes);
        }
        self
    }

    /// Calls `report` with the bytes of the file sent so far, and with all where that is known. A repetition counts
    /// from the start again.
    #[must_use]
    pub fn progress(mut self, report: impl FnMut(u64, Option<u64>) + Send + 'a) -> Self {
        self.progress = Some(Box::new(report));
        self
    }

    fn known_length(&self) -> Option<u64> {
        match self.content {
            Content::Again { length, .. } => Some(length),
            Content::Once { length, .. } => length,
        }
    }

    /// Whether another attempt could send the same bytes.
    fn is_repeatable(&self) -> bool {
        match &self.content {
            Content::Again { .. } => true,
            Content::Once { reader, .. } => !reader.begun,
        }
    }

    fn check(&self) -> Result<()> {
        let fault = if self.file_name.is_empty() {
            "the upload has no file name"
        } else if self.content_type.is_empty() || self.content_type.contains(|c: char| !c.is_ascii() || c.is_control())
        {
            "the upload's media type is not one"
        } else {
            return Ok(());
        };
        Err(Error::invalid(fault))
    }

    fn form(&mut self, boundary: &Boundary) -> io::Result<FilePart<'_>> {
        let length = self.known_length();
        let reader: &mut dyn Read = match &mut self.content {
            Content::Again { reader, start, .. } => {
                reader.seek(SeekFrom::Start(*start))?;
                reader
            }
            Content::Once { reader, .. } => reader,
        };
        let progress = self.progress.as_mut().map(|report| &mut **report as &mut (dyn FnMut(u64, Option<u64>) + Send));
        Ok(FilePart::new(boundary, &self.file_name, &self.content_type, reader, length, progress))
    }
}

impl fmt::Debug for Upload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("length", &self.known_length())
            .finish_non_exhaustive()
    }
}

/// Notices whether reading has begun.
struct Counting<'a> {
    reader: Box<dyn Read + Send + 'a>,
    begun: bool,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.begun = true;
        self.reader.read(buffer)
    }
}

/// A form whose content is read by the caller's code, during which no permit is held.
struct Yielding<'a, 'p, 'g> {
    form: FilePart<'a>,
    permit: &'p mut Permit<'g>,
    fault: Option<Error>,
}

impl Read for Yielding<'_, '_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Self { form, permit, fault } = self;
        permit.without(|| form.read(buffer)).unwrap_or_else(|error| {
            *fault = Some(error);
            Err(io::ErrorKind::TimedOut.into())
        })
    }
}

impl Session {
    /// Sends a request whose body is a file. What can be read once only is retried only as long as none of it was read.
    pub(crate) fn upload<T>(&self, request: &Request<T>, upload: &mut Upload<'_>) -> Result<T> {
        upload.check().map_err(Error::logged)?;
        let boundary = Boundary::new();
        let content_type = boundary.content_type();
        self.exit(request, |attempt, permit| {
            let form = upload.form(&boundary).map_err(unreadable)?;
            let length = form.total();
            let mut reader = Yielding { form, permit, fault: None };
            let body = Body::Stream { content_type: &content_type, length, reader: &mut reader };
            let sent = attempt.send(body, Pace::Transfer);
            let fault = reader.fault.take();
            let outcome = match fault {
                // The transfer was cut off by us, in the middle.
                Some(error) => Err(Failure { error, classification: Classification::AmbiguousFinal }),
                None => {
                    sent.and_then(|response| receive(response.within(self.call_timeout()), self.max_response_bytes()))
                }
            };
            outcome.map_err(|failure| if upload.is_repeatable() { failure } else { spent(failure) })
        })
    }
}

fn unreadable(cause: io::Error) -> Failure {
    let error = Error::new(ErrorKind::Io, "the data cannot be read from its start again").with_source(cause);
    Failure::permanent(error)
}

/// A failure after which another attempt would be in order, were there anything left to send.
fn spent(failure: Failure) -> Failure {
    use Classification::{Ambiguous, AmbiguousFinal, Permanent, Retryable, TokenRejected};
    let classification = match failure.classification {
        TokenRejected | Retryable | Permanent => Permanent,
        Ambiguous | AmbiguousFinal => AmbiguousFinal,
    };
    let hint = "the data was read once and cannot be sent again by itself; a file or a Read + Seek can";
    let changed = classification != failure.classification;
    let error = if changed { failure.error.with_hint(hint) } else { failure.error };
    Failure { error, classification }
}
