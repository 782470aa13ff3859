//! Amounts as Zoho writes them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A quantity, a price, a discount: a number as it came, or a text such as `"10%"`.
///
/// ```
/// use zcrm_core::entity::Amount;
///
/// let discount: Amount = serde_json::from_str("\"10%\"").unwrap();
/// assert_eq!(discount.percent(), Some(10.0));
/// assert_eq!(Amount::from(1.5).number(), Some(1.5));
/// assert_eq!(serde_json::to_string(&Amount::from(3)).unwrap(), "3");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Amount {
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Decimal(f64),
    /// A text: a percentage, or a number that Zoho wrote as text.
    Text(String),
}

impl Amount {
    /// The number; `None` for a percentage and for a text that is no number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "amounts of money stay far below 2^53")]
            Self::Integer(number) => Some(*number as f64),
            Self::Decimal(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }

    /// The percentage of a text such as `"10%"`.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        match self {
            Self::Text(text) => text.trim().strip_suffix('%')?.trim().parse().ok(),
            Self::Integer(_) | Self::Decimal(_) => None,
        }
    }

    /// A percentage, written as a text such as `"10%"`.
    #[must_use]
    pub fn from_percent(percent: f64) -> Self {
        Self::Text(format!("{percent}%"))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => fmt::Display::fmt(number, f),
            Self::Decimal(number) => fmt::Display::fmt(number, f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<i64> for Amount {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<i32> for Amount {
    fn from(number: i32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<f64> for Amount {
    fn from(number: f64) -> Self {
        Self::Decimal(number)
    }
}

impl From<&str> for Amount {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
