//! A channel as Zoho lists it.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::watch::without_query;
use crate::entity::{ChannelId, DateTime, Json, Members};
use crate::secret::Secret;

/// A channel of this user and client as Zoho lists it: one row for each module of it.
#[derive(Clone)]
#[non_exhaustive]
pub struct ListedChannel {
    /// The channel's id.
    pub channel_id: ChannelId,
    /// Until when it lives.
    pub expiry: Option<DateTime>,
    /// The module (`resource_name`).
    pub module: Option<String>,
    /// Its events, such as `Leads.create`; `all` comes as the three that it stands for.
    pub events: Vec<String>,
    /// The URL that is called.
    pub notify_url: Option<String>,
    /// The token, where Zoho tells it.
    pub token: Option<Secret>,
    /// What has no field here, as Zoho sent it.
    pub other: Members,
}

impl<'de> Deserialize<'de> for ListedChannel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::deserialize(deserializer)?;
        let id = members.remove("channel_id").and_then(|id| id.read().ok());
        let events = members.remove("events").and_then(|events| events.elements()).unwrap_or_default();
        let mut text = |name: &str| members.remove(name).as_ref().and_then(Json::text).map(Into::into);
        Ok(Self {
            channel_id: id.ok_or_else(|| serde::de::Error::custom("a channel without an id"))?,
            expiry: text("channel_expiry").map(|expiry: String| DateTime::new(expiry)),
            module: text("resource_name"),
            events: events.iter().filter_map(|event| event.text().map(Into::into)).collect(),
            notify_url: text("notify_url"),
            token: text("token").map(|token: String| Secret::new(token)),
            other: members,
        })
    }
}

impl fmt::Debug for ListedChannel {
    /// Shows neither the token nor the query of the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedChannel")
            .field("channel_id", &self.channel_id)
            .field("expiry", &self.expiry)
            .field("module", &self.module)
            .field("events", &self.events)
            .field("notify_url", &self.notify_url.as_deref().map(without_query))
            .finish_non_exhaustive()
    }
}
