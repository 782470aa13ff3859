//! Criteria as a condition of COQL.

use std::fmt::{self, Write};

use crate::config::ApiVersion;
use crate::error::{Error, Result};

use super::{Condition, Criteria, Endpoint, Joint, Literal, Node, Operator};

/// Conditions of one query, and of its sub-queries.
pub(crate) const CONDITIONS: usize = 25;

/// The words of COQL. A field of such a name stands in quotes, and so does `External`, which Zoho reserves as well.
const KEYWORDS: [&str; 21] = [
    "select", "from", "where", "and", "or", "not", "in", "like", "between", "is", "null", "group", "order", "by",
    "limit", "offset", "as", "asc", "desc", "true", "false",
];

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

/// Values of one `in`.
pub(crate) fn in_values(version: ApiVersion) -> usize {
    if version >= ApiVersion::V7 { 100 } else { 50 }
}

impl Criteria {
    /// The condition as it stands after COQL's `where`, three and more conditions nested in pairs as Zoho wants them.
    ///
    /// ```
    /// use zcrm_core::config::ApiVersion;
    /// use zcrm_core::criteria::Criteria;
    ///
    /// let lead = Criteria::equals("Last_Name", "O'Brien")
    ///     .and(Criteria::equals("Email_Opt_Out", false))
    ///     .and(Criteria::greater_than("Annual_Revenue", 1.5));
    /// assert_eq!(
    ///     lead.to_coql(ApiVersion::V8)?,
    ///     "Last_Name = 'O''Brien' and (Email_Opt_Out = 'false' and Annual_Revenue > 1.5)"
    /// );
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): more than 25 conditions ([`split`](Self::split) may help), a
    /// name that is no field's, a value that COQL cannot say (control characters; a percent sign or backslash in a text
    /// that is looked for; NaN), an operator that does not fit a boolean, an empty list.
    pub fn to_coql(&self, version: ApiVersion) -> Result<String> {
        self.coql_text(version).map_err(Error::logged)
    }

    /// As [`to_coql`](Self::to_coql), for a query, which logs its errors itself.
    pub(crate) fn coql_text(&self, version: ApiVersion) -> Result<String> {
        let fitted = self.fitted(in_values(version));
        fitted.check(Endpoint::Coql, CONDITIONS)?;
        Ok(fitted.to_string())
    }
}

impl fmt::Display for Criteria {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Node::Condition(condition) => write!(f, "{condition}"),
            Node::Group(joint, members) => write_pairs(*joint, members, f),
        }
    }
}

/// Halves, and halves of them, so that the brackets stay few deep.
fn write_pairs(joint: Joint, members: &[Criteria], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (left, right) = members.split_at(members.len() / 2);
    write_half(joint, left, f)?;
    write!(f, " {} ", joint.word())?;
    write_half(joint, right, f)
}

fn write_half(joint: Joint, members: &[Criteria], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match members {
        [Criteria(Node::Condition(condition))] => write!(f, "{condition}"),
        [group] => write!(f, "({group})"),
        several => {
            f.write_char('(')?;
            write_pairs(joint, several, f)?;
            f.write_char(')')
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_name(&self.field, f)?;
        let pattern = |start, end| quoted(&format!("{start}{}{end}", self.value.text().unwrap_or_default()));
        match self.operator {
            Operator::Equals => write!(f, " = {}", Written(&self.value)),
            Operator::NotEqual => write!(f, " != {}", Written(&self.value)),
            Operator::LessThan => write!(f, " < {}", Written(&self.value)),
            Operator::LessEqual => write!(f, " <= {}", Written(&self.value)),
            Operator::GreaterThan => write!(f, " > {}", Written(&self.value)),
            Operator::GreaterEqual => write!(f, " >= {}", Written(&self.value)),
            Operator::In => write!(f, " in {}", Written(&self.value)),
            Operator::NotIn => write!(f, " not in {}", Written(&self.value)),
            Operator::Between => write!(f, " between {}", Range(&self.value)),
            Operator::NotBetween => write!(f, " not between {}", Range(&self.value)),
            Operator::StartsWith => write!(f, " like {}", pattern("", "%")),
            Operator::EndsWith => write!(f, " like {}", pattern("%", "")),
            Operator::Contains => write!(f, " like {}", pattern("%", "%")),
            Operator::NotContains => write!(f, " not like {}", pattern("%", "%")),
            Operator::Like => write!(f, " like {}", pattern("", "")),
            Operator::IsNull => f.write_str(" is null"),
            Operator::IsNotNull => f.write_str(" is not null"),
        }
    }
}

/// A value in COQL's spelling.
struct Written<'a>(&'a Literal);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Literal::Null => f.write_str("null"),
            Literal::Boolean(value) => write!(f, "'{value}'"),
            Literal::Number(digits) => f.write_str(digits),
            Literal::List(values) => {
                for (place, value) in values.iter().enumerate() {
                    write!(f, "{}{}", if place == 0 { "(" } else { ", " }, Written(value))?;
                }
                f.write_str(if values.is_empty() { "()" } else { ")" })
            }
            // 'true' in single quotes is COQL's boolean.
            Literal::Text(text) if text == "true" || text == "false" => write!(f, "\"{text}\""),
            text => f.write_str(&quoted(text.text().unwrap_or_default())),
        }
    }
}

/// Two values, the ends of a range.
struct Range<'a>(&'a Literal);

impl fmt::Display for Range<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Literal::List(values) => {
                for (place, value) in values.iter().enumerate() {
                    write!(f, "{}{}", if place == 0 { "" } else { " and " }, Written(value))?;
                }
                Ok(())
            }
            other => Written(other).fmt(f),
        }
    }
}

/// A value as it stands in a query.
pub(crate) fn literal_text(value: &Literal) -> String {
    Written(value).to_string()
}

/// A text in single quotes; one inside is doubled, and nothing else is special (Zoho's Kaizen post 171).
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The name of a field, in quotes where COQL would take it for something else.
pub(crate) fn write_name(name: &str, f: &mut impl Write) -> fmt::Result {
    let clashes = is_keyword(name) || name.eq_ignore_ascii_case("external");
    if clashes || name.contains("->") { f.write_str(&quoted(name)) } else { f.write_str(name) }
}
