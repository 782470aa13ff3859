//! Enabling, listing, changing, renewing and stopping channels.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::channel::Channel;
use super::event::Event;
use super::listed::ListedChannel;
use super::watch::{Extent, Watch, id_json};
use crate::entity::ChannelId;
use crate::error::{Error, Result};
use crate::rest::{Idempotency, List, Listing, Request, Response, Session};
use crate::transport::Method;

/// The filters of the list.
const FILTERS: &[&str] = &["channel_id", "module"];

/// What Zoho says of a channel that there is not, or not any more.
const NOT_SUBSCRIBED: &str = "NOT_SUBSCRIBED";

/// The channels of this user and client, by which Zoho calls a URL when records change; made by
/// [`Client::notifications`](crate::Client::notifications). Scope: `ZohoCRM.notifications.ALL`.
#[derive(Debug, Clone)]
pub struct NotificationsHandle {
    session: Session,
}

impl NotificationsHandle {
    pub(crate) fn new(session: &Session) -> Self {
        Self { session: session.clone() }
    }

    /// Enables a channel. Look at what was granted: [`Channel::cut_short`] says whether it lives shorter than it was
    /// asked to, [`Channel::refused`] which of its events Zoho does not tell.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::resource::{EventKind, Watch};
    ///
    /// let watch = Watch::new("https://app.example.com/zoho", "fake-token").event("Leads", EventKind::All);
    /// let channel = client.notifications().enable(&watch)?;
    /// if channel.cut_short() {
    ///     println!("ends already at {:?}", channel.granted());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) or [`Unsupported`](crate::ErrorKind::Unsupported), before
    /// anything is sent, when something is missing or not as Zoho takes it;
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`] when all events are rejected;
    /// [`Unanswered`](crate::ErrorKind::Unanswered) when the channel may be there or not: it ends by itself; otherwise
    /// every kind that a request can fail with.
    pub fn enable(&self, watch: &Watch) -> Result<Channel> {
        self.put(Method::Post, Extent::Whole, watch)
    }

    /// Replaces a channel by another one with its id: what is not set is gone. This is also the way to
    /// [renew](Self::renew) it.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::resource::{EventKind, Watch};
    ///
    /// let watch = Watch::new("https://app.example.com/zoho", "fake-token").channel_id("1105420521999070702");
    /// client.notifications().replace(&watch.event("Deals", EventKind::Edit))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`enable`](Self::enable).
    pub fn replace(&self, watch: &Watch) -> Result<Channel> {
        self.put(Method::Put, Extent::Whole, watch)
    }

    /// Changes of a channel what is set, and leaves the rest: see [`Watch::of`].
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, mut channel: zcrm_core::resource::Channel) -> zcrm_core::Result<()> {
    /// use zcrm_core::resource::Watch;
    ///
    /// let change = Watch::of(channel.id()).notify_url("https://app.example.com/zoho/v2");
    /// client.notifications().change(&mut channel, &change)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`enable`](Self::enable), and [`InvalidInput`](crate::ErrorKind::InvalidInput) when the change is one of
    /// another channel; the channel is as it was then.
    pub fn change(&self, channel: &mut Channel, change: &Watch) -> Result<()> {
        if change.id() != channel.id() {
            let message = format!("the change is one of the channel {}, not of {}", change.id(), channel.id());
            return Err(Error::invalid(message).logged());
        }
        let changed = self.put(Method::Patch, Extent::Changes, change)?;
        channel.changed_by(changed);
        Ok(())
    }

    /// Lets a channel live on, for as long as it was asked to at first. One that Zoho has forgotten is enabled again.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use zcrm_core::resource::Channel;
    ///
    /// let mut channel: Channel = serde_json::from_str(&std::fs::read_to_string("channel.json")?)?;
    /// client.notifications().renew(&mut channel)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`enable`](Self::enable); the channel is as it was then.
    pub fn renew(&self, channel: &mut Channel) -> Result<()> {
        let renewed = self.run(Method::Put, Extent::Whole, channel.watch(), |request| {
            request.handle(|response| match response {
                Err(error) if error.code() == Some(NOT_SUBSCRIBED) => Ok(None),
                response => response.map(Some),
            })
        });
        *channel = match renewed? {
            Some(renewed) => renewed,
            None => self.enable(channel.watch())?,
        };
        Ok(())
    }

    /// [Renews](Self::renew) those of some channels that have less than `margin` of their life left, or less than half
    /// of it where that is shorter. All that are due are tried. How many were renewed.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, mut channels: Vec<zcrm_core::resource::Channel>) -> zcrm_core::Result<()> {
    /// use std::time::Duration;
    ///
    /// let renewed = client.notifications().renew_due(&mut channels, Duration::from_secs(3600))?;
    /// println!("{renewed} of {} channels were renewed", channels.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The first one, as [`enable`](Self::enable); the others are in the log, and channels that could not be renewed
    /// are as they were.
    pub fn renew_due(&self, channels: &mut [Channel], margin: Duration) -> Result<usize> {
        let due = channels.iter_mut().filter(|channel| channel.renew_due(margin));
        let renewed: Vec<Result<()>> = due.map(|channel| self.renew(channel)).collect();
        let all = renewed.len();
        renewed.into_iter().collect::<Result<()>>().map(|()| all)
    }

    /// Stops a channel. One that Zoho does not know, or not any more, is an error only if nothing was sent before.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.notifications().stop("1105420521999070702")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with the code `NOT_SUBSCRIBED` when there is no such
    /// channel; otherwise every kind that a request can fail with.
    pub fn stop(&self, channel: impl Into<ChannelId>) -> Result<()> {
        let id = channel.into();
        let request = self.request(Method::Delete).query("channel_ids", id.as_str());
        let request = request.checked(id_json(&id, self.session.version()).map(drop));
        self.session.run(&request.handle(|response| match response.and_then(|response| all_done(&response)) {
            Err(error) if error.code() == Some(NOT_SUBSCRIBED) && error.outcome_unknown() => Ok(()),
            result => result,
        }))
    }

    /// Stops some events of a channel; it lives on for the others.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::resource::{Event, EventKind};
    ///
    /// let event = Event::new("Leads", EventKind::Delete);
    /// client.notifications().stop_events("1105420521999070702", [event])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`stop`](Self::stop), and [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, without
    /// events.
    pub fn stop_events(&self, channel: impl Into<ChannelId>, events: impl IntoIterator<Item = Event>) -> Result<()> {
        let watch = events.into_iter().fold(Watch::of(channel), |watch, event| watch.event(event.module, event.kind));
        let version = self.session.version();
        let mut request = self.request(Method::Patch).with_idempotency(Idempotency::Idempotent);
        if watch.events().is_empty() {
            request = request.fault(Error::invalid("no events are given"));
        }
        let checked = watch.check(Extent::Changes, version);
        match checked.and_then(|()| watch.to_json(Extent::Changes, version, SystemTime::now())) {
            Ok(mut body) => {
                body.insert("_delete_events".to_owned(), json!(true));
                request = request.json(&of_one(body));
            }
            Err(error) => request = request.fault(error),
        }
        self.session.run(&request.and_then(|response| all_done(&response)))
    }

    /// Lists the channels: a row for each module of each channel, of all or, with `channel` and `module`, of some.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for channel in client.notifications().list() {
    ///     let channel = channel?;
    ///     println!("{} {:?} until {:?}", channel.channel_id, channel.events, channel.expiry);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<ListedChannel> {
        List::new(&self.session, Listing::paged(self.request(Method::Get), "watch").with_filters(FILTERS))
    }

    fn put(&self, method: Method, extent: Extent, watch: &Watch) -> Result<Channel> {
        self.run(method, extent, watch, |request| request)
    }

    fn run<T: 'static>(
        &self,
        method: Method,
        extent: Extent,
        watch: &Watch,
        decode: impl FnOnce(Request<Channel>) -> Request<T>,
    ) -> Result<T> {
        let version = self.session.version();
        let now = SystemTime::now();
        let wanted = watch.wanted_life(version);
        if wanted > Watch::longest_life(version) {
            log::warn!(
                "channel {}: asked to live for {} s, longer than {version} allows; {} s are asked for, since Zoho would \
                 grant an hour",
                watch.id(),
                wanted.as_secs(),
                Watch::longest_life(version).as_secs()
            );
        }
        let mut request = self.request(method);
        if method == Method::Patch {
            request = request.with_idempotency(Idempotency::Update);
        }
        match watch.check(extent, version).and_then(|()| watch.to_json(extent, version, now)) {
            Ok(body) => request = request.json(&of_one(body)),
            Err(error) => request = request.fault(error),
        }
        let watch = watch.clone();
        let request = request.and_then(move |response| Channel::granted_by(&response, &watch, (now, wanted)));
        self.session.run(&decode(request))
    }

    fn request(&self, method: Method) -> Request<Response> {
        self.session.request(method, ["actions", "watch"])
    }
}

impl List<ListedChannel> {
    /// Only this channel.
    pub fn channel(self, id: impl Into<ChannelId>) -> Self {
        self.filter("channel_id", id.into().as_str())
    }

    /// Only the channels of this module.
    pub fn module(self, api_name: impl Into<String>) -> Self {
        self.filter("module", api_name)
    }
}

/// Each channel has a request of its own: how results belong to the channels and modules of a common one is documented
/// for no version.
fn of_one(watch: Map<String, Value>) -> Value {
    json!({ "watch": [watch] })
}

/// Whether all results are successes.
fn all_done(response: &Response) -> Result<()> {
    let results = match response.results("watch") {
        Ok(results) => results.into_iter().flatten().collect(),
        Err(_) => vec![response.result("watch")?],
    };
    if results.is_empty() {
        return Err(response.undecided("Zoho's response says nothing of the channel"));
    }
    results.into_iter().try_for_each(|result| response.checked(result).map(drop))
}
