//! What a request sends, and how it may be sent.

use std::borrow::Cow;

use super::cost::Cost;
use super::stop::Stop;
use crate::error::Error;
use crate::transport::Method;

/// Whether a request may be sent again when its response was lost, so that it may have been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// Doing it twice is the same as doing it once: reads, deletions by id, tags, an upsert in which every record has a
    /// value in a check field.
    Idempotent,
    /// Idempotent, but an update: a retry may run Zoho's workflows twice.
    /// [`no_update_retries`](crate::config::HttpOptions::no_update_retries) switches such retries off.
    Update,
    /// Doing it twice does a second thing. It is retried only when nothing can have been done.
    NotIdempotent,
}

/// Which of Zoho's servers a request goes to. Each is known from the user's data center, or from the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    /// The API host, `api_base_url`.
    Api,
    /// The host that takes the files of bulk writes, `file_upload_url`.
    Upload,
    /// The host that gives the results of bulk writes and backups, `download_url`.
    Download,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(super) method: Method,
    pub(super) host: Host,
    /// Where the host is not the one that is configured: scheme, name and port.
    pub(super) origin: Option<String>,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(Cow<'static, str>, String)>,
    pub(super) content_type: Cow<'static, str>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) idempotency: Idempotency,
    pub(super) cost: Cost,
    /// The price as Zoho tells it, in credits: the least and the most.
    pub(super) bounds: Option<(u32, u32)>,
    /// Keeps it from being begun, once it is set.
    pub(super) stop: Option<Stop>,
    /// The first thing that is wrong with the request; it is then never sent.
    pub(super) fault: Option<Error>,
}
