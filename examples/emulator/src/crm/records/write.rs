//! Creating, updating and deleting records, up to 100 in a call, each answered for itself.

use serde_json::{Value, json};

use super::check::Refused;
use super::rows::{create_row, delete_row, update_row};
use super::store::Row;
use crate::answer::{Answer, Outcome};
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::visit::Visit;
use crate::verdict::{mandatory, missing_member, missing_param, refuse, success, too_many};
use crate::version::Version;

/// Records in one call.
const AT_MOST: usize = 100;

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

/// The objects under a key of the body, one at least and so many at most.
pub(crate) fn items(visit: &Visit<'_>, key: &str, most: usize) -> Result<Vec<Row>, Box<Answer>> {
    let body = visit.call.json()?;
    let Some(list) = body.get(key) else {
        return Err(missing_member(key));
    };
    let wrong_type = || {
        let details = json!({ "expected_data_type": "jsonarray", "api_name": key });
        refuse(400, "INVALID_DATA", "invalid data", details)
    };
    let list = list.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong_type)?;
    if list.len() > most {
        return Err(too_many(key, most));
    }
    list.iter().map(|item| item.as_object().cloned().ok_or_else(wrong_type)).collect()
}

/// The ids of the query.
pub(crate) fn ids<'a>(visit: &Visit<'a>) -> Result<Vec<&'a str>, Box<Answer>> {
    let ids = visit.call.query_list("ids");
    if ids.is_empty() {
        return Err(missing_param("ids"));
    }
    if ids.len() > AT_MOST {
        return Err(too_many("ids", AT_MOST));
    }
    Ok(ids)
}

/// The answer about several items. Its status tells how many went well: older versions have 200 for a mixture and 202
/// where all failed, later ones 207 and 400.
pub(crate) fn answer(visit: &Visit<'_>, key: &str, all_well: u16, items: Vec<Value>) -> Answer {
    let well = items.iter().filter(|item| item["status"] == "success").count();
    let later = visit.version >= Version::V3;
    let status = match well {
        _ if well == items.len() => all_well,
        0 => {
            if later {
                400
            } else {
                202
            }
        }
        _ => {
            if later {
                207
            } else {
                200
            }
        }
    };
    Answer::json(status, &json!({ key: items }))
}

pub(super) fn settle(result: Result<Row, Refused>, message: &str) -> Value {
    match result {
        Ok(row) => success(message, details(&row)),
        Err(refused) => refused,
    }
}

/// What Zoho says of a record that was written.
pub(crate) fn details(row: &Row) -> Value {
    let get = |name: &str| row.get(name).cloned().unwrap_or_default();
    let person = |name: &str| {
        let person = get(name);
        json!({ "name": person["name"], "id": person["id"] })
    };
    json!({
        "id": get("id"),
        "Created_Time": get("Created_Time"),
        "Modified_Time": get("Modified_Time"),
        "Created_By": person("Created_By"),
        "Modified_By": person("Modified_By"),
    })
}
