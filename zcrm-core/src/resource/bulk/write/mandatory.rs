//! Fields that must not be missing. Zoho refuses the whole job for want of one, and 500 credits are gone.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Columns, is_writable};
use super::options::{Operation, Options};
use crate::entity::{Field, Layout};
use crate::error::{Error, Result};

/// Refuses columns that lack a field which Zoho or the layout demands of new records.
pub(super) fn check(
    module: &str,
    options: &Options,
    columns: &Columns,
    fields: &BTreeMap<String, Field>,
    layouts: &[Layout],
) -> Result<()> {
    if options.operation == Operation::Update {
        return Ok(());
    }
    let layout = layout(options, layouts)?;
    let of_layout = layout.iter().flat_map(|layout| layout.sections.iter().flatten());
    let of_layout = of_layout.flat_map(|section| section.fields.iter().flatten());
    let demanded_by_layout = of_layout.filter(|field| field.required == Some(true));
    let demanded = fields.values().filter(|field| field.system_mandatory == Some(true)).chain(demanded_by_layout);
    let names = demanded.filter_map(|field| field.api_name.as_deref());
    // What the layout says of a field is less than what the list of fields does.
    let writable = |name: &&str| fields.get(*name).is_some_and(|field| is_writable(field, options.operation));
    // Zoho makes the user the owner.
    let owner = |name: &&str| fields.get(*name).is_some_and(|field| field.data_type.as_deref() == Some("ownerlookup"));
    let missing: BTreeSet<&str> = names.filter(writable).filter(|name| !owner(name) && !columns.covers(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let missing: Vec<&str> = missing.into_iter().collect();
    let layout = layout.and_then(|layout| layout.name.as_deref()).unwrap_or("standard");
    Err(Error::invalid(format!(
        "Zoho would refuse the whole job: no row has {}, mandatory in {module} (layout {layout}); add a column, or \
         constant()",
        missing.join(", ")
    )))
}

/// The layout that was chosen; else the standard one.
fn layout<'a>(options: &Options, layouts: &'a [Layout]) -> Result<Option<&'a Layout>> {
    if let Some(id) = &options.layout {
        let chosen = layouts.iter().find(|layout| layout.id.as_ref() == Some(id));
        return match chosen {
            Some(layout) => Ok(Some(layout)),
            None => Err(Error::invalid(format!("there is no layout {id}"))),
        };
    }
    let standard = |layout: &&Layout| {
        let is_default = layout.generated_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("default"));
        is_default || layout.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("Standard"))
    };
    Ok(layouts.iter().find(standard).or_else(|| layouts.first()))
}
