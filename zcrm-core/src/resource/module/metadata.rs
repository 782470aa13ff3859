//! What Zoho knows of modules: fields, layouts, related lists.

use super::ModuleHandle;
use crate::entity::{Field, FieldId, Layout, LayoutId, Module, ModuleRelatedList, RelatedListId};
use crate::error::Result;
use crate::resource::collection::{Collection, Definition, Get, Resource};

impl Definition for Module {
    type Id = String;
    const NAME: &'static str = "a module";
    const KEY: &'static str = "modules";
}

impl Resource for Module {}
impl Get for Module {}

impl Definition for Field {
    type Id = FieldId;
    const NAME: &'static str = "a field";
    const KEY: &'static str = "fields";
}

impl Resource for Field {}
impl Get for Field {}

impl Definition for Layout {
    type Id = LayoutId;
    const NAME: &'static str = "a layout";
    const KEY: &'static str = "layouts";
}

impl Resource for Layout {}
impl Get for Layout {}

impl Definition for ModuleRelatedList {
    type Id = RelatedListId;
    const NAME: &'static str = "a related list";
    const KEY: &'static str = "related_lists";
}

impl Resource for ModuleRelatedList {}
impl Get for ModuleRelatedList {}

impl ModuleHandle {
    /// Reads what Zoho knows of the module; the same as [`client.modules().get(...)`](Collection::get).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.module("Leads").describe()?.plural_label);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such module; otherwise every kind that a request can
    /// fail with.
    #[doc(alias = "get_module")]
    pub fn describe(&self) -> Result<Module> {
        Collection::<Module>::new(&self.session, ["settings", "modules"]).get(self.api_name())
    }

    /// The fields of the module. Scope: `ZohoCRM.settings.fields.READ`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let fields = client.module("Leads").fields();
    /// for field in fields.list().all()? {
    ///     println!("{:?} is a {:?}", field.api_name, field.data_type);
    /// }
    /// println!("{:?}", fields.get("3652397000000002589")?.pick_list_values);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_all_fields")]
    #[doc(alias = "get_field")]
    #[must_use]
    pub fn fields(&self) -> Collection<Field> {
        self.settings("fields")
    }

    /// The layouts of the module, with their sections and fields. Scope: `ZohoCRM.settings.layouts.READ`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for layout in client.module("Leads").layouts().list().all()? {
    ///     println!("{:?} has {} sections", layout.name, layout.sections.map_or(0, |sections| sections.len()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_all_layouts")]
    #[doc(alias = "get_layout")]
    #[must_use]
    pub fn layouts(&self) -> Collection<Layout> {
        self.settings("layouts")
    }

    /// The definitions of the module's related lists; their records are reached by
    /// [`RecordHandle::related`](crate::resource::RecordHandle::related). Scope: `ZohoCRM.settings.related_lists.READ`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for list in client.module("Leads").related_lists().list().all()? {
    ///     println!("{:?} holds {:?}", list.api_name, list.module.and_then(|module| module.api_name));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_all_relatedlists")]
    #[doc(alias = "get_relatedlist")]
    #[must_use]
    pub fn related_lists(&self) -> Collection<ModuleRelatedList> {
        self.settings("related_lists")
    }

    /// A collection below `settings`, of this module.
    pub(super) fn settings<T: Resource>(&self, name: &str) -> Collection<T> {
        Collection::new(&self.session, ["settings", name]).with_query("module", self.api_name())
    }
}
