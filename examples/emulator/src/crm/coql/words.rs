//! The text of a query cut into words.

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A name, a number or a keyword.
    Bare(String),
    /// Text in quotation marks, without them.
    Quoted(String),
    /// `=`, `!=`, `<=`, `(`, `,` and the like.
    Sign(&'static str),
}

const SIGNS: [&str; 10] = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "#"];

/// Cuts a text into words, each with the place where it begins; the place of what cannot be cut.
pub(super) fn cut(text: &str) -> Result<Vec<(usize, Word)>, usize> {
    let mut words = Vec::new();
    let mut place = 0;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        let trimmed = rest.trim_start();
        place += rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else {
            break;
        };
        let (word, length) = if matches!(first, '\'' | '"') {
            let (quoted, length) = quoted(trimmed, first).ok_or(place)?;
            (Word::Quoted(quoted), length)
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| trimmed.starts_with(sign)) {
            (Word::Sign(sign), sign.len())
        } else {
            let length = trimmed.find(|character: char| !is_bare(character)).unwrap_or(trimmed.len());
            if length == 0 {
                return Err(place);
            }
            (Word::Bare(trimmed.get(..length).unwrap_or_default().to_owned()), length)
        };
        words.push((place, word));
        place += length;
    }
    Ok(words)
}

fn is_bare(character: char) -> bool {
    character.is_alphanumeric() || "_.$:+-!*%".contains(character)
}

/// The text up to the closing mark, in which the mark itself is doubled, and how long it is with its marks.
fn quoted(text: &str, mark: char) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != mark {
            content.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == mark) {
            content.push(mark);
            characters.next();
        } else {
            return Some((content, at + mark.len_utf8()));
        }
    }
    None
}
