//! The records of a job: those of a custom view, and of a territory where that is wanted.

use serde_json::{Map, Value, json};

use crate::entity::{CustomViewId, TerritoryId};
use crate::error::{Error, Result};

/// A territory of which records are taken.
#[derive(Debug, Clone)]
pub(super) struct Territory {
    pub(super) id: TerritoryId,
    pub(super) include_child: bool,
}

/// Refuses a territory where records are named by their ids.
pub(super) fn by_ids(territory: Option<&Territory>) -> Result<()> {
    match territory {
        Some(_) => Err(Error::invalid("a territory is for the records of a view, not for ids")),
        None => Ok(()),
    }
}

/// The members of a body that say which records.
pub(super) fn of_view(view: CustomViewId, territory: Option<&Territory>) -> Result<Map<String, Value>> {
    if view.as_str().trim().is_empty() {
        return Err(Error::invalid("the id of the custom view is empty"));
    }
    let mut members = Map::new();
    members.insert("cvid".to_owned(), view.as_str().into());
    if let Some(Territory { id, include_child }) = territory {
        members.insert("territory".to_owned(), json!({ "id": id.as_str(), "include_child": include_child }));
    }
    Ok(members)
}
