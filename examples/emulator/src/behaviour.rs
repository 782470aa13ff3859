//! How the emulated Zoho behaves; everything here can be changed while it runs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::seconds::{self, optional as optional_seconds};

/// The certificate that the emulator presents over https.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certificate {
    /// One that its authority vouches for.
    #[default]
    Valid,
    /// One that ended in 2001.
    Expired,
    /// One for another host.
    WrongName,
}

/// The unit and JSON type in which a token answer tells the life of the token. Zoho's servers differ in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpiresIn {
    /// `"expires_in": 3600`
    #[default]
    Seconds,
    /// `"expires_in": "3600"`
    SecondsAsText,
    /// `"expires_in": 3600000, "expires_in_sec": 3600`, as older servers answer.
    Milliseconds,
    /// `"expires_in": "3600000", "expires_in_sec": "3600"`
    MillisecondsAsText,
}

/// An edition of Zoho CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edition {
    /// 5,000 credits, 5 requests at once.
    Free,
    /// 50,000 credits and 250 a user, 10 requests at once.
    Standard,
    /// 50,000 credits and 500 a user, 15 requests at once.
    Professional,
    /// 50,000 credits and 1,000 a user, 20 requests at once.
    Enterprise,
    /// 50,000 credits and 2,000 a user, 25 requests at once.
    Ultimate,
}

impl Edition {
    /// As `license_details` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Standard => "standard",
            Self::Professional => "professional",
            Self::Enterprise => "enterprise",
            Self::Ultimate => "ultimate",
        }
    }

    /// Credits without users, for each user, and at most.
    fn credits(self, users: u64) -> u64 {
        match self {
            Self::Free => 5_000,
            Self::Standard => (50_000 + 250 * users).min(100_000),
            Self::Professional => (50_000 + 500 * users).min(3_000_000),
            Self::Enterprise => (50_000 + 1_000 * users).min(5_000_000),
            Self::Ultimate => 50_000 + 2_000 * users,
        }
    }

    fn requests_at_once(self) -> usize {
        match self {
            Self::Free => 5,
            Self::Standard => 10,
            Self::Professional => 15,
            Self::Enterprise => 20,
            Self::Ultimate => 25,
        }
    }
}

impl Behaviour {
    /// The credits of a day, if they are limited.
    pub(crate) fn credits_of_a_day(&self) -> Option<u64> {
        self.daily_credits.or_else(|| Some(self.edition?.credits(self.users)))
    }

    /// How many calls may be under way, if that is limited.
    pub(crate) fn calls_at_once(&self) -> Option<usize> {
        self.concurrency.or_else(|| Some(self.edition?.requests_at_once()))
    }
}

/// How the emulated Zoho behaves. Change it with [`Emulator::behave`](crate::Emulator::behave), or from another process
/// with `PUT /emulator/behaviour` and any of these names; times are in seconds there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// Life of an access token; Zoho's is one hour.
    #[serde(with = "seconds")]
    pub token_life: Duration,
    /// Life of a grant; Zoho's is three minutes.
    #[serde(with = "seconds")]
    pub grant_life: Duration,
    /// Whether a refresh token gives at most 10 access tokens in 10 minutes, as Zoho's does. On by default.
    pub token_limit: bool,
    /// How many access tokens of one refresh token live at once; the next one kills the oldest. Zoho's figure is 15.
    pub live_tokens: usize,
    /// Answers 401 `INVALID_TOKEN` to every call, whatever its token.
    pub refuse_every_token: bool,
    /// The token endpoint answers "Access Denied" with this status (Zoho: 400 or 200) to every request.
    pub token_endpoint_throttled: Option<u16>,
    /// Unit and type of `expires_in`.
    pub expires_in: ExpiresIn,
    /// Whether exchanging a grant gives a refresh token. Zoho gives none to `access_type=online`.
    pub refresh_token_given: bool,
    /// Whether the user information endpoint accepts tokens; off is what a grant without the profile scope meets.
    pub user_info_allowed: bool,
    /// The e-mail that user information names in place of the user's own.
    pub user_info_email: Option<String>,
    /// What the consent page does without asking: `Some(true)` allows, `Some(false)` refuses.
    pub consent: Option<bool>,
    /// CRM calls beyond this number in flight are answered 429 `TOO_MANY_REQUESTS`.
    pub concurrency: Option<usize>,
    /// Heavy CRM calls beyond this number in flight are answered 429 too; Zoho's figure is 10 in every edition. Heavy
    /// are searches, COQL, conversions, lists by view or with an order, and writes of more than 10 records.
    pub max_heavy_in_flight: Option<usize>,
    /// So many API credits there are; calls that cost more than is left are answered 429. Half of them spent,
    /// `X-API-CREDITS-REMAINING` tells what is left. They are counted as [`Counters::credits`](crate::Counters), and
    /// come back when the counters are reset.
    pub daily_credits: Option<u64>,
    /// The edition of the organization, with its credits and requests at once; [`daily_credits`](Self::daily_credits)
    /// and [`concurrency`](Self::concurrency) take precedence. Without it nothing is limited, and Enterprise is told.
    pub edition: Option<Edition>,
    /// How many user licenses the organization has.
    pub users: u64,
    /// What kind of organization it is, as later versions tell it: `Production`, `Sandbox`.
    pub organization_type: Option<String>,
    /// The `api_domain` of token answers, in place of the emulator's own address.
    pub api_domain: Option<String>,
    /// How far its clock is ahead of this machine's, in seconds; shown by the header `Date`.
    pub clock_ahead: i64,
    /// Time that passes before each CRM call is answered.
    #[serde(with = "seconds")]
    pub delay: Duration,
    /// Time that passes before each token request is answered.
    #[serde(with = "seconds")]
    pub token_delay: Duration,
    /// Whether answers are compressed for clients that accept it.
    pub gzip: bool,
    /// Whether the `Email` of Leads is a unique field.
    pub unique_email: bool,
    /// So many connections to come are reset as soon as they are accepted.
    pub reset_connections: u64,
    /// The `X-API-CREDITS-REMAINING` of every CRM answer. Zoho sends it only once half of the day's credits are used.
    pub credits_remaining: Option<u64>,
    /// Uploads larger than this are refused with 413; Zoho's figure is 20 MB for attachments in v2.
    pub max_file_size: Option<u64>,
    /// Life of a page token; Zoho's is 24 hours.
    #[serde(with = "seconds")]
    pub page_token_life: Duration,
    /// How often the state of a bulk job is asked for before it is over: with 3, `ADDED`, `QUEUED` and `IN PROGRESS`
    /// are seen first.
    pub bulk_polls: u64,
    /// How long a bulk job takes. As with Zoho, jobs run one after another.
    #[serde(with = "seconds")]
    pub bulk_job_time: Duration,
    /// Rows of one bulk job; Zoho's figure is 200,000.
    pub bulk_page: u64,
    /// Bulk jobs end in `FAILURE`, those that write in `FAILED`, with this code, such as `INTERNAL_SERVER_ERROR`.
    pub bulk_failure: Option<String>,
    /// Fields that bulk jobs refuse as `FIELD_NOT_SUPPORTED`, as Zoho does with some that its own metadata lists.
    pub bulk_refused_fields: Vec<String>,
    /// So many bulk jobs a day; no figure of Zoho's is known.
    pub bulk_jobs_a_day: Option<u64>,
    /// So many downloads of results a minute, the next one is answered 429; Zoho's figure is 10.
    pub bulk_downloads_a_minute: Option<u64>,
    /// Bulk write jobs skip every row, without a reason.
    pub bulk_skips_all: bool,
    /// Where the results of bulk writes are said to be, such as `https://download-accl.zoho.com`; without it, on this
    /// host.
    pub bulk_result_host: Option<String>,
    /// How long the result of a bulk job is kept; Zoho's figure is one day.
    #[serde(with = "seconds")]
    pub bulk_result_life: Duration,
    /// Channels live at most so long, in place of Zoho's day or week.
    #[serde(with = "optional_seconds")]
    pub longest_channel: Option<Duration>,
    /// Of so many callbacks, as a share of all, nothing is ever heard.
    pub callbacks_dropped: f64,
    /// So many callbacks, as a share of all, are sent twice.
    pub callbacks_doubled: f64,
    /// So many callbacks, as a share of all, come late, so that others overtake them.
    pub callbacks_late: f64,
    /// How late they are at most.
    #[serde(with = "seconds")]
    pub callback_lateness: Duration,
    /// How often the state of a mass job is asked for before it is over: with 2, `SCHEDULED` and `RUNNING` are seen
    /// first.
    pub mass_polls: u64,
    /// How long a mass job takes; until then no other one can be started.
    #[serde(with = "seconds")]
    pub mass_job_time: Duration,
    /// Mass jobs end in `FAILED`, or `FAILURE` for merges.
    pub mass_job_fails: bool,
    /// Merges go on as jobs, as with more than 1,000 related records.
    pub merge_as_job: bool,
    /// The certificate presented over https.
    pub certificate: Certificate,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            token_life: Duration::from_secs(3600),
            grant_life: Duration::from_secs(180),
            token_limit: true,
            live_tokens: 15,
            refuse_every_token: false,
            token_endpoint_throttled: None,
            expires_in: ExpiresIn::Seconds,
            refresh_token_given: true,
            user_info_allowed: true,
            user_info_email: None,
            consent: None,
            concurrency: None,
            max_heavy_in_flight: None,
            daily_credits: None,
            edition: None,
            users: 25,
            organization_type: None,
            api_domain: None,
            clock_ahead: 0,
            delay: Duration::ZERO,
            token_delay: Duration::ZERO,
            gzip: false,
            unique_email: false,
            reset_connections: 0,
            credits_remaining: None,
            max_file_size: None,
            page_token_life: Duration::from_secs(24 * 3600),
            bulk_polls: 1,
            bulk_job_time: Duration::ZERO,
            bulk_page: 200_000,
            bulk_failure: None,
            bulk_refused_fields: Vec::new(),
            bulk_jobs_a_day: None,
            bulk_downloads_a_minute: None,
            bulk_skips_all: false,
            bulk_result_host: None,
            bulk_result_life: Duration::from_secs(24 * 3600),
            longest_channel: None,
            callbacks_dropped: 0.0,
            callbacks_doubled: 0.0,
            callbacks_late: 0.0,
            callback_lateness: Duration::from_secs(1),
            mass_polls: 0,
            mass_job_time: Duration::ZERO,
            mass_job_fails: false,
            merge_as_job: false,
            certificate: Certificate::Valid,
        }
    }
}
