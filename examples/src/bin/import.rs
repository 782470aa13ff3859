//! Creates the records of a CSV file, or updates those that are there.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use zcrm_core::Record;
use zcrm_core::entity::Field;
use zcrm_examples::cells::Content;
use zcrm_examples::sheet::{Sheet, SheetRow};
use zcrm_examples::tally::{Row, Tally};
use zcrm_examples::{Interrupt, Outcome, config, connect, progress, run};

/// Creates the records of a CSV file in a module, or updates those that are there
///
/// The first row names the fields by API name. An empty cell is a field that is not sent; choices are separated by `;`,
/// lookups are ids. The last line on standard output adds up to the rows read:
/// created=N updated=N refused=N unanswered=N not_sent=N
///
/// Exit code: 0 all done, 1 could not, 2 done in part.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration dictionary as JSON; the environment (ZCRM_*) when absent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The module's API name, such as Leads
    #[arg(long)]
    module: String,
    /// The rows to import
    #[arg(long, value_name = "FILE.csv")]
    input: PathBuf,
    /// Update the record that has the row's value in this field, and create one where there is none; a call whose answer
    /// was lost is then sent again by itself
    #[arg(long, value_name = "FIELD")]
    upsert_by: Option<String>,
    /// Where rows go that were refused, unanswered or not sent, with the reason as the last column; corrected, it can be
    /// imported as it is. Without it reasons go to standard error
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Arguments = zcrm_examples::arguments();
    run(|| import(&arguments))
}

fn import(arguments: &Arguments) -> Result<Outcome> {
    let client = connect(config(arguments.config.as_deref())?)?;
    let module = client.module(&arguments.module);
    let mut sheet = Sheet::open(&arguments.input)?;
    let columns = contents(sheet.columns(), arguments.upsert_by.as_deref(), &module.fields().list().all()?)?;
    if let Some(rejects) = arguments.rejects.as_deref().filter(|rejects| is_same(rejects, &arguments.input)) {
        bail!("{} is being read; name another file for the rejects", rejects.display());
    }
    let tally = RefCell::new(Tally::new(&sheet, arguments.rejects.as_deref())?);
    let interrupt = Interrupt::watch()?;
    let bar = progress::bytes(Some(sheet.bytes().0));
    let next = || {
        while !interrupt.is_asked() && !tally.borrow().is_broken() {
            let read = sheet.next_row().transpose()?;
            bar.set_position(sheet.bytes().1);
            match read {
                Ok(row) => match record(&row, sheet.columns(), &columns) {
                    Ok(record) => return Some(Row { cells: row.cells, record }),
                    Err(reason) => tally.borrow_mut().refuse(&row.cells, &reason),
                },
                Err(error) => tally.borrow_mut().break_off(error),
            }
        }
        None
    };
    let rows = std::iter::from_fn(next);
    match &arguments.upsert_by {
        Some(field) => module.writer().upsert_iter(rows, [field]).for_each(|row| tally.borrow_mut().count(row)),
        None => module.writer().create_iter(rows).for_each(|row| tally.borrow_mut().count(row)),
    }
    bar.finish_and_clear();
    let tally = tally.into_inner();
    println!("{tally}");
    tally.outcome(interrupt.is_asked())
}

/// What each column holds.
fn contents(columns: &[String], upsert_by: Option<&str>, fields: &[Field]) -> Result<Vec<Content>> {
    if let Some(by) = upsert_by.filter(|by| !columns.iter().any(|name| name == by)) {
        bail!("the input has no column {by} to upsert by");
    }
    let content = |name: &String| match fields.iter().find(|field| field.api_name.as_ref() == Some(name)) {
        Some(field) => Ok(Content::of(field)),
        None if name == "id" => Ok(Content::Text),
        None => {
            bail!("the module has no field {name}; Zoho would pass the column over. Columns are named by API names")
        }
    };
    columns.iter().map(content).collect()
}

fn record(row: &SheetRow, names: &[String], contents: &[Content]) -> Result<Record, String> {
    if let Some(fault) = &row.fault {
        return Err(fault.clone());
    }
    let mut record = Record::new();
    for ((name, content), cell) in names.iter().zip(contents).zip(&row.cells).filter(|(_, cell)| !cell.is_empty()) {
        let cell = std::str::from_utf8(cell).map_err(|_| format!("{name} is not UTF-8"))?;
        record.set(name, content.value(cell).map_err(|wanted| format!("{name} is {cell:?}, not {wanted}"))?);
    }
    Ok(record)
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
