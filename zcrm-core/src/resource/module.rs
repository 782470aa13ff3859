//! One module, one record.

use crate::entity::RecordId;
use crate::error::Result;
use crate::rest::{Call, Session};
use crate::transport::Method;

/// One module, such as Leads, by its API name. Made by [`Client::module`](crate::Client::module); no call goes out yet.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// let leads = client.module("Leads");
/// for lead in leads.records().fields(["Last_Name", "Email"]) {
///     println!("{}", lead?.raw());
/// }
/// # Ok(())
/// # }
/// ```
#[doc(alias = "ZCRMModule")]
#[doc(alias = "get_module_instance")]
#[derive(Debug, Clone)]
pub struct ModuleHandle {
    pub(crate) session: Session,
    pub(crate) name: String,
}

impl ModuleHandle {
    pub(crate) fn new(session: Session, name: impl Into<String>) -> Self {
        Self { session, name: name.into() }
    }

    /// The API name, such as `Leads`.
    #[must_use]
    pub fn api_name(&self) -> &str {
        &self.name
    }

    /// One record of the module, by its id. No call goes out yet.
    #[doc(alias = "get_record_instance")]
    #[must_use]
    pub fn record(&self, id: impl Into<RecordId>) -> RecordHandle {
        RecordHandle { module: self.clone(), id: id.into() }
    }

    /// A call to the module itself (no `segments`) or to something below it.
    pub(crate) fn call(&self, method: Method, segments: &[&str]) -> Result<Call> {
        Call::new(method, self.session.version(), std::iter::once(self.name.as_str()).chain(segments.iter().copied()))
    }
}

/// One record of a module, by its id. Made by [`ModuleHandle::record`]; no call goes out yet.
#[doc(alias = "ZCRMRecord")]
#[derive(Debug, Clone)]
pub struct RecordHandle {
    pub(crate) module: ModuleHandle,
    pub(crate) id: RecordId,
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

    /// A call to the record itself (no `segments`) or to something below it, such as its notes.
    pub(crate) fn call(&self, method: Method, segments: &[&str]) -> Result<Call> {
        let path = [self.module.name.as_str(), self.id.as_str()];
        Call::new(method, self.module.session.version(), path.into_iter().chain(segments.iter().copied()))
    }
}
