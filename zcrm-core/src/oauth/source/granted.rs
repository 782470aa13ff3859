//! What came of a grant.

use std::time::Duration;

use crate::config::DataCenter;
use crate::token::UserIdentifier;

/// What came of a grant: whose tokens are now kept, and what there is to know about them.
#[derive(Debug, Clone)]
pub struct Granted {
    pub(super) user: UserIdentifier,
    pub(super) expected: Option<UserIdentifier>,
    pub(super) expires_in: Duration,
    pub(super) data_center: Option<DataCenter>,
    pub(super) warnings: Vec<String>,
}

impl Granted {
    /// The name under which the tokens are kept: that of `current_user_email` or `for_user` where Zoho's e-mail address
    /// equals it ignoring case, else the one that Zoho gives.
    #[doc(alias = "get_user_email_from_iam")]
    #[must_use]
    pub fn user(&self) -> &UserIdentifier {
        &self.user
    }

    /// Whether the grant was given by somebody else than the configured user. The tokens are kept under
    /// [`user`](Self::user); calls under the configured name do not use them.
    #[must_use]
    pub fn is_somebody_else(&self) -> bool {
        self.expected.as_ref().is_some_and(|expected| *expected != self.user)
    }

    /// How long the access token lives, usually an hour. It is renewed by itself.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// The data center that the tokens are of; `None` for servers that are not Zoho's. It is kept with the tokens where
    /// no URLs are configured ([`OAuthTokens::data_center`](crate::OAuthTokens::data_center)).
    #[must_use]
    pub fn data_center(&self) -> Option<DataCenter> {
        self.data_center
    }

    /// What the application's user should know, in sentences; they were logged too.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
