//! The currencies of the organization. There are none until several are enabled, which makes the first one the base.

use serde_json::{Value, json};

use super::state::Org;
use crate::answer::{Answer, Outcome};
use crate::crm::batch;
use crate::crm::row::Row;
use crate::crm::users::Person;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{
    failure, invalid_id, mandatory, missing_member, not_supported, refuse, success, unknown, unknown_id,
};
use crate::version::Version;

const KEY: &str = "currencies";
const UPDATED: &str = "The currency updated successfully.";
const ENABLED: &str = "The multi-currency feature is enabled and given currency is created as the base currency.";
const AVAILABLE: [(&str, &str, &str); 3] =
    [("Euro", "EUR", "€"), ("Norwegian Krone", "NOK", "kr"), ("US Dollar", "USD", "$")];

/// Paths below `/org/currencies`.
pub(super) fn route(org: &mut Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    let all = |currencies: &[&Value]| Answer::json(200, &json!({ KEY: currencies }));
    match (method, path) {
        ("GET", []) if org.currencies.is_empty() => Ok(Answer::empty(204)),
        ("GET", []) => Ok(all(&org.currencies.iter().collect::<Vec<_>>())),
        ("POST", []) => {
            let items = batch::items(visit, KEY, batch::AT_MOST)?;
            Ok(batch::answer(visit, KEY, 201, items.iter().map(|sent| create(org, &visit.person, sent)).collect()))
        }
        ("PUT", []) => {
            let items = batch::items(visit, KEY, batch::AT_MOST)?;
            let update = |sent: &Row| update(org, sent.get("id").and_then(Value::as_str).unwrap_or_default(), sent);
            Ok(batch::answer(visit, KEY, 200, items.iter().map(update).collect()))
        }
        ("GET", ["actions", "available_currencies"]) if visit.version < Version::V4 => Err(not_supported(Version::V4)),
        ("GET", ["actions", "available_currencies"]) => Ok(available(org)),
        ("POST" | "PUT", ["actions", "enable"]) => base(org, visit, method == "POST"),
        ("GET", [id]) => {
            let found = org.currencies.iter().find(|currency| currency["id"] == *id).ok_or_else(invalid_id)?;
            Ok(all(&[found]))
        }
        ("PUT", [id]) => {
            let sent = batch::items(visit, KEY, 1)?.into_iter().next().unwrap_or_default();
            Ok(batch::answer(visit, KEY, 200, vec![update(org, id, &sent)]))
        }
        _ => unknown(path.len() <= 1),
    }
}

fn available(org: &Org) -> Answer {
    let is_new = |iso: &str| org.currencies.iter().all(|known| known["iso_code"] != iso);
    let rest: Vec<Value> = AVAILABLE
        .iter()
        .filter(|(_, iso, _)| is_new(iso))
        .map(|(name, iso, symbol)| {
            json!({ "display_value": format!("{name} - {iso}"), "decimal_separator": "Period", "symbol": symbol,
                "thousand_separator": "Comma", "display_name": name, "iso_code": iso })
        })
        .collect();
    Answer::json(200, &json!({ "available_currencies": rest }))
}

/// Enables several currencies, or changes the base.
fn base(org: &mut Org, visit: &Visit<'_>, enabling: bool) -> Outcome {
    let body = visit.call.json()?;
    let sent = body["base_currency"].as_object().ok_or_else(|| missing_member("base_currency"))?;
    let item = match (enabling, org.currencies.first().map(|base| base["id"].clone())) {
        (true, Some(_)) => failure("ALREADY_ENABLED", "The multi-currency feature is already enabled.", json!({})),
        (true, None) => add(org, &visit.person, sent, true),
        (false, None) => return Err(not_enabled()),
        (false, Some(base)) => update(org, base.as_str().unwrap_or_default(), sent),
    };
    let status = if item["status"] == "success" { 200 } else { 400 };
    Ok(Answer::json(status, &json!({ "base_currency": item })))
}

fn not_enabled() -> Box<Answer> {
    refuse(400, "FEATURE_NOT_ENABLED", "Multi currency is not enabled", json!({}))
}

fn create(org: &mut Org, person: &Person, sent: &Row) -> Value {
    if org.currencies.is_empty() {
        return failure("FEATURE_NOT_ENABLED", "Multi currency is not enabled", json!({}));
    }
    add(org, person, sent, false)
}

fn add(org: &mut Org, person: &Person, sent: &Row, is_base: bool) -> Value {
    for name in ["name", "iso_code", "symbol", "exchange_rate", "format"] {
        if sent.get(name).is_none_or(Value::is_null) {
            return mandatory(name);
        }
    }
    if org.currencies.iter().any(|known| Some(&known["iso_code"]) == sent.get("iso_code")) {
        return failure("DUPLICATE_DATA", "duplicate data", json!({ "api_name": "iso_code" }));
    }
    let id = org.records.new_id().to_string();
    let mut currency =
        Row::from_iter([("prefix_symbol".to_owned(), json!(true)), ("is_active".to_owned(), json!(true))]);
    currency.extend(sent.clone());
    for (name, value) in [
        ("id", json!(id)),
        ("is_base", json!(is_base)),
        ("created_by", person.short()),
        ("modified_by", person.short()),
        ("created_time", json!(moment::now())),
        ("modified_time", json!(moment::now())),
    ] {
        currency.insert(name.to_owned(), value);
    }
    org.currencies.push(Value::Object(currency));
    success(if is_base { ENABLED } else { "The currency created successfully." }, json!({ "id": id }))
}

/// What a currency is, and who made it, stays.
fn update(org: &mut Org, id: &str, sent: &Row) -> Value {
    let Some(currency) = org.currencies.iter_mut().find(|currency| currency["id"] == id) else {
        return unknown_id(id);
    };
    for name in ["symbol", "exchange_rate", "format", "prefix_symbol", "is_active"] {
        if let Some(value) = sent.get(name) {
            currency[name] = value.clone();
        }
    }
    currency["modified_time"] = json!(moment::now());
    success(UPDATED, json!({ "id": id }))
}
