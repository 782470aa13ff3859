//! What points from a record to something else.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::entity::{Date, DateTime, LayoutId, LayoutRef, RecordId, Tag, TaxId, UserId, UserRef};

/// The value of a lookup field: another record.
///
/// ```
/// use zcrm_core::entity::{Lookup, Record};
///
/// let contact = Record::new().with("Last_Name", "Berg").with("Account_Name", Lookup::new("3652397000000190002"));
/// assert_eq!(contact.lookup("Account_Name")?.map(|account| account.id), Some("3652397000000190002".into()));
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lookup {
    /// The id.
    pub id: RecordId,
    /// The name of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All other members, kept as they came; some answers tell the `module`.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Lookup {
    /// A lookup by id alone, as it is written.
    pub fn new(id: impl Into<RecordId>) -> Self {
        Self { id: id.into(), name: None, other: Map::new() }
    }
}

macro_rules! values {
    ($($name:ident),* $(,)?) => {$(
        impl From<$name> for Value {
            /// As it stands in a record.
            fn from(value: $name) -> Self {
                serde_json::to_value(value).unwrap_or_default()
            }
        }
    )*};
}

values!(Date, DateTime, LayoutId, LayoutRef, Lookup, RecordId, RecordTax, Tag, TaxId, UserId, UserRef);

/// A tax that a product may carry: a name in v2, an id with a name in later versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "TaxShape", into = "TaxShape")]
#[non_exhaustive]
pub struct RecordTax {
    /// The id; v2 tells none.
    pub id: Option<TaxId>,
    /// The name, in v2 also with the percentage: `Sales Tax - 8.5 %`.
    pub name: Option<String>,
    /// All other members, kept as they came.
    pub other: Map<String, Value>,
}

impl RecordTax {
    /// A tax by its name, as v2 writes it.
    pub fn named(name: impl Into<String>) -> Self {
        Self { id: None, name: Some(name.into()), other: Map::new() }
    }

    /// A tax by its id, as later versions write it.
    pub fn new(id: impl Into<TaxId>) -> Self {
        Self { id: Some(id.into()), name: None, other: Map::new() }
    }
}

/// How a tax stands in JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum TaxShape {
    Name(String),
    Object {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<TaxId>,
        #[serde(default, rename = "value", alias = "name", skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(flatten)]
        other: Map<String, Value>,
    },
}

impl From<TaxShape> for RecordTax {
    fn from(shape: TaxShape) -> Self {
        match shape {
            TaxShape::Name(name) => Self::named(name),
            TaxShape::Object { id, name, other } => Self { id, name, other },
        }
    }
}

impl From<RecordTax> for TaxShape {
    fn from(tax: RecordTax) -> Self {
        match tax {
            RecordTax { id: None, name: Some(name), .. } => Self::Name(name),
            RecordTax { id, name, other } => Self::Object { id, name, other },
        }
    }
}
