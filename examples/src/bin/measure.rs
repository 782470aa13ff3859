//! Measures what listing and creating leads costs: processor time, peak memory, calls, connections.
//!
//! `cargo run --release -p zcrm-examples --bin measure [LEADS]` starts an emulator in a process of its own and does each
//! job in another one, so that only the client is measured. The job to compare with is a loop on bare ureq that decodes
//! every page to `serde_json::Value`. Processor time and memory come from `/proc`, so the program is for Linux.

#![allow(clippy::indexing_slicing, reason = "only JSON values are indexed here, by name")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zcrm_core::entity::Record;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, GrantToken};
use zcrm_emulator::{Emulator, Options};

const JOBS: [&str; 6] =
    ["raw loop to Value", "records", "records, 3 fields asked", "struct of 3 fields", "NDJSON", "create 10,000"];

#[derive(Deserialize)]
struct Lead {
    #[serde(rename = "Last_Name")]
    last_name: Option<String>,
    #[serde(rename = "Email")]
    email: Option<String>,
    #[serde(rename = "Company")]
    company: Option<String>,
}

/// What the measured process prints.
#[derive(Serialize, Deserialize)]
struct Figures {
    rows: usize,
    cpu_seconds: f64,
    peak_megabytes: f64,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("--serve"), Some(leads)) => serve(leads.parse()?),
        (Some("--job"), Some(job)) => work(&job),
        (leads, None) => table(leads.unwrap_or("20000").parse()?),
        _ => bail!("usage: measure [LEADS]"),
    }
}

/// An emulator, until standard input ends.
fn serve(leads: u64) -> Result<()> {
    let emulator = Emulator::start(Options { leads, ..Options::default() })?;
    println!("{}", emulator.dictionary());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// A row of the table for each job.
fn table(leads: u64) -> Result<()> {
    println!(
        "{:<26}{:>8}{:>10}{:>10}{:>10}{:>8}{:>13}",
        "job", "rows", "cpu s", "of raw", "peak MB", "calls", "connections"
    );
    let mut raw = None;
    for job in JOBS {
        let mut server = child(&["--serve", &leads.to_string()])?;
        let mut dictionary = String::new();
        BufReader::new(server.stdout.take().context("no output")?).read_line(&mut dictionary)?;
        let mut worker = child(&["--job", job])?;
        worker.stdin.take().context("no input")?.write_all(dictionary.as_bytes())?;
        let figures: Figures = serde_json::from_slice(&worker.wait_with_output()?.stdout).context("a job failed")?;
        let url = serde_json::from_str::<Value>(&dictionary)?["api_base_url"].as_str().unwrap_or_default().to_owned();
        let counters: Value = serde_json::from_str(&get(&ureq::agent(), &format!("{url}/emulator/counters"), None)?)?;
        let calls: u64 =
            counters["calls"].as_object().into_iter().flatten().filter_map(|(_, calls)| calls.as_u64()).sum();
        let share = figures.cpu_seconds / *raw.get_or_insert(figures.cpu_seconds);
        let Figures { rows, cpu_seconds, peak_megabytes } = figures;
        // Those that made the grant and fetched the counters are not the job's.
        let connections = counters["connections"].as_u64().unwrap_or_default().saturating_sub(2);
        println!("{job:<26}{rows:>8}{cpu_seconds:>10.3}{share:>10.2}{peak_megabytes:>10.1}{calls:>8}{connections:>13}");
        drop(server.stdin.take());
        server.wait()?;
    }
    Ok(())
}

fn child(arguments: &[&str]) -> Result<Child> {
    let program = std::env::current_exe()?;
    Ok(Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?)
}

/// Does one job against the emulator whose dictionary stands on standard input.
fn work(job: &str) -> Result<()> {
    let mut dictionary = String::new();
    std::io::stdin().read_line(&mut dictionary)?;
    let dictionary: Value = serde_json::from_str(&dictionary)?;
    let url = dictionary["api_base_url"].as_str().unwrap_or_default();
    let answer =
        ureq::post(format!("{url}/emulator/grant?user=abc@xyz.com")).send_empty()?.into_body().read_to_string()?;
    let answer: Value = serde_json::from_str(&answer)?;
    let grant = GrantToken::new(answer["grant_token"].as_str().context("no grant")?);

    let client = Client::new(Config::from_json_str(&dictionary.to_string())?, InMemoryPersistence::new())?;
    let _ = client.oauth().generate_access_token(grant)?;
    let token = client.oauth().access_token("abc@xyz.com")?;
    let before = cpu_seconds()?;
    let leads = client.module("Leads").records();
    let rows = match job {
        "raw loop to Value" => raw_loop(url, token.expose())?,
        "records" => leads.iter().map(|lead| lead.map(drop)).try_fold(0, |sum, lead| lead.map(|()| sum + 1))?,
        "records, 3 fields asked" => {
            let mut rows = 0;
            for lead in leads.iter() {
                let lead = lead?;
                let [name, email, company] = ["Last_Name", "Email", "Company"].map(|field| lead.get::<String>(field));
                rows += usize::from(name?.or(email?).or(company?).is_some());
            }
            rows
        }
        "struct of 3 fields" => {
            let mut rows = 0;
            for lead in leads.iter_as::<Lead>() {
                let Lead { last_name, email, company } = lead?;
                rows += usize::from(last_name.or(email).or(company).is_some());
            }
            rows
        }
        "NDJSON" => {
            let mut sink = std::io::BufWriter::with_capacity(1 << 16, fs::File::create("/dev/null")?);
            let mut rows = 0;
            for lead in leads.iter() {
                writeln!(sink, "{}", lead?.raw())?;
                rows += 1;
            }
            rows
        }
        _ => {
            let leads = (0..10_000).map(|index| Record::new().with("Last_Name", format!("Lead {index}")));
            client.module("Leads").create_iter(leads).report().created().count()
        }
    };
    let figures = Figures { rows, cpu_seconds: cpu_seconds()? - before, peak_megabytes: peak_megabytes()? };
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

/// What a program without an SDK would do.
fn raw_loop(url: &str, token: &str) -> Result<usize> {
    let agent = ureq::agent();
    let mut rows = 0;
    for page in 1.. {
        let page = get(&agent, &format!("{url}/crm/v2/Leads?page={page}&per_page=200"), Some(token))?;
        let page: Value = serde_json::from_str(&page)?;
        rows += page["data"].as_array().map_or(0, Vec::len);
        if page["info"]["more_records"] != true {
            break;
        }
    }
    Ok(rows)
}

fn get(agent: &ureq::Agent, url: &str, token: Option<&str>) -> Result<String> {
    let request = agent.get(url);
    let request = match token {
        Some(token) => request.header("Authorization", format!("Zoho-oauthtoken {token}")),
        None => request,
    };
    Ok(request.call()?.into_body().read_to_string()?)
}

/// The processor time of this process, which has one thread.
fn cpu_seconds() -> Result<f64> {
    let schedule = fs::read_to_string("/proc/self/schedstat").context("processor time is read from /proc, on Linux")?;
    let nanoseconds: f64 = schedule.split(' ').next().context("an empty schedstat")?.parse()?;
    Ok(nanoseconds / 1e9)
}

fn peak_megabytes() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}
