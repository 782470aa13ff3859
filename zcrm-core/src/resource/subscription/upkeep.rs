//! The channel's life.

use std::time::{Duration, Instant, SystemTime};

use super::hints::Hints;
use super::settings::Settings;
use super::state::SubscriptionState;
use crate::error::{Error, ErrorKind, Result};
use crate::resource::notifications::{Channel, NotificationsHandle, Watch};
use crate::secret::Secret;

/// So long lies between two renewals at least, whatever was granted.
const SHORTEST: Duration = Duration::from_millis(200);

/// The pauses after a failure.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Of a long life the last six hours are left for renewals, of a shorter one a quarter.
const LONGEST_MARGIN: Duration = Duration::from_secs(6 * 3600);

/// When the channel is to be looked at.
#[derive(Debug)]
pub(super) struct Upkeep {
    next: Option<Instant>,
    pause: Duration,
    /// Whether it is to be asked whether Zoho still knows the channel.
    verify: bool,
    verified: Option<Instant>,
}

impl Upkeep {
    pub(super) fn new(now: Instant) -> Self {
        Self { next: Some(now), pause: PAUSES.0, verify: true, verified: None }
    }

    /// When there is something to do; `None` for never.
    pub(super) fn due(&self) -> Option<Instant> {
        self.next
    }

    /// Changes were found that the channel did not tell: it may be gone, which is found out, not too often.
    pub(super) fn suspect(&mut self, now: Instant, every: Duration) {
        let is_due = self.verified.is_none_or(|verified| now.saturating_duration_since(verified) >= every);
        if self.next.is_some() && is_due {
            self.verify = true;
            self.next = Some(now);
        }
    }

    /// Does what is due; whether the state changed.
    pub(super) fn run(
        &mut self,
        channels: &NotificationsHandle,
        settings: &Settings,
        state: &mut SubscriptionState,
        hints: &Hints,
    ) -> Result<bool> {
        let outcome = self.step(channels, settings, state, hints);
        let now = Instant::now();
        match &outcome {
            Ok(_) => {
                self.pause = PAUSES.0;
                self.next = state.channel.as_ref().map(|channel| now + until_renewal(channel).max(SHORTEST));
            }
            Err(_) => {
                self.next = Some(now + self.pause);
                self.pause = self.pause.saturating_mul(2).min(PAUSES.1);
            }
        }
        outcome
    }

    fn step(
        &mut self,
        channels: &NotificationsHandle,
        settings: &Settings,
        state: &mut SubscriptionState,
        hints: &Hints,
    ) -> Result<bool> {
        let Some(url) = &settings.notify_url else {
            hints.set_token(None);
            return stop(channels, state);
        };
        let Some(channel) = &mut state.channel else {
            let watch = wanted(settings, state, Watch::new(url, random_token()?));
            // Zoho may call before its response is here.
            hints.set_token(watch.secret().cloned());
            state.channel = Some(channels.enable(&watch)?);
            self.was_verified();
            return Ok(true);
        };
        hints.set_token(channel.watch().secret().cloned());
        let Some(token) = channel.watch().secret().cloned() else {
            state.channel = None;
            return self.step(channels, settings, state, hints);
        };
        let watch = Watch::new(url, token).channel_id(channel.id());
        let events = wanted(settings, state, watch);
        let Some(channel) = &mut state.channel else { return Ok(false) };
        let as_it_should_be = channel.watch().is_same(&events);
        if !as_it_should_be || channel.renew_due(margin(channel)) {
            *channel = replaced(channels, &events)?;
        } else if self.verify && is_gone(channels, channel)? {
            log::warn!("channel {}: Zoho knows it no more; it is enabled again", channel.id());
            *channel = channels.enable(&events)?;
        } else {
            self.was_verified();
            return Ok(false);
        }
        self.was_verified();
        Ok(true)
    }

    fn was_verified(&mut self) {
        self.verify = false;
        self.verified = Some(Instant::now());
    }
}

/// A channel that lives on, or begins again where Zoho will not let it.
fn replaced(channels: &NotificationsHandle, watch: &Watch) -> Result<Channel> {
    match channels.replace(watch) {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::NotFound) => channels.enable(watch),
        replaced => replaced,
    }
}

/// Whether Zoho does not list the channel. Where it lists nothing at all for now, the channel is taken to be there.
fn is_gone(channels: &NotificationsHandle, channel: &Channel) -> Result<bool> {
    match channels.list().channel(channel.id()).all() {
        Ok(listed) => Ok(!listed.iter().any(|row| row.channel_id == *channel.id())),
        Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
        Err(error) => {
            log::warn!("channel {}: whether Zoho still knows it could not be asked: {error}", channel.id());
            Ok(false)
        }
    }
}

/// Stops the channel, if there is one; whether there was.
pub(super) fn stop(channels: &NotificationsHandle, state: &mut SubscriptionState) -> Result<bool> {
    let Some(channel) = &state.channel else { return Ok(false) };
    match channels.stop(channel.id()) {
        Err(error) if error.code() != Some("NOT_SUBSCRIBED") => Err(error),
        _ => {
            state.channel = None;
            Ok(true)
        }
    }
}

/// The channel as it should be.
fn wanted(settings: &Settings, state: &SubscriptionState, watch: Watch) -> Watch {
    let watch = settings.life.into_iter().fold(watch, Watch::life);
    let kinds = settings.events();
    let events = state.modules().flat_map(|module| kinds.iter().map(move |kind| (module, *kind)));
    events.fold(watch, |watch, (module, kind)| watch.event(module, kind))
}

fn margin(channel: &Channel) -> Duration {
    (channel.life() / 4).min(LONGEST_MARGIN)
}

fn until_renewal(channel: &Channel) -> Duration {
    channel.due_at(margin(channel)).duration_since(SystemTime::now()).unwrap_or_default()
}

fn random_token() -> Result<Secret> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|cause| {
        Error::new(ErrorKind::Io, "the operating system gave no random numbers").with_source(cause).logged()
    })?;
    Ok(Secret::new(bytes.map(|byte| format!("{byte:02x}")).concat()))
}
