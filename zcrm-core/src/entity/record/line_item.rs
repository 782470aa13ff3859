//! Lines of quotes, orders and invoices.

use super::{Amount, Lookup};
use crate::config::ApiVersion;
use crate::entity::define::entity;
use crate::entity::{Json, RecordId, Tax};

entity! {
    /// A line of a quote, a sales order, a purchase order or an invoice.
    ///
    /// v2 has lines under `Product_Details` with names in lower case; from v2.1 on they are a subform with a name per
    /// module and capitalised names. Both are read into this type, and a line that was read is written as it came, but
    /// for what was changed. [`Record::set_line_items`](super::Record::set_line_items) writes the spelling that belongs
    /// to the field.
    #[doc(alias = "ZCRMInventoryLineItem")]
    pub struct LineItem {
        /// The id of the line; a line without one is added.
        id: RecordId = "id" set,
        /// The product (`product`, later `Product_Name`), with its `Product_Code` among the other members.
        product: Lookup = "product" | "Product_Name" set,
        /// The description (`product_description`, later `Description`).
        description: String = "product_description" | "Description" set,
        /// How many (`quantity`, later `Quantity`).
        quantity: Amount = "quantity" | "Quantity" set,
        /// The price of one (`list_price`, later `List_Price`).
        list_price: Amount = "list_price" | "List_Price" set,
        /// Quantity times list price (`total`, later `Total`).
        total: Amount = "total" | "Total",
        /// The discount: an amount, or a percentage as a text such as `10%` (`Discount`).
        #[doc(alias = "discount_percentage")]
        discount: Amount = "Discount" set,
        /// The total less the discount (`total_after_discount`, later `Total_After_Discount`).
        total_after_discount: Amount = "total_after_discount" | "Total_After_Discount",
        /// The sum of the taxes (`Tax`).
        tax_amount: Amount = "Tax",
        /// The taxes of this line (`line_tax`, later `Line_Tax`).
        line_tax: Vec<Tax> = "line_tax" | "Line_Tax" set,
        /// What the line comes to (`net_total`, later `Net_Total`).
        net_total: Amount = "net_total" | "Net_Total",
        /// True removes the line, written with the others: `delete: true` in v2, as Zoho's iOS SDK sends it, and
        /// `_delete: null` later, as any row of a subform. Zoho's pages for v2 do not tell how a line is removed.
        #[doc(alias = "delete_flag")]
        delete: bool = "delete",
    }
}

/// v2's names and those of the subforms that came after.
const RENAMED: [(&str, &str); 8] = [
    ("product", "Product_Name"),
    ("product_description", "Description"),
    ("quantity", "Quantity"),
    ("list_price", "List_Price"),
    ("total", "Total"),
    ("total_after_discount", "Total_After_Discount"),
    ("line_tax", "Line_Tax"),
    ("net_total", "Net_Total"),
];

impl LineItem {
    /// A new line of so many of a product.
    ///
    /// ```
    /// use zcrm_core::entity::{LineItem, LineItemField, Record};
    ///
    /// let line = LineItem::new("3652397000000190003", 1.5).discount("10%");
    /// let mut quote = Record::new().with("Subject", "Planks");
    /// quote.set_line_items(LineItemField::QuotedItems, &[line]);
    /// assert_eq!(quote.line_items()?.len(), 1);
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    pub fn new(product: impl Into<RecordId>, quantity: impl Into<Amount>) -> Self {
        Self::default().product(Lookup::new(product)).quantity(quantity)
    }

    /// A line that removes the one with this id.
    pub fn removal(id: impl Into<RecordId>) -> Self {
        Self { delete: Some(true), ..Self::default().id(id) }
    }

    /// The line in the spelling of a field.
    pub(super) fn written_for(&self, field: LineItemField) -> Json {
        let mut line = match self.to_members() {
            Ok(line) => line,
            Err(cause) => return Json::from_written(Err(cause)),
        };
        let v2 = field == LineItemField::ProductDetails;
        for (old, new) in RENAMED {
            let (from, to) = if v2 { (new, old) } else { (old, new) };
            if !line.contains_key(to)
                && let Some(value) = line.remove(from)
            {
                line.insert(to.to_owned(), value);
            }
        }
        if let Some(product) = self.product.as_ref().filter(|_| v2) {
            // v2 takes a product as a bare id, as Zoho's Ruby SDK writes it.
            line.insert("product".to_owned(), product.id.as_str().into());
        }
        if !v2 && self.delete == Some(true) {
            // A row of a subform goes when `_delete` is there and null.
            line.remove("delete");
            line.insert("_delete".to_owned(), Json::null());
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
