//! The one handle.

use std::sync::Arc;

use crate::config::Config;
use crate::error::Result;
use crate::oauth::TokenSource;
use crate::persistence::{Backend, PersistenceHandler};
use crate::resource::ModuleHandle;
use crate::rest::Session;
use crate::token::UserIdentifier;
use crate::transport::Transport;

/// The client.
#[derive(Debug, Clone)]
pub struct Client {
    session: Session,
    #[allow(dead_code)]
    tokens: Arc<TokenSource>,
}

impl Client {
    /// A client with a ready store.
    ///
    /// # Errors
    ///
    /// When an extra CA file cannot be read.
    pub fn new(config: Config, store: impl PersistenceHandler + 'static) -> Result<Self> {
        let _ = (config, store);
        todo!()
    }

    /// A client by the dictionary alone.
    ///
    /// # Errors
    ///
    /// When the store that the dictionary asks for is not among `backends` or cannot be opened.
    pub fn from_config(config: Config, backends: impl IntoIterator<Item = Backend>) -> Result<Self> {
        let _ = (config, backends.into_iter().count());
        todo!()
    }

    /// A client over another transport; for tests.
    pub fn with_transport(
        config: Config,
        store: impl PersistenceHandler + 'static,
        transport: impl Transport + 'static,
    ) -> Self {
        let config = Arc::new(config);
        let transport: Arc<dyn Transport> = Arc::new(transport);
        let tokens = Arc::new(TokenSource::new(Arc::clone(&config), Arc::clone(&transport), Arc::new(store)));
        Self { session: Session::new(config, transport, Arc::clone(&tokens)), tokens }
    }

    /// The same connections and store, as another user.
    ///
    /// # Errors
    ///
    /// When the text cannot be a user identifier.
    pub fn for_user<U>(&self, user: U) -> Result<Self>
    where
        U: TryInto<UserIdentifier>,
        crate::token::InvalidUserIdentifier: From<U::Error>,
    {
        let user = user.try_into().map_err(crate::token::InvalidUserIdentifier::from)?;
        Ok(Self { session: self.session.for_user(user), tokens: Arc::clone(&self.tokens) })
    }

    /// One module, such as Leads, by its API name. No call goes out yet.
    #[doc(alias = "get_module_instance")]
    pub fn module(&self, api_name: impl Into<String>) -> ModuleHandle {
        ModuleHandle::new(self.session.clone(), api_name)
    }
}
