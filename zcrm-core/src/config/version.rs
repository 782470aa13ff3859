//! The API version.

use std::fmt;
use std::str::FromStr;

/// The version of Zoho's API that calls go to; the default is v2. Versions are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum ApiVersion {
    /// v2
    #[default]
    V2,
    /// v2.1
    V2_1,
    /// v3
    V3,
    /// v4
    V4,
    /// v5
    V5,
    /// v6
    V6,
    /// v7
    V7,
    /// v8
    V8,
}

impl ApiVersion {
    /// All versions, oldest first.
    pub const ALL: [Self; 8] = [Self::V2, Self::V2_1, Self::V3, Self::V4, Self::V5, Self::V6, Self::V7, Self::V8];

    /// The version as it stands in paths: `v2`, `v2.1`, `v3` ... `v8`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V2_1 => "v2.1",
            Self::V3 => "v3",
            Self::V4 => "v4",
            Self::V5 => "v5",
            Self::V6 => "v6",
            Self::V7 => "v7",
            Self::V8 => "v8",
        }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no version of Zoho's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownApiVersion(());

impl fmt::Display for UnknownApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a version of Zoho's API; use v2, v2.1 or v3 to v8")
    }
}

impl std::error::Error for UnknownApiVersion {}

impl FromStr for ApiVersion {
    type Err = UnknownApiVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|version| version.as_str() == text).ok_or(UnknownApiVersion(()))
    }
}
