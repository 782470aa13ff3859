//! Tokens kept by an external program.

use std::path::{Path, PathBuf};

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};

/// Tokens kept by an external program.
#[derive(Debug)]
pub struct ExternalProgram {
    path: PathBuf,
}

impl ExternalProgram {
    /// The program at `path`, which gets `class` as its argument.
    ///
    /// # Errors
    ///
    /// Not yet offered.
    pub fn new(path: &Path, class: &str) -> Result<Self, PersistenceError> {
        let program = Self { path: path.to_owned() };
        Err(program.not_offered(class))
    }

    fn not_offered(&self, class: &str) -> PersistenceError {
        PersistenceError::new(
            PersistenceErrorKind::Setup,
            format!("external programs are not offered yet: {} {class}", self.path.display()),
        )
    }
}

impl PersistenceHandler for ExternalProgram {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        Err(self.not_offered(tokens.user().as_str()))
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        Err(self.not_offered(user.as_str()))
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        Err(self.not_offered(user.as_str()))
    }
}
