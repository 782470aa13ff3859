//! What a search looks for.

use std::fmt::{self, Write as _};

/// A condition of a search, as Zoho wants it: `((City:equals:Oslo)and(Company:starts_with:A))`.
///
/// Values are escaped here and nowhere else: brackets, commas and backslashes in them mean themselves (Zoho's Kaizen
/// post 82). `equals` and `starts_with` exist in every version of the API; which of the others a version and the type of
/// a field allow stands on Zoho's page *Search records*. On text `equals` finds what contains the words. Zoho takes up to
/// 3,000 characters and 10 to 15 conditions.
///
/// ```
/// use zcrm_core::resource::records::Criteria;
///
/// let oslo = Criteria::equals("City", "Oslo").and(Criteria::starts_with("Company", "A (B)"));
/// assert_eq!(oslo.to_string(), r"((City:equals:Oslo)and(Company:starts_with:A \(B\)))");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Criteria(Node);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    Condition { field: String, operator: &'static str, value: String },
    Group { word: &'static str, members: Vec<Criteria> },
    Raw(String),
}

macro_rules! conditions {
    ($($(#[$meta:meta])* $name:ident;)*) => {
        impl Criteria {
            $(
                $(#[$meta])*
                pub fn $name(field: impl Into<String>, value: impl fmt::Display) -> Self {
                    Self::condition(field, stringify!($name), escaped(value))
                }
            )*
        }
    };
}

conditions! {
    /// The field has this value; on text: has these words.
    equals;
    /// The field has another value.
    not_equal;
    /// The text begins like this.
    starts_with;
    /// The field is larger, or later.
    greater_than;
    /// The field is as large or larger.
    greater_equal;
    /// The field is smaller, or earlier.
    less_than;
    /// The field is as small or smaller.
    less_equal;
}

impl Criteria {
    /// The field has one of these values, at most 100.
    pub fn is_in<V: fmt::Display>(field: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        Self::condition(field, "in", list(values))
    }

    /// The field has none of these values.
    pub fn not_in<V: fmt::Display>(field: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        Self::condition(field, "not_in", list(values))
    }

    /// The field lies between two values, both included.
    pub fn between(field: impl Into<String>, from: impl fmt::Display, to: impl fmt::Display) -> Self {
        Self::condition(field, "between", format!("{},{}", escaped(from), escaped(to)))
    }

    /// A condition written by hand, with brackets and escapes as Zoho wants them.
    pub fn raw(text: impl Into<String>) -> Self {
        Self(Node::Raw(text.into()))
    }

    /// Both this and that.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.joined("and", other)
    }

    /// This or that.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.joined("or", other)
    }

    fn condition(field: impl Into<String>, operator: &'static str, value: String) -> Self {
        Self(Node::Condition { field: field.into(), operator, value })
    }

    /// A chain of the same word is one group: `a.and(b).and(c)` is `(a and b and c)`.
    fn joined(self, joint: &'static str, other: Self) -> Self {
        match self.0 {
            Node::Group { word, mut members } if word == joint => {
                members.push(other);
                Self(Node::Group { word, members })
            }
            node => Self(Node::Group { word: joint, members: vec![Self(node), other] }),
        }
    }
}

impl fmt::Display for Criteria {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Node::Condition { field, operator, value } => write!(f, "({field}:{operator}:{value})"),
            Node::Raw(text) => f.write_str(text),
            Node::Group { word, members } => {
                f.write_char('(')?;
                for (place, member) in members.iter().enumerate() {
                    if place > 0 {
                        f.write_str(word)?;
                    }
                    write!(f, "{member}")?;
                }
                f.write_char(')')
            }
        }
    }
}

fn escaped(value: impl fmt::Display) -> String {
    let value = value.to_string();
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        if matches!(character, '(' | ')' | ',' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

fn list<V: fmt::Display>(values: impl IntoIterator<Item = V>) -> String {
    values.into_iter().map(escaped).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::Criteria;

    #[test]
    fn values_cannot_break_out() {
        let text = Criteria::equals("Company", r"A),(b:equals:c\").to_string();
        assert_eq!(text, r"(Company:equals:A\)\,\(b:equals:c\\)");
        assert_eq!(Criteria::is_in("City", ["Oslo", "a,b"]).to_string(), r"(City:in:Oslo,a\,b)");
        assert_eq!(Criteria::between("Amount", 1, 2.5).to_string(), "(Amount:between:1,2.5)");
    }

    #[test]
    fn three_conditions_stay_three() {
        let [a, b, c] = ["a", "b", "c"].map(|value| Criteria::equals("X", value));
        let text = a.clone().and(b.clone()).and(c.clone()).to_string();
        assert_eq!(text, "((X:equals:a)and(X:equals:b)and(X:equals:c))");
        let text = a.and(b.or(c)).to_string();
        assert_eq!(text, "((X:equals:a)and((X:equals:b)or(X:equals:c)))");
    }
}
