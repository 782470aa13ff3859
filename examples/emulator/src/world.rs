//! Everything that one emulator knows, shared by its connections and its handle.

use std::sync::OnceLock;

use parking_lot::Mutex;

use crate::behaviour::Behaviour;
use crate::counters::Watch;
use crate::faults::Rules;
use crate::oauth::Oauth;
use crate::org::Org;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) behaviour: Mutex<Behaviour>,
    pub(crate) watch: Watch,
    pub(crate) rules: Rules,
    pub(crate) oauth: Mutex<Oauth>,
    pub(crate) org: Mutex<Org>,
    pub(crate) url: OnceLock<String>,
}

impl World {
    pub(crate) fn url(&self) -> &str {
        self.url.get().map_or("", String::as_str)
    }

    pub(crate) fn behaviour(&self) -> Behaviour {
        self.behaviour.lock().clone()
    }
}
