//! Attachments of records and of notes.

use super::ask::written_id;
use super::list::List;
use super::module::RecordHandle;
use crate::config::ApiVersion;
use crate::entity::{Attachment, AttachmentId};
use crate::error::Result;
use crate::rest::{Call, Download, Session, Upload};
use crate::transport::Method;

/// What a listing of attachments asks for where Zoho demands to be told.
const FIELDS: &str = "File_Name,Size,Parent_Id,Owner,Created_By,Created_Time,Modified_By,Modified_Time";

impl RecordHandle {
    /// The attachments of the record. No call goes out yet.
    ///
    /// ```no_run
    /// use zcrm_core::rest::Upload;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let attachments = client.module("Leads").record("3652397000000190001").attachments();
    /// attachments.upload(Upload::from_path("quote.pdf")?)?;
    /// for file in attachments.list() {
    ///     println!("{:?}", file?.file_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_attachments")]
    #[must_use]
    pub fn attachments(&self) -> AttachmentsHandle {
        AttachmentsHandle::new(&self.module.session, [self.module.name.as_str(), self.id.as_str()])
    }
}

/// The attachments of a record or of a note; see [`RecordHandle::attachments`] and
/// [`OrganizationHandle::note_attachments`](super::OrganizationHandle::note_attachments).
#[derive(Debug, Clone)]
pub struct AttachmentsHandle {
    session: Session,
    owner: [String; 2],
}

impl AttachmentsHandle {
    pub(super) fn new(session: &Session, owner: [&str; 2]) -> Self {
        Self { session: session.clone(), owner: owner.map(str::to_owned) }
    }

    fn call(&self, method: Method, rest: &[&str]) -> Result<Call> {
        let path = self.owner.iter().map(String::as_str).chain(["Attachments"]).chain(rest.iter().copied());
        self.session.call(method, path)
    }

    /// Lists the attachments.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for file in client.module("Leads").record("3652397000000190001").attachments().list() {
    ///     let file = file?;
    ///     println!("{:?}: {:?} bytes", file.file_name, file.size);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_attachments")]
    pub fn list(&self) -> List<Attachment> {
        let [module, id] = self.owner.clone();
        List::new(&self.session, [module, id, "Attachments".to_owned()], "data").default_fields(FIELDS)
    }

    /// Attaches a file, streamed; gives its id. v2 takes at most 20 MB.
    ///
    /// A file or a `Read + Seek` is sent again after a refused token (401) or when Zoho is busy (429); a plain reader can
    /// be sent once. After [`Unanswered`](crate::ErrorKind::Unanswered) the file may be attached or not.
    ///
    /// ```no_run
    /// use zcrm_core::rest::Upload;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = client.module("Leads").record("3652397000000190001");
    /// let id = lead.attachments().upload(Upload::from_path("quote.pdf")?)?;
    /// println!("attached as {id}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Io`](crate::ErrorKind::Io) when the file cannot be read; [`InvalidRequest`](crate::ErrorKind::InvalidRequest)
    /// with [`Error::api`](crate::Error::api) when Zoho refuses it; whatever a call can fail with.
    #[doc(alias = "upload_attachment")]
    pub fn upload(&self, mut upload: Upload<'_>) -> Result<AttachmentId> {
        let reply = self.session.upload(&self.call(Method::Post, &[])?, &mut upload)?;
        written_id(&reply.result("data")?)
    }

    /// Attaches a link; gives its id.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = client.module("Leads").record("3652397000000190001");
    /// lead.attachments().upload_link("https://example.com/quote")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when Zoho refuses it;
    /// whatever a call can fail with.
    #[doc(alias = "upload_link_as_attachment")]
    pub fn upload_link(&self, url: &str) -> Result<AttachmentId> {
        let call = self.call(Method::Post, &[])?;
        let call = if self.session.version() < ApiVersion::V3 {
            call.form_field("attachmentUrl", url)
        } else {
            call.query("attachmentUrl", url)
        };
        written_id(&self.session.write(&call, "data")?)
    }

    /// A file to download, not yet asked for. Links cannot be downloaded.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = client.module("Leads").record("3652397000000190001");
    /// let file = lead.attachments().download("3652397000000190301").to_file("quote.pdf")?;
    /// println!("{} bytes; Zoho calls it {:?}", file.bytes, file.file_name);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "download_attachment")]
    pub fn download<'a>(&self, id: impl Into<AttachmentId>) -> Download<'a> {
        Download::new(self.session.clone(), self.call(Method::Get, &[id.into().as_str()]))
    }

    /// Deletes an attachment.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").record("3652397000000190001").attachments().delete("3652397000000190301")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) when there is no such attachment; whatever a call can fail
    /// with.
    #[doc(alias = "delete_attachment")]
    pub fn delete(&self, id: impl Into<AttachmentId>) -> Result<()> {
        self.session.write(&self.call(Method::Delete, &[id.into().as_str()])?, "data").map(drop)
    }
}
