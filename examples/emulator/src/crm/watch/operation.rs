//! What happens to records.

/// What happens to a record, in the words of callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Insert,
    Update,
    Delete,
}

impl Operation {
    pub(super) const ALL: [Self; 3] = [Self::Update, Self::Insert, Self::Delete];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// The word of an event.
    pub(super) fn event(self) -> &'static str {
        match self {
            Self::Insert => "create",
            Self::Update => "edit",
            Self::Delete => "delete",
        }
    }
}
