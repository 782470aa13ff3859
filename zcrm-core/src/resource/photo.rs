//! The photo of a record.

use super::module::RecordHandle;
use crate::error::Result;
use crate::rest::{Download, Upload};
use crate::transport::Method;

impl RecordHandle {
    /// The photo of the record: Leads, Contacts, Accounts, Products, Vendors and custom modules have one. No call goes
    /// out yet.
    ///
    /// ```no_run
    /// use zcrm_core::rest::Upload;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let photo = client.module("Contacts").record("3652397000000190001").photo();
    /// photo.upload(Upload::from_path("berg.png")?)?;
    /// photo.download().to_file("copy.png")?;
    /// photo.delete()?;
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

/// The photo of a record; see [`RecordHandle::photo`].
#[derive(Debug, Clone)]
pub struct PhotoHandle {
    record: RecordHandle,
}

impl PhotoHandle {
    /// Sets the photo, in place of one that is there: PNG, JPEG, GIF or BMP, at most 10 MB (Zoho's page *Upload Image*).
    ///
    /// ```no_run
    /// use zcrm_core::rest::Upload;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Contacts").record("3652397000000190001").photo().upload(Upload::from_path("berg.png")?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Io`](crate::ErrorKind::Io) when the file cannot be read; [`InvalidRequest`](crate::ErrorKind::InvalidRequest)
    /// with [`Error::api`](crate::Error::api) when Zoho refuses it; whatever a call can fail with.
    #[doc(alias = "upload_photo")]
    pub fn upload(&self, mut upload: Upload<'_>) -> Result<()> {
        let call = self.record.call(Method::Post, &["photo"])?;
        self.record.module.session.upload(&call, &mut upload)?.result("data").map(drop)
    }

    /// The photo to download, not yet asked for.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let mut bytes = Vec::new();
    /// client.module("Contacts").record("3652397000000190001").photo().download().to_writer(&mut bytes)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "download_photo")]
    pub fn download<'a>(&self) -> Download<'a> {
        Download::new(self.record.module.session.clone(), self.record.call(Method::Get, &["photo"]))
    }

    /// Deletes the photo.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Contacts").record("3652397000000190001").photo().delete()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) when there is none; whatever a call can fail with.
    #[doc(alias = "delete_photo")]
    pub fn delete(&self) -> Result<()> {
        let call = self.record.call(Method::Delete, &["photo"])?;
        self.record.module.session.write(&call, "data").map(drop)
    }
}
