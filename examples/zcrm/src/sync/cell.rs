//! The values of records as a database keeps them.

use serde::{Deserialize, Serialize};
use zcrm_core::Date;
use zcrm_core::entity::{Field, Json};

/// Digits of a MySQL `DECIMAL(65, 30)` before and after its point.
const BEFORE_POINT: i64 = 35;
const AFTER_POINT: i64 = 30;

/// Characters of a short text: of an id or a moment.
pub(super) const SHORT: usize = 64;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any text, and whatever has no other kind.
    Text,
    /// A whole number.
    Integer,
    /// A number, digit by digit.
    Decimal,
    /// True or false, as 1 or 0.
    Boolean,
    /// A day.
    Date,
    /// A moment with its offset, as Zoho writes it.
    DateTime,
    /// The id of the record or user that is looked up.
    Reference,
}

/// Which numbers a column of decimals keeps digit by digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimals {
    /// All.
    Any,
    /// Those of a `DECIMAL(65, 30)`.
    OfMysql,
}

/// A value on its way into a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Kind {
    /// By the metadata.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        let json_type = field.json_type.as_deref().unwrap_or_default();
        match field.data_type.as_deref().unwrap_or_default() {
            _ if json_type == "jsonarray" => Self::Text,
            "integer" => Self::Integer,
            // A layout is called one.
            "bigint" if json_type != "jsonobject" => Self::Integer,
            "double" | "currency" | "percent" | "decimal" => Self::Decimal,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "datetime" => Self::DateTime,
            "bigint" => Self::Reference,
            kind if kind.ends_with("lookup") => Self::Reference,
            "formula" | "rollup_summary" if json_type == "double" => Self::Decimal,
            "formula" | "rollup_summary" if json_type == "boolean" => Self::Boolean,
            _ => Self::Text,
        }
    }

    /// The value as the column holds it; `None` when it does not fit.
    #[must_use]
    pub fn cell(self, value: &Json, decimals: Decimals) -> Option<Cell> {
        if value.is_null() {
            return Some(Cell::Null);
        }
        let text = plain(value);
        match self {
            Self::Text => Some(Cell::Text(text)),
            Self::Integer => text.trim().parse().ok().map(Cell::Integer),
            Self::Decimal => decimals.fits(text.trim()).then(|| Cell::Text(text.trim().to_owned())),
            Self::Boolean => match text.as_str() {
                "true" => Some(Cell::Integer(1)),
                "false" => Some(Cell::Integer(0)),
                _ => None,
            },
            Self::Date => text.parse::<Date>().ok().map(|_| Cell::Text(text)),
            Self::DateTime => Some(text).filter(|text| text.chars().count() <= SHORT).map(Cell::Text),
            Self::Reference => {
                let id = value.get("id").filter(|id| !id.is_null()).map_or(text, |id| plain(&id));
                Some(id).filter(|id| id.chars().count() <= SHORT).map(Cell::Text)
            }
        }
    }
}

/// A text as it is, anything else as JSON.
fn plain(value: &Json) -> String {
    value.text_lossy().map_or_else(|| value.raw().to_owned(), std::borrow::Cow::into_owned)
}

impl Decimals {
    /// Whether a text is a number, and one that is kept digit by digit.
    fn fits(self, text: &str) -> bool {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()),
            None => (text, Some(0)),
        };
        let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        let length = |part: &str| i64::try_from(part.len()).unwrap_or(i64::MAX);
        let Some(exponent) = exponent.filter(|_| is_number && !whole.is_empty()) else { return false };
        self == Self::Any
            || (length(whole).saturating_add(exponent) <= BEFORE_POINT
                && length(fraction).saturating_sub(exponent) <= AFTER_POINT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(kind: Kind, json: &str) -> Option<Cell> {
        kind.cell(&json.parse().unwrap(), Decimals::OfMysql)
    }

    #[test]
    fn values_keep_their_digits_and_what_does_not_fit_is_none() {
        let text = |text: &str| Some(Cell::from(text));
        assert_eq!(cell(Kind::Decimal, "1234567890123456.780"), text("1234567890123456.780"));
        assert_eq!(cell(Kind::Decimal, "1.0E7"), text("1.0E7"));
        assert_eq!(cell(Kind::Decimal, "\"12.5\""), text("12.5"));
        assert_eq!(cell(Kind::Decimal, "1e60"), None);
        assert_eq!(cell(Kind::Decimal, "\"a lot\""), None);
        let of_any = |json: &str| Kind::Decimal.cell(&json.parse().unwrap(), Decimals::Any);
        assert_eq!(of_any("1e400"), text("1e400"));
        assert_eq!(of_any("\"a lot\""), None);
        assert_eq!(cell(Kind::Integer, "\"9000000000000000001\""), Some(Cell::Integer(9_000_000_000_000_000_001)));
        assert_eq!(cell(Kind::Integer, "1.5"), None);
        assert_eq!(cell(Kind::Boolean, "true"), Some(Cell::Integer(1)));
        assert_eq!(cell(Kind::Reference, r#"{"name":"Bo","id":"365"}"#), text("365"));
        assert_eq!(cell(Kind::Reference, "365"), text("365"));
        assert_eq!(cell(Kind::Date, "\"2026-02-30\""), None);
        assert_eq!(cell(Kind::Text, r#"["a","b"]"#), text(r#"["a","b"]"#));
        assert_eq!(cell(Kind::Text, r#""é\n""#), text("é\n"));
        assert_eq!(cell(Kind::Integer, "null"), Some(Cell::Null));
    }
}
