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
    /// The grant token is wrong, used, expired, or of another data centre or client. Make a new one.
    InvalidGrant,
    /// The refresh token is revoked or wrong. The user has to consent again.
    InvalidRefreshToken,
    /// The client id is unknown to this data centre's accounts server.
    InvalidClient,
    /// The client secret is wrong (it can differ per data centre).
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
    /// The access token was refused, after one refresh where that was sensible.
    Unauthenticated,
    /// The tokens lack a scope. Consent again with it; a refresh does not help.
    Scope,
    /// The user's profile or the organisation's edition forbids it.
    Forbidden,
    /// There is nothing under this id or path.
    NotFound,
    /// Zoho refused the request as wrong; see [`Error::api`](super::Error::api).
    InvalidRequest,
    /// The record changed meanwhile (412). Read it again.
    Modified,
    /// Zoho limits calls at the moment (429). Retried with back-off until the budget was spent; retry later.
    RateLimited,
    /// Zoho failed (5xx). Retried where the call may be repeated.
    Server,
    /// No connection could be made: name, refusal, route, proxy, or time-out while connecting. Retried; nothing was sent.
    Connect,
    /// The server's certificate is not trusted, expired or of another host. Not retried; nothing was sent.
    Tls,
    /// The request may have been done, but its answer was lost (reset, time-out, cut off). Retried only where the call
    /// may be repeated; for others, find out before you repeat it.
    Unanswered,
    /// The answer cannot be understood: HTML, empty, not JSON, not UTF-8, or larger than allowed.
    InvalidAnswer,
    /// A local file, reader or writer failed.
    Io,
}
