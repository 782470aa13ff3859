//! Attaches files to a record.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;
use indicatif::ProgressBar;
use zcrm_core::RecordId;
use zcrm_core::entity::AttachmentId;
use zcrm_core::resource::RecordHandle;
use zcrm_core::rest::Upload;
use zcrm_examples::{Outcome, complain, config, connect, progress, run};

/// Attaches files to a record, and writes the id of each attachment with the file's name
///
/// A file whose upload was not answered is not sent again by itself: it may have arrived. Exit code: 0 all done, 1 could
/// not, 2 done in part.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration dictionary as JSON; the environment (ZCRM_*) when absent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The module's API name, such as Leads
    #[arg(long)]
    module: String,
    /// The record's id
    #[arg(long, value_name = "ID")]
    record: String,
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Arguments = zcrm_examples::arguments();
    run(|| attach(&arguments))
}

fn attach(arguments: &Arguments) -> Result<Outcome> {
    let client = connect(config(arguments.config.as_deref())?)?;
    let record = client.module(&arguments.module).record(RecordId::from(arguments.record.as_str()));
    let mut attached = 0;
    for file in &arguments.files {
        match upload(&record, file).with_context(|| format!("{} was not attached", file.display())) {
            Ok(id) => {
                println!("{id} {}", file.display());
                attached += 1;
            }
            Err(error) => complain(&*error),
        }
    }
    match attached {
        0 => bail!("no file was attached"),
        all if all == arguments.files.len() => Ok(Outcome::Done),
        _ => Ok(Outcome::InPart),
    }
}

fn upload(record: &RecordHandle, file: &Path) -> Result<AttachmentId> {
    let bar = progress::bytes(None);
    bar.set_message(file.display().to_string());
    let upload = Upload::from_path(file)?.progress(shown(&bar));
    let attached = record.attachments().upload(upload);
    bar.finish_and_clear();
    Ok(attached?)
}

/// What shows the bytes sent; how many there are is told with the first of them.
fn shown(bar: &ProgressBar) -> impl FnMut(u64, Option<u64>) + '_ {
    let length = Cell::new(None);
    move |sent, all| {
        if length.replace(all) != all {
            all.map_or_else(|| bar.unset_length(), |all| bar.set_length(all));
        }
        bar.set_position(sent);
    }
}
