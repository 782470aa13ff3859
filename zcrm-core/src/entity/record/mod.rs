//! Records of any module, and the parts that they are made of.

mod access;
mod amount;
mod deleted;
mod file;
mod line_item;
mod participant;
mod pricing;
mod references;
mod slot;
mod text;
mod values;

use std::sync::OnceLock;

pub use amount::Amount;
pub use deleted::DeletedRecord;
pub use file::RecordFile;
pub use line_item::{LineItem, LineItemField};
pub use participant::Participant;
pub use pricing::PricingDetail;
pub use references::{Lookup, RecordTax};

use self::slot::Slot;
pub(crate) use self::slot::range_within;
use super::json;
use super::{Json, Members, Nullable, RecordId};
use crate::error::{Error, ErrorKind, Result};

/// A record of any module, untyped: what Zoho sent, and what was changed since.
///
/// A record that was read is kept as the JSON text that it came as. It takes itself apart when a field is asked for,
/// so listing, counting or writing down records costs little more than reading their bytes.
///
/// Changes are kept apart from what was read: an update sends them and nothing else. Absent, null and a value are three
/// things ([`field`](Record::field)); null clears a field.
///
/// ```
/// use zcrm_core::entity::Record;
/// use zcrm_core::Nullable;
///
/// let mut lead = Record::from_json(r#"{"id": "3652397000000190001", "Last_Name": "Berg", "Phone": null}"#)?;
/// assert_eq!(lead.get::<String>("Last_Name")?.as_deref(), Some("Berg"));
/// assert_eq!(lead.field("Phone"), Nullable::Null);
/// assert_eq!(lead.field("Email"), Nullable::Absent);
///
/// lead.set("City", "Oslo").clear("Fax");
/// assert_eq!(serde_json::to_string(lead.changed()).unwrap(), r#"{"City":"Oslo","Fax":null}"#);
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[doc(alias = "ZCRMRecord")]
#[doc(alias = "ZCRMSubForm")]
#[derive(Clone, Default)]
pub struct Record {
    /// The text of a JSON object.
    read: Option<Box<str>>,
    slots: OnceLock<Box<[Slot]>>,
    changed: Members,
}

impl Record {
    /// An empty record, to be filled with [`set`](Record::set) and created.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A record from the text of a JSON object, as [`raw`](Record::raw) gives it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when the text is no JSON object.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json)
            .map_err(|cause| Error::new(ErrorKind::InvalidInput, "this is no JSON object").with_source(cause).logged())
    }

    /// The record as it was read, byte for byte, without changes; `{}` for a new one.
    ///
    /// It costs nothing, and it is how an export writes records down.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.read.as_deref().unwrap_or("{}")
    }

    /// Sets a field by its API name. Properties, which begin with `$`, are set like fields.
    ///
    /// Whatever turns into [`Json`] is taken: texts, numbers, booleans, ids, times, lookups, rows of subforms, lists of
    /// them, and `serde_json::Value`. For other types there is [`set_as`](Record::set_as).
    ///
    /// A value that JSON does not know, NaN or an infinity, is refused when the record is written or sent, by an error
    /// that names the field.
    #[doc(alias = "field_data")]
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Json>) -> &mut Self {
        self.changed.insert(name.into(), value.into());
        self
    }

    /// The record with a field set, to put a new one together.
    ///
    /// ```
    /// use zcrm_core::entity::Record;
    ///
    /// let lead = Record::new().with("Last_Name", "Berg").with("No_of_Employees", 12);
    /// assert_eq!(lead.get::<u32>("No_of_Employees")?, Some(12));
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a field to anything that serde can write.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when the value cannot be written as JSON, NaN and the infinities among the reasons.
    pub fn set_as<T: serde::Serialize + ?Sized>(&mut self, name: impl Into<String>, value: &T) -> Result<&mut Self> {
        let name = name.into();
        let value = json::write(value).map_err(|cause| {
            let message = format!("the value of {name} cannot be written as JSON: {cause}");
            Error::new(ErrorKind::InvalidInput, message).logged()
        })?;
        let value = Json::from_raw(value);
        Ok(self.set(name, value))
    }

    /// Sets a field to null, which clears it in Zoho.
    pub fn clear(&mut self, name: impl Into<String>) -> &mut Self {
        self.set(name, Json::null())
    }

    /// Takes a change back: the field is as it was read, or absent.
    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.changed.remove(name);
        self
    }

    /// What was set and cleared since the record was read or made: what an update sends.
    #[must_use]
    pub fn changed(&self) -> &Members {
        &self.changed
    }

    /// Whether anything was set or cleared.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Takes the changes for saved: they become part of what was read, and the next update does not send them again.
    /// Changes that cannot be written (NaN) stay changes.
    pub fn mark_saved(&mut self) {
        if let Ok(whole) = json::write(self) {
            *self = Self { read: Some(whole.into()), slots: OnceLock::new(), changed: Members::new() };
        }
    }

    /// The id; `None` for a record that was not read and was given none.
    #[doc(alias = "entity_id")]
    #[must_use]
    pub fn id(&self) -> Option<RecordId> {
        serde_json::from_str(self.text("id")?).ok()
    }

    /// A field, or a `$` property, as a type of one's own: `None` when it is absent or null.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`] when the value is of another type; the text names the field.
    pub fn get<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        serde_json::from_str(text).map_err(|cause| {
            let message = format!("the field {name} of the record cannot be read as what was asked for");
            Error::new(ErrorKind::InvalidResponse, message).with_source(cause).logged()
        })
    }

    /// A field, or a `$` property, as it stands: absent, null, or a value.
    #[must_use]
    pub fn field(&self, name: &str) -> Nullable<Json> {
        match self.json(name) {
            None => Nullable::Absent,
            Some(json) if json.is_null() => Nullable::Null,
            Some(json) => Nullable::Value(json),
        }
    }

    /// All names, of fields and of `$` properties: those that were read in Zoho's order, then those that were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let added = self.changed.keys().map(String::as_str).filter(|name| self.read_text(name).is_none());
        self.slots().iter().map(|slot| slot.name(self.raw())).chain(added)
    }

    /// All fields with their values, changes included, without the `$` properties.
    pub fn fields(&self) -> impl Iterator<Item = (&str, Json)> {
        self.names().filter(|name| !name.starts_with('$')).filter_map(|name| Some((name, self.json(name)?)))
    }

    /// All `$` properties, such as `$editable` or `$currency_symbol`, under their names as Zoho spells them.
    pub fn properties(&self) -> impl Iterator<Item = (&str, Json)> {
        self.names().filter(|name| name.starts_with('$')).filter_map(|name| Some((name, self.json(name)?)))
    }

    fn json(&self, name: &str) -> Option<Json> {
        match self.changed.get(name) {
            Some(changed) => Some(changed.clone()),
            None => self.read_text(name).and_then(|text| serde_json::from_str(text).ok()),
        }
    }
}
