//! A module: its records in bulk, its metadata, tags and custom views.
//!
//! * [`list`]: its records; [`search`]: those that match; [`deleted`]: those that are gone.
//! * [`write`]: creating, updating, upserting and deleting records; [`writer`]: the same with [`options`]; [`locking`]:
//!   under the condition that nobody modified them meanwhile, which [`lock`] holds; [`requests`]: as values.
//! * [`metadata`]: modules, fields, layouts and related lists. [`views`]: custom views. [`tags`]: tags, and on records.

mod deleted;
mod list;
mod lock;
mod locking;
mod metadata;
mod options;
mod requests;
mod search;
mod tags;
mod views;
mod write;
mod writer;

pub use deleted::DeletedKind;
pub use list::Which;
pub use options::Writer;
pub use search::SearchBy;
pub(super) use tags::{MAX_TAGS_OF_ONE, tagging};

use crate::rest::{Request, Response, Session};
use crate::transport::Method;

/// A module, such as Leads, by its API name; made by [`Client::module`](crate::Client::module).
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// let leads = client.module("Leads");
/// for lead in leads.records().fields(["Last_Name"]) {
///     println!("{}", lead?.raw());
/// }
/// # Ok(())
/// # }
/// ```
#[doc(alias = "ZCRMModule")]
#[doc(alias = "get_module_instance")]
#[derive(Debug, Clone)]
pub struct ModuleHandle {
    pub(super) session: Session,
    name: String,
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

    /// A request to the module itself, or to something below it.
    pub(super) fn request(&self, method: Method, below: &[&str]) -> Request<Response> {
        self.session.request(method, std::iter::once(self.name.as_str()).chain(below.iter().copied()))
    }
}
