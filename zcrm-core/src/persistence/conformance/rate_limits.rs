//! Until when Zoho wants no token requests, where a store passes that on.

use std::time::{Duration, SystemTime};

use super::sample::{delete, expect_none, save, succeed, tokens, user};
use crate::persistence::PersistenceHandler;
use crate::token::UserIdentifier;

/// Stores may keep whole seconds only.
const PRECISION: Duration = Duration::from_secs(1);

pub(super) fn prove<H: PersistenceHandler>(store: &H, reopen: Option<&dyn Fn(&H) -> H>, required: bool) {
    let (limited, other) = (user("limited@x.com"), user("unlimited@x.com"));
    assert_eq!(until(store, &limited), None, "nobody is rate-limited in a fresh store");
    let end = SystemTime::now() + Duration::from_secs(600);
    set(store, &limited, Some(end));
    let Some(found) = until(store, &limited) else {
        assert!(!required, "the store must pass rate limits on, but knows of none");
        return;
    };
    about(found, end);
    assert_eq!(until(store, &other), None, "a rate limit is one user's");
    expect_none(store, &limited, "a rate limit is no row");
    save(store, &tokens(&limited, 1));
    about(until(store, &limited).unwrap_or(SystemTime::UNIX_EPOCH), end);
    delete(store, &limited);
    let later = end + Duration::from_secs(60);
    set(store, &limited, Some(later));
    if let Some(reopen) = reopen {
        about(until(&reopen(store), &limited).unwrap_or(SystemTime::UNIX_EPOCH), later);
    }
    set(store, &limited, None);
    assert_eq!(until(store, &limited), None, "a rate limit that is taken back is gone");
    set(store, &limited, None);
}

fn about(found: SystemTime, expected: SystemTime) {
    let apart = found.duration_since(expected).or_else(|_| expected.duration_since(found)).unwrap_or_default();
    assert!(apart <= PRECISION, "a rate limit comes back as it was told, but is {apart:?} off");
}

fn until(store: &impl PersistenceHandler, user: &UserIdentifier) -> Option<SystemTime> {
    succeed(format_args!("looking up the rate limit of {user}"), store.rate_limited_until(user))
}

fn set(store: &impl PersistenceHandler, user: &UserIdentifier, until: Option<SystemTime>) {
    succeed(format_args!("telling the rate limit of {user}"), store.set_rate_limited_until(user, until));
}
