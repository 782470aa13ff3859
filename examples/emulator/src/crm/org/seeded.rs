//! What an organization has from the start.

use serde_json::{Value, json};

const GENERAL: &str = "3652397000000231001";
const MARKETING: &str = "3652397000000231004";

pub(super) fn groups() -> [Value; 2] {
    [(GENERAL, "General"), (MARKETING, "Marketing")].map(
        |(id, name)| json!({ "id": id, "name": name, "api_name": name, "display_label": name, "description": null }),
    )
}

/// The variables that are there from the start.
pub(super) fn variables() -> Vec<Value> {
    let group = json!({ "id": GENERAL, "api_name": "General", "name": "General" });
    vec![json!({
        "id": "3652397000000231010",
        "name": "Last sync",
        "api_name": "Last_Sync",
        "type": "text",
        "value": "2026-01-01",
        "description": "Where the nightly job stopped",
        "variable_group": group,
        "source": "crm",
        "read_only": false,
    })]
}

/// The taxes that are there from the start.
pub(super) fn taxes() -> Vec<Value> {
    [("3652397000000083001", "Vat", 25.0), ("3652397000000083004", "Food", 15.0)]
        .iter()
        .enumerate()
        .map(|(at, (id, name, value))| {
            json!({ "id": id, "name": name, "display_label": name, "value": value, "sequence_number": at + 1 })
        })
        .collect()
}

/// The roles of contacts in deals that are there from the start.
pub(super) fn contact_roles() -> Vec<Value> {
    [
        ("3652397000000006871", "Decision Maker"),
        ("3652397000000006872", "Product Management"),
        ("3652397000000006873", "Purchasing"),
    ]
    .iter()
    .enumerate()
    .map(|(at, (id, name))| json!({ "id": id, "name": name, "sequence_number": at + 1 }))
    .collect()
}
