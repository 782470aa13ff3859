//! What a price book grants.

use super::Amount;
use crate::entity::RecordId;
use crate::entity::define::entity;

entity! {
    /// A range of quantities and its discount (`Pricing_Details` of the module Price_Books).
    #[doc(alias = "ZCRMPriceBookPricing")]
    pub struct PricingDetail {
        /// The id of the row; a row without one is added.
        id: RecordId = "id" set,
        /// The smallest quantity.
        from_range: Amount = "from_range" set,
        /// The largest quantity.
        to_range: Amount = "to_range" set,
        /// The discount, in percent.
        discount: Amount = "discount" set,
    }
}

impl PricingDetail {
    /// A new range.
    pub fn new(from: impl Into<Amount>, to: impl Into<Amount>, discount: impl Into<Amount>) -> Self {
        Self::default().from_range(from).to_range(to).discount(discount)
    }
}
