//! The conformance suite finds what it is there to find: each of these stores breaks one rule.

#![allow(clippy::expect_used)]

use std::fmt;
use std::time::Duration;

use zcrm_core::persistence::conformance::Suite;
use zcrm_core::persistence::{
    InMemoryPersistence, PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock, StoreLimits,
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
    HidesFailure,
}

struct Faulty(Fault, InMemoryPersistence);

impl Faulty {
    fn suite(fault: Fault) -> Suite<Self> {
        Suite::new(move || Self(fault, InMemoryPersistence::new()))
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
        self.1.save_oauth_tokens(&tokens)
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
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
            Fault::WaitsForEver => self.1.lock_refresh(user, timeout + Duration::from_secs(11), lease),
            _ => self.1.lock_refresh(user, timeout, lease),
        }
    }
}

/// So that a store which must fail does so soon.
const FOR_A_TEST: Duration = Duration::from_secs(2);

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
