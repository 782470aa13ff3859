//! The kinds of failure.

/// What kind of failure an [`Error`](super::Error) is. Each says whether this library already tried again and whether
/// the caller may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration is wrong or incomplete. Not retried; correct it.
    Config,
    /// An argument cannot be sent (an empty id, a page size over 200 ...). Nothing was sent; correct it.
    InvalidInput,
    /// The configured API version lacks what was asked for. Nothing was sent.
    Unsupported,
    /// No user is set: neither `current_user_email` nor `for_user`. Nothing was sent.
    NoUser,
    /// The store holds no tokens for the user. Exchange a grant token first.
    NoTokens,
    /// The token store failed. Retried once by the stores where that helps; retrying later may.
    Persistence,
    /// Another process holds the refresh lock for longer than the timeout. Retrying is safe.
    RefreshBusy,
    /// The grant was exchanged, yet the tokens could not be saved; [`Error::tokens`](super::Error::tokens) holds them.
    TokensNotSaved,
    /// The grant token is wrong, used, expired, or of another data center or client. Make a new one.
    InvalidGrant,
    /// The refresh token is revoked or wrong. The user has to consent again.
    InvalidRefreshToken,
    /// The client id is unknown to this data center's accounts server.
    InvalidClient,
    /// The client secret is wrong (it can differ per data center).
    InvalidClientSecret,
    /// The redirect URI is not the registered one.
    InvalidRedirect,
    /// The user, or Zoho, refused the consent.
    AccessDenied,
    /// Zoho gave an access token without a refresh token.
    NoRefreshToken,
    /// The accounts server limits token requests at the moment. The library stops asking; retry later.
    TokenThrottled,
    /// The accounts server did not answer, or not usefully: a time limit, a broken connection, 5xx, HTML. The call that
    /// needed the token was not sent. Retried once; retrying later is safe.
    AccountsServer,
    /// Any other refusal by the accounts server.
    OAuth,
    /// The access token was rejected, after one refresh where that was sensible.
    Unauthenticated,
    /// The tokens lack a scope. Consent again with it; a refresh does not help.
    Scope,
    /// The user's profile or the organization's edition forbids it.
    Forbidden,
    /// There is nothing under this id or path.
    NotFound,
    /// Zoho rejected the request as wrong; see [`Error::api`](super::Error::api).
    InvalidRequest,
    /// The record was modified meanwhile (412 `ALREADY_MODIFIED`). [`Error::api`](super::Error::api) tells by whom and
    /// when, as far as that is known. Read it again.
    Modified,
    /// Zoho's rate limit (429). Retried with backoff until the budget was spent; retry later.
    RateLimited,
    /// No request of this client could start within
    /// [`queue_timeout`](crate::config::HttpOptions::queue_timeout), because too many others were in flight. Nothing
    /// was sent; retry later or allow more concurrency.
    Busy,
    /// The credit budget of [`max_credits`](crate::config::HttpOptions::max_credits) is spent. Nothing was sent.
    CreditBudget,
    /// [`Client::interrupt`](crate::Client::interrupt) ended a wait. Nothing was sent since.
    Interrupted,
    /// Zoho failed (5xx). Retried where the request is idempotent.
    Server,
    /// No connection could be made: name, refusal, route, proxy, or timeout while connecting. Retried; nothing was
    /// sent.
    Connect,
    /// The server's certificate is not trusted, expired or of another host. Not retried; nothing was sent.
    Tls,
    /// The response is a redirect, or `INVALID_HOST`: `api_base_url` is not an API host of Zoho. Not retried.
    WrongHost,
    /// The request may have been done, but its response was lost (reset, timeout, cut off). Retried only where the
    /// request is idempotent; for others, find out before you send it again.
    Unanswered,
    /// The response cannot be understood: HTML, empty, not JSON, not UTF-8, or larger than allowed.
    InvalidResponse,
    /// Some items of a batch were rejected, unanswered or not sent; made by
    /// [`BatchReport::into_result`](crate::rest::BatchReport::into_result).
    Partial,
    /// The cursor is of another listing: its module, fields, filters or sorting differ. Begin the listing anew.
    CursorMismatch,
    /// The cursor holds a page token of another user; page tokens belong to the user whose listing gave them.
    CursorUser,
    /// The page token of the cursor is older than the 24 hours that it lives. Begin the listing anew.
    CursorExpired,
    /// The cursor of changes is older than the 120 days for which Zoho remembers deletions. Begin anew with
    /// [`ChangesCursor::start`](crate::resource::ChangesCursor::start), and drop what does not come again.
    CursorTooOld,
    /// The listing ends before its last row: Zoho gives 2,000 rows by page number and 100,000 by page token, 2,000 in a
    /// search. Narrow it, for example by `modified_since`, or read the module another way.
    ListingLimit,
    /// A bulk or mass job ended in failure; [`Error::api`](super::Error::api) has Zoho's reason. Start another one.
    JobFailed,
    /// A bulk or mass job was not over within the time limit. It goes on at Zoho: wait for it again. When a mass job
    /// was to be started, it is another one, and nothing was started.
    JobPending,
    /// The [journal](crate::journal::Journal) is of other work, held by another process, or damaged. Nothing was sent.
    Journal,
    /// The request was undone, or never begun, because another one of its composite failed; the text names that one.
    RolledBack,
    /// A notification has not the token of its channel: it is not Zoho's, or not for this program. Answer 403.
    WrongToken,
    /// A local file, reader or writer failed.
    Io,
}

impl ErrorKind {
    /// The kind of a response by its HTTP status and Zoho's code. Zoho pairs the two loosely, so the code decides where
    /// it says more.
    pub(crate) fn of_response(status: u16, code: &str) -> Self {
        match (status, code) {
            (401 | 403, "OAUTH_SCOPE_MISMATCH" | "AUTHORIZATION_FAILED") => Self::Scope,
            (_, "TOO_MANY_REQUESTS" | "RATE_LIMIT_EXCEEDED" | "DAILY_LIMIT_EXCEEDED") | (429, _) => Self::RateLimited,
            (_, "ALREADY_MODIFIED") | (412, _) => Self::Modified,
            (_, "INVALID_HOST") | (300..=399 | 421, _) => Self::WrongHost,
            (_, "DISCRETE_PAGINATION_LIMIT_EXCEEDED" | "PAGINATION_LIMIT_EXCEEDED" | "LIMIT_REACHED") => {
                Self::ListingLimit
            }
            (_, "TOKEN_BOUND_DATA_MISMATCH") => Self::CursorMismatch,
            (
                400..=499,
                "NO_PERMISSION"
                | "PERMISSION_DENIED"
                | "FEATURE_NOT_SUPPORTED"
                | "FEATURE_NOT_ENABLED"
                | "TERRITORY_DISABLED"
                | "TERRITORY_NOT_ENABLED",
            )
            | (403, _) => Self::Forbidden,
            (401, _) => Self::Unauthenticated,
            (404, _) => Self::NotFound,
            // Some endpoints report a failure with the status of a success.
            (200..=299, "INTERNAL_ERROR" | "INTERNAL_SERVER_ERROR" | "SERVICE_UNAVAILABLE") => Self::Server,
            (200..=299 | 400..=499, _) => Self::InvalidRequest,
            (500..=599, _) => Self::Server,
            _ => Self::InvalidResponse,
        }
    }

    /// Whether Zoho rejected what was asked, before any work, for reasons that lie in the request alone.
    pub(crate) fn is_rejection(self) -> bool {
        matches!(self, Self::InvalidRequest | Self::NotFound | Self::Forbidden | Self::Modified)
    }

    /// Whether the outcome of a write with this failure is open: it may have been done.
    pub(crate) fn leaves_outcome_open(self) -> bool {
        matches!(self, Self::Unanswered | Self::Server | Self::InvalidResponse)
    }
}
