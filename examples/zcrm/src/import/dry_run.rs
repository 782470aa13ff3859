//! Checking every row and sending none.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use zcrm_core::Client;
use zcrm_core::entity::Field;

use super::check::Checker;
use super::columns::Columns;
use super::lookup::{Lookups, Reference};
use crate::csv::{Sheet, SheetRow};

/// A dry run asks so often at most for records that lookups lead to.
const LOOK_UPS: usize = 8;

/// How many ids Zoho takes in one listing.
const IDS: usize = 100;

/// What a dry run has found.
#[derive(Debug, Default)]
pub struct Findings {
    /// By row: what is wrong with it.
    pub problems: BTreeMap<u64, Vec<String>>,
    /// What could not be checked.
    pub unchecked: Vec<String>,
    /// How many rows there are.
    pub rows: u64,
}

impl Findings {
    /// How many rows could be sent.
    #[must_use]
    pub fn sendable(&self) -> u64 {
        self.rows.saturating_sub(self.problems.len() as u64)
    }
}

/// A row with a lookup whose target is not known yet.
type Waiting = BTreeMap<(String, String), BTreeSet<u64>>;

/// Checks all rows.
///
/// # Errors
///
/// When the input or the records that lookups lead to cannot be read.
pub fn dry_run(
    client: &Client,
    columns: &Columns,
    fields: &[Field],
    checker: &mut Checker<'_>,
    sheet: &dyn Fn() -> Result<Sheet>,
    is_interrupted: &dyn Fn() -> bool,
) -> Result<Findings> {
    let mut findings = Findings::default();
    let (lookups, mut asked) = look_up(client, columns, sheet, &mut findings, is_interrupted)?;
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
    check_ids(client, fields, by_id, &mut asked, &mut findings)?;
    Ok(findings)
}

/// How the text about a lookup ends that was not looked up.
const NOT_LOOKED_UP: &str = "which was not looked up";

/// Looks up what rows name by another field than the id, as far as the number of requests goes.
fn look_up(
    client: &Client,
    columns: &Columns,
    sheet: &dyn Fn() -> Result<Sheet>,
    findings: &mut Findings,
    is_interrupted: &dyn Fn() -> bool,
) -> Result<(Lookups, usize)> {
    let mut lookups = Lookups::default();
    let mut asked = 0;
    if !columns.has_references() {
        return Ok((lookups, asked));
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
        if asked < LOOK_UPS {
            lookups.look_up_batch(client, &reference, batch)?;
            asked += 1;
        } else {
            *left.entry(reference).or_default() += batch.len();
        }
    }
    for (Reference { module, by }, count) in left {
        findings
            .unchecked
            .push(format!("{count} values of {by} were not looked up in {module}: too many for a dry run"));
    }
    Ok((lookups, asked))
}

/// The ids in the lookups of a row, by the module that they are of.
fn note_ids(columns: &Columns, fields: &[Field], row: &SheetRow, by_id: &mut Waiting) {
    for (field, id) in columns.ids(row) {
        let field = fields.iter().find(|known| known.api_name.as_deref() == Some(field));
        let Some(field) = field.filter(|field| field.data_type.as_deref() == Some("lookup")) else { continue };
        if field.lookup.as_ref().and_then(|lookup| lookup.module.as_ref()?.api_name.as_ref()).is_some() {
            let name = field.api_name.clone().unwrap_or_default();
            by_id.entry((name, id.to_owned())).or_default().insert(row.number);
        }
    }
}

/// Whether the records are there that lookups lead to.
fn check_ids(
    client: &Client,
    fields: &[Field],
    by_id: Waiting,
    asked: &mut usize,
    findings: &mut Findings,
) -> Result<()> {
    let mut by_field: BTreeMap<String, Vec<(String, BTreeSet<u64>)>> = BTreeMap::new();
    for ((field, id), rows) in by_id {
        by_field.entry(field).or_default().push((id, rows));
    }
    for (field, ids) in by_field {
        let known = fields.iter().find(|known| known.api_name.as_deref() == Some(field.as_str()));
        let module = known.and_then(|known| known.lookup.as_ref()?.module.as_ref()?.api_name.clone());
        let Some(module) = module else { continue };
        let mut left = 0;
        for batch in ids.chunks(IDS) {
            if *asked >= LOOK_UPS {
                left += batch.len();
                continue;
            }
            *asked += 1;
            let list = client.module(&module).records().fields(["id"]).ids(batch.iter().map(|(id, _)| id.as_str()));
            let mut there = BTreeSet::new();
            for record in list.iter() {
                there.extend(record?.id().map(|id| id.as_str().to_owned()));
            }
            for (id, rows) in batch.iter().filter(|(id, _)| !there.contains(id)) {
                for row in rows {
                    let problem = format!("{field} is {id}, and {module} has no record with that id; correct the cell");
                    findings.problems.entry(*row).or_default().push(problem);
                }
            }
        }
        if left > 0 {
            let text = format!("{left} ids in {field} were not looked up in {module}: too many for a dry run");
            findings.unchecked.push(text);
        }
    }
    Ok(())
}
