//! Changes, written down and acknowledged.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use serde_json::{Value, json};
use zcrm_core::ErrorKind;
use zcrm_core::resource::{Change, Subscription, Told, ToldChange};

use super::state_file::StateFile;
use crate::exit::in_one_line;
use crate::output::one_line;
use crate::stdio::print;

/// So many lines at most are told again after the program was killed, and some that were told meanwhile.
const KEPT_EVERY: usize = 200;

/// A subscription whose changes go to standard output.
pub struct Job<'a> {
    /// What is told.
    pub subscription: Subscription,
    /// Where the state is kept.
    pub state: Option<StateFile>,
    /// Tells people.
    pub note: &'a dyn Fn(&str),
}

/// Why a job ended.
#[derive(Debug)]
pub enum End {
    /// It was stopped.
    Stopped,
    /// It cannot go on.
    Failed(anyhow::Error),
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subscription, state, .. } = self;
        f.debug_struct("Job").field("subscription", subscription).field("state", state).finish_non_exhaustive()
    }
}

impl Job<'_> {
    /// Writes changes down until it is stopped. A state is kept after the lines of its changes are out, never before.
    pub fn run(&mut self) -> End {
        let end = self.tell();
        match (end, self.keep()) {
            (End::Failed(cause), _) | (End::Stopped, Err(cause)) => End::Failed(cause),
            (End::Stopped, Ok(())) => End::Stopped,
        }
    }

    /// Stops the channel, and forgets it.
    ///
    /// # Errors
    ///
    /// When Zoho cannot be asked; the channel ends by itself then.
    pub fn stop_channel(&mut self) -> Result<()> {
        self.subscription.stop_channel()?;
        self.keep()
    }

    fn tell(&mut self) -> End {
        let mut waited_for: BTreeSet<String> = self.subscription.state().modules().map(str::to_owned).collect();
        let mut lines = 0;
        loop {
            let done = match self.subscription.read() {
                Ok(Told::Change(told)) => {
                    lines += 1;
                    let written = print(line(&told));
                    if lines % KEPT_EVERY == 0 { written.and_then(|()| self.acknowledge()) } else { written }
                }
                Ok(Told::CaughtUp { module }) => {
                    let is_last = waited_for.remove(&module) && waited_for.is_empty();
                    if is_last {
                        let modules: Vec<&str> = self.subscription.state().modules().collect();
                        (self.note)(&format!("watching {}", modules.join(", ")));
                    }
                    self.acknowledge()
                }
                Ok(Told::ChannelChanged) => {
                    self.note_channel();
                    self.keep()
                }
                Ok(Told::Stopped) => return End::Stopped,
                Ok(_) => Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => return End::Stopped,
                Err(error) if passes(error.kind()) || self.is_about_a_channel_that_was(&error) => {
                    (self.note)(&format!("{}; it is tried again", in_one_line(&error)));
                    Ok(())
                }
                Err(error) => Err(error.into()),
            };
            if let Err(cause) = done {
                return End::Failed(cause);
            }
        }
    }

    fn note_channel(&self) {
        let Some(channel) = self.subscription.state().channel() else {
            return (self.note)("the channel is stopped");
        };
        let granted = channel.granted().map_or("an hour from now", |granted| granted.as_str());
        let (id, asked) = (channel.id(), channel.asked());
        if channel.cut_short() {
            (self.note)(&format!(
                "warning: channel {id} was asked to live until {asked}, and lives until {granted} only; it is renewed \
                 before that"
            ));
        } else {
            (self.note)(&format!("channel {id} lives until {granted}, and is renewed before that"));
        }
        for error in channel.refused() {
            (self.note)(&format!("channel {id} does not tell all: {error}"));
        }
    }

    /// A channel that could be had once may be had again; until then, sweeps tell all.
    fn is_about_a_channel_that_was(&self, error: &zcrm_core::Error) -> bool {
        let is_about_channel = error.path().is_some_and(|path| path.ends_with("/actions/watch"));
        is_about_channel && self.subscription.state().channel().is_some()
    }

    fn acknowledge(&mut self) -> Result<()> {
        self.subscription.acknowledge();
        self.keep()
    }

    fn keep(&self) -> Result<()> {
        self.state.as_ref().map_or(Ok(()), |file| file.write(&self.subscription.state().to_string()))
    }
}

/// One line of JSON.
fn line(told: &ToldChange) -> String {
    let id = json!(told.id());
    let module = Value::from(told.module.as_str());
    match &told.change {
        Change::Upserted(record) => {
            let record = one_line(record.raw());
            format!("{{\"module\":{module},\"change\":\"upserted\",\"id\":{id},\"record\":{record}}}\n")
        }
        Change::Deleted { .. } => format!("{{\"module\":{module},\"change\":\"deleted\",\"id\":{id}}}\n"),
    }
}

/// Whether a failure may be gone the next time.
fn passes(kind: ErrorKind) -> bool {
    use ErrorKind as Kind;
    matches!(
        kind,
        Kind::AccountsServer
            | Kind::Busy
            | Kind::Connect
            | Kind::InvalidResponse
            | Kind::Persistence
            | Kind::RateLimited
            | Kind::RefreshBusy
            | Kind::Server
            | Kind::Tls
            | Kind::TokenThrottled
            | Kind::Unanswered
    )
}
