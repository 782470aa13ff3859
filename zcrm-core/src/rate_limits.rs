//! What Zoho's answers say about the limits of the organization.

/// Figures from the headers of a response. Zoho sends none of them reliably: each is absent more often than not.
///
/// `X-API-CREDITS-REMAINING` appears once about half of the day's credits are spent (Zoho's Kaizen post 203); the
/// `X-RATELIMIT-*` names are those of Zoho's v2 SDKs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// `X-API-CREDITS-REMAINING`: credits left in the rolling 24 hours.
    pub credits_remaining: Option<u64>,
    /// `X-RATELIMIT-LIMIT`: calls allowed in the current window.
    pub limit: Option<u64>,
    /// `X-RATELIMIT-REMAINING`: calls left in the current window.
    pub remaining: Option<u64>,
    /// `X-RATELIMIT-RESET`: when the window ends, as sent (milliseconds since 1970 in Zoho's SDKs).
    pub reset: Option<String>,
    /// `X-RATELIMIT-DAY-LIMIT`: calls allowed per day.
    pub day_limit: Option<u64>,
    /// `X-RATELIMIT-DAY-REMAINING`: calls left today.
    pub day_remaining: Option<u64>,
    /// `X-ACCESSTOKEN-RESET`: when the access token dies, ISO 8601 with offset.
    pub access_token_reset: Option<String>,
    /// `Retry-After`, in seconds.
    pub retry_after_seconds: Option<u64>,
}
