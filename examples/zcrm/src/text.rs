//! Texts as people and shells write them: with a byte order mark, or in UTF-16, as Windows does.

use std::fs;
use std::io::{self, BufRead, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use zcrm_core::files;

/// The text in a file.
///
/// # Errors
///
/// When it cannot be read, or is no text.
pub fn of_file(path: &Path) -> Result<String> {
    let bytes = files::retry(|| fs::read(path)).with_context(|| format!("{} cannot be read", path.display()))?;
    decoded(&bytes).with_context(|| format!("{} cannot be read", path.display()))
}

/// All of standard input.
///
/// # Errors
///
/// When it cannot be read, or is no text.
pub fn of_stdin() -> Result<String> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).context("standard input cannot be read")?;
    decoded(&bytes).context("standard input cannot be read")
}

/// A line of standard input, without blanks around it; empty at its end.
///
/// # Errors
///
/// When it cannot be read, or is no text.
pub fn line_of_stdin() -> Result<String> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_until(b'\n', &mut bytes).context("standard input cannot be read")?;
    Ok(decoded(&bytes).context("standard input cannot be read")?.trim().to_owned())
}

fn decoded(bytes: &[u8]) -> Result<String> {
    let unit = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => {
            let Ok(text) = std::str::from_utf8(bytes) else { bail!("it is not UTF-8; save it as UTF-8") };
            return Ok(text.trim_start_matches('\u{feff}').to_owned());
        }
    };
    // The second half of the line break is missing where one line was read.
    let units: Vec<u16> = bytes.as_chunks().0.iter().skip(1).map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok().context("it is no text in UTF-16; save it as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_windows_are_read() {
        let utf_16 = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect()
        };
        let mut line = utf_16("é𝄞\r\n", u16::to_le_bytes);
        line.pop();
        for (bytes, text) in [
            ("é𝄞".as_bytes().to_vec(), "é𝄞"),
            ("\u{feff}é𝄞".as_bytes().to_vec(), "é𝄞"),
            (utf_16("é𝄞", u16::to_le_bytes), "é𝄞"),
            (utf_16("é𝄞", u16::to_be_bytes), "é𝄞"),
            (line, "é𝄞\r"),
            (Vec::new(), ""),
        ] {
            assert_eq!(decoded(&bytes).unwrap(), text, "{bytes:?}");
        }
        for bytes in [&b"caf\xe9"[..], b"\xff\xfe\x00\xd8"] {
            assert!(decoded(bytes).unwrap_err().to_string().contains("UTF-8"), "{bytes:?}");
        }
    }
}
