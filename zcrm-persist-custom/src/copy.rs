//! Moving tokens between stores.

use std::time::Duration;

use zcrm_core::UserIdentifier;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler};

/// How long copying waits for another program that refreshes the same user's tokens.
const LOCK_TIMEOUT: Duration = Duration::from_secs(90);
/// How long copying one user may take.
const LEASE: Duration = Duration::from_secs(60);

/// What became of each user; see [`copy_tokens`].
#[derive(Debug, Default)]
#[must_use = "users whose tokens were not copied are in the report"]
#[non_exhaustive]
pub struct CopyReport {
    /// Those whose tokens now lie in the destination.
    pub copied: Vec<UserIdentifier>,
    /// Those of whom the source knows nothing.
    pub unknown: Vec<UserIdentifier>,
    /// Those whose tokens could not be read or saved; the destination holds for them what it held before.
    pub failed: Vec<(UserIdentifier, PersistenceError)>,
}

impl CopyReport {
    /// Whether every user's tokens were copied.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unknown.is_empty() && self.failed.is_empty()
    }
}

/// Copies the tokens of these users from one store to another, in place of what the destination holds for them. The
/// source keeps its own.
///
/// Each user is copied under the destination's refresh lock, so that a program which already works with the destination
/// is not disturbed in the middle of a refresh. Stop the programs that work with the source: both would go on with the
/// same refresh token. A user who fails does not stop the others.
///
/// ```
/// use zcrm_core::UserIdentifier;
/// use zcrm_core::persistence::InMemoryPersistence;
/// use zcrm_persist_custom::copy_tokens;
///
/// let (from, to) = (InMemoryPersistence::new(), InMemoryPersistence::new());
/// let report = copy_tokens(&from, &to, [UserIdentifier::new("abc@xyz.com")?]);
/// assert_eq!(report.unknown.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn copy_tokens(
    from: &(impl PersistenceHandler + ?Sized),
    to: &(impl PersistenceHandler + ?Sized),
    users: impl IntoIterator<Item = UserIdentifier>,
) -> CopyReport {
    let mut report = CopyReport::default();
    for user in users {
        match copy(from, to, &user) {
            Ok(true) => report.copied.push(user),
            Ok(false) => report.unknown.push(user),
            Err(fault) => report.failed.push((user, fault)),
        }
    }
    report
}

fn copy(
    from: &(impl PersistenceHandler + ?Sized),
    to: &(impl PersistenceHandler + ?Sized),
    user: &UserIdentifier,
) -> Result<bool, PersistenceError> {
    let mut lock = to.lock_refresh(user, LOCK_TIMEOUT, LEASE)?;
    let Some(tokens) = from.get_oauth_tokens(user)? else { return Ok(false) };
    if !lock.is_held() {
        return Err(PersistenceError::new(
            PersistenceErrorKind::LockTimeout,
            format!("the tokens of {user} took so long to read that the refresh lock was lost; try again"),
        ));
    }
    to.save_oauth_tokens(&tokens)?;
    Ok(true)
}
