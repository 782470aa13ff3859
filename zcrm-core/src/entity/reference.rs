//! Short forms by which one thing names another.

use super::define::entity;
use super::id::{CustomViewId, FieldId, LayoutId, ModuleId, ProfileId, RecordId, RoleId, TerritoryId, UserId};

entity! {
    /// A user as other things name one: an owner, a creator, a manager.
    pub struct UserRef {
        /// The id.
        id: UserId = "id" set,
        /// The full name.
        name: String = "name" set,
        /// The e-mail address; not every response has it.
        email: String = "email" set,
    }

    /// A role as other things name one.
    pub struct RoleRef {
        /// The id.
        id: RoleId = "id" set,
        /// The name.
        name: String = "name" set,
    }

    /// A profile as other things name one.
    pub struct ProfileRef {
        /// The id.
        id: ProfileId = "id" set,
        /// The name.
        name: String = "name" set,
        /// Whether the layout that names it is the profile's default.
        default: bool = "default",
    }

    /// A layout as other things name one.
    pub struct LayoutRef {
        /// The id.
        id: LayoutId = "id" set,
        /// The name.
        name: String = "name" set,
    }

    /// A module as other things name one: in v2 often a bare name, later an object.
    pub struct ModuleRef or text api_name {
        /// The API name, such as `Leads`.
        api_name: String = "api_name" set,
        /// The id.
        id: ModuleId = "id" set,
        /// The name in Zoho's own words; not every response has it.
        module_name: String = "module_name",
    }

    /// A field as other things name one: in v2 often a bare name, later an object.
    pub struct FieldRef or text api_name {
        /// The API name, such as `Last_Name`.
        api_name: String = "api_name" set,
        /// The id.
        id: FieldId = "id" set,
    }

    /// A territory as other things name one.
    pub struct TerritoryRef {
        /// The id.
        id: TerritoryId = "id",
        /// The name.
        name: String = "name",
        /// Whether the user who has it manages it.
        manager: bool = "manager",
        /// Whether the territories below it are meant as well.
        subordinates: bool = "subordinates",
    }

    /// A custom view as other things name one.
    pub struct CustomViewRef {
        /// The id.
        id: CustomViewId = "id",
        /// The name.
        name: String = "name",
    }

    /// The record that a note or an attachment belongs to.
    pub struct ParentRef {
        /// The id.
        id: RecordId = "id" set,
        /// The record's name.
        name: String = "name" set,
        /// From later versions on: the record's module.
        module: ModuleRef = "module" set,
    }
}

macro_rules! by_id {
    ($($name:ident: $id:ident),* $(,)?) => {$(
        impl<T: Into<$id>> From<T> for $name {
            fn from(id: T) -> Self {
                Self::default().id(id)
            }
        }
    )*};
}

by_id!(UserRef: UserId, RoleRef: RoleId, ProfileRef: ProfileId, LayoutRef: LayoutId, ParentRef: RecordId);

macro_rules! by_name {
    ($($name:ident),*) => {$(
        impl From<&str> for $name {
            fn from(api_name: &str) -> Self {
                Self::default().api_name(api_name)
            }
        }

        impl From<String> for $name {
            fn from(api_name: String) -> Self {
                Self::default().api_name(api_name)
            }
        }
    )*};
}

by_name!(ModuleRef, FieldRef);
