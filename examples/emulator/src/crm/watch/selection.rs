//! Conditions on the fields that change.

use serde_json::{Value, json};

use crate::crm::metadata::{self, Module};
use crate::verdict::failure;

const MOST_FIELDS: usize = 10;

/// Which fields of a module have to change.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub(super) module: &'static str,
    node: Node,
    /// As it was sent.
    pub(super) told: Value,
}

#[derive(Clone, Debug)]
enum Node {
    Field(&'static str),
    All(Vec<Node>),
    Any(Vec<Node>),
}

impl Selection {
    pub(super) fn read_all(given: &Value) -> Result<Vec<Self>, Value> {
        let list = given.as_array().ok_or_else(invalid)?;
        let mut fields = 0;
        let read = |told: &Value| {
            let module = metadata::find(told["module"]["api_name"].as_str().unwrap_or_default());
            let module = module.ok_or_else(invalid)?;
            if told["module"]["id"] != module.id().as_str() {
                return Err(ambiguous(&["api_name", "id"]));
            }
            let node = Node::read(module, &told["field_selection"], &mut fields)?;
            Ok(Self { module: module.api_name, node, told: told.clone() })
        };
        let selections = list.iter().map(read).collect::<Result<_, _>>()?;
        if fields > MOST_FIELDS { Err(invalid()) } else { Ok(selections) }
    }

    pub(super) fn holds(&self, changed: &[&str]) -> bool {
        self.node.holds(changed)
    }
}

impl Node {
    fn read(module: &'static Module, told: &Value, fields: &mut usize) -> Result<Self, Value> {
        if let Some(field) = told.get("field") {
            *fields += 1;
            let known = module.field(field["api_name"].as_str().unwrap_or_default()).ok_or_else(invalid)?;
            let is_its = field["id"] == module.field_id(known).as_str();
            return if is_its { Ok(Self::Field(known.api_name)) } else { Err(ambiguous(&["api_name", "id"])) };
        }
        // More than two in a group are refused.
        let group = told["group"].as_array().filter(|group| (1..=2).contains(&group.len())).ok_or_else(invalid)?;
        let nodes = group.iter().map(|node| Self::read(module, node, fields)).collect::<Result<_, _>>()?;
        match told["group_operator"].as_str() {
            Some("and") => Ok(Self::All(nodes)),
            Some("or") => Ok(Self::Any(nodes)),
            _ => Err(invalid()),
        }
    }

    fn holds(&self, changed: &[&str]) -> bool {
        match self {
            Self::Field(name) => changed.contains(name),
            Self::All(nodes) => nodes.iter().all(|node| node.holds(changed)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(changed)),
        }
    }
}

fn invalid() -> Value {
    failure("INVALID_DATA", "invalid data", json!({ "api_name": "notification_condition" }))
}

fn ambiguous(names: &[&str]) -> Value {
    let details = json!({ "ambiguity_due_to": names });
    failure("AMBIGUITY_DURING_PROCESSING", "ambiguity while processing the request", details)
}
