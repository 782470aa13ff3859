//! How values compare, by the type of their field. Null matches nothing but the tests for it.

use std::cmp::Ordering;

use serde_json::Value;

use crate::crm::metadata::Kind;
use crate::crm::row::{id_of, text};
use crate::moment;

/// What is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Between,
    NotBetween,
    In,
    NotIn,
    StartsWith,
    EndsWith,
    Contains,
    NotContains,
    IsNull,
    IsNotNull,
}

/// Whether a value meets a test.
pub(crate) fn matches(kind: Kind, value: &Value, operator: Operator, wanted: &[String]) -> bool {
    let is_null = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match operator {
        Operator::IsNull => return is_null,
        Operator::IsNotNull => return !is_null,
        _ if is_null => return false,
        _ => {}
    }
    let first = wanted.first().map(String::as_str).unwrap_or_default();
    let last = wanted.get(1).map(String::as_str).unwrap_or_default();
    let is_between = || {
        order(kind, value, first).is_some_and(Ordering::is_ge) && order(kind, value, last).is_some_and(Ordering::is_le)
    };
    let any = || wanted.iter().any(|wanted| equals(kind, value, wanted));
    let lower = || (text(value).to_lowercase(), first.to_lowercase());
    match operator {
        Operator::Equal => equals(kind, value, first),
        Operator::NotEqual => !equals(kind, value, first),
        Operator::Less => order(kind, value, first) == Some(Ordering::Less),
        Operator::LessEqual => order(kind, value, first).is_some_and(Ordering::is_le),
        Operator::Greater => order(kind, value, first) == Some(Ordering::Greater),
        Operator::GreaterEqual => order(kind, value, first).is_some_and(Ordering::is_ge),
        Operator::Between => is_between(),
        Operator::NotBetween => !is_between(),
        Operator::In => any(),
        Operator::NotIn => !any(),
        Operator::Contains | Operator::NotContains => {
            let (value, wanted) = lower();
            value.contains(&wanted) == (operator == Operator::Contains)
        }
        Operator::StartsWith => lower().0.starts_with(&lower().1),
        Operator::EndsWith => lower().0.ends_with(&lower().1),
        Operator::IsNull | Operator::IsNotNull => false,
    }
}

fn equals(kind: Kind, value: &Value, wanted: &str) -> bool {
    match kind {
        Kind::Id | Kind::Lookup(_) | Kind::User | Kind::Anything => {
            id_of(value).is_some_and(|id| wanted.parse() == Ok(id))
        }
        Kind::MultiPicklist(_) => {
            let mut known: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut wanted: Vec<&str> = wanted.split(';').map(str::trim).collect();
            known.sort_unstable();
            wanted.sort_unstable();
            known == wanted
        }
        Kind::Boolean => value.as_bool().is_some_and(|known| wanted.eq_ignore_ascii_case(&known.to_string())),
        _ => order(kind, value, wanted) == Some(Ordering::Equal),
    }
}

/// How a value stands to a wanted one; nothing where they cannot be compared.
fn order(kind: Kind, value: &Value, wanted: &str) -> Option<Ordering> {
    match kind {
        Kind::Id | Kind::Lookup(_) | Kind::User | Kind::Anything => Some(id_of(value)?.cmp(&wanted.parse().ok()?)),
        Kind::Integer | Kind::Double | Kind::Currency | Kind::Percent => {
            value.as_f64()?.partial_cmp(&wanted.parse().ok()?)
        }
        Kind::Bigint => {
            let value: i128 = text(value).parse().ok()?;
            Some(value.cmp(&wanted.parse().ok()?))
        }
        Kind::DateTime => Some(moment::parse(value.as_str()?)?.cmp(&moment::parse(wanted)?)),
        Kind::Date => Some(value.as_str()?.cmp(wanted)),
        _ => Some(text(value).to_lowercase().cmp(&wanted.to_lowercase())),
    }
}

/// Whether a text can be a value of a field of that type.
pub(crate) fn is_value(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Id | Kind::Lookup(_) | Kind::User | Kind::Anything => text.parse::<u64>().is_ok(),
        Kind::Integer | Kind::Double | Kind::Currency | Kind::Percent => text.parse::<f64>().is_ok(),
        Kind::Bigint => text.parse::<i128>().is_ok(),
        Kind::Boolean => matches!(text.to_ascii_lowercase().as_str(), "true" | "false"),
        // Fractions of a second are not understood.
        Kind::DateTime => moment::parse(text).is_some() && !text.contains('.'),
        Kind::Date => moment::is_date(text),
        _ => true,
    }
}
