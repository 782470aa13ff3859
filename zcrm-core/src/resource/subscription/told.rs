//! What a subscription tells.

use crate::entity::{Record, RecordId};
use crate::resource::changes::Change;
use crate::resource::notifications::EventKind;

/// What [`Subscription::read`](super::Subscription::read) tells.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Told {
    /// A change.
    Change(ToldChange),
    /// All changes of a module up to now were told. A good moment to [acknowledge](super::Subscription::acknowledge)
    /// them and to keep the state: what follows may be a long wait.
    CaughtUp {
        /// The module's API name.
        module: String,
    },
    /// [`Hints::stop`](super::Hints::stop) was called. What was told can be acknowledged.
    Stopped,
    /// The channel was enabled, renewed or stopped: keep the state.
    ChannelChanged,
}

/// A change of a module.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToldChange {
    /// The module's API name.
    pub module: String,
    /// [`Create`](EventKind::Create) when the record was created after the pass before this one, whether it was edited
    /// since or not; otherwise [`Edit`](EventKind::Edit), or [`Delete`](EventKind::Delete).
    pub kind: EventKind,
    /// The record as it is now, or that it is gone.
    pub change: Change<Record>,
}

impl ToldChange {
    /// The id of the record.
    #[must_use]
    pub fn id(&self) -> Option<RecordId> {
        match &self.change {
            Change::Upserted(record) => record.id(),
            Change::Deleted { id, .. } => Some(id.clone()),
        }
    }
}
