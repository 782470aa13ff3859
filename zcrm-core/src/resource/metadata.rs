//! What Zoho knows of modules: fields, layouts, related lists.

use super::module::ModuleHandle;
use crate::entity::{Field, FieldId, Layout, LayoutId, Module, ModuleRelatedList, RelatedListId};
use crate::error::Result;
use crate::rest::{Call, Session};
use crate::transport::Method;

/// The modules of the organisation. Made by [`Client::modules`](crate::Client::modules); no call goes out yet.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// for module in client.modules().list()? {
///     println!("{:?}: {:?}", module.api_name, module.plural_label);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ModulesHandle {
    session: Session,
}

impl ModulesHandle {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    /// Lists all modules.
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`Scope`](crate::ErrorKind::Scope) without `ZohoCRM.settings.modules.READ`.
    #[doc(alias = "get_all_modules")]
    pub fn list(&self) -> Result<Vec<Module>> {
        self.session.all(&self.session.call(Method::Get, ["settings", "modules"])?, "modules")
    }

    /// Reads what Zoho knows of one module, by its API name; more than the list tells.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.modules().get("Leads")?.business_card_fields);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no
    /// such module; whatever a call can fail with.
    #[doc(alias = "get_module")]
    pub fn get(&self, api_name: &str) -> Result<Module> {
        self.session.one(&self.session.call(Method::Get, ["settings", "modules", api_name])?, "modules")
    }
}

impl ModuleHandle {
    /// Reads what Zoho knows of the module; the same as [`ModulesHandle::get`].
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.module("Leads").metadata()?.plural_label);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ModulesHandle::get`].
    #[doc(alias = "get_module")]
    pub fn metadata(&self) -> Result<Module> {
        ModulesHandle::new(self.session.clone()).get(&self.name)
    }

    /// Lists the fields of the module.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for field in client.module("Leads").fields()? {
    ///     println!("{:?} is a {:?}", field.api_name, field.data_type);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`Scope`](crate::ErrorKind::Scope) without `ZohoCRM.settings.fields.READ`.
    #[doc(alias = "get_all_fields")]
    pub fn fields(&self) -> Result<Vec<Field>> {
        self.session.all(&self.settings(Method::Get, &["fields"])?, "fields")
    }

    /// Reads one field of the module.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.module("Leads").field("3652397000000002589")?.pick_list_values);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no
    /// such field; whatever a call can fail with.
    #[doc(alias = "get_field")]
    pub fn field(&self, id: impl Into<FieldId>) -> Result<Field> {
        self.session.one(&self.settings(Method::Get, &["fields", id.into().as_str()])?, "fields")
    }

    /// Lists the layouts of the module, with their sections and fields.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for layout in client.module("Leads").layouts()? {
    ///     println!("{:?} has {} sections", layout.name, layout.sections.map_or(0, |sections| sections.len()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`Scope`](crate::ErrorKind::Scope) without `ZohoCRM.settings.layouts.READ`.
    #[doc(alias = "get_all_layouts")]
    pub fn layouts(&self) -> Result<Vec<Layout>> {
        self.session.all(&self.settings(Method::Get, &["layouts"])?, "layouts")
    }

    /// Reads one layout of the module.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.module("Leads").layout("3652397000000091055")?.profiles);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no
    /// such layout; whatever a call can fail with.
    #[doc(alias = "get_layout")]
    pub fn layout(&self, id: impl Into<LayoutId>) -> Result<Layout> {
        self.session.one(&self.settings(Method::Get, &["layouts", id.into().as_str()])?, "layouts")
    }

    /// Lists the definitions of the module's related lists. Their records are reached by
    /// [`RecordHandle::related`](super::RecordHandle::related).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for list in client.module("Leads").related_lists()? {
    ///     println!("{:?} holds {:?}", list.api_name, list.module.and_then(|module| module.api_name));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`Scope`](crate::ErrorKind::Scope) without
    /// `ZohoCRM.settings.related_lists.READ`.
    #[doc(alias = "get_all_relatedlists")]
    pub fn related_lists(&self) -> Result<Vec<ModuleRelatedList>> {
        self.session.all(&self.settings(Method::Get, &["related_lists"])?, "related_lists")
    }

    /// Reads the definition of one related list of the module.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.module("Leads").related_list("3652397000000002587")?.display_label);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no
    /// such list; whatever a call can fail with.
    #[doc(alias = "get_relatedlist")]
    pub fn related_list(&self, id: impl Into<RelatedListId>) -> Result<ModuleRelatedList> {
        self.session.one(&self.settings(Method::Get, &["related_lists", id.into().as_str()])?, "related_lists")
    }

    /// A call below `settings` that says which module is meant.
    pub(super) fn settings(&self, method: Method, segments: &[&str]) -> Result<Call> {
        let path = std::iter::once("settings").chain(segments.iter().copied());
        Ok(self.session.call(method, path)?.query("module", &self.name))
    }
}
