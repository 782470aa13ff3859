//! The loop of passes.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use super::hints::Hints;
use super::pace::Pace;
use super::settings::Settings;
use super::state::SubscriptionState;
use super::told::{Told, ToldChange};
use super::upkeep::{Upkeep, stop};
use crate::entity::Record;
use crate::error::Result;
use crate::resource::changes::{Change, ChangesCursor, ChangesRows};
use crate::resource::module::ModuleHandle;
use crate::resource::notifications::{EventKind, NotificationsHandle};
use crate::rest::Session;

/// The field by which a new record is told from one that was edited.
const CREATED: &str = "Created_Time";

/// The changes of some modules, as they happen; made by [`Client::subscription`](crate::Client::subscription).
///
/// Each module is swept: [`module.changes(cursor)`](ModuleHandle::changes) gives what happened since the last pass.
/// Notifications bring a pass forward and are never believed, so it does no harm when they are lost, doubled, late or
/// in another order, and a channel that ended is only a delay. The channel is enabled, renewed before what was granted
/// is over, and enabled again where Zoho has forgotten it.
///
/// Each change is told at least once, and no older state of a record after a newer one. What was told is
/// [acknowledged](Self::acknowledge) by the program; what was not, is told again by the next process that begins with
/// the [state](Self::state).
///
/// A pass that finds nothing takes 2 requests, 3 of leads. Notifications are gathered for a second, and cause at most
/// one request for ten records and one in ten seconds; besides, each module is swept every 5 minutes.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use zcrm_core::resource::{Change, ChangesCursor, SubscriptionState, Told};
///
/// let state = match std::fs::read_to_string("leads.state") {
///     Ok(text) => text.parse()?,
///     Err(_) => SubscriptionState::new().with("Leads", ChangesCursor::from_now()),
/// };
/// let mut leads = client.subscription(state).notify_url("https://app.example.com/zoho");
/// let hints = leads.hints(); // for the web server: hints.receive(body)
/// # let _ = hints;
/// loop {
///     match leads.read()? {
///         Told::Change(told) => match &told.change {
///             Change::Upserted(lead) => println!("{}", lead.raw()),
///             Change::Deleted { id, .. } => println!("{id} is gone"),
///         },
///         _ => {
///             leads.acknowledge();
///             std::fs::write("leads.state", leads.state().to_string())?;
///         }
///     }
/// }
/// # }
/// ```
#[must_use = "nothing is sent until it is read"]
pub struct Subscription {
    session: Session,
    pub(super) settings: Settings,
    /// What was acknowledged.
    state: SubscriptionState,
    /// Up to where passes came that were not acknowledged yet.
    reached: BTreeMap<String, ChangesCursor>,
    paces: BTreeMap<String, Pace>,
    pass: Option<Pass>,
    upkeep: Upkeep,
    hints: Hints,
}

/// A pass over a module.
struct Pass {
    module: String,
    rows: ChangesRows<Record>,
    /// Up to where the pass before it came, in seconds since 1970.
    since: Option<i64>,
    /// How many records notifications told of, if any came.
    told: Option<usize>,
    found: usize,
    requests_before: u64,
}

impl Subscription {
    pub(crate) fn new(session: &Session, state: SubscriptionState) -> Self {
        let now = Instant::now();
        Self {
            session: session.clone(),
            settings: Settings::default(),
            paces: state.modules().map(|module| (module.to_owned(), Pace::new(now))).collect(),
            state,
            reached: BTreeMap::new(),
            pass: None,
            upkeep: Upkeep::new(now),
            hints: Hints::new(),
        }
    }

    /// Where notifications are put, and how [`read`](Self::read) is ended from another thread.
    #[must_use]
    pub fn hints(&self) -> Hints {
        self.hints.clone()
    }

    /// What to keep: it has what was acknowledged.
    #[must_use]
    pub fn state(&self) -> &SubscriptionState {
        &self.state
    }

    /// All changes that were told so far are dealt with: the state moves behind them.
    pub fn acknowledge(&mut self) {
        self.state.modules.append(&mut self.reached);
        if let Some(pass) = &self.pass {
            self.state.modules.insert(pass.module.clone(), pass.rows.cursor());
        }
    }

    /// Waits for what comes next: a change, the end of a pass, or news of the channel.
    ///
    /// ```no_run
    /// # fn run(mut subscription: zcrm_core::resource::Subscription) -> zcrm_core::Result<()> {
    /// use zcrm_core::resource::Told;
    ///
    /// match subscription.read()? {
    ///     Told::Change(told) => println!("{} {:?}", told.module, told.id()),
    ///     _ => subscription.acknowledge(),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What a request of a pass or for the channel failed with. Nothing is lost by it: the next call goes on with what
    /// else is due, and what failed is tried again after a pause of 1 to 60 seconds. Which errors will not go away is
    /// for the program to decide, such as [`Scope`](crate::ErrorKind::Scope) or
    /// [`CursorTooOld`](crate::ErrorKind::CursorTooOld).
    pub fn read(&mut self) -> Result<Told> {
        loop {
            if self.hints.is_stopped() {
                return Ok(Told::Stopped);
            }
            let now = Instant::now();
            if self.upkeep.due().is_some_and(|due| due <= now) {
                let channels = NotificationsHandle::new(&self.session);
                if self.upkeep.run(&channels, &self.settings, &mut self.state, &self.hints)? {
                    return Ok(Told::ChannelChanged);
                }
            }
            if let Some(told) = self.go_on() {
                return told;
            }
            let seen = self.hints.count();
            let due = self.paces.iter().map(|(module, pace)| (pace.due(self.hints.waiting(module)), module));
            let pass = due.min().map(|(due, module)| (due, module.clone()));
            match pass {
                Some((due, module)) if due <= now => self.begin(module),
                pass => {
                    let next = pass.map(|(due, _)| due).into_iter().chain(self.upkeep.due()).min();
                    self.hints.wait(next.unwrap_or(now + self.settings.every), seen);
                }
            }
        }
    }

    /// Stops the channel, if there is one, because nobody will listen any more. Keep the state afterwards.
    ///
    /// ```no_run
    /// # fn run(mut subscription: zcrm_core::resource::Subscription) -> zcrm_core::Result<()> {
    /// subscription.stop_channel()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Every kind that a request can fail with; the channel ends by itself then, at what was granted.
    pub fn stop_channel(&mut self) -> Result<()> {
        stop(&NotificationsHandle::new(&self.session), &mut self.state).map(drop)
    }

    fn begin(&mut self, module: String) {
        let cursor = self.reached.get(&module).or_else(|| self.state.modules.get(&module));
        let cursor = cursor.cloned().unwrap_or_else(ChangesCursor::from_now);
        let mut fields = self.settings.fields.clone();
        if !fields.is_empty() && !fields.iter().any(|field| field == CREATED) {
            fields.push(CREATED.to_owned());
        }
        let since = cursor.reached();
        let told = self.hints.take(&module).map(|waiting| waiting.records.len());
        let rows = ModuleHandle::new(self.session.clone(), module.clone()).changes(cursor).fields(fields).iter();
        let requests_before = self.session.usage().requests;
        self.pass = Some(Pass { module, rows, since, told, found: 0, requests_before });
    }

    /// The next change of the pass, or its end; `None` where there is no pass.
    fn go_on(&mut self) -> Option<Result<Told>> {
        loop {
            let pass = self.pass.as_mut()?;
            match pass.rows.next() {
                Some(Ok(change)) => {
                    pass.found = pass.found.saturating_add(1);
                    let kind = pass.kind_of(&change);
                    if self.settings.tells(kind) {
                        let module = pass.module.clone();
                        return Some(Ok(Told::Change(ToldChange { module, kind, change })));
                    }
                }
                Some(Err(error)) => {
                    self.end(true);
                    return Some(Err(error));
                }
                None => return self.end(false).map(|module| Ok(Told::CaughtUp { module })),
            }
        }
    }

    /// Puts the pass away; its module.
    fn end(&mut self, failed: bool) -> Option<String> {
        let pass = self.pass.take()?;
        let (now, every) = (Instant::now(), self.settings.every);
        let requests = self.session.usage().requests.saturating_sub(pass.requests_before);
        self.reached.insert(pass.module.clone(), pass.rows.cursor());
        if let Some(pace) = self.paces.get_mut(&pass.module) {
            if failed {
                pace.failed(now, every);
            } else {
                pace.ended(now, every, pass.told, requests);
            }
        }
        if !failed && pass.found > 0 && pass.told.is_none() && pass.since.is_some() {
            self.upkeep.suspect(now, every);
        }
        Some(pass.module)
    }
}

impl Pass {
    /// What kind of change it is, as far as can be seen from here: of a record that was created after the last pass, or
    /// that nobody touched since, it is the creation that is told.
    fn kind_of(&self, change: &Change<Record>) -> EventKind {
        let Change::Upserted(record) = change else { return EventKind::Delete };
        let seconds = |time: Result<Option<crate::DateTime>>| time.ok().flatten().and_then(|time| time.unix_seconds());
        let (created, modified) = (seconds(record.created_time()), seconds(record.modified_time()));
        match (created, self.since) {
            (Some(created), Some(since)) if created > since => EventKind::Create,
            (Some(_), Some(_)) if created == modified => EventKind::Create,
            (_, None) => EventKind::Create,
            _ => EventKind::Edit,
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("state", &self.state)
            .field("pass", &self.pass.as_ref().map(|pass| &pass.module))
            .finish_non_exhaustive()
    }
}
