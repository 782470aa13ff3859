//! `/actions/watch`: channels by which Zoho calls a URL when records change.
//!
//! | File | Holds |
//! |---|---|
//! | `request` | a channel as a call asks for it, checked for the version |
//! | `selection` | conditions on fields |
//! | `channels` | the channels that there are, and what they tell |
//! | `operation` | what happens to records |

mod channels;
mod operation;
mod request;
mod selection;

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::batch::answer;
use crate::crm::page::Page;
use crate::crm::visit::Visit;
use crate::verdict::{failure, missing_param, success, unknown};

pub(crate) use channels::{Callback, Channels, Happened};
use channels::{Channel, Topic};
pub(crate) use operation::Operation;
use request::{Asked, Wanted};

const SUBSCRIBED: &str = "Successfully subscribed for actions-watch of the given module";
const UPDATED: &str = "Successfully updated the subscribe details";
const REMOVED: &str = "Successfully removed the subscribe details";
const UNSUBSCRIBED: &str = "Successfully un-subscribed from actions-watch";

pub(crate) fn route(channels: &mut Channels, visit: &Visit<'_>, method: &str) -> Outcome {
    channels.end_those_of_age();
    match method {
        "POST" => each(visit, 201, |asked| enable(channels, visit, asked, SUBSCRIBED)),
        "PUT" => each(visit, 200, |asked| match channels.find(asked.id) {
            Some(_) => enable(channels, visit, asked, UPDATED),
            None => Err(not_subscribed(asked.id)),
        }),
        "PATCH" => each(visit, 200, |asked| change(channels, visit, &asked)),
        "DELETE" => stop(channels, visit),
        "GET" => list(channels, visit),
        _ => unknown(true),
    }
}

fn each(visit: &Visit<'_>, all_well: u16, mut act: impl FnMut(Asked) -> Result<Value, Value>) -> Outcome {
    let asked = request::read(visit)?;
    let items = asked.into_iter().map(|asked| asked.and_then(&mut act).unwrap_or_else(|refused| refused));
    Ok(answer(visit, "watch", all_well, items.collect()))
}

fn not_subscribed(id: u64) -> Value {
    failure("NOT_SUBSCRIBED", "the channel is not subscribed", json!({ "channel_id": id.to_string() }))
}

/// Makes a channel, in place of one that has its id.
fn enable(channels: &mut Channels, visit: &Visit<'_>, asked: Asked, message: &str) -> Result<Value, Value> {
    let Asked { id, wanted } = asked;
    let channel = Channel::new(id, wanted.whole()?, visit.behaviour);
    let told = success(
        message,
        json!({ "events": channel.topics().iter().map(|topic| tell(&channel, topic)).collect::<Vec<_>>() }),
    );
    channels.put(channel);
    Ok(told)
}

fn change(channels: &mut Channels, visit: &Visit<'_>, asked: &Asked) -> Result<Value, Value> {
    let channel = channels.find(asked.id).ok_or_else(|| not_subscribed(asked.id))?;
    if asked.wanted.delete_events {
        channel.stop(asked.wanted.events.as_deref().unwrap_or_default());
        return Ok(success(REMOVED, json!({ "channel_id": asked.id.to_string() })));
    }
    channel.change(&asked.wanted, visit.behaviour);
    let channel = &*channel;
    Ok(success(
        UPDATED,
        json!({ "events": channel.topics().iter().map(|topic| tell(channel, topic)).collect::<Vec<_>>() }),
    ))
}

/// What is said of one module of a channel. The version in the URI is that of Zoho's samples, whatever was called.
fn tell(channel: &Channel, topic: &Topic) -> Value {
    json!({
        "channel_expiry": channel.expiry(),
        "resource_uri": format!("https://www.zohoapis.com/crm/v2/{}", topic.module),
        "resource_id": topic.module_id(),
        "resource_name": topic.module,
        "channel_id": channel.id.to_string(),
    })
}

fn stop(channels: &mut Channels, visit: &Visit<'_>) -> Outcome {
    let ids = visit.call.query_list("channel_ids");
    if ids.is_empty() {
        return Err(missing_param("channel_ids"));
    }
    let mut items = Vec::new();
    for id in ids {
        match id.parse().ok().and_then(|id| channels.remove(id)) {
            // Its events may all have been stopped before.
            Some(channel) if channel.topics().is_empty() => {
                items.push(success(UNSUBSCRIBED, json!({ "channel_id": channel.id.to_string() })));
            }
            Some(channel) => items.extend(channel.topics().iter().map(|topic| {
                let mut details = tell(&channel, topic);
                if let Value::Object(details) = &mut details {
                    details.remove("channel_expiry");
                    details.remove("resource_name");
                }
                success(UNSUBSCRIBED, details)
            })),
            None => items.push(not_subscribed(id.parse().unwrap_or_default())),
        }
    }
    Ok(answer(visit, "watch", 200, items))
}

fn list(channels: &Channels, visit: &Visit<'_>) -> Outcome {
    let page = Page::of(visit.call)?;
    let (id, module) = (visit.call.query("channel_id"), visit.call.query("module"));
    let rows = channels.all().filter(|channel| id.is_none_or(|id| channel.id.to_string() == id)).flat_map(|channel| {
        let topics = channel.topics().iter().filter(|topic| module.is_none_or(|module| topic.module == module));
        topics.map(|topic| row(channel, topic)).collect::<Vec<_>>()
    });
    let answer: Answer = page.answer("watch", rows);
    Ok(answer)
}

fn row(channel: &Channel, topic: &Topic) -> Value {
    let mut row = tell(channel, topic);
    row["events"] = topic.events().into();
    row["token"] = json!(channel.token);
    row["notify_url"] = json!(channel.notify_url);
    row["notify_on_related_action"] = json!(channel.related);
    row["return_affected_field_values"] = json!(channel.values);
    row["notification_condition"] = channel.conditions_json();
    row["fields"] = Value::Null;
    row
}

impl Wanted {
    /// What a whole channel needs.
    fn whole(self) -> Result<Self, Value> {
        let missing = |name: &str| crate::verdict::mandatory(name);
        if self.events.is_none() {
            return Err(missing("events"));
        }
        if self.notify_url.is_none() {
            return Err(missing("notify_url"));
        }
        Ok(self)
    }
}
