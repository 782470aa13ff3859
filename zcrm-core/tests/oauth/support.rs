//! A scripted accounts server, a store that fails on demand, and a logger that listens.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::{
    InMemoryPersistence, PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock,
};
use zcrm_core::transport::{Body, Headers, HttpRequest, HttpResponse, Transport, TransportError, TransportErrorKind};
use zcrm_core::{Client, Config, OAuthTokens, UserIdentifier};

pub(crate) const USER: &str = "abc@xyz.com";
pub(crate) const SECRET: &str = "canary-client-secret-4711";
pub(crate) const GRANT: &str = "1000.canary-grant-4711";
pub(crate) const REFRESH: &str = "1000.canary-refresh-4711";

/// What the accounts server saw.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) content_type: Option<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

pub(crate) enum Reply {
    Answer(u16, Vec<(&'static str, &'static str)>, String),
    Lost(TransportErrorKind),
}

pub(crate) fn json(body: impl Into<String>) -> Reply {
    Reply::Answer(200, Vec::new(), body.into())
}

pub(crate) fn status(status: u16, body: impl Into<String>) -> Reply {
    Reply::Answer(status, Vec::new(), body.into())
}

type Answering = dyn Fn(&Seen) -> Reply + Send + Sync;

/// An accounts server: scripted replies first, then a rule.
#[derive(Clone)]
pub(crate) struct Zoho(Arc<Inner>);

struct Inner {
    script: Mutex<VecDeque<Reply>>,
    rule: Mutex<Box<Answering>>,
    seen: Mutex<Vec<Seen>>,
    issued: AtomicUsize,
}

impl std::fmt::Debug for Zoho {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Zoho")
    }
}

impl Zoho {
    /// Gives an hour's token whoever asks, with a refresh token for a grant, and names `USER`.
    pub(crate) fn new() -> Self {
        let zoho = Self(Arc::new(Inner {
            script: Mutex::default(),
            rule: Mutex::new(Box::new(|_| json("{}"))),
            seen: Mutex::default(),
            issued: AtomicUsize::new(0),
        }));
        zoho.life(3600);
        zoho
    }

    pub(crate) fn life(&self, seconds: u64) {
        let weak = Arc::downgrade(&self.0);
        self.rule(move |seen| {
            let number = weak.upgrade().unwrap().issued.fetch_add(1, Ordering::SeqCst) + 1;
            if seen.url.ends_with("/oauth/user/info") {
                return json(format!(r#"{{"Email":"{USER}"}}"#));
            }
            if seen.url.ends_with("/revoke") {
                return json(r#"{"status":"success"}"#);
            }
            let refresh = match seen.field("grant_type").as_deref() {
                Some("authorization_code") => format!(r#""refresh_token":"{REFRESH}-{number}","#),
                _ => String::new(),
            };
            json(format!(
                r#"{{"access_token":"1000.canary-access-{number}",{refresh}"token_type":"Bearer","expires_in":{seconds}}}"#
            ))
        });
    }

    pub(crate) fn rule(&self, rule: impl Fn(&Seen) -> Reply + Send + Sync + 'static) {
        *self.0.rule.lock().unwrap() = Box::new(rule);
    }

    /// The next answers, before the rule counts.
    pub(crate) fn next(&self, replies: impl IntoIterator<Item = Reply>) {
        self.0.script.lock().unwrap().extend(replies);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().unwrap().clone()
    }

    pub(crate) fn token_requests(&self) -> usize {
        self.seen().iter().filter(|seen| seen.url.ends_with("/oauth/v2/token")).count()
    }
}

impl Transport for Zoho {
    fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let (content_type, body) = match request.body {
            Body::Bytes { content_type, bytes } => {
                (Some(content_type.to_owned()), String::from_utf8(bytes.to_vec()).unwrap())
            }
            _ => (None, String::new()),
        };
        let seen = Seen {
            method: request.method.to_string(),
            url: request.url.to_owned(),
            content_type,
            authorization: request.authorization.map(|secret| secret.expose().to_owned()),
            body,
        };
        self.0.seen.lock().unwrap().push(seen.clone());
        let scripted = self.0.script.lock().unwrap().pop_front();
        match scripted.unwrap_or_else(|| self.0.rule.lock().unwrap()(&seen)) {
            Reply::Answer(status, headers, body) => {
                let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
                let body: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(body.into_bytes()));
                Ok(HttpResponse::new(status, Headers::new(headers), body))
            }
            Reply::Lost(kind) => Err(TransportError::new(kind, "scripted failure")),
        }
    }
}

/// A store in memory that fails when told to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store {
    pub(crate) rows: InMemoryPersistence,
    flags: Arc<Flags>,
}

#[derive(Debug, Default)]
struct Flags {
    no_read: AtomicBool,
    no_save: AtomicBool,
    no_delete: AtomicBool,
    not_writable: AtomicBool,
    locked: AtomicBool,
    lock_falls: AtomicBool,
    unreadable: Mutex<Option<PersistenceErrorKind>>,
    absent: AtomicUsize,
    locks: Mutex<Vec<(Duration, Duration)>>,
    reads: AtomicUsize,
}

impl Store {
    pub(crate) fn fail_reads(&self, fail: bool) {
        self.flags.no_read.store(fail, Ordering::SeqCst);
    }

    pub(crate) fn fail_saves(&self, fail: bool) {
        self.flags.no_save.store(fail, Ordering::SeqCst);
    }

    pub(crate) fn fail_deletes(&self, fail: bool) {
        self.flags.no_delete.store(fail, Ordering::SeqCst);
    }

    /// Whether the store says of itself that nothing can be saved.
    pub(crate) fn is_writable(&self, writable: bool) {
        self.flags.not_writable.store(!writable, Ordering::SeqCst);
    }

    /// From now on somebody else holds every refresh lock.
    pub(crate) fn lock_for_ever(&self, locked: bool) {
        self.flags.locked.store(locked, Ordering::SeqCst);
    }

    /// Whether the locks given from now on are lost at once, as when their holder stands still.
    pub(crate) fn lose_locks(&self, lose: bool) {
        self.flags.lock_falls.store(lose, Ordering::SeqCst);
    }

    /// The rows cannot be read, for this reason, until they are saved or deleted.
    pub(crate) fn unreadable(&self, kind: PersistenceErrorKind) {
        *self.flags.unreadable.lock().unwrap() = Some(kind);
    }

    /// The next so many reads find nothing, as between the two statements by which the Ruby SDK saves.
    pub(crate) fn absent_for(&self, reads: usize) {
        self.flags.absent.store(reads, Ordering::SeqCst);
    }

    /// Timeout and lease of each lock that was asked for.
    pub(crate) fn locks(&self) -> Vec<(Duration, Duration)> {
        self.flags.locks.lock().unwrap().clone()
    }

    pub(crate) fn reads(&self) -> usize {
        self.flags.reads.load(Ordering::SeqCst)
    }

    /// Puts tokens of `USER` there that die in `seconds`.
    pub(crate) fn put(&self, access: &str, refresh: &str, seconds: i64) {
        self.put_for(USER, access, refresh, seconds);
    }

    pub(crate) fn put_for(&self, name: &str, access: &str, refresh: &str, seconds: i64) {
        let tokens = OAuthTokens::new(user(name), access, refresh, now_millis() + seconds * 1000);
        self.rows.save_oauth_tokens(&tokens).unwrap();
    }

    pub(crate) fn get(&self, name: &str) -> Option<OAuthTokens> {
        self.rows.get_oauth_tokens(&user(name)).unwrap()
    }
}

impl PersistenceHandler for Store {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        match self.flags.no_save.load(Ordering::SeqCst) {
            true => Err(PersistenceError::new(PersistenceErrorKind::Unavailable, "the disk is full")),
            false => {
                *self.flags.unreadable.lock().unwrap() = None;
                self.rows.save_oauth_tokens(tokens)
            }
        }
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        self.flags.reads.fetch_add(1, Ordering::SeqCst);
        match self.flags.no_read.load(Ordering::SeqCst) {
            true => Err(PersistenceError::new(PersistenceErrorKind::Unavailable, "the store is down")),
            false => {
                if let Some(kind) = *self.flags.unreadable.lock().unwrap() {
                    return Err(PersistenceError::new(kind, "the row is damaged"));
                }
                let absent =
                    self.flags.absent.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                if absent.is_ok() { Ok(None) } else { self.rows.get_oauth_tokens(user) }
            }
        }
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        match self.flags.no_delete.load(Ordering::SeqCst) {
            true => Err(PersistenceError::new(PersistenceErrorKind::Denied, "the store is read-only")),
            false => {
                *self.flags.unreadable.lock().unwrap() = None;
                self.rows.delete_oauth_tokens(user)
            }
        }
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        self.flags.locks.lock().unwrap().push((timeout, lease));
        match self.flags.locked.load(Ordering::SeqCst) {
            true => Err(PersistenceError::new(PersistenceErrorKind::LockTimeout, "somebody else refreshes")),
            false if self.flags.lock_falls.load(Ordering::SeqCst) => Ok(RefreshLock::leased((), |()| false)),
            false => self.rows.lock_refresh(user, timeout, lease),
        }
    }

    fn check_writable(&self, _: &UserIdentifier) -> Result<(), PersistenceError> {
        match self.flags.not_writable.load(Ordering::SeqCst) {
            true => Err(PersistenceError::new(PersistenceErrorKind::Denied, "the folder is read-only")),
            false => Ok(()),
        }
    }

    fn rate_limited_until(&self, user: &UserIdentifier) -> Result<Option<SystemTime>, PersistenceError> {
        self.rows.rate_limited_until(user)
    }

    fn set_rate_limited_until(&self, user: &UserIdentifier, until: Option<SystemTime>) -> Result<(), PersistenceError> {
        self.rows.set_rate_limited_until(user, until)
    }
}

impl Store {
    /// What other processes are told of a user's rate limit.
    pub(crate) fn limited_until(&self, name: &str) -> Option<SystemTime> {
        self.rows.rate_limited_until(&user(name)).unwrap()
    }
}

/// A transport that holds back the requests whose body holds a text, until it is opened.
#[derive(Clone)]
pub(crate) struct Gate(Arc<GateState>);

struct GateState {
    zoho: Zoho,
    holds: String,
    /// Whether a request arrived, and whether the gate is open.
    state: Mutex<(bool, bool)>,
    changed: Condvar,
}

impl Gate {
    pub(crate) fn new(zoho: &Zoho, holds: &str) -> Self {
        let (zoho, holds) = (zoho.clone(), holds.to_owned());
        Self(Arc::new(GateState { zoho, holds, state: Mutex::default(), changed: Condvar::new() }))
    }

    pub(crate) fn has_arrived(&self) -> bool {
        self.0.state.lock().unwrap().0
    }

    pub(crate) fn wait_for_arrival(&self) {
        drop(self.0.changed.wait_while(self.0.state.lock().unwrap(), |(arrived, _)| !*arrived).unwrap());
    }

    pub(crate) fn open(&self) {
        self.0.state.lock().unwrap().1 = true;
        self.0.changed.notify_all();
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gate")
    }
}

impl Transport for Gate {
    fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let held = match &request.body {
            Body::Bytes { bytes, .. } => String::from_utf8_lossy(bytes).contains(&self.0.holds),
            _ => false,
        };
        if held {
            self.0.state.lock().unwrap().0 = true;
            self.0.changed.notify_all();
            drop(self.0.changed.wait_while(self.0.state.lock().unwrap(), |(_, open)| !*open).unwrap());
        }
        self.0.zoho.send(request)
    }
}

pub(crate) fn user(name: &str) -> UserIdentifier {
    UserIdentifier::new(name).unwrap()
}

pub(crate) fn now_millis() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// A configuration of the keys that every test has, and `more`.
pub(crate) fn config(more: &[(&str, &str)]) -> Config {
    let fixed =
        [("client_id", "1000.CLIENT"), ("client_secret", SECRET), ("redirect_uri", "https://app.example/callback?a=b")];
    let http = HttpOptions::default().retry_base(Duration::from_millis(1));
    Config::from_pairs(fixed.iter().chain(more).copied()).unwrap().with_http(http)
}

/// A client of `USER`.
pub(crate) fn client(zoho: &Zoho, store: &Store) -> Client {
    listen();
    Client::with_transport(config(&[("current_user_email", USER)]), store.clone(), zoho.clone())
}

static LINES: OnceLock<Mutex<Vec<(log::Level, String)>>> = OnceLock::new();

struct Listener;

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        LINES.get_or_init(Mutex::default).lock().unwrap().push((record.level(), record.args().to_string()));
    }

    fn flush(&self) {}
}

/// Installs the listener, once a process.
pub(crate) fn listen() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Listener).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
}

/// All log lines of this process so far that hold `part`.
pub(crate) fn logged(part: &str) -> Vec<(log::Level, String)> {
    let lines = LINES.get_or_init(Mutex::default).lock().unwrap();
    lines.iter().filter(|(_, line)| line.contains(part)).cloned().collect()
}

/// The error, its causes and its `Debug`, as one text.
pub(crate) fn all_of(error: &zcrm_core::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    text
}
