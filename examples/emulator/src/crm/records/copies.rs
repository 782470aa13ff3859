//! Cloning a record, and reading its long texts whole.

use serde_json::{Value, json};

use super::list::present;
use super::rows::create_kept;
use super::write::settle;
use crate::answer::{Answer, Outcome};
use crate::crm::batch::answer;
use crate::crm::metadata::{Kind, Module};
use crate::crm::org::Org;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, not_supported};
use crate::version::Version;

/// `actions/clone`: files and images stay behind.
pub(super) fn clone(org: &mut Org, visit: &Visit<'_>, module: &'static Module, id: u64) -> Outcome {
    if visit.version < Version::V7 {
        return Err(not_supported(Version::V7));
    }
    let row = org.records.shelf(module).row(id).ok_or_else(invalid_id)?.into_owned();
    let copied = module.fields().filter(|field| {
        !field.read_only && !field.unique && !matches!(field.kind, Kind::FileUpload | Kind::ProfileImage)
    });
    let copy: Row = copied
        .filter_map(|field| {
            Some((field.api_name.to_owned(), row.get(field.api_name).filter(|v| !v.is_null())?.clone()))
        })
        .collect();
    let item = settle(create_kept(org, visit, module, &copy), "record cloned");
    Ok(answer(visit, "data", 201, vec![item]))
}

/// `actions/fetch_full_data` of one record from v7 on, of those in `ids` from v8 on.
pub(super) fn full_data(org: &Org, visit: &Visit<'_>, module: &'static Module, id: Option<&str>) -> Outcome {
    let since = if id.is_some() { Version::V7 } else { Version::V8 };
    if visit.version < since {
        return Err(not_supported(since));
    }
    let fields = visit.fields()?;
    let ids = id.map_or_else(|| visit.call.query_list("ids"), |id| vec![id]);
    let shelf = org.records.shelf(module);
    let rows = ids.into_iter().filter_map(|id| shelf.row(id.parse().ok()?));
    let rows: Vec<Value> = rows.map(|row| present(visit, module, row.into_owned(), &fields)).collect();
    Ok(if rows.is_empty() { Answer::empty(204) } else { Answer::json(200, &json!({ "data": rows })) })
}
