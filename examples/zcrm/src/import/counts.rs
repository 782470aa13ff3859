//! How many rows had which fate.

use std::fmt;

use anyhow::{Result, bail};
use zcrm_core::journal::RowFate;

use crate::Outcome;

/// How many rows had which fate. Its text is the last line of an import:
/// `created=N updated=N refused=N unanswered=N not_sent=N`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Created.
    pub created: u64,
    /// Updated.
    pub updated: u64,
    /// Refused, by Zoho or here already.
    pub refused: u64,
    /// Whether they were written is not known.
    pub unanswered: u64,
    /// Not sent.
    pub not_sent: u64,
}

impl Counts {
    /// Counts one more row.
    pub fn add(&mut self, fate: RowFate) {
        let count = match fate {
            RowFate::Created => &mut self.created,
            RowFate::Refused => &mut self.refused,
            RowFate::Unanswered => &mut self.unanswered,
            RowFate::NotSent => &mut self.not_sent,
            _ => &mut self.updated,
        };
        *count = count.saturating_add(1);
    }

    /// The counts in a last line.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let count = |name: &str| {
            let words = line.split_ascii_whitespace();
            words.filter_map(|word| word.split_once('=')).find(|(key, _)| *key == name)?.1.parse().ok()
        };
        Some(Self {
            created: count("created")?,
            updated: count("updated")?,
            refused: count("refused")?,
            unanswered: count("unanswered")?,
            not_sent: count("not_sent")?,
        })
    }

    /// Whether nothing is left to be done: each row was written or refused.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.unanswered == 0 && self.not_sent == 0
    }

    /// How far the import came; `to_the_end` says that nothing kept it from going on.
    ///
    /// # Errors
    ///
    /// When there were rows and nothing was done.
    pub fn outcome(&self, to_the_end: bool, interrupted: bool) -> Result<Outcome> {
        let left = self.refused + self.unanswered + self.not_sent;
        match self.created + self.updated {
            _ if left == 0 && to_the_end => Ok(Outcome::Done),
            0 if self.unanswered == 0 && !interrupted => bail!("no row was imported"),
            _ => Ok(Outcome::InPart),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, refused, unanswered, not_sent } = self;
        write!(f, "created={created} updated={updated} refused={refused} unanswered={unanswered} not_sent={not_sent}")
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn a_last_line_is_read_as_it_was_written() {
        let counts = Counts { created: 1, updated: 2, refused: 3, unanswered: 0, not_sent: 5 };
        assert_eq!(Counts::parse(&counts.to_string()), Some(counts));
        assert!(!counts.is_final() && Counts::parse("created=1").is_none());
    }
}
