//! The conditions of a bulk job: `{"group_operator": "and", "group": [...]}` with leaves such as
//! `{"field": {"api_name": "City"}, "comparator": "equal", "value": "Oslo"}`; v2 has `api_name` in the leaf itself.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::crm::condition::{Column, Condition, Operator, Test, is_value};
use crate::crm::metadata::{Kind, Module};
use crate::crm::visit::Visit;
use crate::verdict::refuse;
use crate::version::Version;

const LEAVES: usize = 25;
const VALUES: usize = 20;
/// Groups within groups.
const DEEPEST: usize = 30;

/// What stands for nothing, whatever the type.
const EMPTY: &str = "${EMPTY}";

pub(super) fn read(visit: &Visit<'_>, module: &'static Module, criteria: &Value) -> Result<Condition, Box<Answer>> {
    let condition = node(visit, module, criteria, 0)?;
    if condition.tests().len() > LEAVES {
        return Err(refused("CRITERIA_LIMIT_EXCEEDED", json!({ "limit": LEAVES })));
    }
    Ok(condition)
}

fn refused(code: &str, details: Value) -> Box<Answer> {
    refuse(400, code, &code.to_lowercase().replace('_', " "), details)
}

fn node(visit: &Visit<'_>, module: &'static Module, criteria: &Value, depth: usize) -> Result<Condition, Box<Answer>> {
    let Some(group) = criteria.get("group") else {
        return leaf(visit, module, criteria).map(Condition::Test);
    };
    let parts = group.as_array().filter(|parts| !parts.is_empty() && depth < DEEPEST);
    let parts = parts.ok_or_else(|| refused("AMBIGUOUS_GROUP_IN_CRITERIA", json!({})))?;
    let parts = parts.iter().map(|part| node(visit, module, part, depth + 1)).collect::<Result<Vec<_>, _>>()?;
    match criteria["group_operator"].as_str() {
        Some("and") => Ok(Condition::All(parts)),
        Some("or") => Ok(Condition::Any(parts)),
        _ => Err(refused("GROUP_OPERATOR_NOT_SUPPORTED", json!({ "supported": ["and", "or"] }))),
    }
}

fn leaf(visit: &Visit<'_>, module: &'static Module, leaf: &Value) -> Result<Test, Box<Answer>> {
    let name = if visit.version == Version::V2 { &leaf["api_name"] } else { &leaf["field"]["api_name"] };
    let name = name.as_str().ok_or_else(|| refused("AMBIGUOUS_CRITERIA", json!({})))?;
    let column = Column::find(module, name);
    let column = column.ok_or_else(|| refused("FIELD_NOT_AVAILABLE", json!({ "api_name": name })))?;
    let supported = comparators(column.kind);
    if supported.is_empty() {
        return Err(refused("FIELD_IN_CRITERIA_NOT_SUPPORTED", json!({ "api_name": name })));
    }
    let comparator = leaf["comparator"].as_str().unwrap_or_default();
    if !supported.contains(&comparator) {
        let details = json!({ "api_name": name, "comparator": comparator, "supported": supported });
        return Err(refused("FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED", details));
    }
    let details = || json!({ "api_name": name, "comparator": comparator });
    let several = matches!(comparator, "in" | "not_in" | "between" | "not_between");
    let values: Vec<&Value> = match &leaf["value"] {
        Value::Array(values) if several => values.iter().collect(),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            return Err(refused("COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", details()));
        }
        _ if several => return Err(refused("COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", details())),
        value => vec![value],
    };
    if values.len() > VALUES {
        return Err(refused("VALUE_LIMIT_EXCEEDED_IN_CRITERIA", json!({ "api_name": name, "limit": VALUES })));
    }
    if comparator.ends_with("between") && values.len() != 2 {
        return Err(refused("COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", details()));
    }
    let values: Vec<String> = values.into_iter().map(text).collect();
    let operator = match (comparator, values.first().map(String::as_str)) {
        ("equal", Some(EMPTY)) => Operator::IsNull,
        ("not_equal", Some(EMPTY)) => Operator::IsNotNull,
        _ => operator(comparator),
    };
    let is_fit = |value: &String| value == EMPTY || is_value(column.kind, value);
    if !values.iter().all(is_fit) {
        return Err(refused("VALUE_TYPE_NOT_SUPPORTED", details()));
    }
    Ok(Test { column, operator, values })
}

/// Look-ups may be named by an object with their id.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(object) => object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
        other => other.to_string(),
    }
}

fn comparators(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Id | Kind::Integer | Kind::Bigint | Kind::Double | Kind::Currency | Kind::Percent => {
            &["equal", "not_equal", "in", "not_in", "less_than", "less_equal", "greater_than", "greater_equal"]
        }
        Kind::Date | Kind::DateTime => &[
            "equal",
            "not_equal",
            "in",
            "not_in",
            "between",
            "not_between",
            "less_than",
            "less_equal",
            "greater_than",
            "greater_equal",
        ],
        Kind::Boolean => &["equal"],
        Kind::Lookup(_) | Kind::User | Kind::Anything => &["equal", "not_equal", "in", "not_in"],
        Kind::TextArea | Kind::Json | Kind::Subform | Kind::FileUpload | Kind::ProfileImage => &[],
        _ => &["equal", "not_equal", "in", "not_in", "contains", "not_contains", "starts_with", "ends_with"],
    }
}

fn operator(comparator: &str) -> Operator {
    match comparator {
        "not_equal" => Operator::NotEqual,
        "in" => Operator::In,
        "not_in" => Operator::NotIn,
        "between" => Operator::Between,
        "not_between" => Operator::NotBetween,
        "less_than" => Operator::Less,
        "less_equal" => Operator::LessEqual,
        "greater_than" => Operator::Greater,
        "greater_equal" => Operator::GreaterEqual,
        "contains" => Operator::Contains,
        "not_contains" => Operator::NotContains,
        "starts_with" => Operator::StartsWith,
        "ends_with" => Operator::EndsWith,
        _ => Operator::Equal,
    }
}
