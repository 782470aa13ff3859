//! `zcrm watch`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use zcrm_cli::watch::{End, Job, Note, Server, StateFile, Tls};
use zcrm_cli::{Interrupt, Outcome, complain, names};
use zcrm_core::resource::{ChangesCursor, EventKind, SubscriptionState};

use crate::global::Global;

/// Tells changes as they happen, one a line of JSON, until Ctrl-C
///
/// Each module is swept every --every seconds: what was created, edited and deleted since the last time is told at
/// least once, and no older state of a record after a newer one. With --notify-url Zoho tells of changes as well, which
/// brings a sweep forward; what it tells is never believed, so it does no harm when it is lost. Without it no public
/// address is needed.
///
/// A line is {"module":..,"change":"upserted","id":..,"record":{..}}, or {"module":..,"change":"deleted","id":..}. With
/// --state a run goes on where the last one stopped, also after kill -9: lines that were not recorded as told come
/// again, and the last one may have been cut off. One process at a time uses a state.
///
/// Ctrl-C stops it in good order, with exit code 0. Exit code 1: it could not go on.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// The modules' API names, such as Leads,Contacts
    #[arg(long, value_name = "A,B", value_delimiter = ',', required = true)]
    modules: Vec<String>,
    /// Only these; a record that was created and edited between two sweeps is created
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_enum)]
    events: Vec<Kind>,
    /// The fields of the records, by API name, the same for all modules; all when absent
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = names::api_name)]
    fields: Vec<String>,
    /// The URL that Zoho is to call: https, such as that of a proxy that leads to --listen, or http on this machine
    #[arg(long, value_name = "URL", requires = "listen")]
    notify_url: Option<String>,
    /// Where to listen for Zoho's calls, such as 127.0.0.1:8080
    #[arg(long, value_name = "ADDR", requires = "notify_url")]
    listen: Option<String>,
    /// A certificate to listen with, in PEM, where there is no proxy that ends TLS
    #[arg(long, value_name = "FILE", requires = "key", requires = "listen")]
    cert: Option<PathBuf>,
    /// The certificate's key, in PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Where to keep up to where changes were told; without it nothing is told of the time between two runs
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// How often to sweep at least
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Tell the records that are there before the first run too
    #[arg(long)]
    from_start: bool,
    /// Leave the channel to the next run, instead of stopping it at the end
    #[arg(long, requires = "notify_url")]
    keep_channels: bool,
    /// How long to ask Zoho to let the channel live, before it is renewed; as long as it may unless given
    #[arg(long, value_name = "SECONDS", requires = "notify_url", value_parser = clap::value_parser!(u64).range(1..))]
    channel_life: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Create,
    Edit,
    Delete,
}

impl From<Kind> for EventKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Create => Self::Create,
            Kind::Edit => Self::Edit,
            Kind::Delete => Self::Delete,
        }
    }
}

impl Watch {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let tls = match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => Some(Tls::read(cert, key)?),
            _ => None,
        };
        let client = global.client()?;
        let file = self.state.as_deref().map(StateFile::open).transpose()?;
        let state = self.begin(global, file.as_ref())?;
        let mut subscription = client.subscription(state).fields(&self.fields).every(Duration::from_secs(self.every));
        if !self.events.is_empty() {
            subscription = subscription.kinds(self.events.iter().copied().map(EventKind::from));
        }
        if let Some(url) = &self.notify_url {
            subscription = subscription.notify_url(url);
        }
        if let Some(seconds) = self.channel_life {
            subscription = subscription.channel_life(Duration::from_secs(seconds));
        }
        let hints = subscription.hints();
        let quiet = global.quiet;
        let told: Note = Arc::new(move |text| Global::tell(quiet, text));
        let start = |address: &str| Server::start(address, tls, hints.clone(), told);
        let server = self.listen.as_deref().map(start).transpose()?;
        if let Some(server) = &server {
            global.note(format_args!("listening at {}", server.address()));
        }
        let interrupted = client.clone();
        Interrupt::watch(
            move || {
                // In this order: whoever is stopped lets requests through again.
                interrupted.interrupt();
                hints.stop();
            },
            || {},
        )?;
        let note = |text: &str| global.note(text);
        let mut job = Job { subscription, state: file, note: &note };
        let end = job.run();
        // Requests are let through again, for the last ones.
        client.resume();
        if !self.keep_channels
            && job.subscription.state().channel().is_some()
            && let Err(error) = job.stop_channel()
        {
            complain(&*error.context("the channel could not be stopped; it ends by itself"));
        }
        match end {
            End::Stopped => Ok(Outcome::Done),
            End::Failed(error) => Err(error),
        }
    }

    /// The state of the last run, with the modules of this one.
    fn begin(&self, global: &Global, file: Option<&StateFile>) -> Result<SubscriptionState> {
        if let Some(empty) = self.modules.iter().find(|module| module.trim().is_empty()) {
            bail!("{empty:?} is no module: name API names, such as --modules Leads,Contacts");
        }
        let kept = file.map(StateFile::read).transpose()?.flatten();
        let state = match kept {
            Some(text) => text.parse::<SubscriptionState>().with_context(|| {
                let file = self.state.as_deref().unwrap_or("".as_ref());
                format!("{} is no state of zcrm watch: name another file, or remove it to begin anew", file.display())
            })?,
            None => {
                if file.is_none() {
                    global.note("without --state, what happens between two runs is not told");
                }
                SubscriptionState::new()
            }
        };
        let others: BTreeSet<String> = state.modules().map(str::to_owned).collect();
        let others = others.iter().filter(|module| !self.modules.contains(module));
        let state = others.fold(state, |state, module| {
            global.note(format_args!("{module} is not watched any more, and its place in the state is forgotten"));
            state.without(module)
        });
        let cursor = || if self.from_start { ChangesCursor::start() } else { ChangesCursor::from_now() };
        let state = self.modules.iter().fold(state, |state, module| state.with(module.trim(), cursor()));
        if let Some(file) = file {
            // Found out now rather than when something is told.
            file.write(&state.to_string())?;
        }
        Ok(state)
    }
}
