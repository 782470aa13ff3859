//! One module, from its changes to its table.

use std::collections::BTreeMap;

use anyhow::Result;
use zcrm_core::resource::{Change, ChangesRows};
use zcrm_core::{Client, ErrorKind, Record};

use super::store::{Store, Table};
use crate::names;

/// Changes that are written in one transaction.
const BATCH: usize = 1_000;

/// What a sync works with.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// Whose changes.
    pub client: &'a Client,
    /// The fields; all when none is named.
    pub fields: &'a [String],
}

/// What became of a module's table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Rows that were added or changed.
    pub upserted: u64,
    /// Rows that were removed.
    pub deleted: u64,
    /// How many values did not fit their column, by field. They are in the row's JSON.
    pub unfit: BTreeMap<String, u64>,
}

impl Job<'_> {
    /// Brings the table of a module up to date, and adds to `told` with each transaction. `progress` is told how many
    /// changes there were so far, and says whether to go on.
    ///
    /// # Errors
    ///
    /// When Zoho or the database refuses. What was written before stays, and the next run goes on there.
    pub fn run(
        &self,
        store: &mut Store,
        module: &str,
        told: &mut Told,
        mut progress: impl FnMut(u64) -> bool,
    ) -> Result<()> {
        let known = names::fields_of(self.client, module)?;
        let fields = match self.fields {
            [] => known.iter().collect(),
            named => {
                let named = named.iter().filter(|name| *name != "id");
                named.map(|name| names::field(&known, module, name)).collect::<Result<Vec<_>>>()?
            }
        };
        let mut table = store.table(module, self.fields, &fields)?;
        let changes = self.client.module(module).changes(table.cursor().clone()).fields(self.fields).knowing(&known);
        let mut rows = changes.iter();
        let mut count = 0;
        loop {
            let (batch, end) = read(&mut rows);
            count += batch.len() as u64;
            write(store, &mut table, &batch, &rows, told)?;
            match end {
                End::Full if progress(count) => {}
                End::Full | End::All => return Ok(()),
                End::Failed(error) => return Err(explained(error)),
            }
        }
    }
}

/// Why no more changes were read.
enum End {
    Full,
    All,
    Failed(zcrm_core::Error),
}

fn read(rows: &mut ChangesRows<Record>) -> (Vec<Change<Record>>, End) {
    let mut batch = Vec::new();
    while batch.len() < BATCH {
        match rows.next() {
            Some(Ok(change)) => batch.push(change),
            Some(Err(error)) => return (batch, End::Failed(error)),
            None => return (batch, End::All),
        }
    }
    (batch, End::Full)
}

fn write(
    store: &mut Store,
    table: &mut Table,
    batch: &[Change<Record>],
    rows: &ChangesRows<Record>,
    told: &mut Told,
) -> Result<()> {
    let cursor = rows.cursor();
    if batch.is_empty() && cursor == *table.cursor() {
        return Ok(());
    }
    let applied = store.apply(table, batch, cursor)?;
    told.upserted += applied.upserted;
    told.deleted += applied.deleted;
    for field in applied.unfit {
        *told.unfit.entry(field).or_default() += 1;
    }
    Ok(())
}

fn explained(error: zcrm_core::Error) -> anyhow::Error {
    let too_old = error.kind() == ErrorKind::CursorTooOld;
    let error = anyhow::Error::from(error);
    if too_old { error.context("the table cannot be brought up to date; build it anew with --fresh") } else { error }
}
