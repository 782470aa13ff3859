//! A channel as Zoho granted it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::watch::{Watch, after};
use crate::entity::{ChannelId, DateTime, Json};
use crate::error::Error;
use crate::rest::{Key, Response};

/// What Zoho grants where no time is named, or one beyond the maximum.
const UNTOLD_LIFE: Duration = Duration::from_secs(3600);

/// Differences of clocks, and the room that is left for them, are no cut.
const TOLERANCE: Duration = Duration::from_secs(10 * 60);

/// A channel that was enabled: what it tells, and how long Zoho lets it live.
///
/// It is plain data that can be written down, so that another process renews or stops it. It holds the token in clear
/// then: keep it where only its owner can read it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Channel {
    watch: Watch,
    asked: DateTime,
    granted: Option<DateTime>,
    /// When it was granted, by this machine's clock, in milliseconds since 1970.
    since: u64,
    /// What is granted, by Zoho's clock alone.
    life: Duration,
    #[serde(skip)]
    refused: Vec<Error>,
}

impl Channel {
    /// What a response says of a channel that was asked for at a moment, for so long.
    pub(super) fn granted_by(
        response: &Response,
        watch: &Watch,
        (now, wanted): (SystemTime, Duration),
    ) -> crate::Result<Self> {
        let Told { granted, refused } = told(response)?;
        let zohos_clock = response.headers().get("date").and_then(|date| httpdate::parse_http_date(date).ok());
        let life = granted.as_ref().and_then(|until| until.system_time()).map(|until| {
            let from = zohos_clock.unwrap_or(now);
            until.duration_since(from).unwrap_or_default()
        });
        let channel = Self {
            watch: watch.clone(),
            asked: after(now, wanted),
            granted,
            since: millis(now),
            life: life.unwrap_or(UNTOLD_LIFE.min(wanted)),
            refused,
        };
        channel.warn();
        Ok(channel)
    }

    /// Takes over what was changed of it.
    pub(super) fn changed_by(&mut self, changed: Self) {
        self.watch.change(&changed.watch);
        if changed.granted.is_some() {
            *self = Self { watch: self.watch.clone(), ..changed };
        }
    }

    fn warn(&self) {
        let id = self.id();
        for error in &self.refused {
            log::warn!("channel {id}: an event was rejected: {error}");
        }
        if self.cut_short() {
            let granted = self.granted.as_ref().map_or("an hour", DateTime::as_str);
            log::warn!("channel {id}: asked to live until {}, granted until {granted}; renew it in time", self.asked);
        }
    }

    /// The channel's id.
    #[must_use]
    pub fn id(&self) -> &ChannelId {
        self.watch.id()
    }

    /// What it tells.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Until when it was asked to live, by this machine's clock.
    #[must_use]
    pub fn asked(&self) -> &DateTime {
        &self.asked
    }

    /// Until when Zoho lets it live, as far as Zoho said; the earliest moment, where events differ.
    #[must_use]
    pub fn granted(&self) -> Option<&DateTime> {
        self.granted.as_ref()
    }

    /// Whether it lives shorter than it was asked to: by more than ten minutes, or a tenth of what was asked for.
    ///
    /// Zoho lets channels live for a day (v2 to v3) or a week (from v4 on), and shortens without a word.
    #[must_use]
    pub fn cut_short(&self) -> bool {
        let asked = self.asked.system_time().and_then(|asked| asked.duration_since(self.began()).ok());
        asked.is_some_and(|asked| self.life + TOLERANCE.min(asked / 10) < asked)
    }

    /// Why some of its events were rejected; empty where all are told.
    #[must_use]
    pub fn refused(&self) -> &[Error] {
        &self.refused
    }

    /// When it ends, by this machine's clock, whether that is right or not.
    #[must_use]
    pub fn expires(&self) -> SystemTime {
        self.began().checked_add(self.life).unwrap_or(UNIX_EPOCH)
    }

    /// Whether less than `margin` of its life is left. Of a short life the last half counts, so that a channel which
    /// was cut to an hour is not due all the time.
    #[must_use]
    pub fn renew_due(&self, margin: Duration) -> bool {
        self.due_at(margin) <= SystemTime::now()
    }

    /// When it is to be renewed.
    pub(crate) fn due_at(&self, margin: Duration) -> SystemTime {
        let until = self.life.saturating_sub(margin.min(self.life / 2));
        self.began().checked_add(until).unwrap_or(UNIX_EPOCH)
    }

    /// How long it lives from its last renewal on.
    pub(in crate::resource) fn life(&self) -> Duration {
        self.life
    }

    fn began(&self) -> SystemTime {
        UNIX_EPOCH.checked_add(Duration::from_millis(self.since)).unwrap_or(UNIX_EPOCH)
    }
}

fn millis(moment: SystemTime) -> u64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// What the results of one channel say.
struct Told {
    granted: Option<DateTime>,
    refused: Vec<Error>,
}

/// The results are those of one channel, whether there is one for all its modules or one for each.
///
/// # Errors
///
/// The first rejection, where nothing was done.
fn told(response: &Response) -> crate::Result<Told> {
    let results = match response.results(Key::from("watch")) {
        Ok(results) => results.into_iter().flatten().collect(),
        Err(_) => vec![response.result("watch")?],
    };
    let mut told = Told { granted: None, refused: Vec::new() };
    let mut done = false;
    for result in results {
        match response.checked(result) {
            Ok(result) => {
                done = true;
                let events = result.details.get("events").and_then(|events| events.elements());
                let expiries = events.unwrap_or_else(|| vec![result.details.clone()]);
                let expiries = expiries.iter().filter_map(expiry);
                told.granted = told.granted.into_iter().chain(expiries).min();
            }
            Err(error) => told.refused.push(error),
        }
    }
    match told.refused.first() {
        Some(error) if !done => Err(error.clone()),
        None if !done => Err(response.undecided("Zoho's response says nothing of the channel")),
        _ => Ok(told),
    }
}

fn expiry(event: &Json) -> Option<DateTime> {
    let expiry: DateTime = event.get("channel_expiry")?.read().ok()?;
    expiry.unix_seconds().is_some().then_some(expiry)
}
