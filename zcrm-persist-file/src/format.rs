//! What the token file looks like inside.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};
use zcrm_core::{OAuthTokens, UserIdentifier};

pub(crate) type Rows = BTreeMap<UserIdentifier, OAuthTokens>;

const VERSION: u32 = 1;
const ABOUT: &str =
    "OAuth tokens, kept by zcrm-persist-file. Whoever reads them has your Zoho CRM: show them to nobody.";
/// What every file of Ruby's `Marshal`, version 4.8, begins with.
const RUBY_MARSHAL: &[u8] = &[4, 8];

#[derive(Deserialize)]
struct AnyVersion {
    version: u32,
}

/// Unknown fields are refused, since the next save would lose them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    about: String,
    version: u32,
    tokens: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    user: String,
    access_token: String,
    refresh_token: String,
    /// In milliseconds since 1970-01-01 UTC.
    expires_at_millis: i64,
}

/// Understands the content of `file`.
pub(crate) fn read(content: &[u8], file: &Path) -> Result<Rows, PersistenceError> {
    if content.iter().all(u8::is_ascii_whitespace) {
        return Ok(Rows::new());
    }
    if content.starts_with(RUBY_MARSHAL) {
        return Err(refused(
            file,
            "it was written by Zoho's Ruby SDK. Name another folder in token_persistence_path and log in again there, or \
             move the tokens with zcrm_persist_custom::copy_tokens (feature `marshal`)",
        ));
    }
    let AnyVersion { version } = serde_json::from_slice(content).map_err(|fault| damaged(file, &fault))?;
    if version != VERSION {
        return Err(refused(
            file,
            &format!("it is of version {version}, and this release knows version {VERSION}: use a later release"),
        ));
    }
    let Content { tokens, .. } = serde_json::from_slice(content).map_err(|fault| damaged(file, &fault))?;
    let mut rows = Rows::new();
    for row in tokens {
        let user = UserIdentifier::new(row.user).map_err(|fault| refused(file, &format!("a user is {fault}")))?;
        match rows.entry(user) {
            Entry::Occupied(twice) => return Err(refused(file, &format!("{} is there twice", twice.key()))),
            Entry::Vacant(free) => {
                let user = free.key().clone();
                free.insert(OAuthTokens::new(user, row.access_token, row.refresh_token, row.expires_at_millis));
            }
        }
    }
    Ok(rows)
}

/// The content of a file that holds these rows.
pub(crate) fn write(rows: &Rows, file: &Path) -> Result<Vec<u8>, PersistenceError> {
    let tokens = rows.values().map(|tokens| Row {
        user: tokens.user().as_str().to_owned(),
        access_token: tokens.access_token().expose().to_owned(),
        refresh_token: tokens.refresh_token().expose().to_owned(),
        expires_at_millis: tokens.expiry_millis(),
    });
    let content = Content { about: ABOUT.to_owned(), version: VERSION, tokens: tokens.collect() };
    let mut text = serde_json::to_vec_pretty(&content).map_err(|fault| {
        PersistenceError::new(PersistenceErrorKind::Other, format!("cannot compose {}", file.display()))
            .with_source(fault)
    })?;
    text.push(b'\n');
    Ok(text)
}

/// `fault` itself is not passed on: its text quotes the value it stumbled over, which may be a token.
fn damaged(file: &Path, fault: &serde_json::Error) -> PersistenceError {
    refused(
        file,
        &format!(
            "it is damaged, or not a token file, from line {}, column {} on. Restore it, or move it away and log in again",
            fault.line(),
            fault.column()
        ),
    )
}

pub(crate) fn refused(file: &Path, why: &str) -> PersistenceError {
    PersistenceError::new(
        PersistenceErrorKind::Corrupt,
        format!("{} cannot be read and was left as it is: {why}", file.display()),
    )
}
