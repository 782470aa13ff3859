//! Which operators fit which type of field.

use super::{Endpoint, Operator};

/// The types of fields as far as operators tell them apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// Texts and picklists.
    Text,
    /// Ids of other records and of users.
    Lookup,
    /// Numbers, dates, moments.
    Ordered,
    Boolean,
    /// Long texts, files, and what has a module of its own: COQL cannot compare them.
    Unqueried,
}

fn group(data_type: &str) -> Option<Group> {
    Some(match data_type {
        "text" | "email" | "phone" | "website" | "picklist" | "multiselectpicklist" | "autonumber" => Group::Text,
        "lookup" | "ownerlookup" | "userlookup" => Group::Lookup,
        "integer" | "bigint" | "double" | "currency" | "percent" | "date" | "datetime" => Group::Ordered,
        "boolean" => Group::Boolean,
        "textarea" | "imageupload" | "fileupload" | "multiselectlookup" | "subform" => Group::Unqueried,
        _ => return None,
    })
}

impl Operator {
    /// Whether the operator fits a field of this type, by the name in the field's metadata (`data_type`: `text`,
    /// `picklist`, `lookup`, `datetime` ...). `None` when it depends on the field, as it does for formulas, or is not
    /// documented, as for searches.
    ///
    /// ```
    /// use zcrm_core::criteria::{Endpoint, Operator};
    ///
    /// assert_eq!(Operator::GreaterThan.fits(Endpoint::Coql, "picklist"), Some(false));
    /// assert_eq!(Operator::GreaterThan.fits(Endpoint::Coql, "currency"), Some(true));
    /// assert_eq!(Operator::Equals.fits(Endpoint::Coql, "formula"), None);
    /// ```
    #[must_use]
    pub fn fits(self, endpoint: Endpoint, data_type: &str) -> Option<bool> {
        if !self.known_to(endpoint) {
            return Some(false);
        }
        if endpoint == Endpoint::Search {
            return None;
        }
        let group = match group(data_type)? {
            Group::Unqueried if endpoint == Endpoint::Coql => return Some(false),
            Group::Unqueried => return None,
            group => group,
        };
        let compares = matches!(self, Self::Equals | Self::NotEqual | Self::In | Self::NotIn);
        let orders = matches!(
            self,
            Self::LessThan
                | Self::LessEqual
                | Self::GreaterThan
                | Self::GreaterEqual
                | Self::Between
                | Self::NotBetween
        );
        Some(match (group, endpoint) {
            (Group::Boolean, Endpoint::Coql) => self == Self::Equals,
            (Group::Boolean, _) => self == Self::Equals || self == Self::IsNull,
            (Group::Ordered, _) => compares || orders || self.takes_nothing(),
            (Group::Lookup, _) => compares || self.takes_nothing(),
            (Group::Text | Group::Unqueried, _) => compares || self.matches_text() || self.takes_nothing(),
        })
    }
}
