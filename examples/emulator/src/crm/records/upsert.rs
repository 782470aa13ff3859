//! Updating what is there and creating what is not.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::rows::{create_row, update_row};
use super::write::{records, settle};
use crate::answer::Outcome;
use crate::crm::batch::answer;
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::row::{Row, text};
use crate::crm::visit::Visit;
use crate::verdict::refuse;

pub(super) fn upsert(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let records = records(visit)?;
    let fields = check_fields(visit, module);
    if let Some(unknown) = fields.iter().find(|field| module.field(field).is_none()) {
        let details = json!({ "api_name": unknown, "param_name": "duplicate_check_fields" });
        return Err(refuse(400, "INVALID_DATA", "invalid data", details));
    }
    let mut known = Known::of(org, module, &fields);
    let mut items = Vec::with_capacity(records.len());
    for record in &records {
        let by_id = record.get("id").filter(|id| !id.is_null()).map(|id| (id.clone(), None));
        let found = by_id.or_else(|| {
            let (id, field) = known.find(org, module, &fields, record)?;
            Some((json!(id.to_string()), Some(field)))
        });
        let (result, action, duplicate_field) = match found {
            Some((id, field)) => (update_row(org, visit, module, &id, record), "update", field),
            None => (create_row(org, visit, module, record), "insert", None),
        };
        if let Ok(row) = &result {
            known.note(&fields, row);
        }
        let mut item = settle(result, if action == "insert" { "record added" } else { "record updated" });
        if item["status"] == "success" {
            item["action"] = json!(action);
            item["duplicate_field"] = json!(duplicate_field);
        }
        items.push(item);
    }
    Ok(answer(visit, "data", 200, items))
}

/// The fields by which a duplicate is recognised: those of the query (the Ruby SDK's way), else those of the body, and
/// always Zoho's own and the unique ones where none are given.
fn check_fields(visit: &Visit<'_>, module: &Module) -> Vec<String> {
    let asked = visit.call.query_list("duplicate_check_fields");
    if !asked.is_empty() {
        return asked.into_iter().map(str::to_owned).collect();
    }
    let body = visit.call.json().unwrap_or_default();
    let asked = body["duplicate_check_fields"].as_array().into_iter().flatten();
    let asked: Vec<String> = asked.filter_map(Value::as_str).map(str::to_owned).collect();
    if !asked.is_empty() {
        return asked;
    }
    let unique = module.fields().filter(|field| field.unique).map(|field| field.api_name);
    std::iter::once(module.duplicate_field()).chain(unique).map(str::to_owned).collect()
}

/// The values of the check fields, gathered once per call.
struct Known(HashMap<(String, String), u64>);

impl Known {
    fn of(org: &Org, module: &Module, fields: &[String]) -> Self {
        let mut known = Self(HashMap::new());
        for (_, row) in org.records.shelf(module).written() {
            known.note(fields, row);
        }
        known
    }

    fn note(&mut self, fields: &[String], row: &Row) {
        let Some(id) = row.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok()) else {
            return;
        };
        for field in fields {
            if let Some(value) = value(row, field) {
                self.0.insert((field.clone(), value), id);
            }
        }
    }

    fn find(&self, org: &Org, module: &Module, fields: &[String], record: &Row) -> Option<(u64, String)> {
        fields.iter().find_map(|field| {
            let value = value(record, field)?;
            let seeded = || org.records.shelf(module).made_up_with(field, &value);
            let id = self.0.get(&(field.clone(), value.clone())).copied().or_else(seeded)?;
            Some((id, field.clone()))
        })
    }
}

fn value(row: &Row, field: &str) -> Option<String> {
    let value = row.get(field).filter(|value| !value.is_null())?;
    Some(text(value).to_lowercase())
}
