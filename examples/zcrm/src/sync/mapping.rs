//! Which field has which column.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use zcrm_core::entity::Field;

use super::cell::Kind;

/// The key of every table.
pub(super) const ID: &str = "id";

/// The column with the record's JSON.
pub(super) const JSON: &str = "_json";

/// Characters of a name in MySQL.
const NAME: usize = 64;

/// A field and its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// The API name of the field.
    pub field: String,
    /// The name of the column: that of the field, unless another one has it.
    pub column: String,
    /// What the column holds.
    pub kind: Kind,
}

/// Adds columns for the fields that have none; whether there were any. Databases take no notice of case in the names of
/// columns, and Zoho does, so the second of two such fields gets a number.
pub(super) fn extend(mapped: &mut Vec<Mapped>, fields: &[&Field]) -> bool {
    let before = mapped.len();
    let mut taken: HashSet<String> = mapped.iter().map(|mapped| mapped.column.to_lowercase()).collect();
    taken.extend([ID.to_owned(), JSON.to_owned()]);
    for field in fields {
        let Some(name) = field.api_name.as_deref().filter(|name| *name != ID) else { continue };
        if mapped.iter().any(|mapped| mapped.field == name) {
            continue;
        }
        let column = free(name, &taken);
        taken.insert(column.to_lowercase());
        mapped.push(Mapped { field: name.to_owned(), column, kind: Kind::of(field) });
    }
    mapped.len() > before
}

fn free(name: &str, taken: &HashSet<String>) -> String {
    let numbered = (2_u32..).map(|number| with_ending(name, &format!("_{number}")));
    let mut names = std::iter::once(with_ending(name, "")).chain(numbered);
    names.find(|name| !taken.contains(&name.to_lowercase())).unwrap_or_default()
}

fn with_ending(name: &str, ending: &str) -> String {
    name.chars().take(NAME - ending.len()).chain(ending.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_alone_get_columns_of_their_own_that_they_keep() {
        let field = |name: &str| serde_json::from_value::<Field>(serde_json::json!({ "api_name": name })).unwrap();
        let (score, small, id, long) = (field("Score"), field("score"), field("ID"), field(&"L".repeat(80)));
        let mut mapped = Vec::new();
        assert!(extend(&mut mapped, &[&small, &id, &long]));
        assert!(extend(&mut mapped, &[&score, &small, &id]));
        assert!(!extend(&mut mapped, &[&score, &small, &id]));
        let columns: Vec<&str> = mapped.iter().map(|mapped| mapped.column.as_str()).collect();
        assert_eq!(columns, ["score", "ID_2", &"L".repeat(64), "Score_2"]);
    }
}
