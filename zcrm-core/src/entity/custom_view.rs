//! Custom views.

use super::json::Json;

use super::criteria::CustomViewCriteria;
use super::define::entity;
use super::id::CustomViewId;
use super::reference::{FieldRef, UserRef};
use super::time::DateTime;

entity! {
    /// A custom view: a stored selection of a module's records.
    #[doc(alias = "ZCRMCustomView")]
    pub struct CustomView {
        /// The id; as `cvid` it narrows a listing of records.
        id: CustomViewId = "id",
        /// The name.
        name: String = "name",
        /// The name in the user's language.
        display_value: String = "display_value",
        /// The name in Zoho's own words.
        system_name: String = "system_name",
        /// `public_views`, `shared_with_me`, `created_by_me` and so on.
        category: String = "category",
        /// Whether it is the module's default.
        #[doc(alias = "is_default")]
        default: bool = "default",
        /// Whether Zoho made it.
        #[doc(alias = "is_system_defined")]
        system_defined: bool = "system_defined",
        /// From later versions on: whether it cannot be changed.
        locked: bool = "locked",
        /// From later versions on: who may use it.
        access_type: String = "access_type",
        /// Whom it is shared with, v2.
        shared_details: Json = "shared_details",
        /// Whom it is shared with, later versions.
        shared_to: Json = "shared_to",
        /// What it is sorted by: a name in v2, an object later.
        sort_by: FieldRef = "sort_by" set,
        /// `asc` or `desc`.
        sort_order: String = "sort_order" set,
        /// Its columns: names in v2, objects later.
        fields: Vec<FieldRef> = "fields",
        /// Its place among the favourites.
        favorite: i64 = "favorite",
        /// Whether it is kept on phones.
        #[doc(alias = "is_off_line")]
        offline: bool = "offline",
        /// Which records it selects; null for all.
        criteria: CustomViewCriteria = "criteria",
        /// From later versions on: who made it.
        created_by: UserRef = "created_by",
        /// From later versions on: who changed it last.
        modified_by: UserRef = "modified_by",
        /// From later versions on: when it was changed last.
        modified_time: DateTime = "modified_time",
        /// From later versions on: when it was last opened.
        last_accessed_time: DateTime = "last_accessed_time",
    }
}

/// What a category of custom views is called in the user's language.
#[doc(alias = "ZCRMCustomViewCategory")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomViewCategory {
    /// The category, such as `public_views`.
    pub actual_value: String,
    /// Its name, such as `Public Views`.
    pub display_value: String,
}

impl CustomView {
    /// The view with this id, for changes: set what is to be changed.
    pub fn with_id(id: impl Into<CustomViewId>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    /// The criteria in one line, `((City:equal:Oslo)and(Company:starts_with:A))`; empty when the view selects all.
    #[must_use]
    pub fn criteria_condition(&self) -> String {
        self.criteria.as_ref().map(CustomViewCriteria::condition).unwrap_or_default()
    }

    /// How the criteria hang together, numbered from 0 as they stand, `{0and1}`; empty when the view selects all.
    #[must_use]
    pub fn criteria_pattern(&self) -> String {
        self.criteria.as_ref().map(CustomViewCriteria::pattern).unwrap_or_default()
    }
}
