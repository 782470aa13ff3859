//! What is told, and how often it is asked for.

use std::time::Duration;

use crate::resource::notifications::EventKind;

/// How often modules are swept where no notification asks for it.
const EVERY: Duration = Duration::from_secs(300);

/// The kinds of events, without the one that stands for all.
pub(super) const KINDS: [EventKind; 3] = [EventKind::Create, EventKind::Edit, EventKind::Delete];

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) fields: Vec<String>,
    pub(super) kinds: Vec<EventKind>,
    pub(super) every: Duration,
    pub(super) notify_url: Option<String>,
    pub(super) life: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { fields: Vec::new(), kinds: KINDS.to_vec(), every: EVERY, notify_url: None, life: None }
    }
}

impl Settings {
    /// The events that a channel is to tell of a module.
    pub(super) fn events(&self) -> Vec<EventKind> {
        if KINDS.iter().all(|kind| self.tells(*kind)) { vec![EventKind::All] } else { self.kinds.clone() }
    }

    pub(super) fn tells(&self, kind: EventKind) -> bool {
        self.kinds.contains(&kind)
    }
}
