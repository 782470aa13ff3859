//! Calls that carry several items, each answered for itself.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{ALREADY_MODIFIED, missing_member, missing_param, refuse, too_many};
use crate::version::Version;

/// Records, or ids, of one call.
pub(crate) const AT_MOST: usize = 100;

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
        0 if items.iter().all(|item| item["code"] == ALREADY_MODIFIED) => 412,
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
