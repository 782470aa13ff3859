//! Measures what listing and creating leads costs: processor time, peak memory, calls, connections.
//!
//! An emulator runs in a process of its own, and every job in another one, so that only the client is measured: the
//! whole process, from its start to its end. The job to compare with is a loop on bare ureq that decodes every page to
//! `serde_json::Value`. The table is Markdown; `BENCHMARKS.md` has one, and says how to make it.

mod jobs;
mod server;
mod usage;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Parser;
use serde_json::Value;
use tempfile::TempDir;
use zcrm_cli::stdio::say;
use zcrm_cli::{Outcome, connect, run};

use self::jobs::{BULK, CREATED, Job};
use self::server::Server;
use self::usage::Usage;

/// Measures listing and creating leads, job by job, against a loop on bare ureq
#[derive(Parser)]
#[command(name = "bench", version)]
struct Arguments {
    /// How many leads to list
    #[arg(default_values_t = [20_000, 200_000])]
    leads: Vec<u64>,
    /// How often each job is done; the least and the median are shown
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Let the server compress its answers
    #[arg(long)]
    gzip: bool,
    /// Be the server, with this many leads
    #[arg(long, hide = true, value_name = "LEADS")]
    serve: Option<u64>,
    /// Do one job in this process and print what it used
    #[arg(long, hide = true, requires = "config")]
    job: Option<Job>,
    /// The dictionary of the job
    #[arg(long, hide = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    run(|| bench(&arguments))
}

fn bench(arguments: &Arguments) -> Result<Outcome> {
    match (arguments.serve, arguments.job, &arguments.config) {
        (Some(leads), _, _) => server::serve(leads, arguments.gzip)?,
        (None, Some(job), Some(config)) => say(format_args!("{}", serde_json::to_string(&job.measure(config)?)?))?,
        _ => {
            for leads in &arguments.leads {
                table(&format!("Listing {leads} leads"), *leads, &Job::LISTING, arguments)?;
            }
            table(&format!("Creating {CREATED} leads"), 0, &Job::CREATING, arguments)?;
            table(&format!("Bulk writing {BULK} leads"), 0, &Job::BULK_WRITING, arguments)?;
        }
    }
    Ok(Outcome::Done)
}

/// A row for each job, the first being what the others are compared with.
fn table(title: &str, leads: u64, jobs: &[Job], arguments: &Arguments) -> Result<()> {
    let mut server = Server::start(leads, arguments.gzip)?;
    let place = TempDir::new()?;
    let config = sign_in(&server, place.path())?;
    write_sheet(place.path())?;
    let mut measured: Vec<Vec<Measured>> = jobs.iter().map(|_| Vec::new()).collect();
    // One round after the other, so that what disturbs the machine for a while disturbs all jobs.
    for _ in 0..arguments.runs {
        for (job, runs) in jobs.iter().zip(&mut measured) {
            server.counters()?;
            let usage = in_a_process_of_its_own(*job, &config)?;
            runs.push(Measured { usage, counters: server.counters()? });
        }
    }
    say(format_args!("\n| {title} | rows | CPU s, least | median | of the first | peak MB | calls | connections |"))?;
    say(format_args!("|---|--:|--:|--:|--:|--:|--:|--:|"))?;
    let mut first = None;
    for (job, mut runs) in jobs.iter().zip(measured) {
        runs.sort_by(|one, other| one.usage.cpu_seconds.total_cmp(&other.usage.cpu_seconds));
        let (Some(least), Some(median)) = (runs.first(), runs.get(runs.len() / 2)) else {
            bail!("runs has to be 1 at least")
        };
        let cpu = least.usage.cpu_seconds;
        let share = cpu / *first.get_or_insert(cpu);
        let peak = runs.iter().map(|run| run.usage.peak_megabytes).fold(0.0, f64::max);
        say(format_args!(
            "| {} | {} | {cpu:.3} | {:.3} | {share:.2} | {peak:.1} | {} | {} |",
            job.title(),
            least.usage.rows,
            median.usage.cpu_seconds,
            least.counters.calls,
            least.counters.connections,
        ))?;
    }
    Ok(())
}

/// One run of a job.
struct Measured {
    usage: Usage,
    counters: server::Counters,
}

fn in_a_process_of_its_own(job: Job, config: &Path) -> Result<Usage> {
    let program = std::env::current_exe()?;
    let done = Command::new(program).args(["--job", &job.name()]).arg("--config").arg(config).output()?;
    if !done.status.success() {
        bail!("{}: {}", job.title(), String::from_utf8_lossy(&done.stderr));
    }
    serde_json::from_slice(&done.stdout).context("the job did not say what it used")
}

/// Writes a dictionary for the jobs, and gets tokens into the store that it names.
fn sign_in(server: &Server, place: &Path) -> Result<PathBuf> {
    let mut dictionary: Value = server.dictionary().clone();
    set(&mut dictionary, "token_persistence_path", "tokens")?;
    let file = place.join("zcrm.json");
    fs::write(&file, dictionary.to_string())?;
    set(&mut dictionary, "api_version", "v8")?;
    fs::write(place.join(jobs::LATEST), dictionary.to_string())?;
    let client = connect(zcrm_cli::config(Some(&file))?)?;
    let _ = client.oauth().generate_access_token(server.grant())?;
    Ok(file)
}

fn set(dictionary: &mut Value, key: &str, value: &str) -> Result<()> {
    let keys = dictionary.as_object_mut().context("the dictionary is no object")?;
    keys.insert(key.to_owned(), value.into());
    Ok(())
}

/// What is imported, beside the dictionary.
fn write_sheet(place: &Path) -> Result<()> {
    let mut sheet = "Last_Name,Company,Email,City\n".to_owned();
    for number in 0..CREATED {
        let _ = writeln!(sheet, "Lead {number},Example Ltd,lead{number}@example.com,Oslo");
    }
    fs::write(place.join(jobs::SHEET), sheet)?;
    Ok(())
}
