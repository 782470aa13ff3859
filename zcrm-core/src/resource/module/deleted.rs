//! Records that were deleted.

use super::ModuleHandle;
use crate::entity::DeletedRecord;
use crate::rest::{Cost, List, Listing};
use crate::transport::Method;

/// Which deleted records to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DeletedKind {
    /// All of them.
    #[default]
    #[doc(alias = "get_all_deleted_records")]
    All,
    /// Those in the recycle bin.
    #[doc(alias = "get_recyclebin_records")]
    Recycle,
    /// Those that are gone for good.
    #[doc(alias = "get_permanently_deleted_records")]
    Permanent,
}

impl DeletedKind {
    /// The word as Zoho wants it: `all`, `recycle` or `permanent`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Recycle => "recycle",
            Self::Permanent => "permanent",
        }
    }
}

impl ModuleHandle {
    /// Lists what was deleted from the module: in the recycle bin, gone for good, or both. Zoho remembers deletions for
    /// 120 days, and keeps records in the recycle bin for 60; a request costs 2 credits.
    ///
    /// ```no_run
    /// use zcrm_core::resource::DeletedKind;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for lead in client.module("Leads").deleted(DeletedKind::Recycle) {
    ///     println!("{:?}", lead?.display_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_all_deleted_records")]
    #[doc(alias = "get_recyclebin_records")]
    #[doc(alias = "get_permanently_deleted_records")]
    pub fn deleted(&self, kind: DeletedKind) -> List<DeletedRecord> {
        let request = self.request(Method::Get, &["deleted"]).query("type", kind.as_str());
        let listing = Listing::paged(request.with_cost(Cost::credits_of(2)), "data").since();
        List::new(&self.session, listing)
    }
}
