//! Conditions on records, once for all endpoints: search, COQL and bulk read.
//!
//! ```
//! use zcrm_core::config::ApiVersion;
//! use zcrm_core::criteria::Criteria;
//!
//! let oslo = Criteria::equals("City", "Oslo").and(Criteria::starts_with("Company", "O'Brien (A)"));
//! assert_eq!(
//!     oslo.to_search(ApiVersion::V8)?,
//!     r"((City:equals:Oslo)and(Company:starts_with:O'Brien \(A\)))"
//! );
//! assert_eq!(oslo.to_coql(ApiVersion::V8)?, "City = 'Oslo' and Company like 'O''Brien (A)%'");
//! assert_eq!(
//!     oslo.to_bulk_read(ApiVersion::V8)?.get(),
//!     concat!(
//!         r#"{"group_operator":"and","group":["#,
//!         r#"{"field":{"api_name":"City"},"comparator":"equal","value":"Oslo"},"#,
//!         r#"{"field":{"api_name":"Company"},"comparator":"starts_with","value":"O'Brien (A)"}]}"#,
//!     )
//! );
//! assert_eq!(Criteria::parse("City = 'Oslo' and Company like 'O''Brien (A)%'")?, oslo);
//! # Ok::<(), zcrm_core::Error>(())
//! ```
//!
//! # What each endpoint can say
//!
//! | | search | COQL | bulk read |
//! |---|---|---|---|
//! | equals, `not_equal`, `in`, `not_in` | yes | yes | yes |
//! | less, greater, less or equal, greater or equal | yes | yes | yes |
//! | between | yes | yes | yes, of numbers as two conditions |
//! | `not_between` | no | yes | the same |
//! | `starts_with` | yes | yes | yes |
//! | `ends_with`, `contains`, `not_contains` | no | yes | yes |
//! | like, with a pattern of one's own | no | yes | no |
//! | `is_null`, `is_not_null` | no | yes | yes |
//! | booleans | yes | only equals | only equals |
//! | conditions | 10 (v2, v2.1), 15 | 25 | 25 |
//! | values of one `in` | 100 | 50, 100 (v7, v8) | 20 |
//! | other limits | 3,000 characters | | 255 characters per text |
//!
//! What an endpoint cannot say is an error of kind [`InvalidInput`](crate::ErrorKind::InvalidInput) that names the
//! field, before anything is sent. An `in` with too many values becomes several, joined by `or` (`not_in`: by `and`),
//! as long as the number of conditions allows it. Which operators fit the *type* of a field is told by
//! [`Operator::fits`].
//!
//! # How the endpoints differ
//!
//! - `equals` on a text finds in a search what *contains* the words; in COQL and bulk read the whole text counts.
//! - A search reads an index that lags seconds to minutes behind writes; COQL reads what is stored.
//! - COQL compares picklists with the label that users see, not with the stored value.
//! - A multi-select picklist is compared in COQL with its values joined by `;`.

mod bulk_read;
mod check;
mod coql;
mod literal;
mod merge;
mod operator;
mod parse;
mod search;
mod split;
#[cfg(test)]
mod tests;
pub(crate) mod tokens;
mod types;

use crate::error::{Error, ErrorKind};

pub(crate) use check::{check_literal, check_name};
pub(crate) use coql::{CONDITIONS as COQL_CONDITIONS, in_values as coql_in_values, literal_text, quoted, write_name};
pub(crate) use parse::condition as parse_condition;

pub use literal::Literal;
pub use operator::{Endpoint, Operator};

/// A condition, or several that `and` and `or` join in any shape.
///
/// Field names and values are checked when the text for an endpoint is made; nothing in them can change what the
/// criteria mean. `Display` writes COQL's syntax without those checks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Criteria(Node);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    Condition(Condition),
    /// Two or more members, none of which is a group of the same joint.
    Group(Joint, Vec<Criteria>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Condition {
    field: String,
    operator: Operator,
    value: Literal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Joint {
    And,
    Or,
}

impl Joint {
    fn word(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

macro_rules! comparisons {
    ($($(#[$meta:meta])* $name:ident: $operator:ident;)*) => {
        impl Criteria {
            $(
                $(#[$meta])*
                pub fn $name(field: impl Into<String>, value: impl Into<Literal>) -> Self {
                    Self::condition(field, Operator::$operator, value.into())
                }
            )*
        }
    };
}

comparisons! {
    /// The field has this value; on a text a search finds what has these words. `None` is [`is_null`](Self::is_null).
    equals: Equals;
    /// The field has another value. `None` is [`is_not_null`](Self::is_not_null).
    not_equal: NotEqual;
    /// The field is larger, or later.
    greater_than: GreaterThan;
    /// The field is as large or larger.
    greater_equal: GreaterEqual;
    /// The field is smaller, or earlier.
    less_than: LessThan;
    /// The field is as small or smaller.
    less_equal: LessEqual;
}

macro_rules! text_matches {
    ($($(#[$meta:meta])* $name:ident: $operator:ident;)*) => {
        impl Criteria {
            $(
                $(#[$meta])*
                pub fn $name(field: impl Into<String>, text: impl Into<String>) -> Self {
                    Self::condition(field, Operator::$operator, Literal::Text(text.into()))
                }
            )*
        }
    };
}

text_matches! {
    /// The text begins like this.
    starts_with: StartsWith;
    /// The text ends like this.
    ends_with: EndsWith;
    /// The text has this somewhere.
    contains: Contains;
    /// The text has this nowhere.
    not_contains: NotContains;
}

impl Criteria {
    /// The field has one of these values.
    pub fn is_in<V: Into<Literal>>(field: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        Self::condition(field, Operator::In, Literal::list(values))
    }

    /// The field has none of these values.
    pub fn not_in<V: Into<Literal>>(field: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        Self::condition(field, Operator::NotIn, Literal::list(values))
    }

    /// The field lies between two values, both included.
    pub fn between(field: impl Into<String>, from: impl Into<Literal>, to: impl Into<Literal>) -> Self {
        Self::condition(field, Operator::Between, Literal::List(vec![from.into(), to.into()]))
    }

    /// The field lies outside of two values.
    pub fn not_between(field: impl Into<String>, from: impl Into<Literal>, to: impl Into<Literal>) -> Self {
        Self::condition(field, Operator::NotBetween, Literal::List(vec![from.into(), to.into()]))
    }

    /// The text fits COQL's pattern, in which `%` stands for any characters and nothing else is special.
    ///
    /// `x%`, `%x` and `%x%` are the same as [`starts_with`](Self::starts_with), [`ends_with`](Self::ends_with) and
    /// [`contains`](Self::contains), which all take a text that is no pattern: use them for what a user typed.
    pub fn like(field: impl Into<String>, pattern: impl Into<String>) -> Self {
        let pattern = pattern.into();
        let (start, rest) = pattern.strip_prefix('%').map_or((false, pattern.as_str()), |rest| (true, rest));
        let (end, text) = rest.strip_suffix('%').map_or((false, rest), |text| (true, text));
        let operator = match (start, end) {
            _ if text.is_empty() || text.contains('%') => Operator::Like,
            (false, true) => Operator::StartsWith,
            (true, false) => Operator::EndsWith,
            (true, true) => Operator::Contains,
            (false, false) => Operator::Like,
        };
        let text = if operator == Operator::Like { pattern } else { text.to_owned() };
        Self::condition(field, operator, Literal::Text(text))
    }

    /// The field is empty.
    pub fn is_null(field: impl Into<String>) -> Self {
        Self::condition(field, Operator::IsNull, Literal::Null)
    }

    /// The field is not empty.
    pub fn is_not_null(field: impl Into<String>) -> Self {
        Self::condition(field, Operator::IsNotNull, Literal::Null)
    }

    /// Both this and that.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::group(Joint::And, [self, other])
    }

    /// This or that.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::group(Joint::Or, [self, other])
    }

    /// All of these; `None` when there are none.
    pub fn all(criteria: impl IntoIterator<Item = Self>) -> Option<Self> {
        let criteria: Vec<_> = criteria.into_iter().collect();
        (!criteria.is_empty()).then(|| Self::group(Joint::And, criteria))
    }

    /// Any of these; `None` when there are none.
    pub fn any(criteria: impl IntoIterator<Item = Self>) -> Option<Self> {
        let criteria: Vec<_> = criteria.into_iter().collect();
        (!criteria.is_empty()).then(|| Self::group(Joint::Or, criteria))
    }

    /// How many conditions there are, which all endpoints limit.
    #[must_use]
    pub fn conditions(&self) -> usize {
        match &self.0 {
            Node::Condition(_) => 1,
            Node::Group(_, members) => members.iter().map(Self::conditions).sum(),
        }
    }

    /// The field and the operator of each condition, in the order in which they stand.
    #[must_use]
    pub fn comparisons(&self) -> Vec<(&str, Operator)> {
        self.leaves().into_iter().map(|condition| (condition.field.as_str(), condition.operator)).collect()
    }

    fn condition(field: impl Into<String>, operator: Operator, value: Literal) -> Self {
        let operator = match (operator, &value) {
            (Operator::Equals, Literal::Null) => Operator::IsNull,
            (Operator::NotEqual, Literal::Null) => Operator::IsNotNull,
            _ => operator,
        };
        Self(Node::Condition(Condition { field: field.into(), operator, value }))
    }

    /// One group, into which members of the same joint dissolve; a single member stays itself.
    fn group(joint: Joint, parts: impl IntoIterator<Item = Self>) -> Self {
        let mut members = Vec::new();
        for part in parts {
            match part.0 {
                Node::Group(word, inner) if word == joint => members.extend(inner),
                node => members.push(Self(node)),
            }
        }
        match members.pop() {
            Some(only) if members.is_empty() => only,
            last => {
                members.extend(last);
                Self(Node::Group(joint, members))
            }
        }
    }

    fn leaves(&self) -> Vec<&Condition> {
        match &self.0 {
            Node::Condition(condition) => vec![condition],
            Node::Group(_, members) => members.iter().flat_map(Self::leaves).collect(),
        }
    }
}

impl From<&Self> for Criteria {
    fn from(criteria: &Self) -> Self {
        criteria.clone()
    }
}

/// An argument that cannot be sent.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
