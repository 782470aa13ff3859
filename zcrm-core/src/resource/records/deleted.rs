//! Records that were deleted.

use crate::entity::{DateTime, DeletedRecord};
use crate::error::Result;
use crate::resource::ModuleHandle;
use crate::rest::{Listing, MAX_PER_PAGE, Page, PagePosition, Rows};
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
    /// Lists what was deleted from the module: in the recycle bin, gone for good, or both.
    ///
    /// ```no_run
    /// use zcrm_core::resource::records::DeletedKind;
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
    pub fn deleted(&self, kind: DeletedKind) -> ListDeleted {
        ListDeleted {
            module: self.clone(),
            kind,
            modified_since: None,
            per_page: MAX_PER_PAGE,
            start: PagePosition::Number(1),
        }
    }
}

/// A listing of deleted records; see [`ModuleHandle::deleted`].
#[derive(Debug, Clone)]
#[must_use = "nothing is asked for until the listing is sent or iterated"]
pub struct ListDeleted {
    module: ModuleHandle,
    kind: DeletedKind,
    modified_since: Option<DateTime>,
    per_page: u16,
    start: PagePosition,
}

impl ListDeleted {
    /// Only what was deleted after this moment (`If-Modified-Since`), a time with an offset.
    pub fn modified_since(mut self, moment: impl Into<DateTime>) -> Self {
        self.modified_since = Some(moment.into());
        self
    }

    /// How many rows a page has: 1 to 200, by default 200.
    pub fn per_page(mut self, rows: u16) -> Self {
        self.per_page = rows;
        self
    }

    /// Begins at this page, counted from 1.
    pub fn page(mut self, number: u32) -> Self {
        self.start = PagePosition::Number(number);
        self
    }

    /// One page.
    ///
    /// ```no_run
    /// use zcrm_core::resource::records::DeletedKind;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let page = client.module("Leads").deleted(DeletedKind::All).per_page(50).send()?;
    /// # let _ = page;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) before anything is sent when the page size is over
    /// 200; whatever a call can fail with.
    pub fn send(self) -> Result<Page<DeletedRecord>> {
        let listing = self.listing()?.checked()?;
        let reply = listing.fetch(&self.module.session, &listing.start)?;
        Page::from_reply(&reply, listing.key)
    }

    /// All of them, page after page.
    ///
    /// ```no_run
    /// use zcrm_core::resource::records::DeletedKind;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let since = client.module("Leads").deleted(DeletedKind::All).modified_since("2026-01-31T00:00:00+01:00");
    /// for lead in since.iter() {
    ///     println!("{:?}", lead?.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter(&self) -> Rows<DeletedRecord> {
        Rows::new(self.module.session.clone(), self.listing())
    }

    fn listing(&self) -> Result<Listing> {
        let mut call = self.module.call(Method::Get, &["deleted"])?.query("type", self.kind.as_str());
        if let Some(moment) = &self.modified_since {
            call = call.header("If-Modified-Since", moment.as_str());
        }
        Ok(Listing { call, key: "data", per_page: self.per_page, start: self.start.clone(), by_token: false })
    }
}

impl IntoIterator for ListDeleted {
    type Item = Result<DeletedRecord>;
    type IntoIter = Rows<DeletedRecord>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for &ListDeleted {
    type Item = Result<DeletedRecord>;
    type IntoIter = Rows<DeletedRecord>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
