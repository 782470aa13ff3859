//! Variables of the organization and their groups.

use super::json::Json;

use super::define::entity;
use super::id::{VariableGroupId, VariableId};

entity! {
    /// A variable: a value that the organization's automation reads.
    ///
    /// ```
    /// use zcrm_core::entity::{Variable, VariableGroup};
    ///
    /// let group = VariableGroup::named("General");
    /// let variable = Variable::new("Bonus", "Bonus", "integer").value(7).variable_group(group);
    /// assert_eq!(variable.api_name.as_deref(), Some("Bonus"));
    /// ```
    #[doc(alias = "ZCRMVariable")]
    pub struct Variable {
        /// The id.
        id: VariableId = "id" set,
        /// The name.
        name: String = "name" set,
        /// The API name.
        api_name: String = "api_name" set,
        /// `integer`, `text`, `percent`, `decimal`, `currency`, `date`, `datetime`, `email`, `phone`, `url`,
        /// `checkbox`, `textarea`, `long` (`type`).
        kind: String = "type" set,
        /// The value: text, number or boolean, by the type.
        value: Json = "value" set,
        /// What it is for.
        description: String = "description" set,
        /// The group; id or API name say which.
        variable_group: VariableGroup = "variable_group" set,
        /// From later versions on: where it comes from.
        source: String = "source",
        /// From later versions on: whether it cannot be changed.
        read_only: bool = "read_only",
    }

    /// A group of variables.
    #[doc(alias = "ZCRMVariableGroup")]
    pub struct VariableGroup {
        /// The id.
        id: VariableGroupId = "id" set,
        /// The name.
        name: String = "name",
        /// The API name.
        api_name: String = "api_name" set,
        /// The name in the user's language.
        display_label: String = "display_label",
        /// What it is for.
        description: String = "description",
    }
}

impl Variable {
    /// A variable to be created: name, API name and type.
    pub fn new(name: impl Into<String>, api_name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self::default().name(name).api_name(api_name).kind(kind)
    }
}

impl VariableGroup {
    /// The group with this API name.
    pub fn named(api_name: impl Into<String>) -> Self {
        Self::default().api_name(api_name)
    }

    /// The group with this id.
    pub fn with_id(id: impl Into<VariableGroupId>) -> Self {
        Self::default().id(id)
    }
}
