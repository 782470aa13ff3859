//! Tags.

use super::define::entity;
use super::id::TagId;
use super::reference::{ModuleRef, UserRef};
use super::time::DateTime;

entity! {
    /// A tag of a module's records.
    ///
    /// ```
    /// use zcrm_core::entity::Tag;
    ///
    /// let tag = Tag::new("met at the fair");
    /// assert_eq!(tag.name.as_deref(), Some("met at the fair"));
    /// ```
    #[doc(alias = "ZCRMTag")]
    pub struct Tag or text name {
        /// The id.
        id: TagId = "id" set,
        /// The name, at most 25 characters.
        name: String = "name" set,
        /// From later versions on: the colour, such as `#57B1FD`.
        color_code: String = "color_code" set,
        /// How many records have it, where that was asked for.
        count: i64 = "count",
        /// The module, where the response names it.
        #[doc(alias = "module_apiname")]
        module: ModuleRef = "module",
        /// Who made it.
        created_by: UserRef = "created_by",
        /// When it was made.
        created_time: DateTime = "created_time",
        /// Who changed it last.
        modified_by: UserRef = "modified_by",
        /// When it was changed last.
        modified_time: DateTime = "modified_time",
    }
}

entity! {
    /// How many tags a module has, and may have (`info`, beside the list of tags).
    pub struct TagsInfo {
        /// How many there are.
        count: i64 = "count",
        /// How many there may be.
        allowed_count: i64 = "allowed_count",
    }
}

impl Tag {
    /// A tag with this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self::default().name(name)
    }
}

impl From<&str> for Tag {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Tag {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}
