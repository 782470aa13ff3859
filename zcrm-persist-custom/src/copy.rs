//! Moving tokens between stores.

use std::collections::BTreeSet;
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
    /// Those of whom the destination holds tokens that were obtained later; they were kept.
    pub kept: Vec<UserIdentifier>,
    /// Those of whom the source knows nothing.
    pub unknown: Vec<UserIdentifier>,
    /// Those whose tokens could not be read or saved; the destination holds for them what it held before.
    pub failed: Vec<(UserIdentifier, PersistenceError)>,
}

impl CopyReport {
    /// Whether every user's tokens were copied.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.kept.is_empty() && self.unknown.is_empty() && self.failed.is_empty()
    }
}

/// What becomes of tokens in the destination that were obtained later than those to copy, as their access token ends
/// later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Newer {
    /// They are kept.
    #[default]
    Keep,
    /// The older ones take their place.
    Replace,
}

/// What became of one user.
enum Outcome {
    Copied,
    Kept,
    Unknown,
}

/// Copies the tokens of these users from one store to another, in place of what the destination holds for them, unless
/// that is [`Newer`] and to be kept. The source keeps its own.
///
/// Each user is copied under the destination's refresh lock, so that a program which already works with the destination
/// is not disturbed in the middle of a refresh. Stop the programs that work with the source: both would go on with the
/// same refresh token. A user who fails does not stop the others.
///
/// ```
/// use zcrm_core::UserIdentifier;
/// use zcrm_core::persistence::InMemoryPersistence;
/// use zcrm_persist_custom::{Newer, copy_tokens};
///
/// let (from, to) = (InMemoryPersistence::new(), InMemoryPersistence::new());
/// let report = copy_tokens(&from, &to, [UserIdentifier::new("abc@xyz.com")?], Newer::Keep);
/// assert_eq!(report.unknown.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn copy_tokens(
    from: &(impl PersistenceHandler + ?Sized),
    to: &(impl PersistenceHandler + ?Sized),
    users: impl IntoIterator<Item = UserIdentifier>,
    newer: Newer,
) -> CopyReport {
    let mut report = CopyReport::default();
    // A destination that ignores case would keep the last of those who differ in nothing else.
    let ignores_case = to.limits().ignores_case;
    let mut names = BTreeSet::new();
    for user in users {
        let is_alone = !ignores_case || names.insert(user.as_str().to_lowercase());
        match if is_alone { copy(from, to, &user, newer) } else { Err(taken(&user)) } {
            Ok(Outcome::Copied) => report.copied.push(user),
            Ok(Outcome::Kept) => report.kept.push(user),
            Ok(Outcome::Unknown) => report.unknown.push(user),
            Err(fault) => report.failed.push((user, fault)),
        }
    }
    report
}

fn taken(user: &UserIdentifier) -> PersistenceError {
    let message =
        format!("the destination takes {user} for another user, whose name differs in case alone; rename one of them");
    PersistenceError::new(PersistenceErrorKind::DoesNotFit, message)
}

fn copy(
    from: &(impl PersistenceHandler + ?Sized),
    to: &(impl PersistenceHandler + ?Sized),
    user: &UserIdentifier,
    newer: Newer,
) -> Result<Outcome, PersistenceError> {
    let mut lock = to.lock_refresh(user, LOCK_TIMEOUT, LEASE)?;
    let Some(tokens) = from.get_oauth_tokens(user)? else { return Ok(Outcome::Unknown) };
    let there = match to.get_oauth_tokens(user) {
        Ok(there) => there,
        // What nobody can use is no loss.
        Err(fault) if matches!(fault.kind(), PersistenceErrorKind::CorruptRow | PersistenceErrorKind::WrongKey) => None,
        Err(fault) => return Err(fault),
    };
    if newer == Newer::Keep && there.is_some_and(|there| there.expiry_millis() > tokens.expiry_millis()) {
        return Ok(Outcome::Kept);
    }
    if !lock.is_held() {
        return Err(PersistenceError::new(
            PersistenceErrorKind::LockTimeout,
            format!("the tokens of {user} took so long to read that the refresh lock was lost; try again"),
        ));
    }
    to.save_oauth_tokens(&tokens)?;
    Ok(Outcome::Copied)
}
