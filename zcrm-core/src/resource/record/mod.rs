//! One record, and what belongs to it.
//!
//! * [`one`]: read, updated, deleted; [`convert`]: a lead becomes a contact, an account and a deal.
//! * [`notes`], [`attachments`], [`photo`], [`related`] records, [`tags`].

mod attachments;
mod convert;
mod notes;
mod one;
mod photo;
mod related;
mod tags;

pub use convert::{Conversion, Converted};
pub use photo::PhotoHandle;
pub use related::RelatedHandle;

use super::module::ModuleHandle;
use crate::entity::RecordId;
use crate::rest::{Request, Response, Session};
use crate::transport::Method;

/// One record of a module, by its id; made by [`ModuleHandle::record`].
#[doc(alias = "ZCRMRecord")]
#[derive(Debug, Clone)]
pub struct RecordHandle {
    module: ModuleHandle,
    id: RecordId,
}

impl ModuleHandle {
    /// One record of the module, by its id.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let lead = client.module("Leads").record("3652397000000190001").get()?;
    /// println!("{:?}", lead.get::<String>("Last_Name")?);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_record_instance")]
    #[must_use]
    pub fn record(&self, id: impl Into<RecordId>) -> RecordHandle {
        RecordHandle { module: self.clone(), id: id.into() }
    }
}

impl RecordHandle {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &RecordId {
        &self.id
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &ModuleHandle {
        &self.module
    }

    fn session(&self) -> &Session {
        &self.module.session
    }

    /// A request to the record itself, or to something below it, such as its photo.
    fn request(&self, method: Method, below: &[&str]) -> Request<Response> {
        let path = [self.module.api_name(), self.id.as_str()];
        self.session().request(method, path.into_iter().chain(below.iter().copied()))
    }
}
