//! A tag of a module, and what is told of it.

use serde_json::{Value, json};

use crate::crm::users::Person;
use crate::crm::visit::Visit;
use crate::moment;
use crate::version::Version;

/// A tag.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) module: &'static str,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) color_code: Value,
    pub(crate) created_by: Value,
    pub(crate) modified_by: Value,
    pub(crate) created_time: String,
    pub(crate) modified_time: String,
}

impl Tag {
    pub(crate) fn new(org_id: u64, module: &'static str, name: &str, person: &Person) -> Self {
        Self {
            module,
            id: org_id.to_string(),
            name: name.to_owned(),
            color_code: Value::Null,
            created_by: person.short(),
            modified_by: person.short(),
            created_time: moment::now(),
            modified_time: moment::now(),
        }
    }

    pub(crate) fn details(&self) -> Value {
        json!({
            "id": self.id,
            "created_by": self.created_by,
            "modified_by": self.modified_by,
            "created_time": self.created_time,
            "modified_time": self.modified_time,
        })
    }

    pub(crate) fn whole(&self, visit: &Visit<'_>) -> Value {
        let mut whole = self.details();
        whole["name"] = json!(self.name);
        if visit.version >= Version::V2_1 {
            whole["color_code"] = self.color_code.clone();
        }
        whole
    }

    /// Takes over the colour that was sent, if any.
    pub(crate) fn colour(&mut self, sent: Option<&Value>) {
        if let Some(color_code) = sent {
            self.color_code = color_code.clone();
        }
    }

    pub(crate) fn on_record(&self) -> Value {
        json!({ "name": self.name, "id": self.id, "color_code": self.color_code })
    }

    pub(crate) fn rename(&mut self, name: &str, person: &Person) {
        name.clone_into(&mut self.name);
        self.modified_by = person.short();
        self.modified_time = moment::now();
    }
}
