//! Layouts.

use super::json::Json;

use super::define::entity;
use super::field::Field;
use super::id::{FieldId, LayoutId};
use super::reference::{ProfileRef, UserRef};
use super::time::DateTime;

entity! {
    /// A layout: how a module's records are laid out, and which fields they must have.
    #[doc(alias = "ZCRMLayout")]
    pub struct Layout {
        /// The id.
        id: LayoutId = "id",
        /// The name.
        name: String = "name",
        /// From later versions on: the API name.
        api_name: String = "api_name",
        /// From later versions on: the name in the user's language.
        display_label: String = "display_label",
        /// Whether it is shown.
        #[doc(alias = "is_visible")]
        visible: bool = "visible",
        /// A number in v2, `active` and the like later.
        status: Json = "status",
        /// Whom it was made for.
        created_for: UserRef = "created_for",
        /// From later versions on: who made it, Zoho or the organization.
        source: String = "source",
        /// From later versions on: `default` or `custom`.
        generated_type: String = "generated_type",
        /// From later versions on: whether the business card is shown.
        show_business_card: bool = "show_business_card",
        /// The profiles that use it.
        #[doc(alias = "accessible_profiles")]
        profiles: Vec<ProfileRef> = "profiles",
        /// From later versions on: whether there are more profiles than told.
        has_more_profiles: bool = "has_more_profiles",
        /// Its sections.
        sections: Vec<Section> = "sections",
        /// For leads: the layouts that a converted lead's records get.
        convert_mapping: LeadConvertMappings = "convert_mapping",
        /// Who made it; null for Zoho's own.
        created_by: UserRef = "created_by",
        /// When it was made.
        created_time: DateTime = "created_time",
        /// Who changed it last.
        modified_by: UserRef = "modified_by",
        /// When it was changed last.
        modified_time: DateTime = "modified_time",
    }

    /// A section of a layout.
    #[doc(alias = "ZCRMSection")]
    pub struct Section {
        /// From later versions on: the id.
        id: String = "id",
        /// The name.
        name: String = "name",
        /// The API name.
        api_name: String = "api_name",
        /// The name in the user's language.
        display_label: String = "display_label",
        /// How many columns it has.
        column_count: i64 = "column_count",
        /// Its place in the layout.
        sequence_number: i64 = "sequence_number",
        /// How the tab key goes through it: a number in v2, a text later.
        tab_traversal: Json = "tab_traversal",
        /// Whether it holds a subform (`isSubformSection`, camel case).
        is_subform_section: bool = "isSubformSection",
        /// From later versions on: who made it.
        generated_type: String = "generated_type",
        /// From later versions on: the kind of section (`type`).
        kind: String = "type",
        /// Its fields.
        fields: Vec<Field> = "fields",
        /// For subforms: what can be done with rows; null otherwise.
        properties: SectionProperties = "properties",
    }

    /// What can be done with the rows of a subform.
    #[doc(alias = "ZCRMSectionProperties")]
    pub struct SectionProperties {
        /// Whether rows can be put in another order.
        reorder_rows: bool = "reorder_rows",
        /// What is shown as help.
        tooltip: Json = "tooltip",
        /// How many rows there may be.
        maximum_rows: i64 = "maximum_rows",
    }

    /// The layouts that the records of a converted lead get.
    pub struct LeadConvertMappings {
        /// That of the contact (`Contacts`).
        contacts: LeadConvertMapping = "Contacts",
        /// That of the account (`Accounts`).
        accounts: LeadConvertMapping = "Accounts",
        /// That of the deal (`Deals`), with its fields.
        deals: LeadConvertMapping = "Deals",
    }

    /// The layout that one record of a converted lead gets.
    #[doc(alias = "ZCRMLeadConvertMapping")]
    pub struct LeadConvertMapping {
        /// The id of the layout.
        id: LayoutId = "id",
        /// Its name.
        name: String = "name",
        /// For deals: the fields asked for.
        fields: Vec<LeadConvertMappingField> = "fields",
    }

    /// A field of a deal that a conversion asks for.
    #[doc(alias = "ZCRMLeadConvertMappingField")]
    pub struct LeadConvertMappingField {
        /// The id.
        id: FieldId = "id",
        /// The API name.
        api_name: String = "api_name",
        /// The name in the user's language.
        field_label: String = "field_label",
        /// Whether it has to have a value.
        #[doc(alias = "is_required")]
        required: bool = "required",
    }
}
