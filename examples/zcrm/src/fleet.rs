//! Tokens of many users, shown without a secret.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use zcrm_core::DateTime;
use zcrm_core::persistence::StoredTokens;

/// A row as JSON.
#[must_use]
pub fn as_json(row: &StoredTokens) -> Value {
    let moment = |at: Option<SystemTime>| at.map(|at| DateTime::from(at).as_str().to_owned());
    json!({
        "user": row.user,
        "expires_at": moment(row.expiry_millis.and_then(moment_of)),
        "remaining_seconds": row.remaining().map(|left| left.as_secs()),
        "has_access_token": row.has_access_token,
        "has_refresh_token": row.has_refresh_token,
        "saved_at": moment(row.saved_at),
        "saved_by": row.saved_by,
        "fault": row.fault,
    })
}

/// A row of a table: user, access token, refresh token, when it was saved, and by which program.
#[must_use]
pub fn as_cells(row: &StoredTokens) -> Vec<String> {
    let access = match (&row.fault, row.remaining()) {
        (Some(fault), _) => format!("unusable: {fault}"),
        (None, Some(left)) if !left.is_zero() => format!("lives for {} min more", left.as_secs().div_ceil(60)),
        (None, Some(_)) => "has ended".to_owned(),
        (None, None) => "unknown".to_owned(),
    };
    let age = |at: SystemTime| SystemTime::now().duration_since(at).unwrap_or_default().as_secs() / 60;
    let saved = row.saved_at.map_or("?".to_owned(), |at| format!("{} min ago", age(at)));
    let refresh = match (&row.fault, row.has_refresh_token) {
        (Some(_), _) => "?",
        (None, true) => "there",
        (None, false) => "lacking",
    };
    let by = row.saved_by.clone().unwrap_or("?".to_owned());
    vec![row.user.clone(), access, refresh.to_owned(), saved, by]
}

fn moment_of(millis: i64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(millis.try_into().ok()?))
}
