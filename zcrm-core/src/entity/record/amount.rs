//! Amounts as Zoho writes them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};

use crate::entity::Json;
use crate::entity::member::Member;

/// A quantity, a price, a discount, a percentage: a number, or a text such as `"10%"`, digit by digit as it came.
///
/// Two amounts are equal when they are the same number: `1.50` equals `1.5`. The text `"1.5"` equals neither.
///
/// ```
/// use zcrm_core::entity::Amount;
///
/// let price: Amount = serde_json::from_str("1234567890123456.780")?;
/// assert_eq!(price.text(), "1234567890123456.780");
/// assert_eq!(Amount::from(1.5).number(), Some(1.5));
/// let discount: Amount = serde_json::from_str("\"10%\"")?;
/// assert_eq!(discount.percent(), Some(10.0));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Amount(Json);

impl Amount {
    /// The number as a double, which holds 15 digits; `None` for a percentage and for a text that is no number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.text().trim().parse().ok()
    }

    /// The percentage of a text such as `"10%"`.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        self.0.text()?.trim().strip_suffix('%')?.trim().parse().ok()
    }

    /// A percentage, written as a text such as `"10%"`.
    #[must_use]
    pub fn from_percent(percent: f64) -> Self {
        if percent.is_finite() { Self(format!("{percent}%").into()) } else { Self(percent.into()) }
    }

    /// The number or the text, digit by digit: what a type for decimals can be made of.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.0.text_lossy().unwrap_or(Cow::Borrowed(self.0.raw()))
    }
}

impl Member for Amount {
    fn read(json: &Json) -> Option<Self> {
        (json.is_number() || json.raw().starts_with('"')).then(|| Self(json.clone()))
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Self::read(&json).ok_or_else(|| D::Error::custom("an amount is a number or a text"))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({})", self.0)
    }
}

impl From<Amount> for Json {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

macro_rules! from {
    ($($(#[$doc:meta])* $type:ty),* $(,)?) => {$(
        impl From<$type> for Amount {
            $(#[$doc])*
            fn from(amount: $type) -> Self {
                Self(amount.into())
            }
        }
    )*};
}

from!(
    i32,
    i64,
    u32,
    u64,
    /// NaN and the infinities make an amount that cannot be sent.
    f64,
    serde_json::Number,
    &str,
    String,
);
