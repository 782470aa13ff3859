//! What points from a record to something else.

use serde::de::{Deserialize, Deserializer};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::entity::member::{Member, Names, Original, deserialize};
use crate::entity::{Json, Members, RecordId, TaxId};

/// The value of a lookup field: another record.
///
/// A bare id is read as well, as a bulk read writes lookups.
///
/// ```
/// use zcrm_core::entity::{Lookup, Record};
///
/// let contact = Record::new().with("Last_Name", "Berg").with("Account_Name", Lookup::new("3652397000000190002"));
/// assert_eq!(contact.lookup("Account_Name")?.map(|account| account.id), Some("3652397000000190002".into()));
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Lookup {
    /// The id.
    pub id: RecordId,
    /// The name of the record.
    pub name: Option<String>,
    /// All other members, kept as they came; some responses tell the `module`.
    pub other: Members,
    original: Original,
}

const ID: Names = Names { usual: "id", others: &[], null: None };
const NAME: Names = Names { usual: "name", others: &[], null: None };

impl Lookup {
    /// A lookup by id alone, as it is written.
    pub fn new(id: impl Into<RecordId>) -> Self {
        Self { id: id.into(), name: None, other: Members::new(), original: Original::default() }
    }

    fn to_members(&self) -> serde_json::Result<Members> {
        let original = self.original.members();
        let mut members = self.other.clone();
        ID.put(&mut members, &original, Some(&self.id))?;
        NAME.put(&mut members, &original, self.name.as_ref())?;
        Ok(members)
    }
}

impl Member for Lookup {
    fn read(json: &Json) -> Option<Self> {
        let original = Original::of(json);
        let Some(mut members) = json.members() else {
            let id = RecordId::read(json).filter(|id| id.as_str().bytes().all(|byte| byte.is_ascii_digit()))?;
            return Some(Self { original, ..Self::new(id) });
        };
        let id = ID.take(&mut members)?;
        Some(Self { id, name: NAME.take(&mut members), other: members, original })
    }
}

/// A tax that a product may carry: a name in v2, an id with a name in later versions.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordTax {
    /// The id; v2 tells none.
    pub id: Option<TaxId>,
    /// The name (`value`), in v2 also with the percentage: `Sales Tax - 8.5 %`.
    pub name: Option<String>,
    /// All other members, kept as they came.
    pub other: Members,
    original: Original,
}

const TAX_NAME: Names = Names { usual: "value", others: &["name"], null: None };

impl RecordTax {
    /// A tax by its name, as v2 writes it.
    pub fn named(name: impl Into<String>) -> Self {
        Self { id: None, name: Some(name.into()), other: Members::new(), original: Original::default() }
    }

    /// A tax by its id, as later versions write it.
    pub fn new(id: impl Into<TaxId>) -> Self {
        Self { id: Some(id.into()), name: None, other: Members::new(), original: Original::default() }
    }

    fn to_members(&self) -> serde_json::Result<Members> {
        let original = self.original.members();
        let mut members = self.other.clone();
        ID.put(&mut members, &original, self.id.as_ref())?;
        TAX_NAME.put(&mut members, &original, self.name.as_ref())?;
        Ok(members)
    }

    /// The name of a tax that has nothing else.
    fn bare_name(&self) -> Option<&str> {
        let object = self.original.json().is_some_and(|json| json.raw().starts_with('{'));
        self.name.as_deref().filter(|_| self.id.is_none() && self.other.is_empty() && !object)
    }
}

impl Member for RecordTax {
    fn read(json: &Json) -> Option<Self> {
        let original = Original::of(json);
        if let Some(name) = json.text() {
            return Some(Self { original, ..Self::named(name) });
        }
        let mut members = json.members()?;
        Some(Self { id: ID.take(&mut members), name: TAX_NAME.take(&mut members), other: members, original })
    }
}

impl Serialize for Lookup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.original.unchanged(self) {
            Some(json) => json.serialize(serializer),
            None => self.to_members().map_err(S::Error::custom)?.serialize(serializer),
        }
    }
}

impl Serialize for RecordTax {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.original.unchanged(self), self.bare_name()) {
            (Some(json), _) => json.serialize(serializer),
            (None, Some(name)) => serializer.serialize_str(name),
            (None, None) => self.to_members().map_err(S::Error::custom)?.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Lookup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer, "Lookup")
    }
}

impl<'de> Deserialize<'de> for RecordTax {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer, "RecordTax")
    }
}
