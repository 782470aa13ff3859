//! The records that notes belong to.

use serde_json::{Value, json};

use super::check::Refused;
use crate::crm::metadata::{self, Module};
use crate::crm::org::Org;
use crate::crm::parent;
use crate::crm::row::{Row, id_of};
use crate::crm::visit::Visit;
use crate::verdict::unknown_in;

/// Resolves what an organization-wide note says of its parent. A known one need not say it, or can say it again.
pub(super) fn resolve(org: &Org, visit: &Visit<'_>, sent: &Row, known: Option<&Row>) -> Result<Row, Refused> {
    let said = sent.get("Parent_Id").map(id_of);
    if known.is_some_and(|known| said.is_none_or(|said| known.get("Parent_Id").map(id_of) == Some(said))) {
        let is_of_parent = |name: &str| matches!(name, "Parent_Id" | "$se_module" | "se_module");
        let others = sent.iter().filter(|(name, _)| !is_of_parent(name));
        return Ok(others.map(|(name, value)| (name.clone(), value.clone())).collect());
    }
    let (named, parent) = parent::named(visit, sent)?;
    let invalid = || unknown_in("Parent_Id");
    let module = metadata::find(named).ok_or_else(invalid)?;
    let id = id_of(parent).filter(|&id| org.records.shelf(module).row(id).is_some()).ok_or_else(invalid)?;
    Ok(belong(org, sent.clone(), (module, id)))
}

/// The note with what it says of its parent.
pub(super) fn belong(org: &Org, mut note: Row, (parent, id): (&'static Module, u64)) -> Row {
    let size = note.get("Note_Content").and_then(Value::as_str).map_or(0, str::len);
    let own = parent::kept(parent, id, &org.records.name(parent, id));
    for (name, value) in
        own.into_iter().chain([("$size", json!(size)), ("$voice_note", json!(false)), ("$attachments", Value::Null)])
    {
        note.insert(name.to_owned(), value);
    }
    note
}
