//! The photo of a record.

use super::RecordHandle;
use crate::error::Result;
use crate::rest::{Download, Upload};
use crate::transport::Method;

impl RecordHandle {
    /// The photo of the record, where its module has photos (leads, contacts, accounts, products, vendors).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").record("3652397000000190001").photo().download().to_file("photo.png")?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "upload_photo")]
    #[doc(alias = "download_photo")]
    #[doc(alias = "delete_photo")]
    #[must_use]
    pub fn photo(&self) -> PhotoHandle {
        PhotoHandle { record: self.clone() }
    }
}

/// The photo of a record; made by [`RecordHandle::photo`].
#[derive(Debug, Clone)]
pub struct PhotoHandle {
    record: RecordHandle,
}

impl PhotoHandle {
    /// Uploads a photo, which replaces the one that is there.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::rest::Upload;
    ///
    /// let photo = client.module("Leads").record("3652397000000190001").photo();
    /// photo.upload(Upload::from_path("photo.png")?.content_type("image/png"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Io`](crate::ErrorKind::Io) when the file cannot be read; [`InvalidRequest`](crate::ErrorKind::InvalidRequest)
    /// with [`Error::api`](crate::Error::api) when Zoho rejects it; [`Unanswered`](crate::ErrorKind::Unanswered) when
    /// it is not known whether it was done; otherwise every kind that a request can fail with.
    #[doc(alias = "upload_photo")]
    pub fn upload(&self, mut upload: Upload<'_>) -> Result<()> {
        let request = self.record.request(Method::Post, &["photo"]).written("data");
        self.record.session().upload(&request, &mut upload).map(drop)
    }

    /// The photo as a file to download.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let mut bytes = Vec::new();
    /// client.module("Leads").record("3652397000000190001").photo().download().to_writer(&mut bytes)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "download_photo")]
    pub fn download<'a>(&self) -> Download<'a> {
        Download::new(self.record.session().clone(), self.record.request(Method::Get, &["photo"]))
    }

    /// Deletes the photo. Where the response to a first attempt was lost, "there is none" counts as deleted.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").record("3652397000000190001").photo().delete()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when Zoho rejects
    /// it; otherwise every kind that a request can fail with.
    #[doc(alias = "delete_photo")]
    pub fn delete(&self) -> Result<()> {
        self.record.session().run(&self.record.request(Method::Delete, &["photo"]).deleted("data"))
    }
}
