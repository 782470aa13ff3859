//! The whole way, from a configuration to records: against a Zoho CRM that runs here, or against your own.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;
use zcrm_cli::grant::grant_token;
use zcrm_cli::stdio::say;
use zcrm_cli::{Outcome, config, connect, may_write, run, token_place};
use zcrm_core::Criteria;
use zcrm_core::{Client, Config, GrantToken, Record, RecordId};
use zcrm_emulator::{Emulator, Options};

/// Shows the whole way: configuration, tokens, users, records.
///
/// Without --config it starts a Zoho CRM of its own on this machine. With one, it uses the servers named there, and
/// only reads from a host that is not this machine, unless --write is given.
#[derive(Parser)]
#[command(name = "quickstart", version)]
struct Arguments {
    /// The configuration dictionary as JSON
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// `-` reads a grant token from standard input, to exchange when the store holds no tokens yet. Or set
    /// ZOHO_GRANT_TOKEN
    #[arg(long, value_name = "-", requires = "config")]
    grant_token: Option<String>,
    /// Create, change and delete a few leads on a host that is not this machine, too
    #[arg(long, conflicts_with = "read_only")]
    write: bool,
    /// Only read, on this machine too
    #[arg(long)]
    read_only: bool,
}

fn main() -> ExitCode {
    let arguments: Arguments = zcrm_cli::arguments();
    run(|| match &arguments.config {
        Some(file) => tour(config(Some(file))?, grant_token(arguments.grant_token.as_deref())?, &arguments),
        None => tour_of_emulator(&arguments),
    })
}

/// The same against a Zoho CRM that lives as long as this program.
fn tour_of_emulator(arguments: &Arguments) -> Result<Outcome> {
    let emulator = Emulator::start(Options::default()).context("the emulator cannot be started")?;
    say(format_args!("No --config: a Zoho CRM is emulated at {} for this run.\n", emulator.url()))?;
    let folder = tempfile::tempdir()?;
    let mut dictionary = emulator.dictionary();
    if let Some(keys) = dictionary.as_object_mut() {
        keys.insert("token_persistence_path".into(), folder.path().to_string_lossy().into());
    }
    let config = Config::from_json_str(&dictionary.to_string())?;
    let user = config.current_user_email().map(ToString::to_string).unwrap_or_default();
    let grant = GrantToken::new(emulator.new_grant(&user));
    let outcome = tour(config, Some(grant), arguments)?;
    say("They end with this run, as the emulated CRM does.")?;
    say("\nNext: your own account. README.md, under \"Register your app\", shows how.")?;
    Ok(outcome)
}

fn tour(config: Config, grant: Option<GrantToken>, arguments: &Arguments) -> Result<Outcome> {
    let place = token_place(&config);
    let writes = may_write(&config, arguments.write, arguments.read_only);
    say(format_args!("1. Configuration: {} of {}", config.api_version(), config.api_base_url()))?;
    let client = connect(config)?;
    let client = sign_in(client, grant)?;
    look_at_users(&client)?;
    if writes {
        work_with_leads(&client)?;
    } else {
        count_leads(&client)?;
        let why = if arguments.read_only { "" } else { ": this is not a server on this machine. --write does it" };
        say(format_args!("   Nothing was written{why}."))?;
    }
    say(format_args!("5. The tokens are in {place}. A second run with the same configuration needs no grant."))?;
    Ok(Outcome::Done)
}

fn sign_in(client: Client, grant: Option<GrantToken>) -> Result<Client> {
    if let Some(user) = client.user()
        && client.oauth().is_token_generated(user)?
    {
        say(format_args!("2. Tokens: the store holds those of {user}"))?;
        return Ok(client);
    }
    let Some(grant) = grant else {
        bail!(
            "the store holds no tokens yet; make a grant token (README.md, \"Get tokens, once\") and pass it with --grant-token -"
        );
    };
    let granted = client.oauth().generate_access_token(grant)?;
    say(format_args!("2. Tokens: the grant is exchanged; they are kept for {}", granted.user()))?;
    Ok(client.for_user(granted.user())?)
}

/// The Ruby SDK's sample: the current user, then a user by id.
fn look_at_users(client: &Client) -> Result<()> {
    let me = client.users().current()?;
    let id = me.id.context("Zoho gave the current user no id")?;
    let user = client.users().get(&id)?;
    say(format_args!(
        "3. Users: I am {}, user {id}, {}",
        user.full_name.or(user.last_name).unwrap_or_default(),
        user.email.unwrap_or_default()
    ))?;
    Ok(())
}

fn count_leads(client: &Client) -> Result<()> {
    let page = client.module("Leads").records().fields(["Last_Name", "Company"]).per_page(10).send()?;
    let more = if page.info.more_records == Some(true) { ", and there are more" } else { "" };
    say(format_args!("4. Leads: the first page holds {}{more}", page.items.len()))?;
    Ok(())
}

fn work_with_leads(client: &Client) -> Result<()> {
    let company = "zcrm quickstart";
    let leads = ["Ada", "Grace", "Barbara"].map(|name| Record::new().with("Last_Name", name).with("Company", company));
    let report = client.module("Leads").create(&leads)?;
    let ids: Vec<RecordId> = report.created().map(|(_, saved)| saved.id.clone()).collect();
    if let (true, Some((index, error))) = (ids.is_empty(), report.failed().next()) {
        return Err(of_lead(index, error));
    }
    let worked = change_leads(client, &ids, company);
    // Whatever happened in between, what was created goes.
    let deleted = client.module("Leads").delete(&ids)?;
    worked?;
    say(format_args!("   {} deleted again", deleted.deleted().count()))?;
    if let Some((index, error)) = report.failed().chain(deleted.failed()).next() {
        return Err(of_lead(index, error));
    }
    Ok(())
}

fn of_lead(index: usize, error: &zcrm_core::Error) -> anyhow::Error {
    anyhow::Error::from(error.clone()).context(format!("lead {index}"))
}

fn change_leads(client: &Client, ids: &[RecordId], company: &str) -> Result<()> {
    say(format_args!("4. Leads: {} created", ids.len()))?;
    let leads = client.module("Leads");
    let listed = leads.records().fields(["Last_Name", "Company"]).ids(ids);
    let found = listed.iter().collect::<Result<Vec<Record>, _>>()?.len();
    let search = leads.search(Criteria::equals("Company", company)).fields(["Last_Name", "Company"]);
    let hits = search.iter().collect::<Result<Vec<Record>, _>>()?.len();
    say(format_args!("   {found} found by id, {hits} by search (whose index may lag behind)"))?;
    let Some(id) = ids.first() else { return Ok(()) };
    let mut lead = leads.record(id).get()?;
    lead.set("Phone", "555 0100");
    leads.record(id).update(&lead)?;
    let lead = leads.record(id).get()?;
    say(format_args!(
        "   {} changed: its phone is {}; only that field was sent",
        lead.get::<String>("Last_Name")?.unwrap_or_default(),
        lead.get::<String>("Phone")?.unwrap_or_default()
    ))?;
    Ok(())
}
