//! The iterator over changes.

use std::collections::VecDeque;
use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::by_listing::ByListing;
use super::change::Change;
use super::clock::Seconds;
use super::cursor::{ChangesCursor, Feeds, State};
use super::deleted::{Gone, deletions, latest};
use super::feed::Feed;
use super::found::{Found, MODIFIED};
use super::source::{LEADS, Source};
use crate::entity::{Field, Record, RecordId};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::module::{ModuleHandle, Which};
use crate::rest::UnfitRow;

/// What changes are asked for.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) module: ModuleHandle,
    pub(super) fields: Vec<String>,
    /// The module's fields, where they were read before.
    pub(super) known: Option<Arc<[Field]>>,
    pub(super) converted: Which,
    pub(super) overlap: Seconds,
}

impl Plan {
    /// The changes in words, to recognize them by.
    fn identity(&self) -> String {
        let user = self.module.session.user().map_or("", |user| user.as_str());
        let (fields, converted) = (self.fields.join(","), self.converted.as_str());
        format!("{} fields={fields} converted={converted} user={user}", self.module.api_name())
    }

    /// What lists pass over in silence is refused.
    fn check(&self) -> Result<()> {
        match self.fields.iter().find(|name| name.trim().is_empty() || name.contains([',', '.'])) {
            Some(name) => Err(Error::invalid(format!("{name:?} is not the API name of a field of the module itself"))),
            None => Ok(()),
        }
    }

    fn is_of_leads(&self) -> bool {
        self.module.api_name() == LEADS
    }

    /// Which of the converted records are among them.
    fn which(&self) -> Which {
        if self.is_of_leads() { self.converted } else { Which::Without }
    }
}

/// All changes since the cursor: an iterator that asks for one page after the other as it is driven, and ends when
/// there are no more at the moment.
///
/// * What was deleted comes first, then what was modified, in the order of `Modified_Time`. A record that was deleted
///   and restored comes as deleted, if at all, before it comes as it is now; no change comes that is older than one of
///   the same record that came before.
/// * [`cursor`](ChangesRows::cursor) is at any moment what to keep when all changes that came out so far are dealt
///   with.
/// * After the error of a request it ends. A row that does not fit `T` is an `Err` whose source is an
///   [`UnfitRow`], and the changes go on.
#[must_use = "nothing is sent until the iterator is driven"]
pub struct ChangesRows<T> {
    plan: Plan,
    listing: String,
    origin: Origin,
    feeds: Feeds,
    step: Step,
    queue: VecDeque<Item>,
    /// When Zoho was asked what was deleted, which is what a pass begins with.
    now: Option<Seconds>,
    row: PhantomData<fn() -> T>,
}

/// What the cursor is until the feeds are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Start,
    /// Nothing is told until the first pass is over.
    FromNow,
    Following,
}

#[derive(Debug)]
enum Step {
    Fault(Error),
    Begin,
    Deleted { read: bool },
    Converted { source: Box<ByListing>, more: bool },
    Modified { source: Box<Source>, more: bool },
    End,
}

/// A change on its way out.
#[derive(Debug)]
enum Item {
    Deleted(Gone),
    Converted(Gone),
    Modified(Found),
}

impl<T> ChangesRows<T> {
    pub(super) fn new(plan: Plan, cursor: &ChangesCursor) -> Self {
        let listing = plan.identity();
        let checked = plan.check().and_then(|()| cursor.check(&listing));
        let step = checked.map_or_else(Step::Fault, |()| Step::Begin);
        let (origin, feeds) = match &cursor.state {
            State::Start => (Origin::Start, Feeds::default()),
            State::FromNow => (Origin::FromNow, Feeds::default()),
            State::Following(feeds) => (Origin::Following, Feeds::clone(feeds)),
        };
        Self { plan, listing, origin, feeds, step, queue: VecDeque::new(), now: None, row: PhantomData }
    }

    /// What to keep once all changes that came out so far are dealt with. It is worth taking for many rows at once, as
    /// it is copied.
    #[must_use]
    pub fn cursor(&self) -> ChangesCursor {
        let state = match self.origin {
            Origin::Start => State::Start,
            Origin::FromNow => State::FromNow,
            Origin::Following => State::Following(Box::new(self.feeds.clone())),
        };
        ChangesCursor { listing: Some(self.listing.clone()), state }
    }

    /// Reads on; `None` at the end.
    fn turn(&mut self) -> Option<Result<()>> {
        let step = std::mem::replace(&mut self.step, Step::End);
        let next = match step {
            Step::End => return None,
            Step::Fault(error) => Err(error.logged()),
            Step::Begin => self.begin(),
            Step::Deleted { read: false } => self.read_deleted(),
            Step::Deleted { read: true } => self.after_deleted(),
            Step::Converted { more: false, .. } => self.after_converted(),
            Step::Converted { source, .. } => self.read_converted(source),
            Step::Modified { more: false, .. } => Ok(self.after_modified()),
            Step::Modified { source, .. } => self.read_modified(source),
        };
        Some(next.map(|step| self.step = step))
    }

    fn begin(&mut self) -> Result<Step> {
        if self.origin != Origin::Following {
            let (mark, now) = latest(&self.plan.module)?;
            self.feeds = Feeds::after(mark, now, self.plan.overlap);
        }
        if self.origin == Origin::Start {
            self.feeds.modified = Feed::default();
            self.origin = Origin::Following;
        }
        Ok(Step::Deleted { read: false })
    }

    fn read_deleted(&mut self) -> Result<Step> {
        let (gone, now) = deletions(&self.plan.module, self.feeds.deleted.floor())?;
        self.feeds.check_age(now).map_err(Error::logged)?;
        self.now = now;
        for feed in [&mut self.feeds.modified, &mut self.feeds.deleted, &mut self.feeds.converted] {
            feed.hold_back(now);
        }
        self.queue.extend(gone.into_iter().map(Item::Deleted));
        Ok(Step::Deleted { read: true })
    }

    fn after_deleted(&mut self) -> Result<Step> {
        self.feeds.deleted.end_of_pass(self.now, self.plan.overlap);
        self.feeds.checked = self.now.or(self.feeds.checked);
        if !self.plan.is_of_leads() || self.plan.which() != Which::Without {
            return self.modified();
        }
        let list = self.plan.module.records().fields([MODIFIED]).converted(Which::Only);
        let source = ByListing::new(list, self.feeds.converted.floor());
        Ok(Step::Converted { source: Box::new(source), more: true })
    }

    fn read_converted(&mut self, mut source: Box<ByListing>) -> Result<Step> {
        let batch = source.page()?;
        self.queue.extend(batch.rows.into_iter().map(|found| Item::Converted(Gone::converted(found))));
        Ok(Step::Converted { source, more: batch.more })
    }

    fn after_converted(&mut self) -> Result<Step> {
        self.feeds.converted.end_of_pass(self.now, self.plan.overlap);
        self.modified()
    }

    fn modified(&self) -> Result<Step> {
        let plan = &self.plan;
        let floor = self.feeds.modified.floor();
        let source = Source::new(&plan.module, &plan.fields, plan.known.as_deref(), plan.which(), floor)?;
        Ok(Step::Modified { source: Box::new(source), more: true })
    }

    fn read_modified(&mut self, mut source: Box<Source>) -> Result<Step> {
        let batch = source.page(&self.plan.module)?;
        self.queue.extend(batch.rows.into_iter().map(Item::Modified));
        Ok(Step::Modified { source, more: batch.more })
    }

    fn after_modified(&mut self) -> Step {
        self.feeds.modified.end_of_pass(self.now, self.plan.overlap);
        self.origin = Origin::Following;
        Step::End
    }

    /// Remembers a change as told; whether it is one.
    fn tell(&mut self, item: &Item) -> bool {
        let (feed, change) = match item {
            Item::Deleted(gone) => (&mut self.feeds.deleted, (gone.time, &*gone.id, 0)),
            Item::Converted(gone) => (&mut self.feeds.converted, (gone.time, &*gone.id, 0)),
            Item::Modified(found) => (&mut self.feeds.modified, (found.time, &*found.id, found.checksum())),
        };
        let is_new = !feed.has_told(change);
        if is_new {
            feed.tell(change, self.now, self.plan.overlap);
        }
        is_new && self.origin == Origin::Following
    }
}

impl<T: DeserializeOwned> Iterator for ChangesRows<T> {
    type Item = Result<Change<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(item) = self.queue.pop_front() else {
                match self.turn()? {
                    Ok(()) => continue,
                    Err(error) => return Some(Err(error)),
                }
            };
            if self.tell(&item) {
                return Some(match item {
                    Item::Deleted(gone) | Item::Converted(gone) => {
                        let Gone { id, moment: time, kind, .. } = gone;
                        Ok(Change::Deleted { id: RecordId::new(id), time, kind })
                    }
                    Item::Modified(found) => decode(&found.record).map(Change::Upserted),
                });
            }
        }
    }
}

fn decode<T: DeserializeOwned>(record: &Record) -> Result<T> {
    serde_json::from_str(record.raw()).map_err(|cause| {
        let id = record.id();
        let name = id.as_ref().map_or("", RecordId::as_str);
        let message = format!("record {name} could not be deserialized into the requested type");
        Error::new(ErrorKind::InvalidResponse, message).with_source(UnfitRow::new(id, record.raw(), cause)).logged()
    })
}

impl<T: DeserializeOwned> FusedIterator for ChangesRows<T> {}

impl<T> fmt::Debug for ChangesRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangesRows").field("listing", &self.listing).finish_non_exhaustive()
    }
}
