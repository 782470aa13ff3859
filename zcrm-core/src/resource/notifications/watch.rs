//! What a channel is to tell, and for how long.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use url::Url;

use super::condition::Condition;
use super::event::{Event, EventKind};
use crate::config::{ApiVersion, is_loopback};
use crate::entity::{ChannelId, DateTime};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// The most characters of a token (Zoho's page *Enable Notifications*).
const MAX_TOKEN: usize = 50;

/// The most events of a channel (Zoho's OpenAPI files).
const MAX_EVENTS: usize = 50;

/// Subtracted from the longest life: where this machine's clock is ahead, Zoho would see more than the maximum, and
/// grant an hour.
const ROOM_FOR_CLOCKS: Duration = Duration::from_secs(5 * 60);

/// What a channel is to tell: of which events, to which URL, with which token, for how long.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// use zcrm_core::Secret;
/// use zcrm_core::resource::{EventKind, Watch};
///
/// let token = Secret::new("fake-token-of-at-most-50-characters");
/// let watch = Watch::new("https://app.example.com/zoho", token).event("Leads", EventKind::All);
/// let channel = client.notifications().enable(&watch)?;
/// println!("channel {} ends {:?}", channel.id(), channel.granted());
/// # Ok(())
/// # }
/// ```
///
/// Written down with serde it holds the token in clear: keep it where only its owner can read it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Watch {
    channel_id: ChannelId,
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default, serialize_with = "exposed", deserialize_with = "secret")]
    token: Option<Secret>,
    #[serde(default)]
    notify_url: Option<String>,
    #[serde(default)]
    life: Option<Duration>,
    #[serde(default)]
    affected_values: Option<bool>,
    #[serde(default)]
    related: Option<bool>,
    #[serde(default)]
    conditions: Vec<Condition>,
}

/// What a request has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// A channel as a whole.
    Whole,
    /// What is to be changed of one.
    Changes,
}

impl Watch {
    /// A channel with an id of its own. Zoho calls `notify_url` and repeats the token, of at most 50 characters, by
    /// which its calls are known: see [`Notification::parse`](super::Notification::parse).
    ///
    /// The URL is https, or http on this machine, where a proxy in front of it ends TLS. Parameters in its query come
    /// back with each notification, so a second secret can be put there.
    pub fn new(notify_url: impl Into<String>, token: impl Into<Secret>) -> Self {
        // Below 2^53, so that it survives whoever reads the number as a double.
        let id = fastrand::u64(1_000_000_000_000_000..9_000_000_000_000_000);
        let watch = Self::of(id);
        Self { token: Some(token.into()), notify_url: Some(notify_url.into()), related: Some(false), ..watch }
    }

    /// Changes of a channel that there is, for [`change`](super::NotificationsHandle::change): what is not set stays.
    pub fn of(channel_id: impl Into<ChannelId>) -> Self {
        Self {
            channel_id: channel_id.into(),
            events: Vec::new(),
            token: None,
            notify_url: None,
            life: None,
            affected_values: None,
            related: None,
            conditions: Vec::new(),
        }
    }

    /// The longest life of a channel: one day in v2 to v3, one week from v4 on. What is asked beyond that is cut to it
    /// here, because Zoho would grant one hour.
    #[must_use]
    pub fn longest_life(version: ApiVersion) -> Duration {
        let days = if version >= ApiVersion::V4 { 7 } else { 1 };
        Duration::from_secs(days * 24 * 3600)
    }

    /// Adds an event.
    #[must_use]
    pub fn event(mut self, module: impl Into<String>, kind: EventKind) -> Self {
        self.events.push(Event::new(module, kind));
        self
    }

    /// An id of the program's own: the digits of a number of 64 bits.
    #[must_use]
    pub fn channel_id(self, id: impl Into<ChannelId>) -> Self {
        Self { channel_id: id.into(), ..self }
    }

    /// How long the channel is to live, from now and from each renewal on; by default as long as Zoho lets it.
    #[must_use]
    pub fn life(self, life: Duration) -> Self {
        Self { life: Some(life), ..self }
    }

    /// Replaces the token.
    #[must_use]
    pub fn token(self, token: impl Into<Secret>) -> Self {
        Self { token: Some(token.into()), ..self }
    }

    /// Replaces the URL.
    #[must_use]
    pub fn notify_url(self, url: impl Into<String>) -> Self {
        Self { notify_url: Some(url.into()), ..self }
    }

    /// Whether notifications bring the values of the changed fields; from v4 on. They bring their names in any case.
    #[must_use]
    pub fn return_affected_field_values(self, values: bool) -> Self {
        Self { affected_values: Some(values), ..self }
    }

    /// Whether changes of related records notify too. Off unless set, although Zoho's own default is on.
    #[must_use]
    pub fn notify_on_related_action(self, related: bool) -> Self {
        Self { related: Some(related), ..self }
    }

    /// Limits the notifications of a module to changes of some fields; from v6 on, at most 10 fields in a channel.
    #[must_use]
    pub fn condition(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// The channel's id.
    #[must_use]
    pub fn id(&self) -> &ChannelId {
        &self.channel_id
    }

    /// The events.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The token.
    #[must_use]
    pub fn secret(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.notify_url.as_deref()
    }

    /// Whether both tell the same to the same URL for the same time.
    pub(in crate::resource) fn is_same(&self, other: &Self) -> bool {
        self.events == other.events && self.notify_url == other.notify_url && self.life == other.life
    }

    /// Takes over what is set of a change.
    pub(super) fn change(&mut self, change: &Self) {
        fn set<T: Clone>(old: &mut Option<T>, new: &Option<T>) {
            if new.is_some() {
                old.clone_from(new);
            }
        }
        if !change.events.is_empty() {
            self.events.clone_from(&change.events);
        }
        if !change.conditions.is_empty() {
            self.conditions.clone_from(&change.conditions);
        }
        set(&mut self.token, &change.token);
        set(&mut self.notify_url, &change.notify_url);
        set(&mut self.life, &change.life);
        set(&mut self.affected_values, &change.affected_values);
        set(&mut self.related, &change.related);
    }

    /// How long it is asked to live, beyond what Zoho grants too.
    pub(super) fn wanted_life(&self, version: ApiVersion) -> Duration {
        self.life.unwrap_or_else(|| Self::longest_life(version))
    }

    /// What is wrong with it, before anything is sent.
    pub(super) fn check(&self, extent: Extent, version: ApiVersion) -> Result<()> {
        let whole = extent == Extent::Whole;
        channel_number(&self.channel_id)?;
        if whole && self.events.is_empty() {
            return Err(Error::invalid(
                "the channel has no events; add some, such as event(\"Leads\", EventKind::All)",
            ));
        }
        if self.events.len() > MAX_EVENTS {
            let message = format!("the channel has {} events; Zoho takes at most {MAX_EVENTS}", self.events.len());
            return Err(Error::invalid(message));
        }
        self.events.iter().try_for_each(Event::check)?;
        match &self.token {
            Some(token) if token.is_blank() => return Err(Error::invalid("the token of the channel is empty")),
            Some(token) if token.expose().chars().count() > MAX_TOKEN => {
                return Err(Error::invalid(format!("the token of the channel has more than {MAX_TOKEN} characters")));
            }
            None if whole => return Err(Error::invalid("the channel has no token, by which Zoho's calls are known")),
            _ => {}
        }
        match &self.notify_url {
            Some(url) => check_url(url)?,
            None if whole => return Err(Error::invalid("the channel has no notify_url for Zoho to call")),
            None => {}
        }
        if self.life.is_some_and(|life| life.is_zero()) {
            return Err(Error::invalid("the channel is to live for no time at all"));
        }
        if self.affected_values.is_some() && version < ApiVersion::V4 {
            return Err(unsupported("return_affected_field_values", ApiVersion::V4, version));
        }
        if !self.conditions.is_empty() && version < ApiVersion::V6 {
            return Err(unsupported("notification_condition", ApiVersion::V6, version));
        }
        Condition::check_all(&self.conditions)
    }

    /// What is sent of it, and until when it is asked to live.
    pub(super) fn to_json(&self, extent: Extent, version: ApiVersion, now: SystemTime) -> Result<Map<String, Value>> {
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("channel_id", id_json(&self.channel_id, version)?);
        if !self.events.is_empty() {
            put("events", self.events.iter().map(ToString::to_string).collect());
        }
        if extent == Extent::Whole || self.life.is_some() {
            let longest = Self::longest_life(version) - ROOM_FOR_CLOCKS;
            put("channel_expiry", json!(after(now, self.wanted_life(version).min(longest))));
        }
        if let Some(token) = &self.token {
            put("token", json!(token.expose()));
        }
        if let Some(url) = &self.notify_url {
            put("notify_url", json!(url));
        }
        if let Some(values) = self.affected_values {
            put("return_affected_field_values", json!(values));
        }
        if let Some(related) = self.related {
            put("notify_on_related_action", json!(related));
        }
        if !self.conditions.is_empty() {
            put("notification_condition", self.conditions.iter().map(Condition::to_json).collect());
        }
        Ok(body)
    }
}

/// A moment so long after another one.
pub(super) fn after(now: SystemTime, life: Duration) -> DateTime {
    DateTime::from(now.checked_add(life).unwrap_or(now))
}

/// An id as the version wants it: a number up to v4, text from v5 on.
pub(super) fn id_json(id: &ChannelId, version: ApiVersion) -> Result<Value> {
    let number = channel_number(id)?;
    Ok(if version >= ApiVersion::V5 { json!(number.to_string()) } else { json!(number) })
}

fn channel_number(id: &ChannelId) -> Result<u64> {
    let digits = id.as_str();
    let number = digits.parse::<u64>().ok().filter(|number| *number > 0 && number.to_string() == digits);
    number.ok_or_else(|| Error::invalid(format!("{digits:?} is no channel id: the digits of a number of 64 bits")))
}

fn check_url(text: &str) -> Result<()> {
    match Url::parse(text).ok().filter(Url::has_host) {
        Some(url) if url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url) => Ok(()),
        Some(url) if url.scheme() == "http" => Err(Error::invalid(
            "the notify_url is http and leads to another machine, so the token would travel in clear; use https",
        )),
        // Its query may hold a secret, so it is not shown.
        _ => Err(Error::invalid("the notify_url is no URL such as https://app.example.com/zoho")),
    }
}

fn unsupported(what: &str, since: ApiVersion, version: ApiVersion) -> Error {
    let message = format!("{what} is there from {since} on, and api_version is {version}; leave it out");
    Error::new(ErrorKind::Unsupported, message)
}

fn exposed<S: Serializer>(token: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    token.as_ref().map(Secret::expose).serialize(serializer)
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

impl fmt::Debug for Watch {
    /// Shows neither the token nor the query of the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("channel_id", &self.channel_id)
            .field("events", &self.events)
            .field("notify_url", &self.notify_url.as_deref().map(without_query))
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}

/// A URL without what may be secret in it.
pub(super) fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}
