//! What a batch does to its items.

/// What a success of an item means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Create,
    Update,
    /// One of the two; the result says which.
    Upsert,
    Delete,
}
