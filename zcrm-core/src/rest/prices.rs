//! What requests cost, as Zoho itself tells it.

use serde::Serialize;
use serde_json::Value;

use crate::transport::Method;

/// Words of a path that no id and no module is.
const RESERVED: [&str; 9] = ["actions", "deleted", "search", "upsert", "settings", "users", "org", "coql", "files"];

/// What Zoho's list of APIs (`__apis`) says of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Price {
    /// The method, in capitals.
    pub method: String,
    /// The path, with names such as `{module}` for what differs.
    pub path: String,
    /// The scope that it needs.
    pub scope: Option<String>,
    /// The least that it costs, in credits.
    pub min_credits: u32,
    /// The most that it costs, in credits; what lies between goes by the number of records, for instance.
    pub max_credits: u32,
}

/// What requests cost and which scope each needs, as Zoho's list of APIs (`__apis`) says; read by
/// [`LimitsHandle::read_prices`](crate::resource::LimitsHandle::read_prices).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prices(Vec<Price>);

impl Prices {
    /// From the response; what cannot be understood is left out.
    pub(crate) fn read(response: &Value) -> Self {
        let apis = response.get("__apis").and_then(Value::as_array).into_iter().flatten();
        let prices = apis.flat_map(|api| {
            let path = api.get("path").and_then(Value::as_str);
            let operations = api.get("operation_types").and_then(Value::as_array).into_iter().flatten();
            operations.filter_map(move |operation| Price::read(path?, operation))
        });
        Self(prices.collect())
    }

    /// All of them, in Zoho's order.
    #[must_use]
    pub fn all(&self) -> &[Price] {
        &self.0
    }

    /// The price of a request with this path, which begins with `/crm/`: the entry that fits it best.
    #[must_use]
    pub fn get(&self, method: Method, path: &str) -> Option<&Price> {
        let wanted = Place::of(path);
        let fitting = self.0.iter().filter(|price| price.method.eq_ignore_ascii_case(method.as_str()));
        let fitting = fitting.filter_map(|price| Some((Place::of(&price.path).fits(&wanted)?, price)));
        fitting.max_by_key(|(same, _)| *same).map(|(_, price)| price)
    }

    /// The least and the most credits.
    pub(crate) fn bounds(&self, method: Method, path: &str) -> Option<(u32, u32)> {
        self.get(method, path).map(|price| (price.min_credits, price.max_credits))
    }
}

impl Price {
    fn read(path: &str, operation: &Value) -> Option<Self> {
        let credits = |name: &str| {
            let value = operation.get(name)?;
            value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()).and_then(|credits| credits.try_into().ok())
        };
        let (least, most) = (credits("min_credits"), credits("max_credits"));
        Some(Self {
            method: operation.get("method")?.as_str()?.to_uppercase(),
            path: path.to_owned(),
            scope: operation.get("oauth_scope").and_then(scopes),
            min_credits: least.or(most)?,
            max_credits: most.or(least)?,
        })
    }
}

/// One scope, or several of which any will do.
fn scopes(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
        _ => None,
    }
}

/// A path without the version of the API.
struct Place<'a> {
    is_bulk: bool,
    segments: Vec<&'a str>,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Self {
        let mut segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let mut drop_first = |word: &dyn Fn(&str) -> bool| {
            let is_there = segments.first().is_some_and(|first| word(first));
            if is_there {
                segments.remove(0);
            }
            is_there
        };
        drop_first(&|first| first == "crm");
        let is_bulk = drop_first(&|first| first == "bulk");
        drop_first(&is_version);
        Self { is_bulk, segments }
    }

    /// How many segments are the same, where the others are placeholders of this one; `None` when it does not fit.
    fn fits(&self, path: &Self) -> Option<usize> {
        if self.is_bulk != path.is_bulk || self.segments.len() != path.segments.len() {
            return None;
        }
        let mut same = 0;
        for (template, segment) in self.segments.iter().zip(&path.segments) {
            let is_placeholder = template.starts_with(['{', '<', ':']);
            let is_word = RESERVED.contains(segment) || segment.starts_with("__");
            match (template == segment, is_placeholder && !is_word) {
                (true, _) => same += 1,
                (false, true) => {}
                (false, false) => return None,
            }
        }
        Some(same)
    }
}

fn is_version(segment: &str) -> bool {
    matches!(segment, "{version}" | "{v}" | "vX")
        || segment.strip_prefix('v').is_some_and(|number| {
            number.starts_with(|first: char| first.is_ascii_digit())
                && number.chars().all(|digit| digit.is_ascii_digit() || digit == '.')
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_entry_that_fits_best_tells_the_price_whatever_the_version() {
        let entry = |path: &str, method: &str, least: Value, most: Value| {
            let operation = json!({ "method": method, "oauth_scope": "S", "min_credits": least, "max_credits": most });
            json!({ "path": path, "operation_types": [operation] })
        };
        let prices = Prices::read(&json!({ "__apis": [
            entry("/crm/v8/{module}", "GET", json!(1), json!("3")),
            entry("/crm/v8/{module}/{id}", "GET", json!(1), json!(1)),
            entry("/{module}/deleted", "get", json!(2), json!(2)),
            entry("/crm/v8/Leads/{id}/actions/convert", "POST", json!(7), json!(7)),
            entry("/crm/bulk/{version}/read", "POST", json!(50), json!(50)),
            json!({ "path": "/crm/v8/broken" }), json!(4),
        ]}));
        let bounds = |method, path| prices.bounds(method, path);
        assert_eq!(bounds(Method::Get, "/crm/v2/Leads"), Some((1, 3)));
        assert_eq!(bounds(Method::Get, "/crm/v2.1/Leads/deleted"), Some((2, 2)));
        assert_eq!(bounds(Method::Get, "/crm/v2/Leads/123"), Some((1, 1)));
        assert_eq!(bounds(Method::Get, "/crm/v2/Leads/search"), None, "no id is called so");
        assert_eq!(bounds(Method::Post, "/crm/v2/Leads/1/actions/convert"), Some((7, 7)));
        assert_eq!(bounds(Method::Post, "/crm/bulk/v2/read"), Some((50, 50)));
        assert_eq!(bounds(Method::Post, "/crm/v2/read"), None);
        assert_eq!(prices.all().len(), 5);
    }
}
