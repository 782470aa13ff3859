//! Taxes.

use super::json::Json;
use super::record::Amount;

use super::define::entity;
use super::id::TaxId;

entity! {
    /// A tax of the organization.
    ///
    /// ```
    /// use zcrm_core::entity::OrgTax;
    ///
    /// let vat = OrgTax::new("VAT", 25);
    /// assert_eq!(vat.name.as_deref(), Some("VAT"));
    /// ```
    #[doc(alias = "ZCRMOrgTax")]
    pub struct OrgTax {
        /// The id.
        id: TaxId = "id" set,
        /// The name.
        name: String = "name" set,
        /// The name in the user's language.
        display_label: String = "display_label" set,
        /// How much it is, in per cent.
        value: Amount = "value" set,
        /// Its place in the list.
        sequence_number: i64 = "sequence_number" set,
    }

    /// How the organization's taxes are used (`preference`, beside the list of taxes).
    pub struct TaxPreference {
        /// Whether the taxes of a product are filled into lines that have it.
        auto_populate_tax: bool = "auto_populate_tax",
        /// Whether rates can be changed in a record.
        modify_tax_rates: bool = "modify_tax_rates",
    }

    /// A tax of a record or of a line item.
    #[doc(alias = "ZCRMTax")]
    pub struct Tax or text name {
        /// The name.
        name: String = "name" set,
        /// How much it is, in per cent.
        percentage: Amount = "percentage" set,
        /// How much it comes to, in money; from later versions on also a text such as `VAT - 25 %`.
        value: Json = "value" set,
        /// From later versions on: the id of the organization's tax.
        id: TaxId = "id" set,
    }
}

impl OrgTax {
    /// A tax to be created: its name and how much it is, in per cent.
    pub fn new(name: impl Into<String>, percent: impl Into<Amount>) -> Self {
        Self::default().name(name).value(percent)
    }
}
