//! Connections, timeouts, retries and limits: settings beside the configuration dictionary.

use std::path::PathBuf;
use std::time::Duration;

use crate::secret::Secret;

/// Settings of connections, timeouts, retries and limits. They are not keys of the configuration dictionary; pass them
/// with [`Config::with_http`](super::Config::with_http).
///
/// ```
/// use std::time::Duration;
/// use zcrm_core::config::HttpOptions;
///
/// let http = HttpOptions::default().call_timeout(Duration::from_secs(30)).concurrency(10);
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
    pub(crate) max_response_bytes: u64,
    pub(crate) concurrency: usize,
    pub(crate) heavy_concurrency: usize,
    pub(crate) queue_timeout: Duration,
    pub(crate) max_credits: Option<u64>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) retry_budget: Duration,
    pub(crate) retry_base: Duration,
    pub(crate) retry_updates: bool,
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
            max_response_bytes: 64 * 1024 * 1024,
            concurrency: 5,
            heavy_concurrency: 5,
            queue_timeout: Duration::from_secs(300),
            max_credits: None,
            max_retries: None,
            retry_budget: Duration::from_secs(120),
            retry_base: Duration::from_millis(500),
            retry_updates: true,
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

    /// How long Zoho may take from the request's last byte to the response's first. Defaults to 60 seconds.
    #[must_use]
    pub fn response_timeout(mut self, limit: Duration) -> Self {
        self.response_timeout = limit;
        self
    }

    /// How long one attempt of a request may take in all, body included. Defaults to 120 seconds. File transfers have
    /// no such limit. Connecting may take at most half of it.
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

    /// A proxy, `http://user:password@host:port`, in place of the one of the environment; special characters in user
    /// and password are percent-encoded. `https://`, `socks4://` and `socks5://` are understood too. Calls to loopback
    /// never go through one.
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

    /// The `User-Agent` of requests. Defaults to `zcrm-core/` and the version.
    #[must_use]
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = text.into();
        self
    }

    /// The largest response, in bytes after decompression; files have a limit of their own. Defaults to 64 MiB.
    #[must_use]
    pub fn max_response_bytes(mut self, bytes: u64) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// How many requests may be in flight at once in this client and its clones. Defaults to 5, which every edition of
    /// Zoho CRM allows (Free 5, Standard 10, Professional 15, Enterprise 20, Ultimate 25; Zoho's Kaizen post 203). At
    /// least 1. It shrinks by itself when Zoho answers 429 without a time to wait, and grows again.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// How many of them may be heavy: sorted records or those of a custom view, writes of more than 10 records,
    /// searches, conversions, COQL, composite requests. Zoho allows 10 in every edition (its page *API limits*, v7 and
    /// v8). Defaults to 5. At least 1.
    #[must_use]
    pub fn heavy_concurrency(mut self, requests: usize) -> Self {
        self.heavy_concurrency = requests.max(1);
        self
    }

    /// How long a request may wait until one of those in flight ends, before it fails with
    /// [`ErrorKind::Busy`](crate::ErrorKind::Busy). Waiting for the end of a rate limit is not counted. Defaults to 5
    /// minutes.
    #[must_use]
    pub fn queue_timeout(mut self, limit: Duration) -> Self {
        self.queue_timeout = limit;
        self
    }

    /// How many API credits this client and its clones may spend, by the estimate of [`Cost`](crate::rest::Cost). The
    /// request that would pass it fails with [`ErrorKind::CreditBudget`](crate::ErrorKind::CreditBudget) and is not
    /// sent. Without it there is no limit but Zoho's.
    #[must_use]
    pub fn max_credits(mut self, credits: u64) -> Self {
        self.max_credits = Some(credits);
        self
    }

    /// How often a request may be retried after its first attempt. Without it, retries go on until the
    /// [`retry_budget`](Self::retry_budget) is spent; 0 switches retries off.
    #[must_use]
    pub fn max_retries(mut self, times: u32) -> Self {
        self.max_retries = Some(times);
        self
    }

    /// How long a request is retried: how long its attempts and the backoff between them may take together. The last
    /// attempt is made when it ends. A wait that Zoho asks for (`Retry-After`) is honored as long as all such waits
    /// together fit in it. Waiting for other requests in flight is not counted. Defaults to 120 seconds.
    #[must_use]
    pub fn retry_budget(mut self, limit: Duration) -> Self {
        self.retry_budget = limit;
        self
    }

    /// The first backoff is chosen at random up to this; it doubles with each retry, up to 30 seconds. Defaults to 500
    /// ms.
    #[must_use]
    pub fn retry_base(mut self, backoff: Duration) -> Self {
        self.retry_base = backoff;
        self
    }

    /// Never retries an update whose response was lost: doing it twice changes nothing more in the record, but Zoho may
    /// run its workflows twice. Defaults to retrying.
    #[must_use]
    pub fn no_update_retries(mut self) -> Self {
        self.retry_updates = false;
        self
    }

    /// How long before its end an access token is renewed; never more than half of its life. Of a token that another
    /// process stored the whole life is not known: it is renewed when half of what was left at first sight is over, if
    /// that is later. Defaults to 60 seconds.
    #[must_use]
    pub fn refresh_margin(mut self, margin: Duration) -> Self {
        self.refresh_margin = margin;
        self
    }
}
