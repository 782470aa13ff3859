//! Definitions of related lists.

use super::define::entity;
use super::id::RelatedListId;
use super::reference::{FieldRef, ModuleRef};

entity! {
    /// A related list of a module: what hangs on its records.
    #[doc(alias = "ZCRMModuleRelatedList")]
    pub struct ModuleRelatedList {
        /// The id.
        id: RelatedListId = "id",
        /// The API name, by which a record's list is asked for.
        api_name: String = "api_name",
        /// The name.
        name: String = "name",
        /// The name in the user's language.
        display_label: String = "display_label",
        /// The module of its records.
        #[doc(alias = "module_apiname")]
        module: ModuleRef = "module",
        /// `default`, `custom_lookup`, `multiselectlookup` and so on (`type`).
        kind: String = "type",
        /// The path of the list, with `{ENTITYID}` for the record.
        href: String = "href",
        /// What can be done to it.
        action: String = "action",
        /// Its place on the page.
        sequence_number: i64 = "sequence_number",
        /// Whether it is shown.
        #[doc(alias = "is_visible")]
        visible: bool = "visible",
        /// From later versions on: the module at the other end of a many-to-many relation (`connectedmodule`).
        connected_module: String = "connectedmodule",
        /// From later versions on: the module between the two (`linkingmodule`).
        linking_module: String = "linkingmodule",
        /// From later versions on: what it is sorted by.
        sort_by: FieldRef = "sort_by",
        /// From later versions on: `asc` or `desc`.
        sort_order: String = "sort_order",
        /// From later versions on: its columns.
        fields: Vec<FieldRef> = "fields",
        /// From later versions on: whether it is shown.
        status: String = "status",
    }

    /// How a module's own related list is shown.
    #[doc(alias = "ZCRMRelatedListProperties")]
    pub struct RelatedListProperties {
        /// What it is sorted by.
        sort_by: FieldRef = "sort_by",
        /// `asc` or `desc`.
        sort_order: String = "sort_order",
        /// Its columns.
        fields: Vec<FieldRef> = "fields",
    }
}
