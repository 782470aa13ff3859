//! A scan as data: what is to be read, and what is known of it.

use super::choice::Wish;
use super::cursor::ScanCursor;
use super::facts::Facts;
use super::spec::Spec;
use crate::error::Error;
use crate::rest::Session;

/// What is to be read, how, and what was learned of it.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) session: Session,
    pub(super) spec: Spec,
    pub(super) wish: Wish,
    pub(super) facts: Facts,
    /// Where it goes on.
    pub(super) cursor: Option<ScanCursor>,
    /// Whether a bulk job may be started anew of which nobody knows.
    pub(super) start_again: bool,
    /// What is wrong with it.
    pub(super) fault: Option<Error>,
}

impl Task {
    pub(super) fn new(session: Session, module: &str) -> Self {
        Self {
            session,
            spec: Spec::of(module),
            wish: Wish::default(),
            facts: Facts::default(),
            cursor: None,
            start_again: false,
            fault: None,
        }
    }
}
