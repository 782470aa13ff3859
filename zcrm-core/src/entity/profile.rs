//! Profiles and their permissions.

use super::define::entity;
use super::id::ProfileId;
use super::reference::{CustomViewRef, ModuleRef, UserRef};
use super::time::DateTime;

entity! {
    /// A profile: what a user may do.
    #[doc(alias = "ZCRMProfile")]
    pub struct Profile {
        /// The id.
        id: ProfileId = "id",
        /// The name.
        name: String = "name",
        /// The name in the user's language.
        display_label: String = "display_label",
        /// What it is for.
        description: String = "description",
        /// Whether it is one of Zoho's own.
        category: bool = "category",
        /// From v3 on: the kind of profile (`type`).
        kind: String = "type",
        /// From later versions on: the kind of permissions.
        permission_type: String = "permission_type",
        /// From later versions on: whether the organization made it.
        custom: bool = "custom",
        /// Whether it is the default; told within layouts.
        #[doc(alias = "is_default")]
        default: bool = "default",
        /// From later versions on: the view shown first (`_default_view`).
        default_view: CustomViewRef = "_default_view",
        /// The permissions (`permissions_details`); told when one profile is asked for.
        permissions: Vec<Permission> = "permissions_details",
        /// The sections that permissions are shown in.
        sections: Vec<ProfileSection> = "sections",
        /// Who made it.
        created_by: UserRef = "created_by",
        /// When it was made; null for Zoho's own.
        created_time: DateTime = "created_time",
        /// Who changed it last.
        modified_by: UserRef = "modified_by",
        /// When it was changed last.
        modified_time: DateTime = "modified_time",
    }

    /// One thing that a profile allows or not.
    #[doc(alias = "ZCRMPermission")]
    pub struct Permission {
        /// The id, which categories name.
        id: String = "id",
        /// The name, such as `Crm_Implied_View_Leads`.
        name: String = "name",
        /// The name in the user's language.
        display_label: String = "display_label",
        /// The module it is about, where it is about one.
        #[doc(alias = "module_api_name")]
        module: ModuleRef = "module",
        /// Whether it is given.
        #[doc(alias = "is_enabled")]
        enabled: bool = "enabled",
        /// From later versions on: whether it can be changed.
        customizable: bool = "customizable",
        /// From later versions on: the permissions it depends on.
        parent_permissions: Vec<String> = "parent_permissions",
    }

    /// A section of a profile.
    #[doc(alias = "ZCRMProfileSection")]
    pub struct ProfileSection {
        /// The name.
        name: String = "name",
        /// Its categories.
        categories: Vec<ProfileCategory> = "categories",
    }

    /// A category of permissions, such as those of one module.
    #[doc(alias = "ZCRMProfileCategory")]
    pub struct ProfileCategory {
        /// The name.
        name: String = "name",
        /// The name in the user's language.
        display_label: String = "display_label",
        /// The module, where the category is about one.
        #[doc(alias = "module_api_name")]
        module: ModuleRef = "module",
        /// The ids of its permissions (`permissions_details`).
        #[doc(alias = "permission_ids")]
        permissions: Vec<String> = "permissions_details",
    }
}
