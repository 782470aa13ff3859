//! Creating, updating and deleting records, up to 100 in a call, each answered for itself.

use serde_json::{Value, json};

use super::check::Refused;
use super::rows::{create_row, delete_row, update_row};
use crate::answer::{Answer, Outcome};
use crate::crm::batch::{AT_MOST, answer, ids, items};
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::row::{Row, details};
use crate::crm::visit::Visit;
use crate::verdict::{mandatory, success};

pub(super) fn create(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let records = records(visit)?;
    let items = records.iter().map(|record| settle(create_row(org, visit, module, record), "record added"));
    Ok(answer(visit, "data", 201, items.collect()))
}

pub(super) fn update(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let records = records(visit)?;
    let items = records.iter().map(|record| {
        let updated = match record.get("id") {
            None | Some(Value::Null) => Err(mandatory("id")),
            Some(id) => update_row(org, visit, module, id, record),
        };
        settle(updated, "record updated")
    });
    Ok(answer(visit, "data", 200, items.collect()))
}

pub(super) fn update_one(org: &mut Org, visit: &Visit<'_>, module: &'static Module, id: &str) -> Outcome {
    let records = records(visit)?;
    let record = records.into_iter().next().unwrap_or_default();
    let item = settle(update_row(org, visit, module, &json!(id), &record), "record updated");
    Ok(answer(visit, "data", 200, vec![item]))
}

pub(super) fn delete(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let ids = ids(visit)?;
    let items = ids.into_iter().map(|id| delete_row(org, visit, module, id));
    Ok(answer(visit, "data", 200, items.collect()))
}

pub(super) fn delete_one(org: &mut Org, visit: &Visit<'_>, module: &'static Module, id: &str) -> Outcome {
    let item = delete_row(org, visit, module, id);
    Ok(answer(visit, "data", 200, vec![item]))
}

/// The records of a body.
pub(super) fn records(visit: &Visit<'_>) -> Result<Vec<Row>, Box<Answer>> {
    items(visit, "data", AT_MOST)
}

pub(super) fn settle(result: Result<Row, Refused>, message: &str) -> Value {
    match result {
        Ok(row) => success(message, details(&row)),
        Err(refused) => refused,
    }
}
