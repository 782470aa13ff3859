//! The conformance suite finds what it is there to find: each of these stores breaks one rule.

#![allow(clippy::expect_used)]

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

use zcrm_core::persistence::conformance::Suite;
use zcrm_core::persistence::{
    InMemoryPersistence, MIN_LOCK_LEASE, PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock,
    StoreLimits,
};
use zcrm_core::{OAuthTokens, UserIdentifier};

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    FoldsCase,
    KeepsTheFirst,
    CutsTokens,
    FailsOnAbsentDelete,
    PrintsTokens,
    LocksEverybody,
    LocksNobody,
    WaitsForEver,
    DerivesLease,
    KeepsLease,
    LimitsEverybody,
    LimitsForEver,
    KeepsUnreadable,
    HidesFailure,
}

struct Faulty(Fault, InMemoryPersistence);

impl Faulty {
    fn suite(fault: Fault) -> Suite<Self> {
        Suite::new(move || Self(fault, InMemoryPersistence::new()))
    }
}

impl Faulty {
    fn limited(&self, user: &UserIdentifier) -> UserIdentifier {
        match self.0 {
            Fault::LimitsEverybody => UserIdentifier::new("everybody").expect("a name"),
            _ => user.clone(),
        }
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = UserIdentifier::new("secret@x.com").expect("a name");
        match self.1.get_oauth_tokens(&user) {
            Ok(Some(tokens)) if self.0 == Fault::PrintsTokens => f.write_str(tokens.access_token().expose()),
            _ => f.write_str("Faulty"),
        }
    }
}

impl PersistenceHandler for Faulty {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        let tokens = match self.0 {
            Fault::FoldsCase => tokens.clone().for_user(folded(tokens.user())),
            Fault::KeepsTheFirst if self.1.get_oauth_tokens(tokens.user())?.is_some() => return Ok(()),
            Fault::CutsTokens => {
                let cut: String = tokens.access_token().expose().chars().take(100).collect();
                let refresh = tokens.refresh_token().clone();
                OAuthTokens::new(tokens.user().clone(), cut, refresh, tokens.expiry_millis())
            }
            _ => tokens.clone(),
        };
        if self.0 == Fault::KeepsUnreadable && tokens.user().as_str() == DAMAGED {
            return Err(PersistenceError::new(PersistenceErrorKind::CorruptRow, "damaged"));
        }
        self.1.save_oauth_tokens(&tokens)
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        if self.0 == Fault::KeepsUnreadable && user.as_str() == DAMAGED {
            return Err(PersistenceError::new(PersistenceErrorKind::CorruptRow, "damaged"));
        }
        if self.0 == Fault::FoldsCase {
            let found = self.1.get_oauth_tokens(&folded(user))?;
            return Ok(found.map(|tokens| tokens.for_user(user.clone())));
        }
        self.1.get_oauth_tokens(user)
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        if self.0 == Fault::FailsOnAbsentDelete && self.1.get_oauth_tokens(user)?.is_none() {
            return Err(PersistenceError::new(PersistenceErrorKind::Other, "no such user"));
        }
        self.1.delete_oauth_tokens(user)
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        match self.0 {
            Fault::LocksNobody => Ok(RefreshLock::holding(())),
            Fault::LocksEverybody => {
                self.1.lock_refresh(&UserIdentifier::new("everybody").expect("a name"), timeout.min(FOR_A_TEST), lease)
            }
            Fault::DerivesLease => self
                .1
                .lock_refresh(user, timeout, timeout.max(MIN_LOCK_LEASE))
                .map(|lock| lasting(lock, timeout.saturating_add(Duration::from_secs(1)))),
            Fault::KeepsLease => self.1.lock_refresh(user, timeout, Duration::MAX),
            Fault::WaitsForEver => self.1.lock_refresh(user, timeout + Duration::from_secs(11), lease),
            _ => self.1.lock_refresh(user, timeout, lease),
        }
    }

    fn rate_limited_until(&self, user: &UserIdentifier) -> Result<Option<SystemTime>, PersistenceError> {
        self.1.rate_limited_until(&self.limited(user))
    }

    fn set_rate_limited_until(&self, user: &UserIdentifier, until: Option<SystemTime>) -> Result<(), PersistenceError> {
        match until {
            None if self.0 == Fault::LimitsForEver => Ok(()),
            until => self.1.set_rate_limited_until(&self.limited(user), until),
        }
    }
}

/// A lock that is lost when so much time is over.
fn lasting(lock: RefreshLock, lease: Duration) -> RefreshLock {
    RefreshLock::leased((lock, Instant::now(), lease), |(_, since, lease)| since.elapsed() <= *lease)
}

/// So that a store which must fail does so soon.
const FOR_A_TEST: Duration = Duration::from_secs(2);

const DAMAGED: &str = "damaged@x.com";

fn folded(user: &UserIdentifier) -> UserIdentifier {
    UserIdentifier::new(user.as_str().to_lowercase()).unwrap_or_else(|_| user.clone())
}

macro_rules! found {
    ($($test:ident: $fault:ident, $rule:literal;)*) => {$(
        #[test]
        #[should_panic(expected = $rule)]
        fn $test() {
            Faulty::suite(Fault::$fault).run();
        }
    )*};
}

found! {
    folding_case: FoldsCase, "no name is taken for another";
    keeping_the_first: KeepsTheFirst, "saving replaces";
    cutting_tokens: CutsTokens, "a token within the limits is kept whole";
    failing_on_an_absent_user: FailsOnAbsentDelete, "deleting the tokens of nobody@x.com";
    printing_tokens: PrintsTokens, "Debug of a store must not show a token";
    locking_everybody: LocksEverybody, "LockTimeout";
    locking_nobody: LocksNobody, "a held lock excludes a second taker";
    deriving_the_lease: DerivesLease, "a holder that was not willing to wait keeps the lock for its lease";
    limiting_everybody: LimitsEverybody, "a rate limit is one user's";
    limiting_for_ever: LimitsForEver, "a rate limit that is taken back is gone";
    waiting_for_ever: WaitsForEver, "a taker gives up when its timeout is over";
}

#[test]
#[should_panic(expected = "must not say that a user is unknown")]
fn hiding_failure() {
    Faulty::suite(Fault::HidesFailure).broken(|| Faulty(Fault::HidesFailure, InMemoryPersistence::new())).run();
}

#[test]
#[should_panic(expected = "the limits that the store declares")]
fn undeclared_limits() {
    Faulty::suite(Fault::CutsTokens).limits(StoreLimits::default().max_token_bytes(100)).run();
}

#[test]
#[should_panic(expected = "locking when the lease of the holder is over")]
fn keeping_the_lease() {
    Faulty::suite(Fault::KeepsLease).ends_leases().run();
}

#[test]
#[should_panic(expected = "saving the tokens of damaged@x.com")]
fn keeping_an_unreadable_row() {
    let damaged = || {
        let user = UserIdentifier::new(DAMAGED).expect("a name");
        (Faulty(Fault::KeepsUnreadable, InMemoryPersistence::new()), user)
    };
    Faulty::suite(Fault::KeepsUnreadable).unreadable_row(damaged).run();
}

#[test]
#[should_panic(expected = "neither tokens nor an unknown user")]
fn hiding_what_is_wrong_with_a_row() {
    let hidden =
        || (Faulty(Fault::HidesFailure, InMemoryPersistence::new()), UserIdentifier::new("a@x.com").expect("a name"));
    Faulty::suite(Fault::HidesFailure).unreadable_row(hidden).run();
}
