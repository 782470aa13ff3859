//! The handle of a running emulator.

use std::convert::Infallible;
use std::io;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::behaviour::Behaviour;
use crate::counters::{Counters, Recorded, Watch};
use crate::crm::{self, MadeUpLeads, Org};
use crate::faults::{Fault, On, Rules};
use crate::oauth::Oauth;
use crate::server::{self, Door};
use crate::world::World;

/// How to start an emulator.
///
/// ```
/// use zcrm_emulator::Options;
///
/// let options = Options { leads: 200, https: true, ..Options::default() };
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Whether to speak https, with a certificate authority of its own; see [`Emulator::ca_pem`].
    pub https: bool,
    /// The client that is registered.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Its redirect URI.
    pub redirect_uri: String,
    /// How many leads there are from the start. They cost no memory until they are written to.
    pub leads: u64,
    /// How it behaves at first.
    pub behaviour: Behaviour,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            https: false,
            client_id: "1000.EMULATORCLIENT".to_owned(),
            client_secret: "emulator-client-secret".to_owned(),
            redirect_uri: "http://127.0.0.1:8501/oauth/callback".to_owned(),
            leads: 0,
            behaviour: Behaviour::default(),
        }
    }
}

/// What [`Emulator::revoke_tokens`] kills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoke {
    /// The access tokens only: a refresh brings a new one.
    AccessTokens,
    /// The refresh tokens too: only a new grant helps.
    Everything,
}

/// A Zoho CRM that runs in this process until it is dropped. All methods may be called from any thread.
#[derive(Debug)]
pub struct Emulator {
    world: Arc<World>,
    runtime: Option<Runtime>,
    accepting: JoinHandle<()>,
    closed: Mutex<Receiver<Infallible>>,
    ca_pem: Option<String>,
}

impl Emulator {
    /// Starts one; several can run side by side.
    ///
    /// # Errors
    ///
    /// When the port is taken or the threads cannot be started.
    pub fn start(options: Options) -> io::Result<Self> {
        let oauth = Oauth::new(options.client_id, options.client_secret, options.redirect_uri);
        let world = Arc::new(World {
            behaviour: Mutex::new(options.behaviour),
            watch: Watch::default(),
            rules: Rules::default(),
            oauth: Mutex::new(oauth),
            org: Mutex::new(Org::new(MadeUpLeads::of(options.leads))),
            url: OnceLock::new(),
            hang_up: Notify::new(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("zcrm-emulator")
            .enable_io()
            .enable_time()
            .build()?;
        // Bound by the standard library: tokio's way would need to block, which a caller within a runtime may not.
        let listener = std::net::TcpListener::bind(("127.0.0.1", options.port))?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let listener = {
            let _within = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (tls, ca_pem) = options.https.then(|| server::acceptor(&world)).transpose()?.unzip();
        let scheme = if options.https { "https" } else { "http" };
        world.url.get_or_init(|| format!("{scheme}://{address}"));
        let (gone, closed) = mpsc::channel();
        let door = Door::new(listener, gone);
        let accepting = runtime.spawn(server::accept(Arc::clone(&world), door, tls));
        Ok(Self { world, runtime: Some(runtime), accepting, closed: Mutex::new(closed), ca_pem })
    }

    /// Both the API base URL and the accounts URL, such as `http://127.0.0.1:41234`.
    pub fn url(&self) -> &str {
        self.world.url()
    }

    /// The certificate authority that https clients must trust, in PEM; none over http.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The configuration dictionary of a client of this emulator, without a store: `client_id`, `client_secret`,
    /// `redirect_uri`, `current_user_email`, `api_base_url`, `accounts_url`.
    pub fn dictionary(&self) -> Value {
        let oauth = self.world.oauth.lock();
        json!({
            "client_id": oauth.client_id,
            "client_secret": oauth.client_secret,
            "redirect_uri": oauth.redirect_uris.first(),
            "current_user_email": "abc@xyz.com",
            "api_base_url": self.url(),
            "accounts_url": self.url(),
        })
    }

    /// A grant token as the API console makes it for a self client, with all scopes. Valid once.
    ///
    /// A user nobody knows becomes one of the organization.
    pub fn new_grant(&self, user: &str) -> String {
        self.world.new_grant(user, &[])
    }

    /// A grant token with these scopes; with all where none is named.
    pub fn new_grant_with_scopes(&self, user: &str, scopes: &[&str]) -> String {
        self.world.new_grant(user, scopes)
    }

    /// Registers a further redirect URI.
    pub fn register_redirect_uri(&self, uri: &str) {
        self.world.oauth.lock().redirect_uris.push(uri.to_owned());
    }

    /// Changes how it behaves from now on.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # fn main() -> std::io::Result<()> {
    /// let emulator = zcrm_emulator::Emulator::start(zcrm_emulator::Options::default())?;
    /// emulator.behave(|behaviour| behaviour.token_life = Duration::from_secs(5));
    /// # Ok(())
    /// # }
    /// ```
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.world.behaviour.lock());
    }

    /// Sets the life of the access tokens given out from now on.
    pub fn token_life(&self, life: Duration) {
        self.behave(|behaviour| behaviour.token_life = life);
    }

    /// Whether every call is answered 401 `INVALID_TOKEN`, whatever its token.
    pub fn refuse_every_token(&self, refuse: bool) {
        self.behave(|behaviour| behaviour.refuse_every_token = refuse);
    }

    /// Makes requests go wrong. The oldest rule that still holds wins.
    pub fn fault(&self, on: On, fault: Fault) {
        self.world.rules.add(on, fault);
    }

    /// Forgets all faults.
    pub fn clear_faults(&self) {
        self.world.rules.clear();
    }

    /// Kills all access tokens, as if their hour were over; refresh tokens live on.
    pub fn expire_tokens_now(&self) {
        self.world.oauth.lock().expire_now();
    }

    /// Kills the tokens of one user behind the client's back.
    pub fn revoke_tokens(&self, user: &str, what: Revoke) {
        self.world.oauth.lock().revoke_user(user, what == Revoke::Everything);
    }

    /// Closes every connection now, as a server does with those that were idle for long.
    pub fn close_connections(&self) {
        self.world.hang_up.notify_waiters();
    }

    /// Every secret so far: the client secret, and all grants and tokens ever made. None of them may turn up in a log,
    /// an error or a process list.
    pub fn secrets(&self) -> Vec<String> {
        self.world.oauth.lock().secrets()
    }

    /// How many records a module has, without a call that would be counted; 0 for a module that there is not.
    pub fn count_records(&self, module: &str) -> usize {
        crm::module(module).map_or(0, |module| self.world.org.lock().records.shelf(module).ids().count())
    }

    /// A record as it is kept, without a call that would be counted.
    pub fn record(&self, module: &str, id: &str) -> Option<Value> {
        let module = crm::module(module)?;
        let org = self.world.org.lock();
        let row = org.records.shelf(module).row(id.parse().ok()?)?;
        Some(Value::Object(row.into_owned()))
    }

    /// Empties the recycle bin of one record; whether it was there.
    pub fn purge(&self, module: &str, id: &str) -> bool {
        let (Some(module), Ok(id)) = (crm::module(module), id.parse()) else {
            return false;
        };
        self.world.org.lock().records.shelf_mut(module).purge(id)
    }

    /// Takes a record back from the recycle bin, as its users do; whether it was there.
    pub fn restore(&self, module: &str, id: &str) -> bool {
        let (Some(module), Ok(id)) = (crm::module(module), id.parse()) else {
            return false;
        };
        self.world.org.lock().records.shelf_mut(module).restore(id)
    }

    /// Replaces all leads by so many made-up ones. They cost no memory until they are written to.
    pub fn seed_leads(&self, leads: u64) {
        self.make_up_leads(MadeUpLeads::of(leads));
    }

    /// Replaces all leads by made-up ones, with gaps in their ids, many in one second, or some of them converted.
    ///
    /// ```
    /// # use zcrm_emulator::{Emulator, MadeUpLeads, Options};
    /// # fn main() -> std::io::Result<()> {
    /// let emulator = Emulator::start(Options::default())?;
    /// emulator.make_up_leads(MadeUpLeads { id_gap: 9, per_second: 50, ..MadeUpLeads::of(1_000_000) });
    /// assert_eq!(emulator.count_records("Leads"), 1_000_000);
    /// # Ok(())
    /// # }
    /// ```
    pub fn make_up_leads(&self, leads: MadeUpLeads) {
        self.world.org.lock().records.make_up_leads(leads);
    }

    /// Overwrites fields of a record as they are, unchecked, those that are Zoho's to write too, such as
    /// `Modified_Time`; whether there is such a record.
    pub fn set_fields(&self, module: &str, id: &str, fields: &Value) -> bool {
        crm::set_fields(&mut self.world.org.lock(), module, id, fields)
    }

    /// The ids of the channels that live, and until when.
    pub fn channels(&self) -> Vec<(String, String)> {
        let living = self.world.org.lock().channels.living().into_iter();
        living.map(|(id, expiry)| (id.to_string(), expiry)).collect()
    }

    /// Ends all channels, as if their time were over.
    pub fn expire_channels(&self) {
        self.world.org.lock().channels.expire();
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        self.world.watch.read()
    }

    /// Begins counting anew and empties the log of requests.
    pub fn reset_counters(&self) {
        self.world.watch.reset();
    }

    /// The requests so far, the latest last; only the latest 20,000 are kept.
    pub fn requests(&self) -> Vec<Recorded> {
        self.world.watch.log()
    }
}

impl Drop for Emulator {
    /// Returns when the port is free again.
    fn drop(&mut self) {
        self.accepting.abort();
        self.world.hang_up.notify_waiters();
        let _ = self.closed.lock().recv_timeout(Duration::from_secs(5));
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
