//! A text that cannot be printed by accident.

use std::fmt;

use zeroize::Zeroize;

/// A secret: a token, a client secret or a password.
///
/// It has one way out, [`expose`](Secret::expose). There is no `Display`, no `Serialize`, no `Deref` and no `PartialEq`
/// (comparing secrets with `==` leaks their common length through time), and its memory is overwritten when it is
/// dropped.
///
/// ```
/// use zcrm_core::Secret;
///
/// let secret = Secret::new("1000.fake");
/// assert_eq!(format!("{secret:?}"), "Secret([redacted])");
/// assert_eq!(secret.expose(), "1000.fake");
/// ```
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_boxed_str())
    }

    /// The text itself.
    ///
    /// # Security
    ///
    /// Whatever is done with the response is outside of this type's protection: do not log it, do not put it into a URL
    /// or a command line.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is nothing in it but blanks: no secret at all.
    pub(crate) fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Whether both hold the same text, in a time that depends on the lengths only.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let (a, b) = (self.0.as_bytes(), other.0.as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
