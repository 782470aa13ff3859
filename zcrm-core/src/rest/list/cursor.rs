//! Where a listing stands, as a value that can be written down.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::token::UserIdentifier;

/// How long a page token lives (Zoho's page *Get records*).
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a listing stands: a serializable value from which it goes on, in another process if need be.
///
/// It is given by [`Rows::cursor`](super::Rows::cursor) at any moment, also after an error, and taken by
/// [`List::cursor`](super::List::cursor) of the same listing: the same module, fields, filters, sorting and page size.
/// No row comes twice and none is left out, as far as the listing itself stands still: pages by number shift when
/// others create or delete records meanwhile.
///
/// From API v3 on, a cursor past row 2,000 holds a page token of Zoho's. Page tokens belong to the user whose listing
/// gave them, live for 24 hours, and reach 100,000 rows; each has an error kind of its own
/// ([`CursorUser`](ErrorKind::CursorUser), [`CursorExpired`](ErrorKind::CursorExpired),
/// [`ListingLimit`](ErrorKind::ListingLimit)). (Zoho's page *Get records*.)
///
/// Its text is one line of JSON. It holds the parameters of the listing, so keep it where you keep the data.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// let leads = client.module("Leads").records().fields(["Last_Name"]);
/// let mut rows = leads.iter();
/// let first: Vec<_> = rows.by_ref().take(1_000).collect::<Result<_, _>>()?;
/// let written_down = rows.cursor().map(|cursor| cursor.to_string());
///
/// // Later, in another process:
/// if let Some(cursor) = written_down {
///     for lead in leads.cursor(&cursor.parse()?).iter() {
///         println!("{}", lead?.raw());
///     }
/// }
/// # let _ = first;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub(super) listing: String,
    pub(super) user: Option<String>,
    pub(super) position: Position,
    /// How many rows of the page at the position have come already.
    pub(super) skip: usize,
    /// How many rows have come in all.
    pub(super) rows: u64,
    /// When the page token was given, in seconds since 1970.
    pub(super) token_given: Option<u64>,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Position {
    /// A page number, from 1.
    Page(u32),
    /// A page token of Zoho's.
    PageToken(String),
}

impl Cursor {
    /// How many rows have come before.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Refuses to go on where Zoho would refuse it, or where the rows would be wrong.
    pub(super) fn check(&self, listing: &str, user: Option<&UserIdentifier>) -> Result<()> {
        if self.listing != listing {
            return Err(Error::new(
                ErrorKind::CursorMismatch,
                format!("the cursor is of the listing {}, not of {listing}; begin the listing anew", self.listing),
            ));
        }
        if matches!(self.position, Position::Page(_)) {
            return Ok(());
        }
        if self.user.as_deref() != user.map(UserIdentifier::as_str) {
            let owner = self.user.as_deref().unwrap_or("another user");
            return Err(Error::new(
                ErrorKind::CursorUser,
                format!("the cursor holds a page token of {owner}; go on as that user, or begin the listing anew"),
            ));
        }
        let given = self.token_given.map(|given| UNIX_EPOCH + Duration::from_secs(given.min(u32::MAX.into())));
        let age = given.and_then(|given| SystemTime::now().duration_since(given).ok()).unwrap_or_default();
        if age >= TOKEN_LIFE {
            return Err(expired());
        }
        Ok(())
    }
}

/// The error for a page token that is too old.
pub(super) fn expired() -> Error {
    let text = "the page token of the cursor has expired, it lives for 24 hours; begin the listing anew";
    Error::new(ErrorKind::CursorExpired, text)
}

/// The seconds since 1970.
pub(super) fn now() -> Option<u64> {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|age| age.as_secs())
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::invalid("this is not the text of a cursor").with_source(cause).logged())
    }
}

impl fmt::Debug for Cursor {
    /// Shows neither the parameters, which may hold personal data, nor the page token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position: &dyn fmt::Debug = match &self.position {
            Position::Page(number) => number,
            Position::PageToken(_) => &"page token",
        };
        f.debug_struct("Cursor")
            .field("path", &self.listing.split(' ').next())
            .field("position", position)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
