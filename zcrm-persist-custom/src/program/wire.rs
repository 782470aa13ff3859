//! The protocol: what is written to the program, and what it may respond. Described in [`crate::protocol`].

use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use zcrm_core::config::DataCenter;
use zcrm_core::persistence::{PersistenceErrorKind, StoredTokens};
use zcrm_core::{OAuthTokens, Secret, UserIdentifier};
use zeroize::Zeroizing;

use super::redact::Secrets;

const VERSION: u32 = 1;

#[derive(Serialize)]
pub(super) struct Request<'a> {
    version: u32,
    #[serde(flatten)]
    operation: Operation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(tag = "operation", rename_all = "lowercase")]
pub(super) enum Operation<'a> {
    Save { tokens: SentTokens<'a> },
    Get,
    Delete,
    Check,
    List,
    Lock { timeout_millis: u64, lease_millis: u64 },
}

#[derive(Clone, Copy, Serialize)]
pub(super) struct SentTokens<'a> {
    access_token: &'a str,
    refresh_token: &'a str,
    expiry_millis: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_center: Option<&'static str>,
}

impl<'a> Operation<'a> {
    pub(super) fn save(tokens: &'a OAuthTokens) -> Self {
        Self::Save {
            tokens: SentTokens {
                access_token: tokens.access_token().expose(),
                refresh_token: tokens.refresh_token().expose(),
                expiry_millis: tokens.expiry_millis(),
                data_center: tokens.data_center().map(DataCenter::location),
            },
        }
    }
}

impl<'a> Request<'a> {
    pub(super) fn new(operation: Operation<'a>, user: &'a UserIdentifier) -> Self {
        Self { version: VERSION, operation, user: Some(user.as_str()) }
    }

    /// The question whose tokens there are.
    pub(super) fn list() -> Self {
        Self { version: VERSION, operation: Operation::List, user: None }
    }

    /// One line of JSON. It holds tokens.
    pub(super) fn line(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        let mut line = Zeroizing::new(serde_json::to_vec(self)?);
        line.push(b'\n');
        Ok(line)
    }

    /// The tokens in it, which the program may not get printed.
    pub(super) fn secrets(&self) -> Secrets {
        match self.operation {
            Operation::Save { tokens } => Secrets::new([tokens.access_token, tokens.refresh_token]),
            _ => Secrets::new([]),
        }
    }
}

pub(super) enum Response {
    Done,
    Tokens(Option<Row>),
    Users(Vec<ListedRow>),
}

/// What a program tells of one user; fields that are not known are ignored, so that no token gets further.
#[derive(Deserialize)]
pub(super) struct ListedRow {
    user: String,
    expiry_millis: Option<i64>,
    #[serde(default)]
    has_access_token: Option<bool>,
    #[serde(default)]
    has_refresh_token: Option<bool>,
    #[serde(default)]
    saved_at_millis: Option<u64>,
    #[serde(default)]
    saved_by: Option<String>,
    #[serde(default)]
    fault: Option<String>,
}

impl ListedRow {
    pub(super) fn into_listed(self) -> StoredTokens {
        let at = self.saved_at_millis.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
        let mut listed = StoredTokens::named(self.user).saved(at, self.saved_by);
        listed.expiry_millis = self.expiry_millis;
        listed.has_access_token = self.has_access_token.unwrap_or(true);
        listed.has_refresh_token = self.has_refresh_token.unwrap_or(true);
        listed.fault = self.fault;
        listed
    }
}

#[derive(Deserialize)]
pub(super) struct Row {
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
    expiry_millis: i64,
    #[serde(default)]
    data_center: Option<String>,
}

impl Row {
    /// One of the two tokens may be missing; `None` when both are, or when anything is of another type.
    fn read(text: &RawValue) -> Option<Self> {
        let row: Self = serde_json::from_str(text.get()).ok()?;
        let is_empty = |token: &Option<String>| token.as_ref().is_none_or(String::is_empty);
        (!is_empty(&row.access_token) || !is_empty(&row.refresh_token)).then_some(row)
    }

    pub(super) fn into_tokens(self, user: UserIdentifier) -> OAuthTokens {
        let token = |token: Option<String>| Secret::new(token.unwrap_or_default());
        let (access, refresh) = (token(self.access_token), token(self.refresh_token));
        let data_center = self.data_center.as_deref().and_then(DataCenter::from_location);
        OAuthTokens::new(user, access, refresh, self.expiry_millis).with_data_center(data_center)
    }
}

#[derive(Deserialize)]
pub(super) struct Refusal {
    pub(super) kind: RefusalKind,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefusalKind {
    Unavailable,
    Denied,
    Corrupt,
    CorruptRow,
    DoesNotFit,
    LockTimeout,
    Setup,
    Unsupported,
    #[serde(other)]
    Other,
}

impl From<RefusalKind> for PersistenceErrorKind {
    fn from(kind: RefusalKind) -> Self {
        match kind {
            RefusalKind::Unavailable => Self::Unavailable,
            RefusalKind::Denied => Self::Denied,
            RefusalKind::Corrupt => Self::Corrupt,
            RefusalKind::CorruptRow => Self::CorruptRow,
            RefusalKind::DoesNotFit => Self::DoesNotFit,
            RefusalKind::LockTimeout => Self::LockTimeout,
            RefusalKind::Setup => Self::Setup,
            RefusalKind::Unsupported => Self::Unsupported,
            RefusalKind::Other => Self::Other,
        }
    }
}

pub(super) enum Fault {
    Refused(Refusal),
    Garbled(&'static str),
    /// The response is one, but the tokens in it cannot be understood.
    CorruptRow,
}

#[derive(Deserialize)]
struct Fields<'a> {
    error: Option<Refusal>,
    done: Option<bool>,
    #[serde(borrow, default, deserialize_with = "present")]
    tokens: Option<Option<&'a RawValue>>,
    users: Option<Vec<ListedRow>>,
}

/// Tells `"tokens": null`, which says that the user is unknown, from no such field.
fn present<'de: 'a, 'a, D: Deserializer<'de>>(source: D) -> Result<Option<Option<&'a RawValue>>, D::Error> {
    Option::deserialize(source).map(Some)
}

/// Whether the program says that it does not know the operation.
pub(super) fn is_unsupported(line: &[u8]) -> bool {
    matches!(read(line), Err(Fault::Refused(Refusal { kind: RefusalKind::Unsupported, .. })))
}

/// The faults carry no text of the response, nor serde's message, which repeats values: these may be tokens.
pub(super) fn read(line: &[u8]) -> Result<Response, Fault> {
    let fields = serde_json::from_slice(line).map_err(|fault| {
        Fault::Garbled(match fault.classify() {
            serde_json::error::Category::Data => "its response lacks a field or has one of another type",
            _ => "its response is not one line of JSON",
        })
    })?;
    match fields {
        Fields { error: Some(refusal), .. } => Err(Fault::Refused(refusal)),
        Fields { tokens: Some(Some(row)), done: None, .. } => {
            Row::read(row).map(|row| Response::Tokens(Some(row))).ok_or(Fault::CorruptRow)
        }
        Fields { tokens: Some(None), done: None, .. } => Ok(Response::Tokens(None)),
        Fields { users: Some(users), done: None, .. } => Ok(Response::Users(users)),
        Fields { tokens: None, done: Some(true), .. } => Ok(Response::Done),
        Fields { .. } => Err(Fault::Garbled("its response has neither done, tokens, users nor error")),
    }
}
