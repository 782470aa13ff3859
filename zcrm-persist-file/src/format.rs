//! What the token file looks like inside.
//!
//! Each row stands for itself: what cannot be read of one user's is that user's loss alone, and stays as it is until a
//! save replaces it.

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zcrm_core::config::DataCenter;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, StoredTokens};
use zcrm_core::{OAuthTokens, UserIdentifier};

use crate::saved_by;

const VERSION: u32 = 1;
const ABOUT: &str =
    "OAuth tokens, kept by zcrm-persist-file. Whoever reads them has your Zoho CRM: show them to nobody.";
/// What every file of Ruby's `Marshal`, version 4.8, begins with.
const RUBY_MARSHAL: &[u8] = &[4, 8];
/// What Windows' editors put in front of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

#[derive(Deserialize)]
struct AnyVersion {
    version: u32,
}

/// Unknown fields are refused, since the next save would lose them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<'a> {
    #[serde(rename = "about")]
    _about: IgnoredAny,
    version: u32,
    #[serde(borrow)]
    tokens: Vec<&'a RawValue>,
}

#[derive(Serialize)]
struct NewContent<'a> {
    about: &'static str,
    version: u32,
    tokens: &'a [Row<'a>],
}

#[derive(Serialize)]
#[serde(untagged)]
enum Row<'a> {
    /// As it was found.
    Found(&'a RawValue),
    New(NewRow<'a>),
}

#[derive(Serialize)]
struct NewRow<'a> {
    user: &'a str,
    access_token: &'a str,
    refresh_token: &'a str,
    /// In milliseconds since 1970-01-01 UTC.
    expires_at_millis: i64,
    /// Zoho's code of it, such as `eu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_center: Option<&'static str>,
    saved_at_millis: u64,
    saved_by: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FoundRow {
    #[serde(rename = "user")]
    _user: IgnoredAny,
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_at_millis: i64,
    data_center: Option<String>,
    saved_at_millis: Option<u64>,
    saved_by: Option<String>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    user: Cow<'a, str>,
}

/// The rows of a token file.
pub(crate) struct Rows<'a>(Vec<Row<'a>>);

/// Refuses what is surely no token file, by its beginning. The rest is read by the first call.
pub(crate) fn check_beginning(content: &[u8], file: &Path) -> Result<(), PersistenceError> {
    if content.starts_with(RUBY_MARSHAL) {
        return Err(refused(
            file,
            "it was written by Zoho's Ruby SDK. Name another folder in token_persistence_path and log in again there, or \
             move the tokens with zcrm_persist_custom::copy_tokens (feature `marshal`)",
        ));
    }
    match without_mark(content).trim_ascii_start().first() {
        None | Some(b'{') => Ok(()),
        Some(_) => Err(damaged(file, 1, 1)),
    }
}

impl<'a> Rows<'a> {
    /// Understands the content of `file`, but for the rows.
    pub(crate) fn read(content: &'a [u8], file: &Path) -> Result<Self, PersistenceError> {
        check_beginning(content, file)?;
        let content = without_mark(content);
        if content.trim_ascii().is_empty() {
            return Ok(Self(Vec::new()));
        }
        match serde_json::from_slice(content) {
            Ok(Content { version: VERSION, tokens, .. }) => Ok(Self(tokens.into_iter().map(Row::Found).collect())),
            Ok(Content { version, .. }) => Err(later_version(file, version)),
            Err(fault) => match serde_json::from_slice(content) {
                Ok(AnyVersion { version }) if version != VERSION => Err(later_version(file, version)),
                _ => Err(damaged(file, fault.line(), fault.column())),
            },
        }
    }

    /// The tokens of a user.
    pub(crate) fn get(&self, user: &UserIdentifier, file: &Path) -> Result<Option<OAuthTokens>, PersistenceError> {
        let mut found = self.0.iter().filter(|row| row.is_of(user));
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(row), None) => {
                row.tokens(user).map(Some).ok_or_else(|| unreadable(user, file, "cannot be understood"))
            }
            (Some(_), Some(_)) => Err(unreadable(user, file, "are there twice")),
        }
    }

    /// Whose tokens are there, without the tokens. Rows that name nobody are left out.
    pub(crate) fn list(&self) -> Vec<StoredTokens> {
        let mut names: Vec<String> = self.0.iter().filter_map(Row::name).collect();
        names.sort();
        let twice = names.windows(2).filter_map(|pair| match pair {
            [one, other] if one == other => Some(one.clone()),
            _ => None,
        });
        let twice: Vec<String> = twice.collect();
        let rows = self.0.iter().filter_map(|row| {
            let name = row.name()?;
            let is_twice = twice.contains(&name);
            let listed = row.listed(name);
            Some(if is_twice { listed.unusable("the tokens are there twice") } else { listed })
        });
        rows.collect()
    }

    /// Puts tokens in the place of all that is there of the user.
    pub(crate) fn replace(&mut self, tokens: &'a OAuthTokens) {
        let place = self.0.iter().position(|row| row.is_of(tokens.user())).unwrap_or(self.0.len());
        self.remove(tokens.user());
        self.0.insert(place.min(self.0.len()), Row::new(tokens));
    }

    /// Removes all that is there of a user, and tells whether anything was.
    pub(crate) fn remove(&mut self, user: &UserIdentifier) -> bool {
        let before = self.0.len();
        self.0.retain(|row| !row.is_of(user));
        self.0.len() < before
    }

    /// The content of a file that holds these rows.
    pub(crate) fn write(&self, file: &Path) -> Result<Vec<u8>, PersistenceError> {
        let content = NewContent { about: ABOUT, version: VERSION, tokens: &self.0 };
        let mut text = serde_json::to_vec_pretty(&content).map_err(|fault| {
            PersistenceError::new(PersistenceErrorKind::Other, format!("cannot compose {}", file.display()))
                .with_source(fault)
        })?;
        text.push(b'\n');
        Ok(text)
    }
}

impl<'a> Row<'a> {
    fn new(tokens: &'a OAuthTokens) -> Self {
        Self::New(NewRow {
            user: tokens.user().as_str(),
            access_token: tokens.access_token().expose(),
            refresh_token: tokens.refresh_token().expose(),
            expires_at_millis: tokens.expiry_millis(),
            data_center: tokens.data_center().map(DataCenter::location),
            saved_at_millis: now(),
            saved_by: saved_by::this_program(),
        })
    }

    /// A row that names nobody is nobody's.
    fn is_of(&self, user: &UserIdentifier) -> bool {
        match self {
            Self::Found(row) => serde_json::from_str(row.get()).is_ok_and(|Named { user: name }| name == user.as_str()),
            Self::New(row) => row.user == user.as_str(),
        }
    }

    fn name(&self) -> Option<String> {
        match self {
            Self::Found(row) => serde_json::from_str(row.get()).ok().map(|Named { user }| user.into_owned()),
            Self::New(row) => Some(row.user.to_owned()),
        }
    }

    fn listed(&self, name: String) -> StoredTokens {
        let unusable = || StoredTokens::named(name.clone()).unusable("the tokens cannot be understood");
        let Ok(user) = UserIdentifier::new(name.clone()) else { return unusable() };
        let (Self::Found(row), Some(tokens)) = (self, self.tokens(&user)) else { return unusable() };
        let found: Option<FoundRow> = serde_json::from_str(row.get()).ok();
        let (at, by) = found.map(|row| (row.saved_at_millis, row.saved_by)).unwrap_or_default();
        let at = at.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
        StoredTokens::of(&tokens).saved(at, by)
    }

    /// One of the two tokens may be missing.
    fn tokens(&self, user: &UserIdentifier) -> Option<OAuthTokens> {
        let Self::Found(row) = self else { return None };
        let row: FoundRow = serde_json::from_str(row.get()).ok()?;
        let (access, refresh) = (row.access_token.unwrap_or_default(), row.refresh_token.unwrap_or_default());
        let is_empty = access.is_empty() && refresh.is_empty();
        let data_center = row.data_center.as_deref().and_then(DataCenter::from_location);
        (!is_empty).then(|| {
            OAuthTokens::new(user.clone(), access, refresh, row.expires_at_millis).with_data_center(data_center)
        })
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn without_mark(content: &[u8]) -> &[u8] {
    content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content)
}

fn later_version(file: &Path, version: u32) -> PersistenceError {
    refused(file, &format!("it is of version {version}, and this release knows version {VERSION}: use a later release"))
}

/// The parser's own text quotes the value it stumbled over, which may be a token.
fn damaged(file: &Path, line: usize, column: usize) -> PersistenceError {
    refused(
        file,
        &format!(
            "it is damaged, or not a token file, from line {line}, column {column} on. Restore it, or move it away and log \
             in again"
        ),
    )
}

fn unreadable(user: &UserIdentifier, file: &Path, why: &str) -> PersistenceError {
    PersistenceError::new(
        PersistenceErrorKind::CorruptRow,
        format!("the tokens of {user} in {} {why}; log in again, which replaces them", file.display()),
    )
}

pub(crate) fn refused(file: &Path, why: &str) -> PersistenceError {
    PersistenceError::new(
        PersistenceErrorKind::Corrupt,
        format!("{} cannot be read and was left as it is: {why}", file.display()),
    )
}
