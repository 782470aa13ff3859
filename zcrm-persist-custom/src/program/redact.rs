//! Text of the program on its way to a log or an error: whatever may be part of a token is blanked out.

use zcrm_core::Secret;

/// The longest text that is shown, in characters.
const MAX_SHOWN: usize = 500;
/// The longest text that is looked at, in bytes.
pub(super) const MAX_SCANNED: usize = 8 << 10;
/// What Zoho's tokens begin with.
const PREFIX: &[u8] = b"1000.";
/// With fewer characters after the prefix it is a number, such as `1000.25`.
const MIN_AFTER_PREFIX: usize = 8;
/// A token of Zoho has parts of 32 hexadecimal digits. Half of one is taken for a piece of a token.
const MIN_HEX_DIGITS: usize = 16;
/// At least so many bytes before a cut are not shown: they may be the beginning of a token.
const MIN_CUT_OFF: usize = 256;
const REDACTED: &str = "[redacted]";

/// The tokens that the program was given.
#[derive(Clone)]
pub(super) struct Secrets(Vec<Secret>);

impl Secrets {
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        Self(secrets.into_iter().filter(|secret| !secret.is_empty()).map(Secret::from).collect())
    }

    /// One line of at most 500 characters. Every word with one of these secrets in it, or with anything that looks like
    /// a piece of one of Zoho's tokens, is blanked out from its first to its last character.
    pub(super) fn redact(&self, text: &str) -> String {
        let scanned = beginning(text);
        let mut hidden = vec![false; scanned.len()];
        for secret in &self.0 {
            hide_all(&mut hidden, scanned, secret.expose());
        }
        hide_words(&mut hidden, scanned.as_bytes());
        let shown = if scanned.len() == text.len() { scanned.len() } else { scanned.len() - self.cut_off(scanned) };
        render(scanned, &hidden, shown).trim().chars().take(MAX_SHOWN).collect()
    }

    fn cut_off(&self, scanned: &str) -> usize {
        let longest = self.0.iter().map(|secret| secret.expose().len()).max().unwrap_or_default();
        longest.max(MIN_CUT_OFF).min(scanned.len())
    }
}

/// The part of the text that is looked at.
fn beginning(text: &str) -> &str {
    let most = MAX_SCANNED.min(text.len());
    (0..=most).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

/// Marks each place of `secret`, those that overlap as well.
fn hide_all(hidden: &mut [bool], text: &str, secret: &str) {
    let width = secret.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(secret)) {
        let start = from + found;
        hide(hidden, start, start + secret.len());
        from = start + width;
    }
}

/// Marks each word that is marked in part, or that looks like a piece of a token.
fn hide_words(hidden: &mut [bool], text: &[u8]) {
    let mut start = 0;
    for word in text.split(|byte| !is_of_token(*byte)) {
        let end = start + word.len();
        if looks_like_token(word) || hidden.get(start..end).is_some_and(|word| word.contains(&true)) {
            hide(hidden, start, end);
        }
        start = end + 1;
    }
}

fn hide(hidden: &mut [bool], start: usize, end: usize) {
    if let Some(range) = hidden.get_mut(start..end) {
        range.fill(true);
    }
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

fn looks_like_token(word: &[u8]) -> bool {
    let prefixed = word.windows(PREFIX.len()).position(|window| window == PREFIX);
    prefixed.is_some_and(|place| word.len() - place - PREFIX.len() >= MIN_AFTER_PREFIX)
        || word.split(|byte| !byte.is_ascii_hexdigit()).any(|digits| digits.len() >= MIN_HEX_DIGITS)
}

/// The text up to `shown`, with each hidden stretch replaced, and blanks for what would break the line.
fn render(text: &str, hidden: &[bool], shown: usize) -> String {
    let mut line = String::new();
    let mut was_hidden = false;
    for ((place, character), is_hidden) in text.char_indices().map(|at| (at, hidden.get(at.0) == Some(&true))) {
        if place >= shown {
            line.push('…');
            break;
        }
        match (is_hidden, was_hidden) {
            (true, false) => line.push_str(REDACTED),
            (true, true) => {}
            (false, _) if character.is_whitespace() || character.is_control() => line.push(' '),
            (false, _) => line.push(character),
        }
        was_hidden = is_hidden;
    }
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "a test may fail")]

    use super::*;

    fn hex(digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[fastrand::usize(..16)])).collect()
    }

    fn token() -> String {
        format!("1000.{}.{}", hex(32), hex(32))
    }

    /// Text that surrounds tokens: now and then pieces of which tokens are made.
    fn noise() -> String {
        const PIECES: [&str; 22] = [
            "1000.",
            "1000.1000.",
            "9",
            "1000",
            ".",
            "-",
            "_",
            " ",
            "\n",
            "\t",
            "\u{7}",
            "é",
            "🦀",
            "\"",
            "'",
            "{",
            ":",
            "=",
            "[redacted]",
            "%2E",
            "saved",
            "\u{fffd}",
        ];
        (0..fastrand::usize(0..8)).map(|_| PIECES[fastrand::usize(..PIECES.len())]).collect()
    }

    /// No 16 characters of a token in sequence.
    fn assert_absent(token: &str, line: &str, text: &str) {
        for window in token.as_bytes().windows(MIN_HEX_DIGITS) {
            let window = String::from_utf8_lossy(window);
            assert!(!line.contains(&*window), "{window:?} of {token} is in {line:?}, made of {text:?}");
        }
    }

    #[test]
    fn no_token_is_left_whatever_surrounds_it() {
        for _ in 0..5_000 {
            let tokens: Vec<_> = (0..fastrand::usize(1..4)).map(|_| token()).collect();
            let text = noise() + &tokens.iter().map(|token| token.clone() + &noise()).collect::<String>();
            let known = tokens.iter().map(String::as_str).filter(|_| fastrand::bool());
            let line = Secrets::new(known).redact(&text);
            tokens.iter().for_each(|token| assert_absent(token, &line, &text));
            assert!(!line.contains(char::is_control) && line.chars().count() <= MAX_SHOWN, "{line:?}");
        }
    }

    #[test]
    fn no_half_of_a_token_is_left_where_a_text_is_wrapped() {
        for place in 0..69 {
            let token = token();
            let text = format!("saved {}\n{} at last", &token[..place], &token[place..]);
            assert_absent(&token, &Secrets::new([]).redact(&text), &text);
        }
    }

    #[test]
    fn no_half_of_a_token_is_left_where_a_text_is_cut() {
        for place in MAX_SCANNED - 100..=MAX_SCANNED {
            // Blanks only: nothing before the token takes the room that is shown.
            let (token, secret) = (token(), "canary-in-another-shape!");
            let text = format!("{}{token} {secret} and more of it", " ".repeat(place));
            let line = Secrets::new([secret]).redact(&text);
            assert_absent(&token, &line, &text);
            assert!(!line.contains("canary"), "{line}");
        }
    }

    #[test]
    fn known_secrets_of_any_shape_are_blanked_out_with_their_word() {
        let secrets = Secrets::new(["abab", "p w", "é🦀"]);
        for (text, expected) in [
            ("x abababab y", "x [redacted] y"),
            ("before-abab.after, done", "[redacted], done"),
            ("a p word", "a [redacted]"),
            ("é🦀é🦀!", "[redacted]!"),
        ] {
            assert_eq!(secrets.redact(text), expected);
        }
    }

    #[test]
    fn what_is_no_token_stays() {
        let text = "row 1000.25 of 3 (version 1.2.3): cannot open /var/lib/tokens.sqlite, error 14 = SQLITE_CANTOPEN";
        assert_eq!(Secrets::new(["1000.fake-token"]).redact(text), text);
    }

    #[test]
    fn a_long_text_is_no_burden() {
        let text = "1000.aaaaaaaaaaa!".repeat(60_000);
        assert!(Secrets::new([&*"a".repeat(1 << 20)]).redact(&text).chars().count() <= MAX_SHOWN);
    }
}
