//! The token file of Zoho's Ruby SDK, to move out of it (feature `marshal`).

mod parse;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{OAuthTokens, Secret, UserIdentifier};
use zeroize::Zeroizing;

use parse::{Document, Value};

/// A longer file is not read, in bytes: some thousand users fit.
const LONGEST_FILE: u64 = 1 << 20;
/// The last part of the name of the class whose objects the SDK writes, `ZohoOAuthTokens` in one module or another.
const CLASS: &str = "ZohoOAuthTokens";

/// The tokens in a `zcrm_oauthtokens.txt` that Zoho's Ruby SDK wrote, as a source for
/// [`copy_tokens`](crate::copy_tokens); saving and deleting are refused.
///
/// The file is a Ruby `Marshal` dump. Only plain data is understood: nothing in the file runs, it is read once, whole,
/// with bounds on size and depth, and whatever else it holds is an error.
///
/// ```no_run
/// use zcrm_core::persistence::InMemoryPersistence;
/// use zcrm_persist_custom::{Newer, RubyTokenFile, copy_tokens};
///
/// let old = RubyTokenFile::open("/srv/ruby-app/zcrm_oauthtokens.txt")?;
/// let store = InMemoryPersistence::new(); // really: a file or a database
/// let report = copy_tokens(&old, &store, old.users(), Newer::Keep);
/// assert!(report.is_complete());
/// # Ok::<(), zcrm_core::persistence::PersistenceError>(())
/// ```
pub struct RubyTokenFile {
    path: PathBuf,
    rows: BTreeMap<UserIdentifier, OAuthTokens>,
}

impl RubyTokenFile {
    /// Reads the file. An empty one holds no tokens.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](PersistenceErrorKind::Unavailable) when it cannot be read,
    /// [`Corrupt`](PersistenceErrorKind::Corrupt) when it is no such file, is over 1 MiB, or holds an entry without
    /// user, tokens or time of expiry.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, PersistenceError> {
        let path = path.as_ref();
        let fault = |kind, text: String| PersistenceError::new(kind, format!("{}: {text}", path.display()));
        let mut bytes = Zeroizing::new(Vec::new());
        File::open(path).and_then(|file| file.take(LONGEST_FILE + 1).read_to_end(&mut bytes)).map_err(|cause| {
            fault(PersistenceErrorKind::Unavailable, "cannot be read".to_owned()).with_source(cause)
        })?;
        if bytes.len() as u64 > LONGEST_FILE {
            return Err(fault(PersistenceErrorKind::Corrupt, "is longer than 1 MiB".to_owned()));
        }
        let rows = rows(&bytes).map_err(|text| {
            let text = format!("is no token file of Zoho's Ruby SDK: {text}");
            fault(PersistenceErrorKind::Corrupt, text)
        })?;
        Ok(Self { path: path.to_owned(), rows })
    }

    /// The users whose tokens it holds, in the order of their names.
    pub fn users(&self) -> Vec<UserIdentifier> {
        self.rows.keys().cloned().collect()
    }

    fn refused(&self) -> PersistenceError {
        PersistenceError::new(
            PersistenceErrorKind::Denied,
            format!(
                "{} belongs to Zoho's Ruby SDK and is only read; copy its tokens to another store",
                self.path.display()
            ),
        )
    }
}

fn rows(bytes: &[u8]) -> Result<BTreeMap<UserIdentifier, OAuthTokens>, String> {
    if bytes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let document = Document::parse(bytes)?;
    let entries = document.list(document.root()).ok_or("it does not hold a list")?;
    let rows = entries.iter().map(|entry| {
        let tokens = row(&document, entry)?;
        Ok((tokens.user().clone(), tokens))
    });
    rows.collect()
}

fn row(document: &Document<'_>, entry: &Value) -> Result<OAuthTokens, String> {
    if document.class(entry).and_then(|class| class.rsplit("::").next()) != Some(CLASS) {
        return Err(format!("an entry is no {CLASS}"));
    }
    let text = |name: &str| {
        let found = document.variable(entry, name).and_then(|value| document.text(value));
        found.filter(|text| !text.is_empty()).ok_or_else(|| format!("an entry has no {name}"))
    };
    let user = UserIdentifier::new(text("@user_identifier")?).map_err(|fault| format!("a user: {fault}"))?;
    let expiry = document.variable(entry, "@expiry_time").and_then(|value| document.integer(value));
    Ok(OAuthTokens::new(
        user,
        Secret::from(text("@access_token")?),
        Secret::from(text("@refresh_token")?),
        expiry.ok_or("an entry has no @expiry_time")?,
    ))
}

impl PersistenceHandler for RubyTokenFile {
    fn save_oauth_tokens(&self, _tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        Err(self.refused())
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        Ok(self.rows.get(user).cloned())
    }

    fn delete_oauth_tokens(&self, _user: &UserIdentifier) -> Result<(), PersistenceError> {
        Err(self.refused())
    }

    fn check_writable(&self, _user: &UserIdentifier) -> Result<(), PersistenceError> {
        Err(self.refused())
    }
}

impl fmt::Debug for RubyTokenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RubyTokenFile").field("path", &self.path).field("users", &self.rows.len()).finish()
    }
}
