//! Deleting many tags of a module.

use serde_json::json;

use super::handle::MassJobHandle;
use super::job::MassOperation;
use super::start::{PATIENCE, since, start, started};
use crate::config::ApiVersion;
use crate::entity::{Module, TagId};
use crate::error::{Error, Result};
use crate::resource::module::ModuleHandle;
use crate::rest::Request;
use crate::transport::Method;

impl ModuleHandle {
    /// Starts a job that deletes tags of the module, also where they are on records, and does not wait for it. From v7
    /// on. The id of the module, which Zoho wants, is read first, for one credit. While another job of the organization
    /// is not over, it waits for its turn, for ten minutes at most.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").start_tag_deletion(["3652397000000197001"])?;
    /// println!("{}", job.wait()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unanswered`](crate::ErrorKind::Unanswered), with [`Error::outcome_unknown`], when the response was lost: the
    /// job may have been started, and it is never started twice by itself.
    /// [`Unsupported`](crate::ErrorKind::Unsupported) before v7; [`InvalidInput`](crate::ErrorKind::InvalidInput) for
    /// no tag; [`JobPending`](crate::ErrorKind::JobPending) when another job was in the way for too long; otherwise
    /// every kind that a request can fail with.
    pub fn start_tag_deletion<I: Into<TagId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<MassJobHandle> {
        since(self, ApiVersion::V7, &MassOperation::DeleteTags).map_err(Error::logged)?;
        let tags: Vec<_> = ids.into_iter().map(|id| json!({ "id": id.into().as_str() })).collect();
        if tags.is_empty() {
            return Err(Error::invalid("no tag is to be deleted; give its id").logged());
        }
        let module: Request<Module> =
            self.session.request(Method::Get, ["settings", "modules", self.api_name()]).one("modules");
        let id = self.session.run(&module)?.id;
        let module = json!({ "api_name": self.api_name(), "id": id.as_ref().map(|id| id.as_str()) });
        let request = self.session.request(Method::Post, ["settings", "tags", "actions", "mass_delete"]);
        let request = request.json(&json!({ "mass_delete": [{ "module": module, "tags": tags }] }));
        started(start(self, MassOperation::DeleteTags, request, "mass_delete", PATIENCE)?)
    }
}
