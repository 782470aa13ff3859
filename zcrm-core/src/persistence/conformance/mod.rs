//! The suite that every token store has to pass (feature `conformance`).
//!
//! It is test support: it panics where a store breaks the contract of
//! [`PersistenceHandler`], and the message names the broken rule. Those who write a store call
//! it in a test:
//!
//! ```
//! use zcrm_core::persistence::InMemoryPersistence;
//! use zcrm_core::persistence::conformance::Suite;
//!
//! Suite::new(InMemoryPersistence::new).reopen(InMemoryPersistence::clone).requires_lock().run();
//! ```
//!
//! Each part proves a group of rules: `rows` (one row a user, failures), `room` (what does not fit), `secrecy`,
//! `listing`, `threads`, `locking` (within one process), `rate_limits`, `data_centers`. `processes` gives
//! orders to other processes, in
//! which `worker` does what they say. `sample` makes users and tokens.
//!
//! [`Processes`] is the part with several processes, for stores that are meant to be shared between them.

#![allow(clippy::panic, clippy::missing_panics_doc, reason = "test support: a broken rule is a panic that names it")]

mod data_centers;
mod listing;
mod locking;
mod processes;
mod rate_limits;
mod room;
mod rows;
mod sample;
mod secrecy;
mod threads;
mod worker;

use std::fmt;

pub use processes::Processes;
pub use worker::work_if_ordered;

use super::{PersistenceHandler, StoreLimits};
use crate::token::UserIdentifier;

type Make<H> = Box<dyn Fn() -> H>;
type Remake<H> = Box<dyn Fn(&H) -> H>;

/// The rules that hold within one process.
///
/// Every part of the suite begins with a store of its own.
pub struct Suite<H> {
    fresh: Make<H>,
    reopen: Option<Remake<H>>,
    broken: Option<Make<H>>,
    unreadable_row: Option<Make<(H, UserIdentifier)>>,
    limits: StoreLimits,
    requires_lock: bool,
    ends_leases: bool,
    shares_rate_limits: bool,
    keeps_data_centers: bool,
    lists: bool,
    users: usize,
    rounds: i64,
}

impl<H: PersistenceHandler> Suite<H> {
    /// A suite over the stores that `fresh` makes. Each must be empty; only one is in use at a time, so that emptying
    /// one and the same table is fine.
    pub fn new(fresh: impl Fn() -> H + 'static) -> Self {
        Self {
            fresh: Box::new(fresh),
            reopen: None,
            broken: None,
            unreadable_row: None,
            limits: StoreLimits::default(),
            requires_lock: false,
            ends_leases: false,
            shares_rate_limits: false,
            keeps_data_centers: false,
            lists: false,
            users: 200,
            rounds: 20,
        }
    }

    /// Adds the rule that what one instance saved, another instance of the same store reads; `reopen` makes the other.
    #[must_use]
    pub fn reopen(mut self, reopen: impl Fn(&H) -> H + 'static) -> Self {
        self.reopen = Some(Box::new(reopen));
        self
    }

    /// Adds the rule that failure is not absence; `broken` makes a store that cannot look: a server that is down, a
    /// file that cannot be parsed.
    #[must_use]
    pub fn broken(mut self, broken: impl Fn() -> H + 'static) -> Self {
        self.broken = Some(Box::new(broken));
        self
    }

    /// Adds the rules about a row that cannot be read, because it is damaged or encrypted with another key: it is told
    /// apart from a store that cannot be read, saving replaces it, and deleting removes it. `unreadable` makes a store
    /// with such a row, and says whose it is.
    #[must_use]
    pub fn unreadable_row(mut self, unreadable: impl Fn() -> (H, UserIdentifier) + 'static) -> Self {
        self.unreadable_row = Some(Box::new(unreadable));
        self
    }

    /// The limits that the store must declare, and keep. Without this call: none.
    #[must_use]
    pub fn limits(mut self, limits: StoreLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Demands that the store offers a refresh lock. Without this call its rules are proven only if it offers one.
    #[must_use]
    pub fn requires_lock(mut self) -> Self {
        self.requires_lock = true;
        self
    }

    /// Adds the rule that a lock passes to a waiter when its lease is over, though its holder lives and stands still.
    /// It takes longer than [`MIN_LOCK_LEASE`](crate::persistence::MIN_LOCK_LEASE) to prove.
    #[must_use]
    pub fn ends_leases(mut self) -> Self {
        self.ends_leases = true;
        self
    }

    /// Demands that the store passes on until when Zoho wants no token requests. Without this call it may know nothing
    /// of that, but nothing wrong either.
    #[must_use]
    pub fn shares_rate_limits(mut self) -> Self {
        self.shares_rate_limits = true;
        self
    }

    /// Demands that the store keeps the data center of tokens. Without this call it may not, but may not tell a wrong
    /// one either.
    #[must_use]
    pub fn keeps_data_centers(mut self) -> Self {
        self.keeps_data_centers = true;
        self
    }

    /// Demands that the store can list whose tokens it holds. Without this call it may say that it cannot.
    #[must_use]
    pub fn lists(mut self) -> Self {
        self.lists = true;
        self
    }

    /// Repeats less, for a store whose every call costs a tenth of a second, such as one that starts a process. No rule
    /// is left out.
    #[must_use]
    pub fn slow(mut self) -> Self {
        (self.users, self.rounds) = (20, 2);
        self
    }

    /// Proves every rule.
    ///
    /// # Panics
    ///
    /// When the store breaks a rule; the message names it.
    pub fn run(self) {
        let fresh = || {
            let store = (self.fresh)();
            assert_eq!(store.limits(), self.limits, "the limits that the store declares are not the expected ones");
            store
        };
        rows::prove(fresh, self.limits, self.users);
        room::prove(fresh(), self.limits);
        secrecy::prove(&fresh(), self.limits);
        listing::prove(&fresh(), self.lists);
        threads::prove(fresh, self.rounds);
        locking::prove(&fresh(), self.limits, self.requires_lock);
        if self.ends_leases {
            locking::a_lock_ends_with_its_lease(&fresh());
        }
        rate_limits::prove(&fresh(), self.reopen.as_deref(), self.shares_rate_limits);
        data_centers::prove(&fresh(), self.reopen.as_deref(), self.keeps_data_centers);
        if let Some(reopen) = &self.reopen {
            rows::survive_reopening(&fresh(), reopen);
        }
        if let Some(broken) = &self.broken {
            rows::failure_is_not_absence(&broken());
        }
        if let Some(unreadable) = &self.unreadable_row {
            let (store, user) = unreadable();
            rows::an_unreadable_row_is_replaced(&store, &user);
            let (store, user) = unreadable();
            rows::an_unreadable_row_is_deleted(&store, &user);
        }
    }
}

impl<H> fmt::Debug for Suite<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suite")
            .field("limits", &self.limits)
            .field("requires_lock", &self.requires_lock)
            .finish_non_exhaustive()
    }
}
