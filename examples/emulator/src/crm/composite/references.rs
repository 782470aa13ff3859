//! `@{name:$.path}`: what one request takes from the answer to another.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::verdict::failure;

/// The bodies of the answers so far, by the names of their requests; null where one failed.
pub(super) type Names = HashMap<String, Value>;

/// A text of which parts, or all of it, are references.
enum Piece<'a> {
    Plain(&'a str),
    Reference { name: &'a str, path: &'a str, whole: &'a str },
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((plain, behind)) = rest.split_once("@{") {
        let Some((inner, after)) = behind.split_once('}') else { break };
        let Some((name, path)) = inner.split_once(':') else { break };
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        let whole = &rest[plain.len()..rest.len() - after.len()];
        pieces.push(Piece::Reference { name, path, whole });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(rest));
    }
    pieces
}

/// The names that a value refers to.
pub(super) fn names_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            let name = |piece: Piece<'_>| match piece {
                Piece::Reference { name, .. } => Some(name.to_owned()),
                Piece::Plain(_) => None,
            };
            pieces(text).into_iter().filter_map(name).collect()
        }
        Value::Array(items) => items.iter().flat_map(names_in).collect(),
        Value::Object(members) => members.values().flat_map(names_in).collect(),
        _ => Vec::new(),
    }
}

/// The value with what it refers to.
pub(super) fn resolve(value: &Value, names: &Names) -> Result<Value, Value> {
    Ok(match value {
        Value::String(text) => resolve_text(text, names)?,
        Value::Array(items) => Value::Array(items.iter().map(|item| resolve(item, names)).collect::<Result<_, _>>()?),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| Ok((name.clone(), resolve(value, names)?));
            Value::Object(members.iter().map(member).collect::<Result<_, Value>>()?)
        }
        other => other.clone(),
    })
}

fn resolve_text(text: &str, names: &Names) -> Result<Value, Value> {
    let pieces = pieces(text);
    if let [Piece::Reference { name, path, whole }] = pieces.as_slice() {
        return find(names, name, path).ok_or_else(|| invalid(whole));
    }
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Plain(plain) => out.push_str(plain),
            Piece::Reference { name, path, whole } => match find(names, name, path).ok_or_else(|| invalid(whole))? {
                Value::String(text) => out.push_str(&text),
                other => out.push_str(&other.to_string()),
            },
        }
    }
    Ok(Value::String(out))
}

fn invalid(reference: &str) -> Value {
    failure("INVALID_REFERENCE", "the reference is invalid", json!({ "reference": reference }))
}

/// `$.data[0].details.id`
fn find(names: &Names, name: &str, path: &str) -> Option<Value> {
    let mut value = names.get(name)?;
    for step in path.strip_prefix('$')?.split('.').filter(|step| !step.is_empty()) {
        let (member, indexes) = step.split_once('[').map_or((step, ""), |(member, rest)| (member, rest));
        if !member.is_empty() {
            value = value.get(member)?;
        }
        for index in indexes.split('[').filter(|index| !index.is_empty()) {
            value = value.get(index.trim_end_matches(']').parse::<usize>().ok()?)?;
        }
    }
    Some(value.clone()).filter(|value| !value.is_null())
}
