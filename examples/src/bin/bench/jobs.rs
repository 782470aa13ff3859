//! What is measured.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::Deserialize;
use serde_json::Value;
use zcrm_cli::connect;
use zcrm_core::persistence::PersistenceHandler;
use zcrm_core::resource::{QueryHandle, Way};
use zcrm_core::rest::List;
use zcrm_core::{Client, Record, UserIdentifier};
use zcrm_persist_file::FilePersistence;

use super::usage::{Of, Usage};

/// How many rows are written.
pub(crate) const CREATED: u64 = 10_000;
/// How many rows are written by bulk write.
pub(crate) const BULK: u64 = 100_000;
/// What is imported, beside the dictionary.
pub(crate) const SHEET: &str = "leads.csv";

/// The same dictionary with v8 in it.
pub(crate) const LATEST: &str = "zcrm-v8.json";

/// One thing to measure.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Job {
    RawValues,
    RawBytes,
    RawStructs,
    Records,
    RecordsOneField,
    Structs,
    Ndjson,
    Query,
    QueryStructs,
    ScanQuery,
    ScanBulk,
    Export,
    Create,
    Import,
    BulkWrite,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Lead {
    #[serde(rename = "Last_Name")]
    last_name: Option<String>,
    email: Option<String>,
    company: Option<String>,
}

#[derive(Deserialize)]
struct LeadsPage {
    data: Vec<Lead>,
    info: Info,
}

#[derive(Deserialize)]
struct Info {
    more_records: bool,
}

impl Lead {
    fn is_whole(&self) -> bool {
        self.last_name.is_some() && self.email.is_some() && self.company.is_some()
    }
}

impl Job {
    pub(crate) const LISTING: [Self; 12] = [
        Self::RawValues,
        Self::RawBytes,
        Self::RawStructs,
        Self::Records,
        Self::RecordsOneField,
        Self::Structs,
        Self::Ndjson,
        Self::Query,
        Self::QueryStructs,
        Self::ScanQuery,
        Self::ScanBulk,
        Self::Export,
    ];
    pub(crate) const CREATING: [Self; 2] = [Self::Create, Self::Import];

    pub(crate) const BULK_WRITING: [Self; 1] = [Self::BulkWrite];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::RawValues => "ureq and `serde_json::Value`",
            Self::RawBytes => "ureq, nothing decoded",
            Self::RawStructs => "ureq and serde, three fields",
            Self::Records => "`records().iter()`",
            Self::RecordsOneField => "the same, one field read",
            Self::Structs => "`iter_as`, three fields",
            Self::Ndjson => "`Record::raw`, a line each",
            Self::Query => "`query().iter()` in v8, three columns",
            Self::QueryStructs => "the same, `iter_as`",
            Self::ScanQuery => "`scan().iter()` by COQL in v8, all fields but a file",
            Self::ScanBulk => "the same by bulk read",
            Self::Export => "`zcrm export --way pages`, NDJSON",
            Self::Create => "`create_iter`",
            Self::Import => "`zcrm import`",
            Self::BulkWrite => "`bulk_write().upsert_by`",
        }
    }

    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Does it, and says what this process, or the program that it started, has used.
    pub(crate) fn measure(self, config: &Path) -> Result<Usage> {
        let leads = || Ok::<_, anyhow::Error>(client(config)?.module("Leads").records());
        let rows = match self {
            Self::RawValues => raw(config, |page| {
                let page: Value = serde_json::from_slice(page)?;
                let rows = page.get("data").and_then(Value::as_array).map_or(0, Vec::len);
                let more = page.pointer("/info/more_records").and_then(Value::as_bool).context("no more_records")?;
                Ok((rows, more))
            })?,
            Self::RawBytes => raw(config, |page| {
                let (_, info) = page.split_at(page.len().saturating_sub(100));
                Ok((0, String::from_utf8_lossy(info).contains(r#""more_records":true"#)))
            })?,
            Self::RawStructs => raw(config, |page| {
                let page: LeadsPage = serde_json::from_slice(page)?;
                Ok((page.data.iter().filter(|lead| lead.is_whole()).count(), page.info.more_records))
            })?,
            Self::Records => count(leads()?, |_| Ok(true))?,
            Self::RecordsOneField => count(leads()?, |lead| Ok(lead.get::<String>("Email")?.is_some()))?,
            Self::Structs => {
                let mut rows = 0;
                for lead in leads()?.iter_as::<Lead>() {
                    rows += usize::from(lead?.is_whole());
                }
                rows
            }
            Self::Ndjson => {
                let mut lines = BufWriter::new(File::create("/dev/null")?);
                count(leads()?, |lead| {
                    lines.write_all(lead.raw().as_bytes())?;
                    lines.write_all(b"\n")?;
                    Ok(true)
                })?
            }
            Self::Query => query(config)?.iter().try_fold(0, |rows, row| row.map(|_| rows + 1))?,
            Self::QueryStructs => {
                let rows = query(config)?.iter_as::<Lead>();
                rows.map(|row| row.map(|lead| usize::from(lead.is_whole()))).sum::<Result<_, _>>()?
            }
            Self::ScanQuery => scan(config, Way::Query)?,
            Self::ScanBulk => scan(config, Way::Bulk)?,
            Self::Create => {
                let leads = (0..CREATED).map(|number| Record::new().with("Last_Name", format!("Lead {number}")));
                client(config)?.module("Leads").writer().create_iter(leads).report().created().count()
            }
            Self::BulkWrite => {
                let lead = |number| {
                    let lead = Record::new().with("Last_Name", format!("Lead {number}")).with("City", "Oslo");
                    lead.with("Email", format!("lead{number}@example.com")).with("Company", "Example Ltd")
                };
                let rows = (0..BULK).map(lead);
                let outcomes = client(config)?.module("Leads").bulk_write().upsert_by("Email").rows(rows).start()?;
                outcomes.filter(|outcome| outcome.id().is_some()).count()
            }
            Self::Export => {
                let output = beside(config, "leads.ndjson");
                program("export", config, &["--way", "pages", "--output", &output])?;
                let rows = std::fs::read(&output)?.iter().filter(|byte| **byte == b'\n').count();
                // The next run is not to pay for clearing it.
                std::fs::remove_file(&output)?;
                return Usage::so_far(Of::Child, rows);
            }
            Self::Import => {
                let summary = program("import", config, &["--input", &beside(config, SHEET)])?;
                let created = summary.split_whitespace().find_map(|part| part.strip_prefix("created="));
                return Usage::so_far(Of::Child, created.context("import said nothing")?.parse()?);
            }
        };
        Usage::so_far(Of::This, rows)
    }
}

fn client(config: &Path) -> Result<Client> {
    connect(zcrm_cli::config(Some(config))?)
}

/// All leads, by a query: its pages are larger in v8.
fn query(config: &Path) -> Result<QueryHandle> {
    Ok(client(&config.with_file_name(LATEST))?.query("select Last_Name, Email, Company from Leads"))
}

fn scan(config: &Path, way: Way) -> Result<usize> {
    let leads = client(&config.with_file_name(LATEST))?.module("Leads");
    // A file comes from lists, 100 records a call, whatever the way.
    let fields =
        leads.fields().list().all()?.into_iter().filter(|field| field.data_type.as_deref() != Some("fileupload"));
    let scan = leads.scan().fields(fields.filter_map(|field| field.api_name)).way(way);
    Ok(scan.iter().try_fold(0, |rows, row| row.map(|_| rows + 1))?)
}

fn count(leads: List<Record>, mut meets: impl FnMut(&Record) -> Result<bool>) -> Result<usize> {
    let mut rows = 0;
    for lead in leads.iter() {
        rows += usize::from(meets(&lead?)?);
    }
    Ok(rows)
}

/// What a program without an SDK would do, all at its best: one agent, pages of 200, each page in one piece.
fn raw(config: &Path, mut decode: impl FnMut(&[u8]) -> Result<(usize, bool)>) -> Result<usize> {
    let dictionary: Value = serde_json::from_slice(&std::fs::read(config)?)?;
    let text = |key: &str| dictionary.get(key).and_then(Value::as_str).with_context(|| format!("no {key}"));
    let user = UserIdentifier::new(text("current_user_email")?)?;
    let store = FilePersistence::new(beside(config, "tokens"))?;
    let tokens = store.get_oauth_tokens(&user)?.context("there are no tokens")?;
    let authorization = format!("Zoho-oauthtoken {}", tokens.access_token().expose());
    let url = format!("{}/crm/v2/Leads", text("api_base_url")?);
    let agent = ureq::agent();
    let mut rows = 0;
    for page in 1.. {
        let answer = agent
            .get(&url)
            .query("page", page.to_string())
            .query("per_page", "200")
            .header("Authorization", &authorization)
            .call()?;
        let mut body = Vec::new();
        answer.into_body().into_reader().read_to_end(&mut body)?;
        let (decoded, more) = decode(&body)?;
        rows += decoded;
        if !more {
            break;
        }
    }
    Ok(rows)
}

fn beside(config: &Path, name: &str) -> String {
    config.with_file_name(name).display().to_string()
}

/// Runs a subcommand of the `zcrm` that was built beside this program, and gives its output.
fn program(name: &str, config: &Path, arguments: &[&str]) -> Result<String> {
    let path = std::env::current_exe()?.with_file_name("zcrm").with_extension(std::env::consts::EXE_EXTENSION);
    let done = Command::new(path)
        .arg(name)
        .arg("--config")
        .arg(config)
        .args(["--module", "Leads"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("zcrm does not run; build it: cargo build --release -p zcrm-cli")?;
    if !done.status.success() {
        bail!("{name}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
