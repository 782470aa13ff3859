//! The emulator, in a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zcrm_cli::stdio::say;
use zcrm_core::GrantToken;
use zcrm_emulator::{Behaviour, Emulator, Options};

/// What the server prints first.
#[derive(Serialize, Deserialize)]
struct Introduction {
    dictionary: Value,
    grant: String,
}

/// What a job did to the server.
#[derive(Serialize, Deserialize)]
pub(crate) struct Counters {
    pub(crate) calls: u64,
    pub(crate) connections: u64,
}

/// Is the server until standard input ends; a line there asks for the counters, which then begin anew.
pub(crate) fn serve(leads: u64, gzip: bool) -> Result<()> {
    let defaults = Options::default();
    let behaviour = Behaviour { gzip, token_limit: false, ..defaults.behaviour };
    let emulator = Emulator::start(Options { leads, behaviour, ..defaults })?;
    let grant = emulator.new_grant("abc@xyz.com");
    say(format_args!("{}", serde_json::to_string(&Introduction { dictionary: emulator.dictionary(), grant })?))?;
    for line in std::io::stdin().lines() {
        line?;
        let counters = emulator.counters();
        emulator.reset_counters();
        let counters = Counters { calls: counters.total_calls(), connections: counters.connections };
        say(format_args!("{}", serde_json::to_string(&counters)?))?;
    }
    Ok(())
}

/// A server that runs until this is dropped.
pub(crate) struct Server {
    process: Child,
    ask: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
    introduction: Introduction,
}

impl Server {
    pub(crate) fn start(leads: u64, gzip: bool) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--serve", &leads.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        if gzip {
            command.arg("--gzip");
        }
        let mut process = command.spawn()?;
        let ask = process.stdin.take();
        let mut said = BufReader::new(process.stdout.take().context("the server has no output")?);
        let introduction = next(&mut said)?;
        Ok(Self { process, ask, said, introduction })
    }

    pub(crate) fn dictionary(&self) -> &Value {
        &self.introduction.dictionary
    }

    pub(crate) fn grant(&self) -> GrantToken {
        GrantToken::new(&self.introduction.grant)
    }

    /// What was done to it since it was last asked.
    pub(crate) fn counters(&mut self) -> Result<Counters> {
        self.ask.as_mut().context("the server has no input")?.write_all(b"\n")?;
        next(&mut self.said)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input is the end of the server.
        drop(self.ask.take());
        let _ = self.process.wait();
    }
}

fn next<T: serde::de::DeserializeOwned>(said: &mut BufReader<ChildStdout>) -> Result<T> {
    let mut line = String::new();
    said.read_line(&mut line)?;
    serde_json::from_str(&line).context("the server did not start")
}
