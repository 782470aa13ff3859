//! Editions of Zoho CRM, and what each allows.

use std::fmt;

use serde::Serialize;

/// An edition of Zoho CRM, as far as its limits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Edition {
    /// Free.
    Free,
    /// Standard, or Starter.
    Standard,
    /// Professional.
    Professional,
    /// Enterprise, or Zoho One.
    Enterprise,
    /// Ultimate, or CRM Plus.
    Ultimate,
}

impl Edition {
    /// The edition of a name as Zoho writes it in `paid_type` and `trial_type`, such as `enterprise`.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let has = |word: &str| letters.contains(word);
        match letters.as_str() {
            _ if has("ultimate") || has("crmplus") || letters == "plus" => Some(Self::Ultimate),
            _ if has("enterprise") || has("zohoone") || letters == "one" => Some(Self::Enterprise),
            _ if has("professional") => Some(Self::Professional),
            _ if has("standard") || has("starter") => Some(Self::Standard),
            _ if has("free") => Some(Self::Free),
            _ => None,
        }
    }

    /// The API credits of 24 hours for so many user licenses, without credits that were bought besides (Zoho's page
    /// *API limits*, v2 and v4).
    #[must_use]
    pub fn credits(self, users: u64) -> u64 {
        let (base, each, most) = match self {
            Self::Free => (5_000, 0, 5_000),
            Self::Standard => (50_000, 250, 100_000),
            Self::Professional => (50_000, 500, 3_000_000),
            Self::Enterprise => (50_000, 1_000, 5_000_000),
            Self::Ultimate => (50_000, 2_000, u64::MAX),
        };
        users.saturating_mul(each).saturating_add(base).min(most)
    }

    /// How many requests of one client may be in flight at once (Zoho's Kaizen post 203).
    #[must_use]
    pub fn concurrency(self) -> u64 {
        match self {
            Self::Free => 5,
            Self::Standard => 10,
            Self::Professional => 15,
            Self::Enterprise => 20,
            Self::Ultimate => 25,
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Free => "Free",
            Self::Standard => "Standard",
            Self::Professional => "Professional",
            Self::Enterprise => "Enterprise",
            Self::Ultimate => "Ultimate",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Edition;

    #[test]
    fn credits_go_by_edition_and_users() {
        let of = |name, users| Edition::of(name).map(|edition| (edition.credits(users), edition.concurrency()));
        assert_eq!(of("Free", 3), Some((5_000, 5)));
        assert_eq!(of("standard", 25), Some((56_250, 10)));
        assert_eq!(of("starter", 1_000), Some((100_000, 10)));
        assert_eq!(of("professional", 10), Some((55_000, 15)));
        assert_eq!(of("enterprise", 25), Some((75_000, 20)));
        assert_eq!(of("Zoho One", 1), Some((51_000, 20)));
        assert_eq!(of("CRM Plus", 100_000), Some((200_050_000, 25)));
        assert_eq!(of("bigin", 1), None);
    }
}
