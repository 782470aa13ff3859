//! Lines of quotes, orders and invoices.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Amount, Lookup};
use crate::config::ApiVersion;
use crate::entity::{RecordId, Tax};

/// A line of a quote, a sales order, a purchase order or an invoice.
///
/// v2 has lines under `Product_Details` with names in lower case; from v2.1 on they are a subform with a name per module
/// and capitalised names. Both are read into this type; [`Record::set_line_items`](super::Record::set_line_items) writes
/// the spelling that belongs to the field.
#[doc(alias = "ZCRMInventoryLineItem")]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LineItem {
    /// The id of the line; a line without one is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId>,
    /// The product (`product`, later `Product_Name`), with its `Product_Code` among the other members.
    #[serde(alias = "Product_Name", skip_serializing_if = "Option::is_none")]
    pub product: Option<Lookup>,
    /// The description (`product_description`, later `Description`).
    #[serde(rename = "product_description", alias = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many (`quantity`, later `Quantity`).
    #[serde(alias = "Quantity", skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Amount>,
    /// The price of one (`list_price`, later `List_Price`).
    #[serde(alias = "List_Price", skip_serializing_if = "Option::is_none")]
    pub list_price: Option<Amount>,
    /// Quantity times list price (`total`, later `Total`).
    #[serde(alias = "Total", skip_serializing_if = "Option::is_none")]
    pub total: Option<Amount>,
    /// The discount: an amount, or a percentage as a text such as `10%` (`Discount`).
    #[doc(alias = "discount_percentage")]
    #[serde(rename = "Discount", skip_serializing_if = "Option::is_none")]
    pub discount: Option<Amount>,
    /// The total less the discount (`total_after_discount`, later `Total_After_Discount`).
    #[serde(alias = "Total_After_Discount", skip_serializing_if = "Option::is_none")]
    pub total_after_discount: Option<Amount>,
    /// The sum of the taxes (`Tax`).
    #[serde(rename = "Tax", skip_serializing_if = "Option::is_none")]
    pub tax_amount: Option<Amount>,
    /// The taxes of this line (`line_tax`, later `Line_Tax`).
    #[serde(alias = "Line_Tax", skip_serializing_if = "Option::is_none")]
    pub line_tax: Option<Vec<Tax>>,
    /// What the line comes to (`net_total`, later `Net_Total`).
    #[serde(alias = "Net_Total", skip_serializing_if = "Option::is_none")]
    pub net_total: Option<Amount>,
    /// Written with the others, removes the line: `delete_flag` in v2, `_delete` later.
    #[serde(rename = "delete_flag", skip_serializing_if = "std::ops::Not::not")]
    pub delete: bool,
    /// All other members, kept as they came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// v2's names and those of the subforms that came after.
const RENAMED: [(&str, &str); 9] = [
    ("product", "Product_Name"),
    ("product_description", "Description"),
    ("quantity", "Quantity"),
    ("list_price", "List_Price"),
    ("total", "Total"),
    ("total_after_discount", "Total_After_Discount"),
    ("line_tax", "Line_Tax"),
    ("net_total", "Net_Total"),
    ("delete_flag", "_delete"),
];

impl LineItem {
    /// A new line of so many of a product.
    ///
    /// ```
    /// use zcrm_core::entity::{LineItem, LineItemField, Record};
    ///
    /// let mut line = LineItem::new("3652397000000190003", 1.5);
    /// line.discount = Some("10%".into());
    /// let mut quote = Record::new().with("Subject", "Planks");
    /// quote.set_line_items(LineItemField::QuotedItems, &[line]);
    /// assert_eq!(quote.line_items()?.len(), 1);
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    pub fn new(product: impl Into<RecordId>, quantity: impl Into<Amount>) -> Self {
        Self { product: Some(Lookup::new(product)), quantity: Some(quantity.into()), ..Self::default() }
    }

    /// A line that removes the one with this id.
    pub fn removal(id: impl Into<RecordId>) -> Self {
        Self { id: Some(id.into()), delete: true, ..Self::default() }
    }

    /// The line in the spelling of a field.
    pub(super) fn written_for(&self, field: LineItemField) -> Value {
        let Ok(Value::Object(mut line)) = serde_json::to_value(self) else { return Value::Null };
        if field == LineItemField::ProductDetails {
            // v2 takes a product as a bare id, as Zoho's Ruby SDK writes it.
            if let Some(product) = &self.product {
                line.insert("product".to_owned(), product.id.as_str().into());
            }
            return line.into();
        }
        for (old, new) in RENAMED {
            if let Some(value) = line.remove(old) {
                // A subform row goes when `_delete` is there and null.
                line.insert(new.to_owned(), if old == "delete_flag" { Value::Null } else { value });
            }
        }
        line.into()
    }
}

/// Under which name a module has its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineItemField {
    /// `Product_Details`: all four modules in v2.
    ProductDetails,
    /// `Quoted_Items`: Quotes from v2.1 on.
    QuotedItems,
    /// `Ordered_Items`: Sales_Orders from v2.1 on.
    OrderedItems,
    /// `Purchase_Items`: Purchase_Orders from v2.1 on.
    PurchaseItems,
    /// `Invoiced_Items`: Invoices from v2.1 on.
    InvoicedItems,
}

impl LineItemField {
    /// All names.
    pub const ALL: [Self; 5] =
        [Self::ProductDetails, Self::QuotedItems, Self::OrderedItems, Self::PurchaseItems, Self::InvoicedItems];

    /// The name that a module has in a version of the API; `None` for a module without lines.
    #[must_use]
    pub fn of(module: &str, version: ApiVersion) -> Option<Self> {
        let renamed = match module {
            "Quotes" => Self::QuotedItems,
            "Sales_Orders" => Self::OrderedItems,
            "Purchase_Orders" => Self::PurchaseItems,
            "Invoices" => Self::InvoicedItems,
            _ => return None,
        };
        Some(if version == ApiVersion::V2 { Self::ProductDetails } else { renamed })
    }

    /// The API name of the field.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ProductDetails => "Product_Details",
            Self::QuotedItems => "Quoted_Items",
            Self::OrderedItems => "Ordered_Items",
            Self::PurchaseItems => "Purchase_Items",
            Self::InvoicedItems => "Invoiced_Items",
        }
    }
}
