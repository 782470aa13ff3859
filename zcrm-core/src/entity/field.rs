//! Fields of modules.

use super::json::Json;

use super::criteria::CustomViewCriteria;
use super::define::entity;
use super::id::FieldId;
use super::reference::{FieldRef, ModuleRef, ProfileRef};
use super::time::DateTime;

/// The greatest length of a text that is not a rich one.
const LONGEST_TEXT: i64 = 32_000;

entity! {
    /// A field of a module.
    #[doc(alias = "ZCRMField")]
    pub struct Field {
        /// The id.
        id: FieldId = "id",
        /// The API name; records have their value under it.
        api_name: String = "api_name",
        /// The name in the user's language.
        field_label: String = "field_label",
        /// From later versions on: the name in the user's language.
        display_label: String = "display_label",
        /// Zoho's type, such as `text`, `picklist`, `lookup`, `datetime`.
        data_type: String = "data_type",
        /// The type in JSON: `string`, `integer`, `double`, `boolean`, `jsonobject`, `jsonarray`.
        json_type: String = "json_type",
        /// The greatest length, in characters or digits.
        length: i64 = "length",
        /// How many digits stand after the decimal point.
        decimal_place: i64 = "decimal_place",
        /// The value a new record gets.
        default_value: Json = "default_value",
        /// What is shown as help: an object with `name` and `value`.
        tooltip: Json = "tooltip",
        /// Its place in the layout.
        sequence_number: i64 = "sequence_number",
        /// Whether Zoho itself demands it; a layout can demand more.
        #[doc(alias = "is_mandatory")]
        system_mandatory: bool = "system_mandatory",
        /// Whether a layout demands it; told within layouts.
        required: bool = "required",
        /// Whether the organization made it.
        #[doc(alias = "is_custom_field")]
        custom_field: bool = "custom_field",
        /// Whether it is shown.
        #[doc(alias = "is_visible")]
        visible: bool = "visible",
        /// Whether nobody can write it.
        #[doc(alias = "is_read_only")]
        read_only: bool = "read_only",
        /// Whether this user cannot write it.
        #[doc(alias = "is_field_read_only")]
        field_read_only: bool = "field_read_only",
        /// Whether business cards can show it.
        #[doc(alias = "is_business_card_supported")]
        businesscard_supported: bool = "businesscard_supported",
        /// Whether webhooks can use it.
        #[doc(alias = "is_webhook")]
        webhook: bool = "webhook",
        /// Whether it can be changed in many records at once.
        #[doc(alias = "is_mass_update")]
        mass_update: bool = "mass_update",
        /// From later versions on: whether lists can be filtered by it.
        filterable: bool = "filterable",
        /// From later versions on: whether lists can be sorted by it.
        sortable: bool = "sortable",
        /// From later versions on: whether searches cover it.
        searchable: bool = "searchable",
        /// From later versions on: whether it is no column of its own.
        virtual_field: bool = "virtual_field",
        /// From later versions on: whether it names the record.
        display_field: bool = "display_field",
        /// Who made it: `default`, `custom` and so on.
        created_source: String = "created_source",
        /// On which forms it is.
        #[doc(alias = "field_layout_permissions")]
        view_type: ViewType = "view_type",
        /// From later versions on: how it may be written.
        operation_type: OperationType = "operation_type",
        /// The values of a picklist.
        #[doc(alias = "picklist_values")]
        pick_list_values: Vec<PickListValue> = "pick_list_values",
        /// Where a lookup leads; `{}` for other types.
        #[doc(alias = "lookup_field")]
        lookup: LookupField = "lookup",
        /// Where a multi-select lookup leads; `{}` for other types.
        multiselectlookup: MultiSelectLookupField = "multiselectlookup",
        /// From later versions on: where a multi-user lookup leads.
        multiuserlookup: MultiSelectLookupField = "multiuserlookup",
        /// The subform that is behind it.
        subform: Json = "subform",
        /// From later versions on: the module a subform's rows are of.
        associated_module: ModuleRef = "associated_module",
        /// Whether values are unique; `{}` when they are not.
        unique: UniqueField = "unique",
        /// How a formula is computed; `{}` for other types.
        formula: FormulaField = "formula",
        /// How an amount of money is rounded; `{}` for other types.
        currency: CurrencyField = "currency",
        /// How an automatic number is made; `{}` for other types.
        auto_number: AutoNumberField = "auto_number",
        /// From later versions on: what a roll-up field sums up.
        rollup_summary: Json = "rollup_summary",
        /// Which fields a lead's value goes to when it is converted.
        convert_mapping: Json = "convert_mapping",
        /// How it is encrypted.
        crypt: Json = "crypt",
        /// What it is associated with.
        association_details: Json = "association_details",
        /// From later versions on: whether a history is kept.
        history_tracking: Json = "history_tracking",
        /// From later versions on: who may see it.
        profiles: Vec<ProfileRef> = "profiles",
        /// From later versions on: when it was made.
        created_time: DateTime = "created_time",
        /// From later versions on: when it was changed last.
        modified_time: DateTime = "modified_time",
    }

    /// On which forms a field is.
    pub struct ViewType {
        /// The page that shows a record.
        view: bool = "view",
        /// The form that changes one.
        edit: bool = "edit",
        /// The form that creates one.
        create: bool = "create",
        /// The quick form.
        quick_create: bool = "quick_create",
    }

    /// How a field may be written.
    pub struct OperationType {
        /// Whether the API may set it on a new record.
        api_create: bool = "api_create",
        /// Whether the API may change it.
        api_update: bool = "api_update",
        /// Whether people may set it on a new record.
        web_create: bool = "web_create",
        /// Whether people may change it.
        web_update: bool = "web_update",
    }

    /// A value of a picklist.
    #[doc(alias = "ZCRMPickListValue")]
    pub struct PickListValue {
        /// From later versions on: the id.
        id: String = "id",
        /// The value in the user's language.
        display_value: String = "display_value",
        /// The value that records hold.
        actual_value: String = "actual_value",
        /// Its place in the list.
        sequence_number: i64 = "sequence_number",
        /// Which values of other picklists it leaves.
        maps: Vec<Json> = "maps",
        /// From later versions on: `used` or `unused` (`type`).
        kind: String = "type",
        /// From later versions on: the value in Zoho's own words.
        reference_value: String = "reference_value",
        /// From later versions on: the colour.
        colour_code: String = "colour_code",
        /// For stages of deals: how likely, in per cent.
        probability: i64 = "probability",
        /// For stages of deals: the category of the forecast.
        forecast_category: Json = "forecast_category",
        /// For stages of deals: the kind of forecast.
        forecast_type: String = "forecast_type",
    }

    /// Where a lookup leads.
    #[doc(alias = "ZCRMLookupField")]
    pub struct LookupField {
        /// The id of the relation.
        id: String = "id",
        /// The API name of the related list at the other end.
        api_name: String = "api_name",
        /// The name of that list in the user's language.
        display_label: String = "display_label",
        /// The module that is looked up.
        #[doc(alias = "module_apiname")]
        module: ModuleRef = "module",
        /// From later versions on: how the choice is filtered.
        query_details: QueryDetails = "query_details",
        /// From later versions on: whether the filter is checked again when a record is changed.
        revalidate_filter_during_edit: bool = "revalidate_filter_during_edit",
        /// From later versions on: fields of the other record that are shown.
        show_fields: Vec<Json> = "show_fields",
    }

    /// How the choice of a lookup is filtered.
    pub struct QueryDetails {
        /// The id.
        query_id: String = "query_id",
        /// Which records can be chosen.
        criteria: CustomViewCriteria = "criteria",
    }

    /// Where a multi-select lookup leads.
    #[doc(alias = "ZCRMMultiSelectLookupField")]
    pub struct MultiSelectLookupField {
        /// The id of the relation.
        id: String = "id",
        /// The API name.
        api_name: String = "api_name",
        /// The name in the user's language.
        display_label: String = "display_label",
        /// The module between the two.
        linking_module: ModuleRef = "linking_module",
        /// The module at the other end.
        connected_module: ModuleRef = "connected_module",
        /// From later versions on: the field of the linking module that leads here.
        lookup_apiname: FieldRef = "lookup_apiname",
        /// From later versions on: the field of the linking module that leads to the other end.
        connectedlookup_apiname: FieldRef = "connectedlookup_apiname",
        /// From later versions on: the field of the module at the other end.
        connectedfield_apiname: FieldRef = "connectedfield_apiname",
        /// From later versions on: whether it gives access to the record.
        record_access: bool = "record_access",
    }

    /// Whether the values of a field are unique.
    pub struct UniqueField {
        /// Whether capitals count (`casesensitive`).
        #[doc(alias = "is_case_sensitive")]
        case_sensitive: bool = "casesensitive",
    }

    /// How a formula is computed.
    pub struct FormulaField {
        /// The type of the result.
        #[doc(alias = "formula_return_type")]
        return_type: String = "return_type",
        /// The formula.
        #[doc(alias = "formula_expression")]
        expression: String = "expression",
    }

    /// How an amount of money is rounded.
    pub struct CurrencyField {
        /// How many digits stand after the decimal point.
        precision: i64 = "precision",
        /// How it is rounded, such as `round_off`.
        rounding_option: String = "rounding_option",
    }

    /// How an automatic number is made.
    pub struct AutoNumberField {
        /// What stands before the number.
        prefix: String = "prefix",
        /// What stands after it.
        suffix: String = "suffix",
        /// The first number.
        start_number: i64 = "start_number",
    }
}

impl Field {
    /// Whether no two records may have the same value.
    #[must_use]
    pub fn is_unique_field(&self) -> bool {
        self.unique.as_ref().is_some_and(|unique| *unique != UniqueField::default())
    }

    /// Whether it is computed.
    #[must_use]
    pub fn is_formula_field(&self) -> bool {
        self.formula.as_ref().is_some_and(|formula| *formula != FormulaField::default())
    }

    /// Whether it is an amount of money.
    #[must_use]
    pub fn is_currency_field(&self) -> bool {
        self.currency.as_ref().is_some_and(|currency| *currency != CurrencyField::default())
    }

    /// Whether Zoho numbers its values.
    #[must_use]
    pub fn is_auto_number(&self) -> bool {
        self.auto_number.as_ref().is_some_and(|auto_number| *auto_number != AutoNumberField::default())
    }

    /// Whether it is a text with formatting, of which lists give only the beginning: by its type, by what else is told
    /// of it, or by a length that no other text has.
    pub(crate) fn is_rich_text(&self) -> bool {
        let rich = |text: &str| text.to_ascii_lowercase().contains("rich");
        let told = |(name, value): (&String, &Json)| {
            let is_set = !matches!(value.raw(), "false" | "null");
            (rich(name) && is_set)
                || (matches!(name.as_str(), "textarea" | "ui_type" | "sub_type") && rich(value.raw()))
        };
        let data_type = self.data_type.as_deref().unwrap_or_default();
        let long =
            data_type.eq_ignore_ascii_case("textarea") && self.length.is_some_and(|length| length > LONGEST_TEXT);
        long || rich(data_type) || self.other.iter().any(told)
    }
}
