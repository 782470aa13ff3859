//! Handing a file over to the host that takes the files of bulk writes.

use std::fs::File;
use std::io::{self, Seek};

use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Host, Idempotency, Request, Session, Upload};
use crate::transport::Method;

/// Uploads a ZIP file; gives the id under which Zoho knows it. A file that was uploaded and is never named by a job
/// changes nothing, so an upload whose response was lost is done again.
pub(super) fn upload(session: &Session, zgid: &str, file_name: &str, mut file: File) -> Result<String> {
    let unreadable = |cause: io::Error| {
        Error::new(ErrorKind::Io, "the temporary file of the job cannot be read").with_source(cause).logged()
    };
    file.rewind().map_err(unreadable)?;
    let mut upload = Upload::from_seekable(file_name, file)?.content_type("application/zip");
    session.upload(&request(session, zgid), &mut upload)
}

fn request(session: &Session, zgid: &str) -> Request<String> {
    let request = session.request(Method::Post, ["upload"]).on(Host::Upload);
    let request = request.header("feature", "bulk-write").header("X-CRM-ORG", zgid);
    request.with_idempotency(Idempotency::Idempotent).and_then(|response| {
        let details = response.result("data")?.details;
        let id = details.get("file_id").and_then(|id| match id.text() {
            Some(text) => Some(text.into_owned()),
            None => Some(id.raw().to_owned()).filter(|raw| raw.bytes().all(|byte| byte.is_ascii_digit())),
        });
        id.filter(|id| !id.is_empty()).ok_or_else(|| response.undecided("Zoho's response names no file"))
    })
}
