//! The token source itself: the store, its lock, and what is remembered of each user.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::super::accounts::AccountsClient;
use super::super::servers::{ServerRules, Servers};
use super::entry::{CacheEntry, RefreshGuard, Told};
use super::failure::{busy, store_failed};
use super::unsaved::Row;
use crate::config::{Config, DataCenter};
use crate::error::Result;
use crate::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock};
use crate::token::{OAuthTokens, UserIdentifier};
use crate::transport::Transport;

/// What reading and saving take at most, beside the token request.
pub(super) const STORE_TIME: Duration = Duration::from_secs(15);

/// How much longer than a lease one waits for the lock: a holder that stands still must lose it to somebody.
const OVER_THE_LEASE: Duration = Duration::from_secs(5);

/// The Ruby SDK saves by deleting and inserting, without a transaction. What is absent is looked for once more after
/// this.
const SECOND_LOOK: Duration = Duration::from_millis(100);

/// Hands out access tokens: from memory, else from the store, else from Zoho, one request whoever asks.
#[derive(Debug)]
pub(crate) struct TokenSource {
    pub(super) config: Arc<Config>,
    pub(super) store: Arc<dyn PersistenceHandler>,
    pub(super) accounts: AccountsClient,
    pub(super) servers: ServerRules,
    entries: Mutex<HashMap<UserIdentifier, Arc<CacheEntry>>>,
}

impl TokenSource {
    pub(crate) fn new(config: Arc<Config>, transport: Arc<dyn Transport>, store: Arc<dyn PersistenceHandler>) -> Self {
        let servers = ServerRules::new(Arc::clone(&config));
        let accounts = AccountsClient::new(Arc::clone(&config), transport);
        Self { config, store, accounts, servers, entries: Mutex::default() }
    }

    pub(in crate::oauth) fn config(&self) -> &Config {
        &self.config
    }

    /// Where a user's API calls go: the configured host, or that of the data center which the user's tokens turned out
    /// to be of. Without a user it is the configured host.
    pub(crate) fn api_base_url_of(&self, user: Option<&UserIdentifier>) -> String {
        self.servers_of(user).api_base_url
    }

    pub(super) fn servers_of(&self, user: Option<&UserIdentifier>) -> Servers {
        let known = user.and_then(|user| self.entry(user).state().servers.clone());
        known.unwrap_or_else(|| self.servers.configured())
    }

    /// From now on the user's requests go to the servers that the stored tokens are of, if the store tells.
    pub(super) fn learn_servers(&self, entry: &CacheEntry, stored: &OAuthTokens) {
        if let Some(servers) = self.servers.kept(stored) {
            entry.state().servers = Some(servers);
        }
    }

    /// What the last token response for this user told beside the tokens.
    pub(crate) fn told(&self, user: &UserIdentifier) -> Option<Told> {
        self.entry(user).state().told.clone()
    }

    /// From now on the user's tokens are of this data center.
    pub(in crate::oauth) fn set_data_center(&self, user: &UserIdentifier, center: DataCenter) {
        let servers = self.servers.of(center);
        self.entry(user).state().servers = Some(servers);
    }

    pub(super) fn entry(&self, user: &UserIdentifier) -> Arc<CacheEntry> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.get(user) {
            Some(entry) => Arc::clone(entry),
            None => Arc::clone(entries.entry(user.clone()).or_default()),
        }
    }

    /// The guard of one user, as soon as the thread that has it is done.
    pub(super) fn guard(
        &self,
        user: &UserIdentifier,
        entry: &Arc<CacheEntry>,
        timeout: Duration,
    ) -> Result<RefreshGuard> {
        let mut state = entry.state();
        let deadline = Instant::now() + timeout;
        while state.is_busy() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(busy(user));
            }
            (state, _) = entry.wait(state, left);
        }
        Ok(entry.begin(state))
    }

    /// The store's refresh lock.
    pub(super) fn lock(&self, user: &UserIdentifier, timeout: Duration, lease: Duration) -> Result<RefreshLock> {
        self.store.lock_refresh(user, timeout, lease).map_err(|cause| match cause.kind() {
            PersistenceErrorKind::LockTimeout => busy(user).with_source(cause),
            _ => store_failed("the refresh lock could not be taken; nothing was sent", cause),
        })
    }

    /// The tokens that the store holds. What is absent is looked for twice.
    pub(super) fn look_up(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        match self.store.get_oauth_tokens(user) {
            Ok(None) => {
                thread::sleep(SECOND_LOOK);
                self.store.get_oauth_tokens(user)
            }
            found => found,
        }
    }

    /// The same, where a row that cannot be read is no failure.
    pub(super) fn row(&self, user: &UserIdentifier) -> Result<Row, PersistenceError> {
        Row::of(self.look_up(user))
    }

    pub(super) fn margin(&self) -> Duration {
        self.config.http().refresh_margin
    }

    /// How long a refresh may hold the lock: the slowest token request, its retry included (12 s and the time limit of
    /// a call), and 15 s for the store.
    pub(super) fn lease(&self) -> Duration {
        self.accounts.slowest() + STORE_TIME
    }

    /// How long to wait for the refresh lock: long enough to get it from a holder that stands still.
    pub(super) fn lock_timeout(&self) -> Duration {
        self.lease() + OVER_THE_LEASE
    }

    /// How long to wait for another thread of this process, which may have to wait for the lock first.
    pub(super) fn guard_timeout(&self) -> Duration {
        self.lock_timeout() * 2
    }
}
