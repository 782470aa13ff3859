//! Modules.

use super::json::Json;

use super::custom_view::CustomView;
use super::define::entity;
use super::field::Field;
use super::id::ModuleId;
use super::layout::Layout;
use super::reference::{FieldRef, ModuleRef, ProfileRef, TerritoryRef, UserRef};
use super::related_list::{ModuleRelatedList, RelatedListProperties};
use super::time::DateTime;

entity! {
    /// A module: what Zoho knows of a kind of record.
    ///
    /// The list of modules tells about half of this; one module, asked for by name, tells the rest.
    #[doc(alias = "ZCRMModule")]
    pub struct Module {
        /// The id.
        id: ModuleId = "id",
        /// The API name, such as `Leads`; calls go by it.
        api_name: String = "api_name",
        /// The name in Zoho's own words; it stays when the module is renamed.
        module_name: String = "module_name",
        /// What one record is called.
        singular_label: String = "singular_label",
        /// What several are called.
        plural_label: String = "plural_label",
        /// What it is for.
        description: String = "description",
        /// `default`, `custom`, `web`, `linking`, `subform`; see [`is_custom_module`](Module::is_custom_module).
        generated_type: String = "generated_type",
        /// Its place among the tabs.
        sequence_number: i64 = "sequence_number",
        /// Whom it is visible to, a number of Zoho's.
        visibility: i64 = "visibility",
        /// From later versions on: whether it is visible.
        visible: bool = "visible",
        /// From later versions on: `visible`, `user_hidden`, `system_hidden`.
        status: String = "status",
        /// From later versions on: whether it is a tab.
        show_as_tab: bool = "show_as_tab",
        /// For web tabs: the address.
        web_link: String = "web_link",
        /// For web tabs: parameters of the address.
        arguments: Vec<Json> = "arguments",
        /// Whether the API reaches its records.
        #[doc(alias = "is_api_supported")]
        api_supported: bool = "api_supported",
        /// Whether records can be read.
        #[doc(alias = "is_viewable")]
        viewable: bool = "viewable",
        /// Whether records can be created.
        #[doc(alias = "is_creatable")]
        creatable: bool = "creatable",
        /// Whether records can be changed.
        #[doc(alias = "is_editable")]
        editable: bool = "editable",
        /// Whether records can be deleted.
        #[doc(alias = "is_deletable")]
        deletable: bool = "deletable",
        /// Whether records can be converted, as leads can.
        #[doc(alias = "is_convertable")]
        convertable: bool = "convertable",
        /// Whether the quick form creates records.
        #[doc(alias = "is_quick_create")]
        quick_create: bool = "quick_create",
        /// Whether scoring rules apply.
        #[doc(alias = "is_scoring_supported")]
        scoring_supported: bool = "scoring_supported",
        /// Whether web forms can feed it.
        #[doc(alias = "is_webform_supported")]
        webform_supported: bool = "webform_supported",
        /// Whether there are inventory templates for it.
        #[doc(alias = "is_inventory_template_supported")]
        inventory_template_supported: bool = "inventory_template_supported",
        /// Whether there are mail templates for it (`emailTemplate_support`).
        #[doc(alias = "is_email_template_support")]
        email_template_support: bool = "emailTemplate_support",
        /// From later versions on: whether mails can be parsed into it.
        email_parser_supported: bool = "email_parser_supported",
        /// From later versions on: whether blueprints apply (`isBlueprintSupported`).
        blueprint_supported: bool = "isBlueprintSupported",
        /// Whether its records have feeds.
        #[doc(alias = "is_feeds_required")]
        feeds_required: bool = "feeds_required",
        /// Whether the global search covers it.
        #[doc(alias = "is_global_search_supported")]
        global_search_supported: bool = "global_search_supported",
        /// Whether the Kanban view is on.
        #[doc(alias = "is_kanban_view")]
        kanban_view: bool = "kanban_view",
        /// Whether there is a Kanban view.
        #[doc(alias = "is_kanban_view_supported")]
        kanban_view_supported: bool = "kanban_view_supported",
        /// Whether a filter is on.
        #[doc(alias = "is_filter_status")]
        filter_status: bool = "filter_status",
        /// Whether there are filters.
        #[doc(alias = "is_filter_supported")]
        filter_supported: bool = "filter_supported",
        /// Whether it is in the menu below another tab.
        #[doc(alias = "is_presence_sub_menu")]
        presence_sub_menu: bool = "presence_sub_menu",
        /// State of that menu, which some answers tell.
        presence_sub_menu_status: bool = "presence_sub_menu_status",
        /// From later versions on: whether triggers apply.
        triggers_supported: bool = "triggers_supported",
        /// From later versions on: whether deleted records go to the recycle bin.
        recycle_bin_on_delete: bool = "recycle_bin_on_delete",
        /// The profiles that have it.
        profiles: Vec<ProfileRef> = "profiles",
        /// From later versions on: how many profiles have it.
        profile_count: i64 = "profile_count",
        /// The module it is part of, such as that of a subform; `{}` when there is none.
        parent_module: ModuleRef = "parent_module",
        /// How many fields a business card may have.
        business_card_field_limit: i64 = "business_card_field_limit",
        /// The fields of the business card, by API name.
        business_card_fields: Vec<FieldRef> = "business_card_fields",
        /// The fields shown among search results, by API name.
        search_layout_fields: Vec<FieldRef> = "search_layout_fields",
        /// How many rows a page shows.
        per_page: i64 = "per_page",
        /// The field by which records are named.
        #[doc(alias = "display_field_name")]
        #[doc(alias = "display_field_id")]
        display_field: FieldRef = "display_field",
        /// What the module can do, by names such as `$blueprint` (`$properties`).
        properties: Vec<Json> = "$properties",
        /// From later versions on: what else it can do (`$on_demand_properties`).
        on_demand_properties: Vec<Json> = "$on_demand_properties",
        /// From later versions on: states that fields can be in (`$field_states`).
        field_states: Vec<Json> = "$field_states",
        /// How the list of its records is shown on other records.
        related_list_properties: RelatedListProperties = "related_list_properties",
        /// Its related lists, where the response has them.
        related_lists: Vec<ModuleRelatedList> = "related_lists",
        /// Its fields, where the response has them.
        fields: Vec<Field> = "fields",
        /// Its layouts, where the response has them.
        layouts: Vec<Layout> = "layouts",
        /// The view shown first (`custom_view`).
        #[doc(alias = "default_custom_view")]
        #[doc(alias = "default_custom_view_id")]
        custom_view: CustomView = "custom_view",
        /// The territory whose records are shown first.
        #[doc(alias = "default_territory_id")]
        #[doc(alias = "default_territory_name")]
        territory: TerritoryRef = "territory",
        /// From later versions on: the badge of activities.
        activity_badge: String = "activity_badge",
        /// Who changed it last; null for modules nobody changed.
        modified_by: UserRef = "modified_by",
        /// When it was changed last.
        modified_time: DateTime = "modified_time",
    }
}

impl Module {
    /// Whether the organization made it.
    #[must_use]
    pub fn is_custom_module(&self) -> bool {
        self.generated_type.as_deref() == Some("custom")
    }
}
