//! Everything that one emulator knows, shared by its connections and its handle.

use std::sync::OnceLock;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::behaviour::Behaviour;
use crate::counters::Watch;
use crate::crm::Org;
use crate::faults::Rules;
use crate::oauth::Oauth;

/// The scopes that a grant made without naming any has.
const SCOPES: [&str; 14] = [
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.ALL",
    "ZohoCRM.org.ALL",
    "ZohoCRM.bulk.ALL",
    "ZohoCRM.coql.READ",
    "ZohoCRM.apis.READ",
    "ZohoCRM.composite_requests.CUSTOM",
    "ZohoCRM.notifications.ALL",
    "ZohoCRM.Files.CREATE",
    "ZohoCRM.Files.READ",
    "ZohoFiles.files.ALL",
    "ZohoSearch.securesearch.READ",
    "aaaserver.profile.READ",
];

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) behaviour: Mutex<Behaviour>,
    pub(crate) watch: Watch,
    pub(crate) rules: Rules,
    pub(crate) oauth: Mutex<Oauth>,
    pub(crate) org: Mutex<Org>,
    pub(crate) url: OnceLock<String>,
    /// Told when every connection is to be closed.
    pub(crate) hang_up: Notify,
}

impl World {
    pub(crate) fn url(&self) -> &str {
        self.url.get().map_or("", String::as_str)
    }

    /// A grant for a self client; a user nobody knows becomes one of the organization.
    pub(crate) fn new_grant(&self, user: &str, scopes: &[&str]) -> String {
        self.org.lock().users.ensure(user);
        let life = self.behaviour.lock().grant_life;
        self.oauth.lock().new_grant(user, if scopes.is_empty() { &SCOPES } else { scopes }, life)
    }

    /// Whether the connection just accepted is one of those to be reset.
    pub(crate) fn take_reset(&self) -> bool {
        let mut behaviour = self.behaviour.lock();
        let left = behaviour.reset_connections;
        behaviour.reset_connections = left.saturating_sub(1);
        left > 0
    }

    pub(crate) fn behaviour(&self) -> Behaviour {
        self.behaviour.lock().clone()
    }
}
