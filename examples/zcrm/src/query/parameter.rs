//! Values of parameters, as they stand in a command line.

use anyhow::{Context, Result, bail};
use serde_json::value::RawValue;
use zcrm_core::criteria::Literal;

/// `NAME=TEXT`, or `NAME:=JSON` for numbers, booleans and lists. Numbers keep their digits.
///
/// # Errors
///
/// When there is no `=` or no name, or the JSON is none or no value of a query.
pub fn parameter(text: &str) -> Result<(String, Literal)> {
    let (name, value) = text.split_once('=').context("write NAME=TEXT or NAME:=JSON")?;
    let (name, value) = match name.strip_suffix(':') {
        Some(name) => (name, literal(value.trim())?),
        None => (name, Literal::from(value)),
    };
    if name.is_empty() || !name.chars().all(|character| character.is_alphanumeric() || character == '_') {
        bail!("{name:?} is no name of a parameter: write NAME=TEXT for :NAME");
    }
    Ok((name.to_owned(), value))
}

fn literal(json: &str) -> Result<Literal> {
    let value: &RawValue =
        serde_json::from_str(json).context("what follows := is no JSON; write NAME=TEXT for a text")?;
    Ok(match value.get().as_bytes().first() {
        Some(b'"') => Literal::Text(serde_json::from_str(json)?),
        Some(b't' | b'f') => Literal::Boolean(serde_json::from_str(json)?),
        Some(b'n') => Literal::Null,
        Some(b'[') => {
            let values: Vec<&RawValue> = serde_json::from_str(json)?;
            Literal::List(values.into_iter().map(|value| literal(value.get())).collect::<Result<_>>()?)
        }
        Some(b'{') => bail!("a JSON object is no value of a query"),
        _ => Literal::number(value.get()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn texts_stay_texts_and_json_has_types() {
        let long = "12345678901234567.890";
        for (text, name, value) in [
            ("city=Oslo", "city", Literal::from("Oslo")),
            ("a=", "a", Literal::from("")),
            ("n=12", "n", Literal::from("12")),
            ("a=b=:c", "a", Literal::from("b=:c")),
            ("n:=12", "n", Literal::from(12)),
            (&format!("n:={long}"), "n", Literal::number(long)),
            ("n:= -0.5", "n", Literal::number("-0.5")),
            ("b:=true", "b", Literal::from(true)),
            (r#"t:="O'B\"""#, "t", Literal::from("O'B\"")),
            (r#"l:=["a", 2]"#, "l", Literal::List(vec![Literal::from("a"), Literal::from(2)])),
        ] {
            assert_eq!(parameter(text).unwrap(), (name.to_owned(), value), "{text}");
        }
    }

    #[test]
    fn what_is_no_parameter_says_how_to_write_one() {
        for text in ["city", "=Oslo", ":=1", "a b=1", "n:=Oslo", "n:={}", "n:=[1", "n:="] {
            assert!(parameter(text).is_err(), "{text}");
        }
    }
}
