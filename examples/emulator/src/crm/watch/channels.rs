//! The channels that there are, and what they tell.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::operation::Operation;
use super::request::Wanted;
use super::selection::Selection;
use crate::behaviour::Behaviour;
use crate::crm::metadata;
use crate::moment;

/// What happened to a record, and which fields were written.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    pub(crate) module: &'static str,
    pub(crate) operation: Operation,
    pub(crate) id: u64,
    pub(crate) written: Map<String, Value>,
}

/// A request that is to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) url: String,
    pub(crate) body: Value,
}

/// A module of a channel.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) module: &'static str,
    operations: BTreeSet<Operation>,
}

impl Topic {
    pub(super) fn events(&self) -> Vec<String> {
        let operations = Operation::ALL.iter().filter(|operation| self.operations.contains(operation));
        operations.map(|operation| format!("{}.{}", self.module, operation.event())).collect()
    }

    pub(super) fn module_id(&self) -> Option<String> {
        metadata::find(self.module).map(metadata::Module::id)
    }
}

#[derive(Debug)]
pub(super) struct Channel {
    pub(super) id: u64,
    topics: Vec<Topic>,
    expiry: OffsetDateTime,
    pub(super) token: Option<String>,
    pub(super) notify_url: String,
    pub(super) related: bool,
    pub(super) values: bool,
    conditions: Vec<Selection>,
}

impl Channel {
    pub(super) fn new(id: u64, wanted: Wanted, behaviour: &Behaviour) -> Self {
        let expiry = granted(&wanted, behaviour);
        let mut channel = Self {
            id,
            topics: Vec::new(),
            expiry,
            token: wanted.token,
            notify_url: wanted.notify_url.unwrap_or_default(),
            related: wanted.related.unwrap_or(true),
            values: wanted.values.unwrap_or_default(),
            conditions: wanted.conditions.unwrap_or_default(),
        };
        channel.set_events(wanted.events.as_deref().unwrap_or_default());
        channel
    }

    fn set_events(&mut self, events: &[(&'static str, Operation)]) {
        let mut topics: BTreeMap<&'static str, BTreeSet<Operation>> = BTreeMap::new();
        for (module, operation) in events {
            topics.entry(module).or_default().insert(*operation);
        }
        self.topics = topics.into_iter().map(|(module, operations)| Topic { module, operations }).collect();
    }

    /// Changes what was given.
    pub(super) fn change(&mut self, wanted: &Wanted, behaviour: &Behaviour) {
        if let Some(events) = &wanted.events {
            self.set_events(events);
        }
        if wanted.expiry.is_some() {
            self.expiry = granted(wanted, behaviour);
        }
        if wanted.token.is_some() {
            self.token.clone_from(&wanted.token);
        }
        if let Some(url) = &wanted.notify_url {
            self.notify_url.clone_from(url);
        }
        self.related = wanted.related.unwrap_or(self.related);
        self.values = wanted.values.unwrap_or(self.values);
        if let Some(conditions) = &wanted.conditions {
            self.conditions.clone_from(conditions);
        }
    }

    pub(super) fn stop(&mut self, events: &[(&'static str, Operation)]) {
        for topic in &mut self.topics {
            topic.operations.retain(|operation| !events.contains(&(topic.module, *operation)));
        }
        self.topics.retain(|topic| !topic.operations.is_empty());
    }

    pub(super) fn topics(&self) -> &[Topic] {
        &self.topics
    }

    pub(super) fn expiry(&self) -> String {
        moment::at(self.expiry.unix_timestamp())
    }

    pub(super) fn conditions_json(&self) -> Value {
        match self.conditions.as_slice() {
            [] => Value::Null,
            conditions => conditions.iter().map(|condition| condition.told.clone()).collect(),
        }
    }

    fn tells(&self, happened: &Happened) -> bool {
        let topic = self.topics.iter().find(|topic| topic.module == happened.module);
        if !topic.is_some_and(|topic| topic.operations.contains(&happened.operation)) {
            return false;
        }
        let mut conditions = self.conditions.iter().filter(|condition| condition.module == happened.module).peekable();
        let changed: Vec<&str> = happened.written.keys().map(String::as_str).collect();
        happened.operation != Operation::Update
            || conditions.peek().is_none()
            || conditions.any(|condition| condition.holds(&changed))
    }

    /// One callback for all records of a module to which the same happened.
    fn callback(&self, module: &str, operation: Operation, happened: &[&Happened]) -> Callback {
        let ids: Vec<String> = happened.iter().map(|happened| happened.id.to_string()).collect();
        let (mut fields, mut values) = (Vec::new(), Vec::new());
        if operation == Operation::Update {
            for happened in happened {
                let id = happened.id.to_string();
                fields.push(json!({ &id: happened.written.keys().collect::<Vec<_>>() }));
                values.push(json!({ "record_id": id, "values": happened.written }));
            }
        }
        let url = url::Url::parse(&self.notify_url).ok();
        let query: Map<String, Value> = url
            .iter()
            .flat_map(|url| url.query_pairs().into_owned())
            .map(|(name, value)| (name, json!(value)))
            .collect();
        let milliseconds = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
        let mut body = json!({
            "server_time": u64::try_from(milliseconds).unwrap_or_default(),
            "query_params": query,
            "module": module,
            "resource_uri": format!("https://www.zohoapis.com/crm/v2/{module}"),
            "ids": ids,
            "affected_fields": fields,
            "operation": operation.name(),
            "channel_id": self.id.to_string(),
            "token": self.token,
        });
        if self.values && operation == Operation::Update {
            body["affected_values"] = values.into();
        }
        Callback { url: self.notify_url.clone(), body }
    }
}

/// Until when a channel lives: an hour unless it says more, and an hour too if it says too much.
fn granted(wanted: &Wanted, behaviour: &Behaviour) -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    let hour = now + Duration::from_secs(3600);
    let expiry = wanted.expiry.filter(|expiry| *expiry <= now + wanted.longest).unwrap_or(hour);
    match behaviour.longest_channel {
        Some(longest) => expiry.min(now + longest),
        None => expiry,
    }
}

/// All channels, and what happened that they have not told yet.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    all: BTreeMap<u64, Channel>,
    happened: Vec<Happened>,
}

impl Channels {
    /// Notes what happened to a record.
    pub(crate) fn note(&mut self, happened: Happened) {
        if !self.all.is_empty() {
            self.happened.push(happened);
        }
    }

    /// The callbacks for what happened since.
    pub(crate) fn take_callbacks(&mut self) -> Vec<Callback> {
        let happened = std::mem::take(&mut self.happened);
        if happened.is_empty() {
            return Vec::new();
        }
        self.end_those_of_age();
        let mut callbacks = Vec::new();
        for channel in self.all.values() {
            let mut told: BTreeMap<(&str, Operation), Vec<&Happened>> = BTreeMap::new();
            for happened in happened.iter().filter(|happened| channel.tells(happened)) {
                told.entry((happened.module, happened.operation)).or_default().push(happened);
            }
            callbacks.extend(
                told.into_iter().map(|((module, operation), happened)| channel.callback(module, operation, &happened)),
            );
        }
        callbacks
    }

    /// Ends the channels whose time is over.
    pub(crate) fn end_those_of_age(&mut self) {
        let now = OffsetDateTime::now_utc();
        self.all.retain(|_, channel| channel.expiry > now);
    }

    /// Ends all channels, as if their time were over.
    pub(crate) fn expire(&mut self) {
        self.all.clear();
    }

    /// The ids of the channels that live, and until when.
    pub(crate) fn living(&mut self) -> Vec<(u64, String)> {
        self.end_those_of_age();
        self.all.values().map(|channel| (channel.id, channel.expiry())).collect()
    }

    pub(super) fn find(&mut self, id: u64) -> Option<&mut Channel> {
        self.all.get_mut(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Channel> {
        self.all.values()
    }

    pub(super) fn put(&mut self, channel: Channel) {
        self.all.insert(channel.id, channel);
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Channel> {
        self.all.remove(&id)
    }
}
