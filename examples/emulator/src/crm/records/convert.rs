//! Turning a lead into a contact, an account and perhaps a deal.

use serde_json::{Value, json};

use super::check::Refused;
use super::rows::create_row;
use crate::answer::{Answer, Outcome};
use crate::crm::batch::answer;
use crate::crm::metadata::{self, Module};
use crate::crm::org::Org;
use crate::crm::row::{Row, id_of};
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{expected_type, failure, invalid_id, success, unknown_in};
use crate::version::Version;

pub(super) fn convert(org: &mut Org, visit: &Visit<'_>, leads: &'static Module, id: u64) -> Outcome {
    // Without details the Ruby SDK sends `null`.
    let wishes = visit.call.json().map(|body| body["data"][0].clone()).unwrap_or_default();
    if let Some(refused) = wrong_shape(visit, &wishes) {
        return Ok(answer(visit, "data", 200, vec![refused]));
    }
    match convert_lead(org, visit, leads, id, &wishes).ok_or_else(invalid_id)? {
        Ok(made) => Ok(Answer::json(200, &json!({ "data": [tell(visit, &made)] }))),
        Err(refused) => Ok(answer(visit, "data", 200, vec![refused])),
    }
}

/// Converts one lead; none where there is no such lead.
pub(super) fn convert_lead(
    org: &mut Org,
    visit: &Visit<'_>,
    leads: &'static Module,
    id: u64,
    wishes: &Value,
) -> Option<Result<Made, Refused>> {
    let mut lead = org.records.shelf(leads).row(id)?.into_owned();
    let made = into_records(org, visit, id, &lead, wishes);
    if made.is_ok() {
        lead.insert("$converted".to_owned(), json!(true));
        lead.insert("Modified_Time".to_owned(), json!(moment::now()));
        org.records.shelf_mut(leads).put(id, lead);
    }
    Some(made)
}

/// Existing records and the new owner are named by a bare id in v2 and v2.1, by an object from v3 on.
fn wrong_shape(visit: &Visit<'_>, wishes: &Value) -> Option<Refused> {
    let bare = visit.version < Version::V3;
    let mut names = ["Accounts", "Contacts", "assign_to"].into_iter();
    let wrong = names.find(|&name| {
        let value = &wishes[name];
        !value.is_null() && value.is_object() == bare
    })?;
    Some(expected_type(wrong, if bare { "bigint" } else { "jsonobject" }))
}

/// The records that became of a lead, by module; null where there is none.
pub(super) type Made = [(&'static str, Value); 3];

/// v2 answers bare ids and no code, later versions code and names.
fn tell(visit: &Visit<'_>, made: &Made) -> Value {
    let bare = visit.version < Version::V3;
    let value = |made: &Value| {
        if bare { made["id"].clone() } else { made.clone() }
    };
    let details: Row = made.iter().map(|(module, made)| ((*module).to_owned(), value(made))).collect();
    if bare {
        return Value::Object(details);
    }
    success("The record has been converted successfully", Value::Object(details))
}

fn into_records(org: &mut Org, visit: &Visit<'_>, id: u64, lead: &Row, wishes: &Value) -> Result<Made, Refused> {
    if lead.get("$converted").is_some_and(|converted| *converted == true) {
        return Err(failure("ID_ALREADY_CONVERTED", "id already converted", json!({ "id": id.to_string() })));
    }
    let owner = wishes.get("assign_to").filter(|owner| !owner.is_null()).or_else(|| lead.get("Owner"));
    let owner = owner.cloned().unwrap_or_default();
    // The deal is checked first: a deal that is refused must leave nothing behind.
    if let Some(deal) = deal_of(wishes) {
        let deals = module("Deals")?;
        super::check::check(&org.users, &org.records, deals, deal, true)?;
    }
    let account = match (wishes.get("Accounts").filter(|id| !id.is_null()), lead.get("Company")) {
        (Some(id), _) => existing(org, "Accounts", id)?,
        (None, Some(Value::String(company))) => {
            let phone = lead.get("Phone").cloned().unwrap_or_default();
            create(org, visit, "Accounts", json!({ "Account_Name": company, "Phone": phone, "Owner": owner }))?
        }
        _ => Value::Null,
    };
    let contact = match wishes.get("Contacts").filter(|id| !id.is_null()) {
        Some(id) => existing(org, "Contacts", id)?,
        None => {
            let mut contact = json!({ "Owner": owner, "Account_Name": account });
            for name in ["First_Name", "Last_Name", "Email", "Phone", "Mobile", "Lead_Source", "Description"] {
                contact[name] = lead.get(name).cloned().unwrap_or_default();
            }
            create(org, visit, "Contacts", contact)?
        }
    };
    let deal = match deal_of(wishes) {
        Some(deal) => {
            let mut deal = Value::Object(deal.clone());
            deal["Account_Name"] = account.clone();
            deal["Contact_Name"] = contact.clone();
            create(org, visit, "Deals", deal)?
        }
        None => Value::Null,
    };
    Ok([("Contacts", contact), ("Accounts", account), ("Deals", deal)])
}

fn deal_of(wishes: &Value) -> Option<&Row> {
    wishes.get("Deals")?.as_object()
}

fn module(name: &str) -> Result<&'static Module, Refused> {
    metadata::find(name).ok_or_else(|| failure("INVALID_MODULE", "invalid module", json!({})))
}

fn existing(org: &Org, name: &str, id: &Value) -> Result<Value, Refused> {
    let module = module(name)?;
    let found = id_of(id).filter(|&id| org.records.shelf(module).row(id).is_some());
    let id = found.ok_or_else(|| unknown_in(name))?;
    Ok(json!({ "name": org.records.name(module, id), "id": id.to_string() }))
}

fn create(org: &mut Org, visit: &Visit<'_>, name: &str, fields: Value) -> Result<Value, Refused> {
    let module = module(name)?;
    let Value::Object(fields) = fields else {
        return Ok(Value::Null);
    };
    let row = create_row(org, visit, module, &fields)?;
    Ok(json!({ "name": row.get(module.display_field), "id": row.get("id") }))
}
