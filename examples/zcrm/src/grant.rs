//! A grant token, from where no list of processes shows it.

use std::env;
use std::io::{self, IsTerminal};

use anyhow::{Result, bail};
use zcrm_core::GrantToken;

use crate::text;

/// The variable that may hold a grant token.
pub const VARIABLE: &str = "ZOHO_GRANT_TOKEN";

/// The grant token: that of standard input where `argument` is `-`, typed without echo on a terminal; else that of the
/// environment variable `ZOHO_GRANT_TOKEN`, if there is one.
///
/// # Errors
///
/// When the argument is anything but `-`, the token is empty, or standard input cannot be read.
pub fn grant_token(argument: Option<&str>) -> Result<Option<GrantToken>> {
    let code = match argument {
        Some("-") if io::stdin().is_terminal() => rpassword::prompt_password("Grant token: ")?,
        Some("-") => text::line_of_stdin()?,
        Some(_) => bail!(
            "a grant token on the command line can be seen by every user of this machine, so it is not taken from \
             there: give --grant-token - and the token on standard input, or set {VARIABLE}"
        ),
        None => match env::var(VARIABLE) {
            Ok(code) => code,
            Err(_) => return Ok(None),
        },
    };
    if code.trim().is_empty() {
        bail!("the grant token is empty");
    }
    Ok(Some(GrantToken::new(code.trim())))
}
