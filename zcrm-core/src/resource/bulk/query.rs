//! What a job exports, as data, and as the body of the request that starts it.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::config::ApiVersion;
use crate::entity::Json;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Cost, Request, Session};
use crate::transport::Method;

/// What it costs to start a job (Zoho's page *API limits*).
const COST: Cost = Cost::credits_of(50);

/// The last page that can be reached by number (Zoho's page *Create Bulk Read Job*).
const LAST_PAGE: u32 = 500;

/// From this version on, pages behind the first are reached by token.
const TOKENS: ApiVersion = ApiVersion::V7;

/// How long a page token lives (Zoho's page *Create Bulk Read Job*), in seconds.
const TOKEN_LIFE: u64 = 24 * 60 * 60;

const UNANSWERED: &str = "whether Zoho started the job is not known, since its response was lost; starting it anew may \
                          cost another 50 credits";

/// What a job exports.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Query {
    pub(super) module: String,
    #[serde(default)]
    pub(super) fields: Vec<String>,
    #[serde(default)]
    pub(super) criteria: Option<Json>,
    #[serde(default)]
    pub(super) custom_view: Option<String>,
}

/// Which page of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Position {
    /// By number, from 1.
    Page(u32),
    Token {
        token: PageToken,
        page: u32,
        /// When it was given, in seconds since 1970.
        given: Option<u64>,
    },
}

/// A page token of Zoho's; it is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct PageToken(pub(super) String);

/// What became of the request for a job.
pub(super) enum Answer {
    /// The id of the job.
    Started(String),
    /// Zoho does not export this field; no job was started.
    Refused(String, Error),
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<Callback<'a>>,
    query: Content<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_type: Option<&'static str>,
}

/// Where Zoho is to tell that a job is over.
#[derive(Serialize)]
pub(super) struct Callback<'a> {
    url: &'a str,
    method: &'static str,
}

impl<'a> Callback<'a> {
    pub(super) fn to(url: &'a str) -> Self {
        Self { url, method: "post" }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Whole {
        module: Module<'a>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        fields: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        cvid: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        criteria: Option<&'a Json>,
        page: u32,
    },
    Next {
        page_token: &'a str,
    },
}

/// A module, as a job names it.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Module<'a> {
    Name(&'a str),
    Object { api_name: &'a str },
}

impl<'a> Module<'a> {
    pub(super) fn of(module: &'a str, version: ApiVersion) -> Self {
        match version {
            ApiVersion::V2 => Self::Name(module),
            _ => Self::Object { api_name: module },
        }
    }
}

impl Query {
    pub(super) fn new(module: String) -> Self {
        Self { module, fields: Vec::new(), criteria: None, custom_view: None }
    }

    /// The request that starts a job. It is never repeated when its response was lost.
    pub(super) fn request(&self, session: &Session, position: &Position, callback: Option<&str>) -> Request<Answer> {
        let version = session.version();
        let first = || Content::Whole {
            module: Module::of(&self.module, version),
            fields: &self.fields,
            cvid: self.custom_view.as_deref(),
            criteria: self.criteria.as_ref(),
            page: position.page(),
        };
        let (query, file_type) = match position {
            Position::Page(_) => (first(), Some("csv")),
            Position::Token { token, .. } => (Content::Next { page_token: &token.0 }, None),
        };
        let callback = callback.map(Callback::to);
        bulk_request(Method::Post, version, &["read"])
            .json(&Body { callback, query, file_type })
            .with_cost(COST)
            .checked(position.check(version))
            .handle(|response| {
                let id = response.and_then(|response| {
                    let id = response.result("data")?.id();
                    id.ok_or_else(|| response.undecided("Zoho's response names no job"))
                });
                match id {
                    Ok(id) => Ok(Answer::Started(id)),
                    Err(error) if error.outcome_unknown() => {
                        Err(error.understood_as(ErrorKind::Unanswered, UNANSWERED))
                    }
                    Err(error) => match refused_field(&error) {
                        Some(field) => Ok(Answer::Refused(field, error)),
                        None => Err(error),
                    },
                }
            })
    }

    /// Leaves a field out; whether it was there, and is not the last one.
    pub(super) fn leave_out(&mut self, name: &str) -> bool {
        let before = self.fields.len();
        if before > 1 {
            self.fields.retain(|field| !field.eq_ignore_ascii_case(name));
        }
        !self.fields.is_empty() && self.fields.len() < before
    }
}

impl Position {
    /// The number of the page, from 1.
    pub(super) fn page(&self) -> u32 {
        match self {
            Self::Page(page) | Self::Token { page, .. } => *page,
        }
    }

    fn check(&self, version: ApiVersion) -> Result<()> {
        match self {
            Self::Page(0) => Err(Error::invalid("pages are counted from 1")),
            Self::Page(page) if *page > LAST_PAGE => Err(Error::new(
                ErrorKind::ListingLimit,
                format!("bulk read reaches {LAST_PAGE} pages by number, not page {page}; narrow it by a filter"),
            )),
            Self::Page(page) if *page > 1 && version >= TOKENS => Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "in {version} pages behind the first are reached by token; take next_page of a result, or iter"
                ),
            )),
            Self::Token { .. } if version < TOKENS => {
                Err(Error::new(ErrorKind::Unsupported, format!("{version} has no page tokens for bulk read")))
            }
            Self::Token { given: Some(given), .. }
                if now().is_some_and(|now| now.saturating_sub(*given) >= TOKEN_LIFE) =>
            {
                let text = "the page token has expired, it lives for 24 hours; begin anew";
                Err(Error::new(ErrorKind::CursorExpired, text))
            }
            Self::Page(_) | Self::Token { .. } => Ok(()),
        }
    }
}

/// A request to the bulk endpoints, whose version stands behind `bulk`.
pub(super) fn bulk_request(method: Method, version: ApiVersion, below: &[&str]) -> Request<crate::rest::Response> {
    Request::at(method, format!("/crm/bulk/{version}"), below)
}

fn refused_field(error: &Error) -> Option<String> {
    let api = error.api().filter(|api| api.code == "FIELD_NOT_SUPPORTED")?;
    api.field().map(std::borrow::Cow::into_owned)
}

/// The seconds since 1970.
pub(super) fn now() -> Option<u64> {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|age| age.as_secs())
}

impl fmt::Debug for Query {
    /// Without the criteria, which may hold personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("module", &self.module).field("fields", &self.fields).finish_non_exhaustive()
    }
}

impl fmt::Debug for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("page token")
    }
}
