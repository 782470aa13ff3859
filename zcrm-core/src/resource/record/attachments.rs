//! Attachments of records and of notes.

use super::RecordHandle;
use crate::config::ApiVersion;
use crate::entity::{Attachment, AttachmentId};
use crate::error::{Error, Result};
use crate::resource::collection::{Collection, Definition, Delete, Resource};
use crate::rest::{Download, Fields, ItemResult, Listing, Request, Response, Saved, Upload};
use crate::transport::Method;

/// What is listed of an attachment from v3 on, where fields have to be named.
const FIELDS: &str = "File_Name,Size,Parent_Id,Owner,Created_By,Created_Time,Modified_By,Modified_Time";

impl Definition for Attachment {
    type Id = AttachmentId;
    const NAME: &'static str = "an attachment";
    const KEY: &'static str = "data";

    fn listing(request: Request<Response>) -> Listing {
        Listing::paged(request, Self::KEY).sorted_and_by_time().with_page_tokens().with_fields(Fields::Default(FIELDS))
    }
}

impl Resource for Attachment {}
impl Delete for Attachment {}

impl RecordHandle {
    /// The attachments of the record. Scope: `ZohoCRM.modules.attachments.ALL`.
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
    #[doc(alias = "delete_attachment")]
    #[must_use]
    pub fn attachments(&self) -> Collection<Attachment> {
        let (module, id) = (self.module.api_name(), self.id.as_str());
        Collection::new(self.session(), [module, id, "Attachments"]).of_record(module, id)
    }
}

impl Collection<Attachment> {
    /// Uploads a file. It is sent once, unless Zoho rejected it before any work (an expired token, a rate limit) and it
    /// can be read again.
    ///
    /// ```no_run
    /// use zcrm_core::rest::Upload;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let attachments = client.module("Leads").record("3652397000000190001").attachments();
    /// println!("{}", attachments.upload(Upload::from_path("quote.pdf")?)?.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Io`](crate::ErrorKind::Io) when the file cannot be read; [`InvalidRequest`](crate::ErrorKind::InvalidRequest)
    /// with [`Error::api`](crate::Error::api) when Zoho rejects it; [`Unanswered`](crate::ErrorKind::Unanswered) when
    /// it is not known whether it was done; otherwise every kind that a request can fail with.
    #[doc(alias = "upload_attachment")]
    pub fn upload(&self, mut upload: Upload<'_>) -> Result<Saved> {
        let request = written(self.request(Method::Post, &[]));
        self.session.upload(&request, &mut upload)
    }

    /// Attaches a link.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let attachments = client.module("Leads").record("3652397000000190001").attachments();
    /// attachments.upload_link("https://example.com/quote.pdf")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when the link is empty; otherwise as
    /// [`upload`](Self::upload).
    #[doc(alias = "upload_link_as_attachment")]
    pub fn upload_link(&self, url: &str) -> Result<Saved> {
        let request = self.request(Method::Post, &[]);
        let request = if self.session.version() < ApiVersion::V3 {
            request.form_field("attachmentUrl", url)
        } else {
            request.query("attachmentUrl", url)
        };
        let named = if url.trim().is_empty() { Err(Error::invalid("the link is empty")) } else { Ok(()) };
        self.session.run(&written(request.checked(named)))
    }

    /// An attachment as a file to download.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let attachments = client.module("Leads").record("3652397000000190001").attachments();
    /// let file = attachments.download("3652397000000191001").to_file("quote.pdf")?;
    /// println!("{} bytes", file.bytes);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "download_attachment")]
    pub fn download<'a>(&self, id: impl Into<AttachmentId>) -> Download<'a> {
        Download::new(self.session.clone(), self.request(Method::Get, &[id.into().as_str()]))
    }
}

/// A request whose one result has the id of what was made.
fn written(request: Request<Response>) -> Request<Saved> {
    request.and_then(|response| {
        let result: ItemResult = response.result("data")?;
        Saved::of(result, None).ok_or_else(|| response.undecided("Zoho reports success without the id of what it made"))
    })
}
