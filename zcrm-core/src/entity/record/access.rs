//! The parts of a record that Zoho has in every module, or in some, as types.

use serde::de::DeserializeOwned;

use super::{LineItem, LineItemField, Lookup, Participant, PricingDetail, Record, RecordFile, RecordTax};
use crate::entity::{DateTime, Json, LayoutRef, Tag, Tax, UserRef};
use crate::error::Result;

// Each gives `None`, or an empty list, when the field is absent or null.
macro_rules! accessors {
    ($($(#[$meta:meta])* $method:ident: $key:literal -> $type:ty;)*) => {
        impl Record {
            $(
                $(#[$meta])*
                ///
                /// # Errors
                ///
                /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) when the field is there and has
                /// another shape.
                pub fn $method(&self) -> Result<$type> {
                    Ok(self.get($key)?.unwrap_or_default())
                }
            )*
        }
    };
}

accessors! {
    /// Who owns the record (`Owner`).
    owner: "Owner" -> Option<UserRef>;
    /// Who created it (`Created_By`).
    created_by: "Created_By" -> Option<UserRef>;
    /// Who changed it last (`Modified_By`).
    modified_by: "Modified_By" -> Option<UserRef>;
    /// When it was created (`Created_Time`).
    created_time: "Created_Time" -> Option<DateTime>;
    /// When it was changed last (`Modified_Time`).
    modified_time: "Modified_Time" -> Option<DateTime>;
    /// When anything last happened around it (`Last_Activity_Time`).
    last_activity_time: "Last_Activity_Time" -> Option<DateTime>;
    /// Its layout (`Layout`).
    layout: "Layout" -> Option<LayoutRef>;
    /// Its tags (`Tag`).
    #[doc(alias = "tag_list")]
    tags: "Tag" -> Vec<Tag>;
    /// The taxes that a product may carry (`Tax`).
    #[doc(alias = "tax_list")]
    taxes: "Tax" -> Vec<RecordTax>;
    /// The taxes of a quote, an order or an invoice as a whole (`$line_tax`).
    line_taxes: "$line_tax" -> Vec<Tax>;
    /// Who takes part in an event (`Participants`).
    participants: "Participants" -> Vec<Participant>;
    /// The ranges of a price book (`Pricing_Details`).
    #[doc(alias = "price_details")]
    pricing_details: "Pricing_Details" -> Vec<PricingDetail>;
}

impl Record {
    /// The value of a lookup field, with all the members that came.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) when the field is there and is no lookup.
    pub fn lookup(&self, name: &str) -> Result<Option<Lookup>> {
        self.get(name)
    }

    /// The value of a lookup of users.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) when the field is there and is no such lookup.
    pub fn user(&self, name: &str) -> Result<Option<UserRef>> {
        self.get(name)
    }

    /// The choices of a multi-select picklist; empty when there are none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) when the field is there and is no list of
    /// texts.
    pub fn choices(&self, name: &str) -> Result<Vec<String>> {
        self.list(name)
    }

    /// The rows of a subform, or of a multi-select lookup: each a record of its own. A row that is written back without
    /// its id is added.
    ///
    /// ```
    /// use zcrm_core::entity::Record;
    ///
    /// let mut lead = Record::from_json(r#"{"id": "1", "Visits": [{"id": "2", "City": "Oslo"}]}"#)?;
    /// let mut visits = lead.subform("Visits")?;
    /// visits[0].set("City", "Bergen");
    /// lead.set("Visits", visits);
    /// assert_eq!(lead.changed()["Visits"].raw(), r#"[{"id":"2","City":"Bergen"}]"#);
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) when the field is there and is no list of
    /// objects.
    pub fn subform(&self, name: &str) -> Result<Vec<Self>> {
        self.list(name)
    }

    /// The files of a file-upload field.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) when the field is there and is no list of
    /// files.
    pub fn files(&self, name: &str) -> Result<Vec<RecordFile>> {
        self.list(name)
    }

    /// The lines of a quote, an order or an invoice, whatever their field is called in this version of the API.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) when the field is there and is no list of
    /// lines.
    pub fn line_items(&self) -> Result<Vec<LineItem>> {
        match self.line_item_field() {
            Some(field) => self.list(field.as_str()),
            None => Ok(Vec::new()),
        }
    }

    /// The name under which this record has its lines.
    #[must_use]
    pub fn line_item_field(&self) -> Option<LineItemField> {
        LineItemField::ALL.into_iter().find(|field| self.names().any(|name| name == field.as_str()))
    }

    /// Sets the lines, in the spelling of the field: [`line_item_field`](Record::line_item_field) for a record that was
    /// read, [`LineItemField::of`] for a new one.
    pub fn set_line_items(&mut self, field: LineItemField, lines: &[LineItem]) -> &mut Self {
        self.set(field.as_str(), lines.iter().map(|line| line.written_for(field)).collect::<Json>())
    }

    fn list<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>> {
        Ok(self.get(name)?.unwrap_or_default())
    }
}
