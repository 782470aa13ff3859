//! What stands between the cells of a row.

use std::fmt;
use std::str::FromStr;

/// The byte between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separator(u8);

impl Separator {
    /// RFC 4180's.
    pub const COMMA: Self = Self(b',');
    /// Those that spreadsheets write.
    const USUAL: [Self; 3] = [Self::COMMA, Self(b';'), Self(b'\t')];

    /// The byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        self.0
    }

    /// The one that a header is written with: whichever of comma, semicolon and tab it has most of outside quotation
    /// marks; a comma where it has none.
    #[must_use]
    pub fn of_header(line: &[u8]) -> Self {
        let mut quoted = false;
        let mut counts = Self::USUAL.map(|separator| (0_usize, separator));
        for byte in line {
            quoted ^= *byte == b'"';
            if let Some((count, _)) = counts.iter_mut().find(|(_, separator)| !quoted && separator.0 == *byte) {
                *count += 1;
            }
        }
        let most = counts.iter().map(|(count, _)| *count).max();
        counts.into_iter().find(|(count, _)| Some(*count) == most).map_or(Self::COMMA, |(_, separator)| separator)
    }

    /// The one that the line `sep=;` names, which some spreadsheets write and read before the header.
    #[must_use]
    pub fn of_declaration(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_end();
        match line.strip_prefix(b"sep=")? {
            [byte] => Self::new(*byte),
            // The line ends in the tab that was trimmed.
            [] => Some(Self(b'\t')),
            _ => None,
        }
    }

    fn new(byte: u8) -> Option<Self> {
        let usable = byte == b'\t' || (byte.is_ascii_punctuation() && byte != b'"') || byte == b' ';
        usable.then_some(Self(byte))
    }
}

impl FromStr for Separator {
    type Err = UnknownSeparator;

    /// `comma`, `semicolon`, `tab`, or the character itself.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.as_bytes()) {
            ("comma", _) => Ok(Self::COMMA),
            ("semicolon", _) => Ok(Self(b';')),
            ("tab" | "\\t", _) => Ok(Self(b'\t')),
            (_, [byte]) => Self::new(*byte).ok_or(UnknownSeparator),
            _ => Err(UnknownSeparator),
        }
    }
}

/// A text that names no separator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSeparator;

impl fmt::Display for UnknownSeparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a separator is comma, semicolon, tab, or one punctuation character other than a quotation mark")
    }
}

impl std::error::Error for UnknownSeparator {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_shows_its_separator() {
        for (header, byte) in [
            ("Last_Name,Company", b','),
            ("Last_Name;Company;City", b';'),
            ("Last_Name\tCompany", b'\t'),
            ("\"a;b;c\",Company", b','),
            ("Last_Name", b','),
            ("", b','),
        ] {
            assert_eq!(Separator::of_header(header.as_bytes()).byte(), byte, "{header}");
        }
    }

    #[test]
    fn a_declaration_names_it() {
        assert_eq!(Separator::of_declaration(b"sep=;\r\n"), Some(Separator(b';')));
        assert_eq!(Separator::of_declaration(b"sep=\t\n"), Some(Separator(b'\t')));
        assert_eq!(Separator::of_declaration(b"sep=\"\n"), None);
        assert_eq!(Separator::of_declaration(b"separator,Company\n"), None);
    }

    #[test]
    fn letters_and_quotation_marks_separate_nothing() {
        assert_eq!("|".parse(), Ok(Separator(b'|')));
        assert_eq!("tab".parse(), Ok(Separator(b'\t')));
        for text in ["a", "\"", "", ",,", "\n", "é"] {
            assert_eq!(text.parse::<Separator>(), Err(UnknownSeparator), "{text:?}");
        }
    }
}
