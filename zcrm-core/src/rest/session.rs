//! How a call becomes an answer: token, gate, attempts, errors.

use std::sync::Arc;

use super::call::Call;
use super::reply::Reply;
use crate::config::{ApiVersion, Config};
use crate::error::Result;
use crate::oauth::TokenSource;
use crate::token::UserIdentifier;
use crate::transport::Transport;

/// Sends calls as one user. Cheap to clone; clones share connections, tokens and the gate.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    shared: Arc<Shared>,
    user: Option<UserIdentifier>,
}

#[derive(Debug)]
struct Shared {
    config: Arc<Config>,
    transport: Arc<dyn Transport>,
    tokens: Arc<TokenSource>,
}

impl Session {
    /// A session of the configured user.
    pub(crate) fn new(config: Arc<Config>, transport: Arc<dyn Transport>, tokens: Arc<TokenSource>) -> Self {
        let user = config.current_user_email().cloned();
        Self { shared: Arc::new(Shared { config, transport, tokens }), user }
    }

    /// The same connections and tokens, as another user.
    pub(crate) fn for_user(&self, user: UserIdentifier) -> Self {
        Self { shared: Arc::clone(&self.shared), user: Some(user) }
    }

    /// Whose tokens calls use.
    pub(crate) fn user(&self) -> Option<&UserIdentifier> {
        self.user.as_ref()
    }

    /// The configured API version.
    pub(crate) fn version(&self) -> ApiVersion {
        self.shared.config.api_version()
    }

    /// Sends a call and reads its answer whole: with a fresh token, through the gate, repeated where that is safe.
    ///
    /// `Ok` is any 2xx and 304; every other status is an `Err` with Zoho's account of it.
    pub(crate) fn send(&self, call: &Call) -> Result<Reply> {
        let _ = (call, &self.shared.transport, &self.shared.tokens);
        todo!()
    }
}
