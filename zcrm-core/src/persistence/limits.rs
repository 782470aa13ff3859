//! What a store cannot hold.

/// The limits that a store declares. Zoho states no maximum for its tokens; samples have about 70 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct StoreLimits {
    /// The longest access or refresh token, in bytes; `None` is no limit.
    pub max_token_bytes: Option<usize>,
    /// Whether user identifiers outside of ISO 8859-1 are refused.
    pub latin1_users_only: bool,
    /// Whether a user without a row of exactly this name has the only row that differs from it in case alone.
    pub ignores_case: bool,
}

impl StoreLimits {
    /// Tokens of at most `bytes` bytes.
    #[must_use]
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.max_token_bytes = Some(bytes);
        self
    }

    /// User identifiers of ISO 8859-1 only, as in a column of MySQL's old default character set.
    #[must_use]
    pub fn latin1_users_only(mut self) -> Self {
        self.latin1_users_only = true;
        self
    }

    /// Where no row matches exactly, the only one that differs in case alone is meant: for a store that is shared with
    /// a program which ignores case.
    #[must_use]
    pub fn ignores_case(mut self) -> Self {
        self.ignores_case = true;
        self
    }
}
