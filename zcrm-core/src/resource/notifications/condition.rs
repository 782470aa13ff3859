//! Which fields have to change for a notification.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::entity::{FieldId, ModuleId};
use crate::error::{Error, Result};

/// The most fields in the conditions of a channel (Zoho's page *Enable Notifications*).
const MAX_FIELDS: usize = 10;

/// Limits the notifications of a module to changes of some of its fields; from v6 on.
///
/// Zoho wants the name and the id of a module and of each field, and rejects names and ids that do not belong together.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// use zcrm_core::resource::{Condition, FieldSelection};
///
/// let deals = client.modules().get("Deals")?;
/// let stage = FieldSelection::field("Stage", "3652397000000002565");
/// let amount = FieldSelection::field("Amount", "3652397000000002557");
/// let condition = Condition::new("Deals", deals.id.unwrap_or("554".into()), stage.or(amount));
/// # let _ = condition;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    module: String,
    module_id: ModuleId,
    fields: FieldSelection,
}

/// Fields, joined by *and* and *or*.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldSelection(Node);

/// Zoho takes at most two members in a group, so a tree of pairs says all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Node {
    Field { api_name: String, id: FieldId },
    Pair(GroupOperator, Box<(Node, Node)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GroupOperator {
    And,
    Or,
}

impl Condition {
    /// Only changes of these fields of a module.
    pub fn new(module: impl Into<String>, module_id: impl Into<ModuleId>, fields: FieldSelection) -> Self {
        Self { module: module.into(), module_id: module_id.into(), fields }
    }

    pub(super) fn check_all(conditions: &[Self]) -> Result<()> {
        let fields: usize = conditions.iter().map(|condition| condition.fields.0.count()).sum();
        if fields > MAX_FIELDS {
            let message = format!("the conditions have {fields} fields; Zoho takes at most {MAX_FIELDS} in a channel");
            return Err(Error::invalid(message));
        }
        Ok(())
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "type": "field_selection",
            "module": { "api_name": self.module, "id": self.module_id },
            "field_selection": self.fields.0.to_json(),
        })
    }
}

impl FieldSelection {
    /// One field, by its API name and its id.
    pub fn field(api_name: impl Into<String>, id: impl Into<FieldId>) -> Self {
        Self(Node::Field { api_name: api_name.into(), id: id.into() })
    }

    /// Both have to change.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(Node::Pair(GroupOperator::And, Box::new((self.0, other.0))))
    }

    /// One of the two has to change.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(Node::Pair(GroupOperator::Or, Box::new((self.0, other.0))))
    }
}

impl Node {
    fn count(&self) -> usize {
        match self {
            Self::Field { .. } => 1,
            Self::Pair(_, pair) => pair.0.count() + pair.1.count(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Field { api_name, id } => json!({ "field": { "api_name": api_name, "id": id } }),
            Self::Pair(operator, pair) => {
                json!({ "group_operator": operator, "group": [pair.0.to_json(), pair.1.to_json()] })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_fields_are_nested_in_pairs() {
        let field = |name: &str| FieldSelection::field(name, "1");
        let condition = Condition::new("Deals", "554", field("A").and(field("B")).or(field("C")));
        assert_eq!(
            condition.to_json(),
            json!({
                "type": "field_selection",
                "module": { "api_name": "Deals", "id": "554" },
                "field_selection": { "group_operator": "or", "group": [
                    { "group_operator": "and", "group": [
                        { "field": { "api_name": "A", "id": "1" } },
                        { "field": { "api_name": "B", "id": "1" } },
                    ]},
                    { "field": { "api_name": "C", "id": "1" } },
                ]},
            })
        );
        let of = |count: usize| (1..count).fold(field("A"), |fields, _| fields.or(field("B")));
        let ten = Condition::new("Deals", "554", of(10));
        assert!(Condition::check_all(std::slice::from_ref(&ten)).is_ok());
        assert!(Condition::check_all(&[ten, Condition::new("Leads", "1", of(1))]).is_err());
    }
}
