//! Tokens encrypted at rest, in any store.

mod cipher;
mod key;

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use zcrm_core::persistence::{
    PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock, StoreLimits, StoredTokens,
};
use zcrm_core::{OAuthTokens, Secret, UserIdentifier};

use cipher::{Field, Opened};
pub use key::EncryptionKey;

/// Less room than this is no room for a token of Zoho, which has about 70 characters.
const LEAST_TOKEN_BYTES: usize = 100;

/// Wraps a store so that it holds access and refresh tokens encrypted (XChaCha20-Poly1305); user, time of expiry and
/// data center stay readable. Each token is bound to its user and its place, so that rows cannot be exchanged for one
/// another.
///
/// The first key encrypts, all decrypt: to change the key, put the new one in front and leave the old one until each
/// user's tokens were saved once, within an hour of work.
///
/// ```
/// use zcrm_core::persistence::{InMemoryPersistence, PersistenceHandler};
/// use zcrm_core::{OAuthTokens, UserIdentifier};
/// use zcrm_persist_custom::{Encrypted, EncryptionKey};
///
/// let key = EncryptionKey::from_text(&"07".repeat(32))?; // really: from_file or from_env
/// let inner = InMemoryPersistence::new();
/// let store = Encrypted::new(inner.clone(), [key])?;
///
/// let user = UserIdentifier::new("abc@xyz.com")?;
/// store.save_oauth_tokens(&OAuthTokens::new(user.clone(), "1000.fake-access", "1000.fake-refresh", 0))?;
/// assert_eq!(store.get_oauth_tokens(&user)?.unwrap().access_token().expose(), "1000.fake-access");
/// assert!(inner.get_oauth_tokens(&user)?.unwrap().access_token().expose().starts_with("zcrm1."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Encrypted<H> {
    inner: H,
    keys: Vec<EncryptionKey>,
    limits: StoreLimits,
    accepts_plaintext: bool,
}

impl<H: PersistenceHandler> Encrypted<H> {
    /// Wraps `inner`. The first key encrypts; the others are older ones that still decrypt.
    ///
    /// # Errors
    ///
    /// [`Setup`](PersistenceErrorKind::Setup) without a key, or when the store's columns are too short for encrypted
    /// tokens, as those of Zoho's own MySQL table are: told here, before a grant is spent.
    pub fn new(inner: H, keys: impl IntoIterator<Item = EncryptionKey>) -> Result<Self, PersistenceError> {
        let keys: Vec<_> = keys.into_iter().collect();
        if keys.is_empty() {
            return Err(setup("tokens cannot be encrypted without a key; give one".to_owned()));
        }
        let mut limits = inner.limits();
        if let Some(inner_bytes) = limits.max_token_bytes {
            let room = cipher::room_within(inner_bytes);
            if room < LEAST_TOKEN_BYTES {
                return Err(setup(format!(
                    "{inner:?} holds tokens of at most {inner_bytes} bytes, too short for encrypted ones: {} are needed; \
                     widen the columns (zcrm-persist-mysql's schema.sql does) or choose another store",
                    cipher::sealed_length(LEAST_TOKEN_BYTES)
                )));
            }
            limits = limits.max_token_bytes(room);
        }
        Ok(Self { inner, keys, limits, accepts_plaintext: false })
    }

    /// Takes tokens that lie in the store unencrypted, as when encryption is introduced; the next save encrypts them.
    /// Without this call they are an error. Remove it when all users' tokens were saved once: until then, whoever can
    /// write to the store can place tokens in it.
    #[must_use]
    pub fn accept_plaintext(mut self) -> Self {
        self.accepts_plaintext = true;
        self
    }

    fn seal(&self, field: Field, user: &UserIdentifier, token: &Secret) -> Result<Secret, PersistenceError> {
        let Some(key) = self.keys.first() else { return Err(setup("no key to encrypt with".to_owned())) };
        cipher::seal(key, field, &self.bound_user(user), token)
    }

    fn open(&self, field: Field, user: &UserIdentifier, stored: &Secret) -> Result<Secret, PersistenceError> {
        match cipher::open(&self.keys, field, &self.bound_user(user), stored) {
            Opened::Token(token) => Ok(token),
            Opened::Plaintext if self.accepts_plaintext => {
                log::warn!("{field} of {user} lies unencrypted in the store; the next save encrypts it");
                Ok(stored.clone())
            }
            Opened::Plaintext => Err(PersistenceError::new(
                PersistenceErrorKind::CorruptRow,
                format!(
                    "{field} of {user} lies unencrypted in the store; to take it over, call Encrypted::accept_plaintext, or \
                     exchange a new grant token"
                ),
            )),
            Opened::UnknownKey { id } => Err(PersistenceError::new(
                PersistenceErrorKind::WrongKey,
                format!(
                    "{field} of {user} is encrypted with another key (id {id}) than the given ones ({}); add that key \
                     behind them, or exchange a new grant token",
                    self.key_ids()
                ),
            )),
            Opened::Forged => Err(PersistenceError::new(
                PersistenceErrorKind::CorruptRow,
                format!(
                    "{field} of {user} was altered or belongs to another user or place; exchange a new grant token"
                ),
            )),
        }
    }

    /// What of the name the ciphertext is bound to: a store that ignores case gives one row to names that differ in it.
    fn bound_user<'a>(&self, user: &'a UserIdentifier) -> Cow<'a, str> {
        match self.limits.ignores_case {
            true => user.as_str().to_lowercase().into(),
            false => user.as_str().into(),
        }
    }

    fn key_ids(&self) -> String {
        self.keys.iter().map(EncryptionKey::id).collect::<Vec<_>>().join(", ")
    }
}

fn setup(message: String) -> PersistenceError {
    PersistenceError::new(PersistenceErrorKind::Setup, message)
}

impl<H: PersistenceHandler> PersistenceHandler for Encrypted<H> {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        let user = tokens.user();
        if let Some(most) = self.limits.max_token_bytes {
            let longest = tokens.access_token().expose().len().max(tokens.refresh_token().expose().len());
            if longest > most {
                return Err(PersistenceError::new(
                    PersistenceErrorKind::DoesNotFit,
                    format!("a token of {user} has {longest} bytes; encrypted, the store has room for {most}"),
                ));
            }
        }
        let (access, refresh) = (
            self.seal(Field::Access, user, tokens.access_token())?,
            self.seal(Field::Refresh, user, tokens.refresh_token())?,
        );
        let sealed = OAuthTokens::new(user.clone(), access, refresh, tokens.expiry_millis());
        self.inner.save_oauth_tokens(&sealed.with_data_center(tokens.data_center()))
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        let Some(stored) = self.inner.get_oauth_tokens(user)? else { return Ok(None) };
        let (access, refresh) = (
            self.open(Field::Access, user, stored.access_token())?,
            self.open(Field::Refresh, user, stored.refresh_token())?,
        );
        let opened = OAuthTokens::new(user.clone(), access, refresh, stored.expiry_millis());
        Ok(Some(opened.with_data_center(stored.data_center())))
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.inner.delete_oauth_tokens(user)
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        self.inner.lock_refresh(user, timeout, lease)
    }

    fn check_writable(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.inner.check_writable(user)
    }

    fn rate_limited_until(&self, user: &UserIdentifier) -> Result<Option<SystemTime>, PersistenceError> {
        self.inner.rate_limited_until(user)
    }

    fn set_rate_limited_until(&self, user: &UserIdentifier, until: Option<SystemTime>) -> Result<(), PersistenceError> {
        self.inner.set_rate_limited_until(user, until)
    }

    fn list_tokens(&self) -> Result<Vec<StoredTokens>, PersistenceError> {
        self.inner.list_tokens()
    }

    fn limits(&self) -> StoreLimits {
        self.limits
    }
}

impl<H: fmt::Debug> fmt::Debug for Encrypted<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encrypted").field("inner", &self.inner).field("keys", &self.keys).finish_non_exhaustive()
    }
}
