//! How calls travel and how patient they are: settings beside the dictionary.

use std::path::PathBuf;
use std::time::Duration;

use crate::secret::Secret;

/// Settings of connections, time limits and retries. They are not keys of the dictionary; pass them with
/// [`Config::with_http`](super::Config::with_http).
///
/// ```
/// use std::time::Duration;
/// use zcrm_core::config::HttpOptions;
///
/// let http = HttpOptions::default().call_timeout(Duration::from_secs(30)).max_in_flight(10);
/// # let _ = http;
/// ```
#[derive(Debug, Clone)]
pub struct HttpOptions {
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) call_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) proxy: Option<Secret>,
    pub(crate) proxy_from_environment: bool,
    pub(crate) extra_ca_files: Vec<PathBuf>,
    pub(crate) extra_ca_pem: Vec<Vec<u8>>,
    pub(crate) user_agent: String,
    pub(crate) max_answer_bytes: u64,
    pub(crate) max_in_flight: usize,
    pub(crate) retries: u32,
    pub(crate) retry_budget: Duration,
    pub(crate) retry_base: Duration,
    pub(crate) repeat_updates: bool,
    pub(crate) refresh_margin: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(60),
            call_timeout: Duration::from_secs(120),
            idle_timeout: Duration::from_secs(60),
            proxy: None,
            proxy_from_environment: true,
            extra_ca_files: Vec::new(),
            extra_ca_pem: Vec::new(),
            user_agent: concat!("zcrm-core/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_answer_bytes: 64 * 1024 * 1024,
            max_in_flight: 5,
            retries: 5,
            retry_budget: Duration::from_secs(120),
            retry_base: Duration::from_millis(500),
            repeat_updates: true,
            refresh_margin: Duration::from_secs(60),
        }
    }
}

impl HttpOptions {
    /// How long the name look-up may take, and again how long connection, proxy and TLS may take together. Defaults to
    /// 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long Zoho may take from the request's last byte to the answer's first. Defaults to 60 seconds.
    #[must_use]
    pub fn response_timeout(mut self, limit: Duration) -> Self {
        self.response_timeout = limit;
        self
    }

    /// How long one call may take in all, a single attempt, body included. Defaults to 120 seconds. File transfers have
    /// no such limit.
    #[must_use]
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = limit;
        self
    }

    /// How long a file transfer may stand still. Defaults to 60 seconds.
    #[must_use]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = limit;
        self
    }

    /// A proxy, `http://user:password@host:port`, in place of the one of the environment; special characters in user and
    /// password are percent-encoded. `https://`, `socks4://` and `socks5://` are understood too. Calls to loopback never
    /// go through one.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Ignores `ALL_PROXY`, `HTTPS_PROXY` and `HTTP_PROXY`, of which the first that is set is honoured by default, but
    /// for the hosts in `NO_PROXY` (names separated by commas alone; `.example.com` stands for all hosts below).
    #[must_use]
    pub fn no_environment_proxy(mut self) -> Self {
        self.proxy_from_environment = false;
        self
    }

    /// A PEM file of certificate authorities to trust beside the built-in ones. It is read when the client is made.
    #[must_use]
    pub fn extra_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.extra_ca_files.push(path.into());
        self
    }

    /// Certificate authorities in PEM to trust beside the built-in ones.
    #[must_use]
    pub fn extra_ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.extra_ca_pem.push(pem.into());
        self
    }

    /// What calls say they come from. Defaults to `zcrm-core/` and the version.
    #[must_use]
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = text.into();
        self
    }

    /// The largest answer, in bytes after decompression; files have a limit of their own. Defaults to 64 MiB.
    #[must_use]
    pub fn max_answer_bytes(mut self, bytes: u64) -> Self {
        self.max_answer_bytes = bytes;
        self
    }

    /// How many calls may be under way at once in this client and its clones. Defaults to 5, which every edition of
    /// Zoho CRM allows (Free 5, Standard 10, Professional 15, Enterprise 20, Ultimate 25; Zoho's Kaizen post 203). At
    /// least 1.
    #[must_use]
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = calls.max(1);
        self
    }

    /// How often a call may be repeated after its first attempt. Defaults to 5; 0 switches repeating off.
    #[must_use]
    pub fn retries(mut self, times: u32) -> Self {
        self.retries = times;
        self
    }

    /// How long attempts and the pauses between them may take together. Defaults to 120 seconds.
    #[must_use]
    pub fn retry_budget(mut self, limit: Duration) -> Self {
        self.retry_budget = limit;
        self
    }

    /// The pause before the first repetition is chosen at random up to this; it doubles each time. Defaults to 500 ms.
    #[must_use]
    pub fn retry_base(mut self, pause: Duration) -> Self {
        self.retry_base = pause;
        self
    }

    /// Never repeats an update whose answer was lost: repeating it changes nothing more in the record, but Zoho may run
    /// its workflows twice. Defaults to repeating.
    #[must_use]
    pub fn no_repeated_updates(mut self) -> Self {
        self.repeat_updates = false;
        self
    }

    /// How long before its end an access token is renewed; never more than half of its life. Of a token that another process
    /// stored the whole life is not known: it is renewed when half of what was left at first sight is over, if that is later.
    /// Defaults to 60 seconds.
    #[must_use]
    pub fn refresh_margin(mut self, margin: Duration) -> Self {
        self.refresh_margin = margin;
        self
    }
}
