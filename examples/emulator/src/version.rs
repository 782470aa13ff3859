//! The version of the CRM API that a call names in its path.

/// A version of the API, ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    V2,
    V2_1,
    V3,
    V4,
    V5,
    V6,
    V7,
    V8,
}

impl Version {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "v2" => Self::V2,
            "v2.1" => Self::V2_1,
            "v3" => Self::V3,
            "v4" => Self::V4,
            "v5" => Self::V5,
            "v6" => Self::V6,
            "v7" => Self::V7,
            "v8" => Self::V8,
            _ => return None,
        })
    }

    /// As a path has it.
    pub(crate) fn name(self) -> &'static str {
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
