//! Many processes, one user, one store: how many tokens does Zoho have to give?

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use zcrm_cli::stdio::say;
use zcrm_cli::{Outcome, backends, run};
use zcrm_core::config::HttpOptions;
use zcrm_core::{Client, Config, GrantToken};
use zcrm_emulator::{Emulator, Options, Revoke};

/// Starts worker processes that share one token store and one user of an emulated Zoho CRM, lets their tokens die while
/// they work, and counts what Zoho saw.
#[derive(Parser)]
#[command(name = "fleet", version)]
struct Arguments {
    /// Which kind of store the workers share
    #[arg(long, value_enum, default_value_t = Store::File)]
    store: Store,
    /// A JSON file with the keys of that store (db_*, or persistence_handler_*), where the defaults do not do
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Worker processes
    #[arg(long, default_value_t = 16, value_name = "N")]
    processes: usize,
    /// Threads in each process
    #[arg(long, default_value_t = 4, value_name = "N")]
    threads: usize,
    /// Calls of each thread
    #[arg(long, default_value_t = 150, value_name = "N")]
    calls: usize,
    /// How often all access tokens die meanwhile: by turns they are revoked and expire
    #[arg(long, default_value_t = 3, value_name = "N")]
    deaths: usize,
    #[arg(long, hide = true)]
    worker: bool,
    /// The time limit of a call, in seconds
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    call_timeout: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Store {
    File,
    Mysql,
    Custom,
}

fn main() -> ExitCode {
    let arguments: Arguments = zcrm_cli::arguments();
    run(|| if arguments.worker { work(&arguments) } else { lead(&arguments) })
}

/// What a worker tells the leader, a line each.
const READY: &str = "ready";
const CALLED: &str = "called";
const FAILED: &str = "failed ";

/// A worker: the dictionary comes on standard input, so that no secret is in the list of processes; an empty line then
/// says go.
fn work(arguments: &Arguments) -> Result<Outcome> {
    let mut input = io::stdin().lock();
    let mut line = String::new();
    input.read_line(&mut line)?;
    let http = HttpOptions::default().call_timeout(Duration::from_secs(arguments.call_timeout));
    let client = Client::from_config(Config::from_json_str(&line)?.with_http(http), backends())?;
    say(READY)?;
    input.read_line(&mut line)?;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..arguments.threads)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    for _ in 0..arguments.calls {
                        match client.users().current() {
                            Ok(_) => say(CALLED)?,
                            Err(error) => say(format!("{FAILED}{error}").replace('\n', " "))?,
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a thread panicked")))
    })?;
    Ok(Outcome::Done)
}

/// The leader: the emulator, the workers, the deaths, the table.
fn lead(arguments: &Arguments) -> Result<Outcome> {
    let emulator = Emulator::start(Options::default()).context("the emulator cannot be started")?;
    let folder = tempfile::tempdir()?;
    let dictionary = dictionary(arguments, &emulator, folder.path())?.to_string();
    let client = Client::from_config(Config::from_json_str(&dictionary)?, backends())?;
    let user = client.user().context("the emulator's dictionary names no user")?.to_string();
    let signed_in = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant(&user)))?;
    say(format_args!("Signed in as {}. The tokens: {:?}", signed_in.user(), client.store()))?;
    emulator.revoke_tokens(&user, Revoke::AccessTokens);

    let (sender, lines) = channel();
    let mut workers = (0..arguments.processes)
        .map(|_| Worker::start(arguments, &dictionary, sender.clone()))
        .collect::<Result<Vec<_>>>()?;
    drop(sender);
    for _ in &workers {
        let line = lines.recv().context("a worker ended before it was ready; its error stands above")?;
        ensure!(line == READY, "a worker cannot begin: {line}");
    }
    emulator.reset_counters();
    let begun = Instant::now();
    for worker in &mut workers {
        worker.go()?;
    }
    say(format_args!("{} processes are at work.", workers.len()))?;
    let tally = watch(arguments, &emulator, &user, &lines);
    let ended_well = workers.into_iter().map(Worker::end).collect::<Result<Vec<_>>>()?.into_iter().all(|well| well);
    report(arguments, &emulator, &tally, begun.elapsed())?;
    Ok(if tally.failures.is_empty() && ended_well { Outcome::Done } else { Outcome::InPart })
}

/// The emulator's dictionary with the keys of the store.
fn dictionary(arguments: &Arguments, emulator: &Emulator, folder: &Path) -> Result<Value> {
    let mut dictionary = emulator.dictionary();
    let keys = dictionary.as_object_mut().context("the emulator's dictionary is no object")?;
    keys.remove("token_persistence_path");
    match arguments.store {
        Store::File => {
            keys.insert("token_persistence_path".into(), json!(folder.join("tokens")));
        }
        Store::Custom => {
            keys.insert("persistence_handler_class".into(), json!("fleet"));
            let helper = concat!(env!("CARGO_MANIFEST_DIR"), "/token_helper.py");
            keys.insert("persistence_handler_class_path".into(), json!(helper));
        }
        Store::Mysql => {}
    }
    if let Some(file) = &arguments.config {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let own: Map<String, Value> = serde_json::from_str(&text)?;
        keys.extend(own.into_iter().filter(|(key, _)| key.starts_with("db_") || key.starts_with("persistence_")));
    }
    Ok(dictionary)
}

struct Worker {
    process: Child,
    input: ChildStdin,
    reader: thread::JoinHandle<()>,
}

impl Worker {
    fn start(arguments: &Arguments, dictionary: &str, lines: Sender<String>) -> Result<Self> {
        let mut process = Command::new(env::current_exe()?)
            .args(["--worker", "--threads", &arguments.threads.to_string(), "--calls", &arguments.calls.to_string()])
            .args(["--call-timeout", &arguments.call_timeout.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(mut input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            bail!("a worker without pipes");
        };
        let reader = thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if lines.send(line).is_err() {
                    break;
                }
            }
        });
        writeln!(input, "{dictionary}")?;
        Ok(Self { process, input, reader })
    }

    fn go(&mut self) -> io::Result<()> {
        writeln!(self.input)
    }

    fn end(mut self) -> Result<bool> {
        drop(self.input);
        let status = self.process.wait()?;
        let _ = self.reader.join();
        Ok(status.success())
    }
}

#[derive(Default)]
struct Tally {
    calls: usize,
    failures: Vec<String>,
    deaths: usize,
}

/// Counts calls, and lets the tokens die at even distances.
fn watch(arguments: &Arguments, emulator: &Emulator, user: &str, lines: &Receiver<String>) -> Tally {
    let expected = arguments.processes * arguments.threads * arguments.calls;
    let progress = ProgressBar::new(expected as u64);
    let mut tally = Tally::default();
    for line in lines {
        tally.calls += 1;
        progress.inc(1);
        if let Some(failure) = line.strip_prefix(FAILED) {
            tally.failures.push(failure.to_owned());
        }
        let is_due =
            tally.deaths < arguments.deaths && tally.calls >= expected * (tally.deaths + 1) / (arguments.deaths + 1);
        if is_due {
            if tally.deaths % 2 == 0 {
                emulator.revoke_tokens(user, Revoke::AccessTokens);
            } else {
                emulator.expire_tokens_now();
            }
            tally.deaths += 1;
        }
    }
    progress.finish_and_clear();
    tally
}

fn report(arguments: &Arguments, emulator: &Emulator, tally: &Tally, took: Duration) -> Result<()> {
    let seen = emulator.counters();
    let deaths = tally.deaths + 1;
    say(format_args!("\n  processes x threads        {} x {}", arguments.processes, arguments.threads))?;
    say(format_args!("  calls made                 {}", tally.calls))?;
    say(format_args!("  calls failed               {}", tally.failures.len()))?;
    say(format_args!("  times that all tokens died {deaths} (the first before the workers began)"))?;
    say(format_args!("  token requests Zoho saw    {}", seen.total_token_requests()))?;
    say(format_args!("    if each process refreshed for itself: {}", deaths * arguments.processes))?;
    say(format_args!("  highest number in flight   {}", seen.highest_in_flight))?;
    say(format_args!("  time                       {:.1} s", took.as_secs_f64()))?;
    for failure in tally.failures.iter().take(5) {
        say(format_args!("  failure: {failure}"))?;
    }
    Ok(())
}
