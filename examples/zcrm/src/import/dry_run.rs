//! Checking every row and sending none.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use zcrm_core::Client;
use zcrm_core::entity::Field;

use super::check::Checker;
use super::clashes::check_unique;
use super::columns::Columns;
use super::findings::{Budget, Findings};
use super::lookup::{Lookups, Reference};
use crate::csv::{Sheet, SheetRow};

/// A dry run sends so many requests at most, those for the fields and layouts included.
const REQUESTS: usize = 12;

/// How many ids Zoho takes in one listing.
const IDS: usize = 100;

/// How many users Zoho gives in one listing.
const USERS: u16 = 200;

/// A row with a lookup whose target is not known yet.
type Waiting = BTreeMap<(String, String), BTreeSet<u64>>;

/// Checks all rows.
///
/// # Errors
///
/// When the input or the records that lookups lead to cannot be read.
pub fn dry_run(
    client: &Client,
    (module, columns, fields): (&str, &Columns, &[Field]),
    checker: &mut Checker<'_>,
    sheet: &dyn Fn() -> Result<Sheet>,
    is_interrupted: &dyn Fn() -> bool,
) -> Result<Findings> {
    let mut findings = Findings::default();
    // For a token, the fields, the layouts, and the fields of modules that lookups lead to.
    let mut budget = Budget::new(REQUESTS.saturating_sub(3 + columns.targets()));
    let lookups = look_up(client, columns, sheet, (&mut budget, &mut findings), is_interrupted)?;
    let mut by_id: Waiting = BTreeMap::new();
    let mut sheet = sheet()?;
    while !is_interrupted()
        && let Some(row) = sheet.next_row()?
    {
        findings.rows += 1;
        let problems: Vec<String> =
            checker.problems(&row, &lookups).into_iter().filter(|problem| !problem.contains(NOT_LOOKED_UP)).collect();
        if !problems.is_empty() {
            findings.problems.insert(row.number, problems);
        }
        note_ids(columns, fields, &row, &mut by_id);
    }
    check_ids(client, fields, by_id, &mut budget, &mut findings)?;
    check_unique(client, module, checker, &mut budget, &mut findings);
    Ok(findings)
}

/// How the text about a lookup ends that was not looked up.
const NOT_LOOKED_UP: &str = "which was not looked up";

/// Looks up what rows name by another field than the id, as far as the number of requests goes.
fn look_up(
    client: &Client,
    columns: &Columns,
    sheet: &dyn Fn() -> Result<Sheet>,
    (budget, findings): (&mut Budget, &mut Findings),
    is_interrupted: &dyn Fn() -> bool,
) -> Result<Lookups> {
    let mut lookups = Lookups::default();
    if !columns.has_references() {
        return Ok(lookups);
    }
    let mut sheet = sheet()?;
    let mut values: BTreeSet<(Reference, String)> = BTreeSet::new();
    while !is_interrupted()
        && let Some(row) = sheet.next_row()?
    {
        values.extend(columns.references(&row).map(|(reference, value)| (reference.clone(), value.trim().to_owned())));
    }
    let missing = lookups.missing(client, values.iter().map(|(reference, value)| (reference, value.as_str())));
    let mut left: BTreeMap<Reference, usize> = BTreeMap::new();
    for (reference, batch) in missing {
        if budget.spend() {
            lookups.look_up_batch(client, &reference, batch)?;
        } else {
            *left.entry(reference).or_default() += batch.len();
        }
    }
    for (Reference { module, by }, count) in left {
        findings
            .unchecked
            .push(format!("{count} values of {by} were not looked up in {module}: too many for a dry run"));
    }
    Ok(lookups)
}

/// The ids in the lookups of a row, by the module that they are of.
fn note_ids(columns: &Columns, fields: &[Field], row: &SheetRow, by_id: &mut Waiting) {
    for (field, id) in columns.ids(row) {
        if target_of(fields, field).is_some() {
            by_id.entry((field.to_owned(), id.to_owned())).or_default().insert(row.number);
        }
    }
}

/// What a lookup leads to.
enum Target {
    Users,
    Module(String),
}

fn target_of(fields: &[Field], field: &str) -> Option<Target> {
    let field = fields.iter().find(|known| known.api_name.as_deref() == Some(field))?;
    match field.data_type.as_deref()? {
        "ownerlookup" | "userlookup" => Some(Target::Users),
        "lookup" => Some(Target::Module(field.lookup.as_ref()?.module.as_ref()?.api_name.clone()?)),
        _ => None,
    }
}

/// Whether the records and users are there that lookups lead to.
fn check_ids(
    client: &Client,
    fields: &[Field],
    by_id: Waiting,
    budget: &mut Budget,
    findings: &mut Findings,
) -> Result<()> {
    let mut by_field: BTreeMap<String, Vec<(String, BTreeSet<u64>)>> = BTreeMap::new();
    for ((field, id), rows) in by_id {
        by_field.entry(field).or_default().push((id, rows));
    }
    let mut users = None;
    for (field, ids) in by_field {
        match target_of(fields, &field) {
            Some(Target::Users) => match users.get_or_insert_with(|| users_of(client, budget)) {
                Ok(users) => findings.not_there(&field, "user", &ids, users),
                Err(reason) => {
                    let text = format!("{} users in {field} were not looked up: {reason}", ids.len());
                    findings.unchecked.push(text);
                }
            },
            Some(Target::Module(module)) => {
                let mut left = 0;
                for batch in ids.chunks(IDS) {
                    if !budget.spend() {
                        left += batch.len();
                        continue;
                    }
                    let list = client.module(&module).records().fields(["id"]);
                    let mut there = BTreeSet::new();
                    for record in list.ids(batch.iter().map(|(id, _)| id.as_str())).iter() {
                        there.extend(record?.id().map(|id| id.as_str().to_owned()));
                    }
                    findings.not_there(&field, &format!("record of {module}"), batch, &there);
                }
                if left > 0 {
                    let text = format!("{left} ids in {field} were not looked up in {module}: too many for a dry run");
                    findings.unchecked.push(text);
                }
            }
            None => {}
        }
    }
    Ok(())
}

/// The ids of all users, as far as they fit into a page.
///
/// # Errors
///
/// Why they are not known.
fn users_of(client: &Client, budget: &mut Budget) -> Result<BTreeSet<String>, String> {
    if !budget.spend() {
        return Err("too many requests for a dry run".to_owned());
    }
    let page = client.users().list().per_page(USERS).send().map_err(|error| error.to_string())?;
    if page.info.more_records == Some(true) {
        return Err("there are too many users for a dry run".to_owned());
    }
    Ok(page.items.iter().filter_map(|user| user.id.as_ref().map(|id| id.as_str().to_owned())).collect())
}
