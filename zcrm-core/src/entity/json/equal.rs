//! When two JSON texts are the same value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Json;

/// Deeper values are compared as text.
const DEEPEST: usize = 128;

impl PartialEq for Json {
    /// Whether both are the same value. What cannot be decoded is compared as text; what cannot be written equals
    /// nothing else.
    fn eq(&self, other: &Self) -> bool {
        if self.fault().is_some() || other.fault().is_some() {
            return self.fault() == other.fault();
        }
        same(self.raw(), other.raw(), DEEPEST)
    }
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn same(a: &str, b: &str, depth: usize) -> bool {
    if a == b || depth == 0 {
        return a == b;
    }
    match (a.bytes().next(), b.bytes().next()) {
        (Some(b'"'), Some(b'"')) => decoded::<Text<'_>>(a, b).is_some_and(|(a, b)| a == b),
        (Some(b'['), Some(b'[')) => decoded::<Vec<&RawValue>>(a, b).is_some_and(|(a, b)| {
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| same(a.get(), b.get(), depth - 1))
        }),
        (Some(b'{'), Some(b'{')) => decoded::<BTreeMap<Text<'_>, &RawValue>>(a, b).is_some_and(|(a, b)| {
            let mut members = a.iter().zip(&b);
            a.len() == b.len()
                && members.all(|((name, a), (other, b))| name == other && same(a.get(), b.get(), depth - 1))
        }),
        _ => Decimal::of(a).is_some_and(|number| Decimal::of(b) == Some(number)),
    }
}

fn decoded<'a, T: Deserialize<'a>>(a: &'a str, b: &'a str) -> Option<(T, T)> {
    Some((serde_json::from_str(a).ok()?, serde_json::from_str(b).ok()?))
}

/// A JSON number, exactly: its digits without zeros at either end, times a power of ten.
#[derive(PartialEq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn of(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        if !text.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let significant = all.trim_end_matches('0');
        let digits = significant.trim_start_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        let trailing = i64::try_from(all.len() - significant.len()).ok()?;
        let decimals = i64::try_from(fraction.len()).ok()?;
        let exponent = exponent.parse::<i64>().ok()?.checked_add(trailing)?.checked_sub(decimals)?;
        Some(Self { negative, digits: digits.to_owned(), exponent })
    }
}
