//! Values that nobody can guess.

use std::fmt::Write;

use anyhow::{Context, Result};

/// 128 random bits as hexadecimal digits.
pub(crate) fn token() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("the operating system gives no random numbers")?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
