//! The values that OAuth is about: grant token, user identifier, access and refresh token.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::data_center::DataCenter;
use crate::secret::Secret;

/// A grant token (authorisation code): valid once, and for a few minutes only.
///
/// It is taken by value and cannot be cloned, because Zoho accepts it a single time.
pub struct GrantToken(Secret);

impl GrantToken {
    /// Wraps the code that Zoho's console or the redirect gave. Blanks around it, as copying leaves them, are removed.
    pub fn new(code: impl AsRef<str>) -> Self {
        Self(Secret::new(code.as_ref().trim()))
    }

    /// The code itself; see [`Secret::expose`].
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for GrantToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GrantToken([redacted])")
    }
}

/// The name under which a user's tokens are kept: the e-mail address.
///
/// Identifiers are compared byte by byte: `A@x.com` and `a@x.com` are two users. At most
/// [`MAX_CHARACTERS`](UserIdentifier::MAX_CHARACTERS) characters, no blanks at either end, not empty.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserIdentifier(Box<str>);

impl UserIdentifier {
    /// The longest identifier, in characters: the width of the column of Zoho's token table.
    pub const MAX_CHARACTERS: usize = 100;

    /// Checks and wraps an identifier.
    ///
    /// # Errors
    ///
    /// When the text is empty, longer than 100 characters, or begins or ends with a blank (databases compare such
    /// texts in different ways, so that one user could be taken for another), or holds a control character.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidUserIdentifier> {
        let text = text.into();
        let fault = if text.is_empty() {
            Some("it is empty")
        } else if text.trim() != text {
            Some("it begins or ends with a blank")
        } else if text.chars().count() > Self::MAX_CHARACTERS {
            Some("it is longer than 100 characters")
        } else if text.chars().any(char::is_control) {
            Some("it holds a control character")
        } else {
            None
        };
        match fault {
            Some(fault) => Err(InvalidUserIdentifier { fault }),
            None => Ok(Self(text.into_boxed_str())),
        }
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for UserIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for UserIdentifier {
    type Err = InvalidUserIdentifier;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<&str> for UserIdentifier {
    type Error = InvalidUserIdentifier;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl TryFrom<String> for UserIdentifier {
    type Error = InvalidUserIdentifier;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl TryFrom<&String> for UserIdentifier {
    type Error = InvalidUserIdentifier;

    fn try_from(text: &String) -> Result<Self, Self::Error> {
        Self::new(text.as_str())
    }
}

impl From<&UserIdentifier> for UserIdentifier {
    fn from(user: &UserIdentifier) -> Self {
        user.clone()
    }
}

impl From<std::convert::Infallible> for InvalidUserIdentifier {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

/// A text that cannot be a [`UserIdentifier`]. It says what is wrong, without repeating the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidUserIdentifier {
    fault: &'static str,
}

impl fmt::Display for InvalidUserIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not usable as a user identifier: {}", self.fault)
    }
}

impl std::error::Error for InvalidUserIdentifier {}

/// The tokens of one user, as a store keeps them.
#[derive(Debug, Clone)]
pub struct OAuthTokens {
    user: UserIdentifier,
    access_token: Secret,
    refresh_token: Secret,
    expiry_millis: i64,
    data_center: Option<DataCenter>,
}

impl OAuthTokens {
    /// Tokens of `user`; `expiry_millis` is the moment at which the access token dies, in milliseconds since
    /// 1970-01-01 UTC, as in the column `expirytime` of Zoho's token table.
    pub fn new(
        user: UserIdentifier,
        access_token: impl Into<Secret>,
        refresh_token: impl Into<Secret>,
        expiry_millis: i64,
    ) -> Self {
        let (access_token, refresh_token) = (access_token.into(), refresh_token.into());
        Self { user, access_token, refresh_token, expiry_millis, data_center: None }
    }

    /// The same tokens, known to be of a data center, or not known to be of any.
    #[must_use]
    pub fn with_data_center(self, data_center: Option<DataCenter>) -> Self {
        Self { data_center, ..self }
    }

    /// Whose tokens these are.
    #[must_use]
    pub fn user(&self) -> &UserIdentifier {
        &self.user
    }

    /// The token that calls carry.
    #[must_use]
    pub fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// The token that buys new access tokens.
    #[must_use]
    pub fn refresh_token(&self) -> &Secret {
        &self.refresh_token
    }

    /// When the access token dies, in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn expiry_millis(&self) -> i64 {
        self.expiry_millis
    }

    /// The data center that the tokens are of. `None` where the configuration names the servers, and from a store that
    /// has no place for it: then the configured servers are asked.
    #[must_use]
    pub fn data_center(&self) -> Option<DataCenter> {
        self.data_center
    }

    /// How long the access token still lives by this machine's clock; zero when it is dead.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let left = i128::from(self.expiry_millis).saturating_sub(i128::try_from(now).unwrap_or(i128::MAX));
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    /// The same tokens under another user's name.
    #[must_use]
    pub fn for_user(self, user: UserIdentifier) -> Self {
        Self { user, ..self }
    }
}
