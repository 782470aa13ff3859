//! Text of the program on its way to a log or an error.

use zcrm_core::Secret;

/// The longest text that is taken over, in characters.
const LONGEST: usize = 500;
/// What Zoho's tokens begin with.
const PREFIX: &str = "1000.";
/// Shorter words with that prefix are numbers, not tokens.
const SHORTEST_TOKEN: usize = 16;
const REDACTED: &str = "[redacted]";

/// The tokens that the program was given.
#[derive(Clone)]
pub(super) struct Secrets(Vec<Secret>);

impl Secrets {
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        Self(secrets.into_iter().filter(|secret| !secret.is_empty()).map(Secret::from).collect())
    }

    /// One line, without those tokens and without words that look like tokens of Zoho.
    pub(super) fn redact(&self, text: &str) -> String {
        let known = self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose(), REDACTED));
        let words: Vec<_> = known.split(|c: char| c.is_whitespace() || c.is_control()).map(word).collect();
        words.join(" ").chars().take(LONGEST).collect()
    }
}

fn word(word: &str) -> String {
    let Some((before, rest)) = word.split_once(PREFIX) else { return word.to_owned() };
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)).unwrap_or(rest.len());
    let (token, after) = rest.split_at(end);
    if PREFIX.len() + token.len() < SHORTEST_TOKEN {
        return word.to_owned();
    }
    format!("{before}{REDACTED}{}", self::word(after))
}
