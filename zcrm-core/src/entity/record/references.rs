//! What points from a record to something else.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::entity::{LayoutId, RecordId, TagId, TaxId, UserId};

macro_rules! references {
    ($($(#[$meta:meta])* $name:ident($id:ty) { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            /// The id.
            pub id: $id,
            $($(#[$field_meta])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: $type,)*
            /// All other members, kept as they came.
            #[serde(flatten)]
            pub other: Map<String, Value>,
        }

        impl $name {
            /// A reference by id alone, as it is written.
            pub fn new(id: impl Into<$id>) -> Self {
                Self { id: id.into(), $($field: None,)* other: Map::new() }
            }
        }

        impl From<$name> for Value {
            /// The reference as it is written: `{"id": ...}` with whatever else is known.
            fn from(reference: $name) -> Self {
                serde_json::to_value(reference).unwrap_or_default()
            }
        }
    )*};
}

references! {
    /// The value of a lookup field: another record.
    ///
    /// ```
    /// use zcrm_core::entity::{Lookup, Record};
    ///
    /// let contact = Record::new().with("Last_Name", "Berg").with("Account_Name", Lookup::new("3652397000000190002"));
    /// assert_eq!(contact.lookup("Account_Name")?.map(|account| account.id), Some("3652397000000190002".into()));
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    Lookup(RecordId) {
        /// The name of the record.
        name: Option<String>,
        /// The module of the record, where Zoho tells it: a name, or an object with `api_name` and `id`.
        module: Option<Value>,
    }
    /// The value of an owner field or of a lookup of users: who owns, created or changed.
    #[doc(alias = "ZCRMUser")]
    UserRef(UserId) {
        /// The full name.
        name: Option<String>,
        /// The e-mail address.
        email: Option<String>,
    }
    /// The layout of a record.
    #[doc(alias = "ZCRMLayout")]
    LayoutRef(LayoutId) {
        /// The name.
        name: Option<String>,
        /// From v3 on: the name as the user's language has it.
        display_label: Option<String>,
    }
}

/// A tag of a record: by id, by name, or both.
#[doc(alias = "ZCRMTag")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TagRef {
    /// The id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<TagId>,
    /// The name, at most 25 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The colour, such as `#57B1FD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color_code: Option<String>,
    /// All other members, kept as they came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TagRef {
    /// A tag by its name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { id: None, name: Some(name.into()), color_code: None, other: Map::new() }
    }
}

/// A tax that a product may carry: a name in v2, an id with a name in later versions.
#[doc(alias = "ZCRMTax")]
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
