//! `/__apis`: which operations there are, which scopes they need, and what they cost.

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::prices::{PRICES, Price};
use crate::crm::visit::Visit;
use crate::verdict::{invalid_param, unknown};

pub(crate) fn route(visit: &Visit<'_>, method: &str) -> Outcome {
    if method != "GET" {
        return unknown(true);
    }
    let filter = visit.call.query("filters").map(Filter::read).transpose()?;
    let mut apis: Vec<(&str, Vec<Value>)> = Vec::new();
    for price in PRICES.iter().filter(|price| filter.as_ref().is_none_or(|filter| filter.lets_through(price))) {
        let operation = json!({
            "method": price.method,
            "oauth_scope": scope(price),
            "min_credits": price.least,
            "max_credits": price.most,
        });
        match apis.iter_mut().find(|(path, _)| *path == price.path) {
            Some((_, operations)) => operations.push(operation),
            None => apis.push((price.path, vec![operation])),
        }
    }
    if apis.is_empty() {
        return Ok(Answer::empty(204));
    }
    let whole = |path: &str| {
        if path.starts_with("/crm/") {
            path.replace("{version}", visit.version.name())
        } else {
            format!("/crm/{}{path}", visit.version.name())
        }
    };
    let apis: Vec<Value> = apis
        .into_iter()
        .map(|(path, operations)| json!({ "path": whole(path), "operation_types": operations }))
        .collect();
    Ok(Answer::json(200, &json!({ "__apis": apis })))
}

/// The scope of the operation itself, where a whole group is noted.
fn scope(price: &Price) -> String {
    let operation = match price.method {
        "GET" => "READ",
        "POST" => "CREATE",
        "DELETE" => "DELETE",
        _ => "UPDATE",
    };
    match price.scope.strip_suffix(".ALL") {
        Some(group) => format!("{group}.{operation}"),
        None => price.scope.to_owned(),
    }
}

/// `{"field":{"api_name":"operation_types.method"},"comparator":"equals","value":"GET"}`
struct Filter {
    field: String,
    value: String,
}

impl Filter {
    fn read(text: &str) -> Result<Self, Box<Answer>> {
        let invalid = || invalid_param("filters");
        let filter: Value = serde_json::from_str(text).map_err(|_| invalid())?;
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(invalid);
        if filter["comparator"] != "equals" {
            return Err(invalid());
        }
        Ok(Self { field: text(&filter["field"]["api_name"])?, value: text(&filter["value"])? })
    }

    fn lets_through(&self, price: &Price) -> bool {
        match self.field.as_str() {
            "operation_types.method" => price.method.eq_ignore_ascii_case(&self.value),
            // A whole scope, or one word of it.
            "operation_types.oauth_scope" => {
                price.scope.eq_ignore_ascii_case(&self.value)
                    || price.scope.split('.').any(|word| word.eq_ignore_ascii_case(&self.value))
            }
            "module" => price.path.contains("{module}"),
            _ => false,
        }
    }
}
