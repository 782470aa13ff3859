//! The one handle.
//!
//! * `start`: which store the configuration selects. `collections`: users, roles, taxes and so on.

#[cfg(feature = "bulk")]
mod bulk_read;
mod collections;
mod mass_jobs;
mod start;
mod subscription;

use std::sync::Arc;

use crate::config::Config;
use crate::coql::Statement;
use crate::error::{Error, Result};
use crate::oauth::{OAuth, TokenSource, Told};
use crate::persistence::{Backend, PersistenceHandler};
use crate::resource::{Composite, LimitsHandle, ModuleHandle, OrganizationHandle, QueryHandle};
use crate::rest::{Call, Request, Session, Usage};
use crate::token::{InvalidUserIdentifier, UserIdentifier};
use crate::transport::{Method, Transport};

/// A Zoho CRM, as one user of one app sees it.
///
/// A client is cheap to clone, and all methods take `&self`: keep one and clone it into threads. Clones, and those of
/// [`for_user`](Client::for_user), share the connections, the token store, the cached tokens and the governor that
/// limits requests in flight. Two configurations are two clients, side by side.
///
/// ```no_run
/// use zcrm_core::persistence::InMemoryPersistence;
/// use zcrm_core::{Client, Config, GrantToken};
///
/// # fn main() -> Result<(), zcrm_core::Error> {
/// let client = Client::new(Config::from_json_file("zcrm.json")?, InMemoryPersistence::new())?;
/// client.oauth().generate_access_token(GrantToken::new("1000.FAKE"))?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[doc(alias = "ZCRMRestClient")]
pub struct Client {
    session: Session,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Arc<Config>,
    store: Arc<dyn PersistenceHandler>,
    tokens: Arc<TokenSource>,
}

impl Client {
    /// A client with a ready store.
    ///
    /// The dictionary's keys for stores and logging are not acted upon; a warning is logged where they are set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when an extra certificate authority or the proxy of
    /// [`HttpOptions`](crate::config::HttpOptions) cannot be used.
    pub fn new(config: Config, store: impl PersistenceHandler + 'static) -> Result<Self> {
        start::warn_of_idle_store_keys(&config);
        start::warn_of_idle_logging_keys(&config);
        Self::start(config, Arc::new(store))
    }

    /// A client that does all that the configuration dictionary asks: it sets up logging, chooses and opens the store.
    /// Equivalent to the Ruby SDK's `ZCRMRestClient.init`.
    ///
    /// The store is custom if one of its keys is there, else file, else MySQL; the log says which key decided. Offer
    /// those of `backends` that the dictionary may ask for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when the store that is asked for is not offered (the message
    /// names the key and the crate to add), the program in `persistence_handler_class_path` is none that can be run, or
    /// the log file cannot be opened;
    /// [`ErrorKind::Persistence`](crate::ErrorKind::Persistence) when the store cannot be opened. Another store is
    /// never used in its place.
    #[doc(alias = "init")]
    pub fn from_config(config: Config, backends: impl IntoIterator<Item = Backend>) -> Result<Self> {
        #[cfg(feature = "logging")]
        crate::logging::init(&config)?;
        #[cfg(not(feature = "logging"))]
        start::warn_of_idle_logging_keys(&config);
        let store = start::open_store(&config, backends).map_err(Error::logged)?;
        Self::start(config, Arc::from(store))
    }

    fn start(config: Config, store: Arc<dyn PersistenceHandler>) -> Result<Self> {
        let transport = crate::transport::default_transport(config.http()).map_err(Error::logged)?;
        Ok(Self::assemble(config, store, transport))
    }

    /// A client over another transport, for tests without a server.
    pub fn with_transport(
        config: Config,
        store: impl PersistenceHandler + 'static,
        transport: impl Transport + 'static,
    ) -> Self {
        Self::assemble(config, Arc::new(store), Arc::new(transport))
    }

    pub(crate) fn assemble(config: Config, store: Arc<dyn PersistenceHandler>, transport: Arc<dyn Transport>) -> Self {
        config.warnings().iter().for_each(|warning| log::warn!("{warning}"));
        let config = Arc::new(config);
        let tokens = Arc::new(TokenSource::new(Arc::clone(&config), Arc::clone(&transport), Arc::clone(&store)));
        let session = Session::new(Arc::clone(&config), transport, Arc::clone(&tokens));
        Self { session, shared: Arc::new(Shared { config, store, tokens }) }
    }

    /// The same app, connections and store, as another user.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let colleague = client.for_user("colleague@example.com")?;
    /// println!("{:?}", colleague.organization().get()?.company_name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when the text cannot be a user identifier.
    #[doc(alias = "current_user_email=")]
    pub fn for_user<U>(&self, user: U) -> Result<Self>
    where
        U: TryInto<UserIdentifier>,
        InvalidUserIdentifier: From<U::Error>,
    {
        let user = user.try_into().map_err(|fault| Error::from(InvalidUserIdentifier::from(fault)).logged())?;
        Ok(Self { session: self.session.for_user(user), shared: Arc::clone(&self.shared) })
    }

    /// Whose tokens requests use.
    #[must_use]
    #[doc(alias = "current_user_email")]
    pub fn user(&self) -> Option<&UserIdentifier> {
        self.session.user()
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// The token store; its `Debug` says where the tokens lie.
    #[must_use]
    pub fn store(&self) -> &dyn PersistenceHandler {
        &*self.shared.store
    }

    /// What the last token response told beside the tokens.
    pub(crate) fn told(&self) -> Option<Told> {
        self.shared.tokens.told(self.user()?)
    }

    /// Signing in and out, as the user of this handle.
    #[must_use]
    pub fn oauth(&self) -> OAuth {
        OAuth::new(Arc::clone(&self.shared.tokens), self.session.user().cloned())
    }

    /// The organization. Its users, roles, profiles, taxes, variables and notes are collections of the client:
    /// [`users`](Self::users), [`roles`](Self::roles) and so on.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.organization().get()?.company_name);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_organization_instance")]
    #[must_use]
    pub fn organization(&self) -> OrganizationHandle {
        OrganizationHandle::new(self.session.clone())
    }

    /// What the organization may spend in credits and concurrency, and what requests cost.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?} credits a day", client.limits().get()?.credits);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn limits(&self) -> LimitsHandle {
        LimitsHandle::new(self.session.clone())
    }

    /// One module, such as Leads, by its API name.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for lead in client.module("Leads").records().fields(["Last_Name"]) {
    ///     println!("{}", lead?.raw());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_module_instance")]
    pub fn module(&self, api_name: impl Into<String>) -> ModuleHandle {
        ModuleHandle::new(self.session.clone(), api_name)
    }

    /// A query in COQL, Zoho's SQL: a text with parameters (`:name`), or a built [`Select`](crate::coql::Select).
    /// Values are bound, never spliced into the text.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let text = "select Last_Name, Owner.email from Leads where City = :city and Created_Time > :since";
    /// let query = client.query(text).bind("city", "Oslo").bind("since", "2026-01-01T00:00:00+01:00");
    /// for lead in query.iter() {
    ///     println!("{:?}", lead?.get::<String>("Last_Name")?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(&self, statement: impl Into<Statement>) -> QueryHandle {
        QueryHandle::new(self.session.clone(), statement)
    }

    /// Up to five requests in one call, from v3 on: all or none if wanted, and one may refer to what another gives.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let mut composite = client.composite();
    /// let lead = composite.add(client.module("Leads").record("3652397000000190001").get_request());
    /// let user = composite.add(client.module("Contacts").record("3652397000000190002").get_request());
    /// let mut results = composite.send()?;
    /// println!("{} {}", results.take(&lead)?.raw(), results.take(&user)?.raw());
    /// # Ok(())
    /// # }
    /// ```
    pub fn composite(&self) -> Composite {
        Composite::new(self.session.clone())
    }

    /// A request to any endpoint. Relative paths, such as `settings/roles`, are resolved against `/crm/{version}/`;
    /// paths that begin with `/crm/`, such as `/crm/bulk/v2/read`, are used as they are. A path is split at each `/`,
    /// and its parts are escaped.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::Method;
    ///
    /// let roles: serde_json::Value = client.call(Method::Get, "settings/roles").send()?.json()?;
    /// # let _ = roles;
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self.session.clone(), method, path)
    }

    /// Sends a request that was put together before, and decodes its response.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::Method;
    ///
    /// let request = client.call(Method::Get, "settings/roles").into_request();
    /// println!("costs {} credit", request.cost().credits());
    /// println!("{}", client.run(&request)?.body());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Every kind that a request can fail with, and those of the request's decoding.
    pub fn run<T>(&self, request: &Request<T>) -> Result<T> {
        self.session.run(request)
    }

    /// What this client and its clones have sent and spent so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.session.usage()
    }

    /// Ends all waits of this client and its clones, present and future ones: for the end of a rate limit, between
    /// retries, for other requests in flight. They fail with [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted),
    /// and nothing is sent any more. Requests in flight are not cut off. For Ctrl-C handlers; [`resume`](Self::resume)
    /// takes it back.
    pub fn interrupt(&self) {
        self.session.interrupt(true);
    }

    /// Lets requests through again after [`interrupt`](Self::interrupt).
    pub fn resume(&self) {
        self.session.interrupt(false);
    }
}
