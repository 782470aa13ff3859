//! Encoded words (RFC 2047), as some servers put them into `Content-Disposition`: `=?UTF-8?B?w6QucGRm?=`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The text with its encoded words decoded; `None` when there is none, or one that cannot be decoded.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut decoded = String::new();
    let mut rest = text;
    let mut after_word = false;
    while let Some((before, after)) = rest.split_once("=?") {
        // Blanks between two encoded words belong to neither.
        if !(after_word && before.trim().is_empty()) {
            decoded.push_str(before);
        }
        let (charset, after) = after.split_once('?')?;
        let (encoding, after) = after.split_once('?')?;
        let (word, after) = after.split_once("?=")?;
        decoded.push_str(&characters(charset, bytes(encoding, word)?)?);
        (rest, after_word) = (after, true);
    }
    decoded.push_str(rest);
    after_word.then_some(decoded)
}

fn bytes(encoding: &str, word: &str) -> Option<Vec<u8>> {
    match encoding {
        "B" | "b" => STANDARD.decode(word).ok(),
        "Q" | "q" => quoted(word),
        _ => None,
    }
}

/// `=C3=A4_b`: bytes in hexadecimal, blanks as underscores.
fn quoted(word: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut given = word.bytes();
    while let Some(byte) = given.next() {
        bytes.push(match byte {
            b'_' => b' ',
            b'=' => hexadecimal(given.next()?)? << 4 | hexadecimal(given.next()?)?,
            other => other,
        });
    }
    Some(bytes)
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn characters(charset: &str, bytes: Vec<u8>) -> Option<String> {
    // A language may follow the character set (RFC 2231).
    match charset.split('*').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "us-ascii" => String::from_utf8(bytes).ok(),
        "iso-8859-1" | "latin1" => Some(bytes.into_iter().map(char::from).collect()),
        _ => None,
    }
}
