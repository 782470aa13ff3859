//! How a field is compared, and where.

use std::fmt;

/// How a condition compares its field with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operator {
    /// The same value.
    Equals,
    /// Another value.
    NotEqual,
    /// Smaller, earlier.
    LessThan,
    /// As small or smaller.
    LessEqual,
    /// Larger, later.
    GreaterThan,
    /// As large or larger.
    GreaterEqual,
    /// One of the values.
    In,
    /// None of the values.
    NotIn,
    /// Between two values, both included.
    Between,
    /// Outside of two values.
    NotBetween,
    /// Begins with the text.
    StartsWith,
    /// Ends with the text.
    EndsWith,
    /// Has the text somewhere.
    Contains,
    /// Has the text nowhere.
    NotContains,
    /// Fits a pattern of COQL.
    Like,
    /// Is empty.
    IsNull,
    /// Is not empty.
    IsNotNull,
}

impl Operator {
    /// The name as it stands in searches: `equals`, `not_equal`, `in` ...
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::NotEqual => "not_equal",
            Self::LessThan => "less_than",
            Self::LessEqual => "less_equal",
            Self::GreaterThan => "greater_than",
            Self::GreaterEqual => "greater_equal",
            Self::In => "in",
            Self::NotIn => "not_in",
            Self::Between => "between",
            Self::NotBetween => "not_between",
            Self::StartsWith => "starts_with",
            Self::EndsWith => "ends_with",
            Self::Contains => "contains",
            Self::NotContains => "not_contains",
            Self::Like => "like",
            Self::IsNull => "is_null",
            Self::IsNotNull => "is_not_null",
        }
    }

    /// Whether the endpoint knows the operator at all.
    #[must_use]
    pub fn known_to(self, endpoint: Endpoint) -> bool {
        match endpoint {
            Endpoint::Coql => true,
            Endpoint::BulkRead => self != Self::Like,
            Endpoint::Search => !matches!(
                self,
                Self::NotBetween
                    | Self::EndsWith
                    | Self::Contains
                    | Self::NotContains
                    | Self::Like
                    | Self::IsNull
                    | Self::IsNotNull
            ),
        }
    }

    pub(super) fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::NotIn)
    }

    pub(super) fn takes_range(self) -> bool {
        matches!(self, Self::Between | Self::NotBetween)
    }

    pub(super) fn takes_nothing(self) -> bool {
        matches!(self, Self::IsNull | Self::IsNotNull)
    }

    pub(super) fn matches_text(self) -> bool {
        matches!(self, Self::StartsWith | Self::EndsWith | Self::Contains | Self::NotContains | Self::Like)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where criteria are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// The search of a module, or of users.
    Search,
    /// A query in COQL.
    Coql,
    /// An export job of bulk read.
    BulkRead,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Search => "a search",
            Self::Coql => "COQL",
            Self::BulkRead => "bulk read",
        })
    }
}
