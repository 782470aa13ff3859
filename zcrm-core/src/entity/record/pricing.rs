//! What a price book grants.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Amount;
use crate::entity::RecordId;

/// A range of quantities and its discount (`Pricing_Details` of the module Price_Books).
#[doc(alias = "ZCRMPriceBookPricing")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PricingDetail {
    /// The id of the row; a row without one is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId>,
    /// The smallest quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_range: Option<Amount>,
    /// The largest quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_range: Option<Amount>,
    /// The discount, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Amount>,
    /// All other members, kept as they came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PricingDetail {
    /// A new range.
    pub fn new(from: impl Into<Amount>, to: impl Into<Amount>, discount: impl Into<Amount>) -> Self {
        Self {
            id: None,
            from_range: Some(from.into()),
            to_range: Some(to.into()),
            discount: Some(discount.into()),
            other: Map::new(),
        }
    }
}
