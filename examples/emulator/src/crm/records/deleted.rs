//! What was deleted.

use serde_json::Value;

use crate::answer::Outcome;
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::page::Page;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::invalid_param;

pub(super) fn list(org: &Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let page = Page::of(visit.call)?;
    let kind = visit.call.query("type").unwrap_or("all");
    if !["all", "recycle", "permanent"].contains(&kind) {
        return Err(invalid_param("type"));
    }
    let since = visit.modified_since()?;
    let gone = org.records.shelf(module).gone().filter(|trace| {
        let deleted = trace.get("deleted_time").and_then(Value::as_str).and_then(moment::parse);
        let of_kind = kind == "all" || trace.get("type").is_some_and(|given| given == kind);
        of_kind && since.is_none_or(|since| deleted.is_some_and(|deleted| deleted > since))
    });
    Ok(page.answer("data", gone.cloned().map(Value::Object)))
}
