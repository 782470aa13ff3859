//! One access token a user, shared by all threads and kept fresh.

use std::sync::Arc;

use crate::config::Config;
use crate::error::Result;
use crate::persistence::PersistenceHandler;
use crate::secret::Secret;
use crate::token::UserIdentifier;
use crate::transport::Transport;

/// Hands out access tokens: from memory, else from the store, else from Zoho, one request whoever asks.
#[derive(Debug)]
pub(crate) struct TokenSource {
    config: Arc<Config>,
    transport: Arc<dyn Transport>,
    store: Arc<dyn PersistenceHandler>,
}

/// A token for one attempt of a call.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    secret: Secret,
}

impl AccessToken {
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

impl TokenSource {
    pub(crate) fn new(config: Arc<Config>, transport: Arc<dyn Transport>, store: Arc<dyn PersistenceHandler>) -> Self {
        Self { config, transport, store }
    }

    /// Where API calls go at the moment: the configured host, or that of the data centre the tokens turned out to be of.
    pub(crate) fn api_base_url(&self) -> String {
        let _ = (&self.transport, &self.store);
        self.config.api_base_url().to_owned()
    }

    /// A token that is good for some time yet.
    pub(crate) fn access_token(&self, user: &UserIdentifier) -> Result<AccessToken> {
        let _ = user;
        todo!()
    }

    /// Zoho refused `token` (401 INVALID_TOKEN or AUTHENTICATION_FAILURE): another one, where there is hope that another
    /// one is accepted; else `None`, and the call fails with the refusal.
    pub(crate) fn replace_rejected(&self, user: &UserIdentifier, token: &AccessToken) -> Result<Option<AccessToken>> {
        let _ = (user, token);
        todo!()
    }

    /// Zoho accepted `token`: from now on a refusal of it is a reason to refresh.
    pub(crate) fn accepted(&self, user: &UserIdentifier, token: &AccessToken) {
        let _ = (user, token);
    }
}
