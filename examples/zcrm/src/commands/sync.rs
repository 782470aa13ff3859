//! `zcrm sync`

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;
use zcrm_cli::stdio::{note, say};
use zcrm_cli::sync::{Job, Store, Target, Told, open};
use zcrm_cli::{Interrupt, Outcome, complain, names, progress};
use zcrm_core::{Client, Secret};

use crate::global::Global;

/// Keeps modules as tables of a database, up to date by what changed since last time
///
/// Each module is a table of its API name, each field a column of its own; `id` is the key, `_json` the record as Zoho
/// sent it, and zcrm_sync says how far each table is. The first run reads all records, each later one what was created,
/// changed and deleted since. A run that was killed goes on where it was. Lookups are kept as ids, decimals digit by
/// digit. The last line of each module is `module=M upserted=N deleted=N`.
///
/// The password of MySQL comes from the environment variable ZCRM_SYNC_PASSWORD, or is asked for on a terminal.
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// The modules, separated by commas
    #[arg(long, value_name = "M,N", required = true, value_delimiter = ',')]
    modules: Vec<String>,
    /// The database: sqlite:FILE or mysql://USER@HOST:PORT/DATABASE, with ?tls=true for an encrypted connection
    #[arg(long, value_name = "DATABASE")]
    to: String,
    /// The fields, separated by commas; all unless given
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = names::api_name)]
    fields: Vec<String>,
    /// Bring the tables up to date once, as without --every
    #[arg(long)]
    once: bool,
    /// Bring them up to date again and again, with so many seconds from one beginning to the next, until Ctrl-C
    #[arg(long, value_name = "SECONDS", conflicts_with = "once", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    /// Drop the tables of an earlier sync first, and read everything anew
    #[arg(long)]
    fresh: bool,
}

/// What became of all modules.
#[derive(Default)]
struct Sum {
    failed: usize,
    wrote: bool,
    in_part: bool,
}

impl Sync {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let target = Target::parse(&self.to)?;
        for (option, names) in [("--modules", &self.modules), ("--fields", &self.fields)] {
            let is_wrong = |(at, name): &(usize, &String)| {
                name.trim().is_empty() || names.iter().take(*at).any(|before| before == *name)
            };
            if let Some((_, name)) = names.iter().enumerate().find(is_wrong) {
                bail!("{option}: {name:?} is empty or named twice");
            }
        }
        let client = global.client()?;
        let (wake, woken) = channel();
        let interrupted = client.clone();
        let first = move || {
            note("interrupted: what was read is written; Ctrl-C again ends at once");
            interrupted.interrupt();
            // Nobody may be waiting.
            let _ = wake.send(());
        };
        let interrupt = Interrupt::watch(first, || {})?;
        let password = target.password()?;
        let sweep = Sweep { sync: self, global, client: &client, target: &target, password, interrupt };
        let mut fresh = self.fresh;
        loop {
            let begun = Instant::now();
            let sum = sweep.run(fresh);
            let Some(seconds) = self.every else { return sweep.outcome(sum?) };
            match sum {
                Ok(sum) => fresh &= sum.failed > 0,
                Err(error) => complain(&*error),
            }
            let until = begun + Duration::from_secs(seconds);
            if sweep.interrupt.is_asked() || wakes(&woken, until) {
                return Ok(Outcome::InPart);
            }
        }
    }
}

/// Whether the end is asked for before that time.
fn wakes(woken: &Receiver<()>, until: Instant) -> bool {
    woken.recv_timeout(until.saturating_duration_since(Instant::now())) != Err(RecvTimeoutError::Timeout)
}

/// All modules, one after the other.
struct Sweep<'a> {
    sync: &'a Sync,
    global: &'a Global,
    client: &'a Client,
    target: &'a Target,
    password: Secret,
    interrupt: Interrupt,
}

impl Sweep<'_> {
    fn run(&self, fresh: bool) -> Result<Sum> {
        let mut store = Store::new(open(self.target, &self.password)?)?;
        let mut sum = Sum::default();
        for module in &self.sync.modules {
            if self.interrupt.is_asked() {
                sum.in_part = true;
                break;
            }
            let mut told = Told::default();
            let done = if fresh { store.forget(module) } else { Ok(()) };
            let done = done.and_then(|()| self.module(&mut store, module, &mut told));
            if let Err(error) = done {
                sum.in_part = true;
                if !self.interrupt.is_asked() {
                    sum.failed += 1;
                    complain(&*error.context(format!("{module} is not up to date")));
                }
            }
            for (field, count) in &told.unfit {
                sum.in_part = true;
                note(format_args!(
                    "error: {module}: {count} values of {field} do not fit its column, and are in _json"
                ));
            }
            sum.wrote |= told.upserted + told.deleted > 0;
            say(format_args!("module={module} upserted={} deleted={}", told.upserted, told.deleted))?;
        }
        Ok(sum)
    }

    fn module(&self, store: &mut Store, module: &str, told: &mut Told) -> Result<()> {
        let bar = self.global.progress(|| progress::count_of(&format!("changes of {module}")));
        let job = Job { client: self.client, fields: &self.sync.fields };
        let done = job.run(store, module, told, |count| {
            bar.set_position(count);
            !self.interrupt.is_asked()
        });
        bar.finish_and_clear();
        done
    }

    fn outcome(&self, sum: Sum) -> Result<Outcome> {
        if self.interrupt.is_asked() {
            return Ok(Outcome::InPart);
        }
        if sum.failed == self.sync.modules.len() && !sum.wrote {
            bail!("no module is up to date");
        }
        Ok(if sum.in_part { Outcome::InPart } else { Outcome::Done })
    }
}
