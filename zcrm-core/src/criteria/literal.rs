//! What a field is compared with.

use std::hash::{Hash, Hasher};
use std::time::SystemTime;

use crate::entity::{
    AssignmentRuleId, AttachmentId, CustomViewId, Date, DateTime, FieldId, LayoutId, ModuleId, NoteId, OrgId,
    ProfileId, RecordId, RelatedListId, RoleId, TagId, TaxId, TerritoryId, UserId, VariableGroupId, VariableId,
};

/// A value of a condition, or of a parameter of a query.
///
/// Made by `From` of texts, numbers, booleans, dates, moments, ids, options and slices. It is checked when it is used:
/// a `f64` that is no number (NaN, infinite), a date that does not exist or an id with letters is an error then.
///
/// Texts, dates, moments and ids with the same characters are equal: every endpoint is told the same.
///
/// ```
/// use zcrm_core::criteria::{Criteria, Literal};
///
/// let price = Criteria::equals("Unit_Price", Literal::number("12345678901234567.89"));
/// assert_eq!(price.to_string(), "Unit_Price = 12345678901234567.89");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Literal {
    /// Nothing: the field is empty.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number as digits, which may have a sign and a fraction.
    Number(String),
    /// A text.
    Text(String),
    /// A day.
    Date(Date),
    /// A moment with its offset, whole seconds.
    DateTime(DateTime),
    /// An id.
    Id(String),
    /// Several values.
    List(Vec<Literal>),
}

/// What endpoints are told of a value.
#[derive(PartialEq, Eq, Hash)]
enum Told<'a> {
    Null,
    Boolean(bool),
    Number(&'a str),
    Text(&'a str),
    List(&'a [Literal]),
}

impl Literal {
    /// A number by its digits, such as `"-12.50"`, which no rounding touches.
    pub fn number(digits: impl Into<String>) -> Self {
        Self::Number(digits.into())
    }

    /// Several values.
    pub fn list<V: Into<Self>>(values: impl IntoIterator<Item = V>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }

    /// The characters of a value that is written as a text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Id(text) => Some(text),
            Self::Date(date) => Some(date.as_str()),
            Self::DateTime(moment) => Some(moment.as_str()),
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::List(_) => None,
        }
    }

    /// Whether it is a number or an id, quoted or not.
    pub(super) fn is_numeric(&self) -> bool {
        match self {
            Self::Number(_) | Self::Id(_) => true,
            Self::Text(text) => is_number(text),
            _ => false,
        }
    }

    fn told(&self) -> Told<'_> {
        match self {
            Self::Null => Told::Null,
            Self::Boolean(value) => Told::Boolean(*value),
            Self::Number(digits) => Told::Number(digits),
            Self::List(values) => Told::List(values),
            text => Told::Text(text.text().unwrap_or_default()),
        }
    }
}

pub(super) fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        self.told() == other.told()
    }
}

impl Eq for Literal {}

impl Hash for Literal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.told().hash(state);
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Literal {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Literal {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Date> for Literal {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<DateTime> for Literal {
    fn from(moment: DateTime) -> Self {
        Self::DateTime(moment)
    }
}

impl From<SystemTime> for Literal {
    fn from(moment: SystemTime) -> Self {
        Self::DateTime(moment.into())
    }
}

impl<T: Into<Literal>> From<Option<T>> for Literal {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Literal>> From<Vec<T>> for Literal {
    fn from(values: Vec<T>) -> Self {
        Self::list(values)
    }
}

impl<T: Into<Literal>, const N: usize> From<[T; N]> for Literal {
    fn from(values: [T; N]) -> Self {
        Self::list(values)
    }
}

impl<T: Into<Literal> + Clone> From<&[T]> for Literal {
    fn from(values: &[T]) -> Self {
        Self::list(values.iter().cloned())
    }
}

impl From<&Literal> for Literal {
    fn from(value: &Literal) -> Self {
        value.clone()
    }
}

macro_rules! numbers {
    ($($type:ty)*) => {$(
        impl From<$type> for Literal {
            fn from(number: $type) -> Self {
                Self::Number(number.to_string())
            }
        }
    )*};
}

numbers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64);

macro_rules! ids {
    ($($type:ty)*) => {$(
        impl From<$type> for Literal {
            fn from(id: $type) -> Self {
                Self::Id(id.as_str().to_owned())
            }
        }

        impl From<&$type> for Literal {
            fn from(id: &$type) -> Self {
                Self::Id(id.as_str().to_owned())
            }
        }
    )*};
}

ids!(RecordId UserId OrgId RoleId ProfileId ModuleId FieldId LayoutId CustomViewId RelatedListId TagId NoteId);
ids!(AttachmentId TaxId VariableId VariableGroupId TerritoryId AssignmentRuleId);

macro_rules! references {
    ($($type:ty)*) => {$(
        impl From<&$type> for Literal {
            fn from(value: &$type) -> Self {
                value.clone().into()
            }
        }
    )*};
}

references!(Date DateTime);
