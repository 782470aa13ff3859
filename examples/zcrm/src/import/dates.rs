//! Days and moments as an input writes them.

use anyhow::{Result, bail};
use zcrm_core::{Date, DateTime};

/// How days or moments are written, such as `dd.MM.yyyy` or `yyyy-MM-dd HH:mm:ssXXX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A number of exactly so many digits; one or two where it is written with a single letter.
    Number(Unit, usize),
    /// An offset such as `+01:00`, or `Z`.
    Offset,
    Literal(char),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

#[derive(Debug, Default)]
struct Read {
    numbers: [Option<u16>; 6],
    offset: Option<String>,
}

impl DateFormat {
    /// Reads a format: `yyyy`, `MM` or `M`, `dd` or `d`, and for moments `HH` or `H`, `mm`, `ss` and `XXX`, the offset.
    /// Other letters stand in single quotes; other characters stand for themselves.
    ///
    /// # Errors
    ///
    /// When a part is unknown or twice there, or one is missing that a day, or a moment, has to have.
    pub fn new(text: &str, is_moment: bool) -> Result<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let run = rest.chars().take_while(|other| *other == letter).count();
            if letter == '\'' {
                let quoted = rest.strip_prefix('\'').unwrap_or_default();
                let Some((literal, after)) = quoted.split_once('\'') else {
                    bail!("the format {text} has a quotation mark that is never closed")
                };
                parts.extend(literal.chars().map(Part::Literal));
                rest = after;
                continue;
            }
            let unit = match (letter, run) {
                ('y', 4) => Some(Unit::Year),
                ('M', 1 | 2) => Some(Unit::Month),
                ('d', 1 | 2) => Some(Unit::Day),
                ('H', 1 | 2) => Some(Unit::Hour),
                ('m', 2) => Some(Unit::Minute),
                ('s', 2) => Some(Unit::Second),
                _ => None,
            };
            match unit {
                Some(unit) => parts.push(Part::Number(unit, run)),
                None if letter == 'X' && run == 3 => parts.push(Part::Offset),
                None if letter.is_alphanumeric() => {
                    let unknown: String = std::iter::repeat_n(letter, run).collect();
                    bail!(
                        "the format {text} has the unknown part {unknown}; known are yyyy, MM, M, dd, d, HH, H, mm, ss \
                         and XXX (the offset); letters of the text itself stand in single quotes"
                    )
                }
                None => parts.extend(std::iter::repeat_n(Part::Literal(letter), run)),
            }
            rest = rest.get(letter.len_utf8() * run..).unwrap_or_default();
        }
        let is = |part: &Part, wanted| matches!(part, Part::Number(unit, _) if *unit == wanted);
        let counts = Unit::ALL.map(|unit| parts.iter().filter(|part| is(part, unit)).count());
        let offsets = parts.iter().filter(|part| **part == Part::Offset).count();
        match (counts, offsets, is_moment) {
            ([1, 1, 1, 0, 0, 0], 0, false) | ([1, 1, 1, 1, 1, 0 | 1], 1, true) => {}
            (_, _, false) => bail!("the format {text} has to have the year, month and day of a date, once each"),
            (_, _, true) => bail!(
                "the format {text} has to have year, month, day, hour, minute and the offset XXX of a moment, once \
                 each: without an offset nobody knows which moment is meant"
            ),
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The day or moment as Zoho wants it; `None` when the text is none in this format.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<String> {
        let mut read = Read::default();
        let mut rest = text;
        for part in &self.parts {
            rest = match part {
                Part::Literal(literal) => rest.strip_prefix(*literal)?,
                Part::Number(unit, length) => {
                    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                    let taken = if *length == 1 { digits.min(2) } else { *length };
                    let number = rest.get(..taken).filter(|_| taken > 0 && taken <= digits)?;
                    *read.numbers.get_mut(*unit as usize)? = Some(number.parse().ok()?);
                    rest.get(taken..)?
                }
                Part::Offset => {
                    let length = if rest.starts_with('Z') { 1 } else { "+00:00".len() };
                    read.offset = Some(rest.get(..length)?.replace('Z', "+00:00"));
                    rest.get(length..)?
                }
            };
        }
        if rest.is_empty() { read.checked() } else { None }
    }
}

impl Unit {
    const ALL: [Self; 6] = [Self::Year, Self::Month, Self::Day, Self::Hour, Self::Minute, Self::Second];
}

impl Read {
    fn checked(self) -> Option<String> {
        let [year, month, day, hour, minute, second] = self.numbers;
        let date = format!("{:04}-{:02}-{:02}", year?, month?, day?);
        date.parse::<Date>().ok()?;
        let Some(offset) = self.offset else { return Some(date) };
        let moment = format!("{date}T{:02}:{:02}:{:02}{offset}", hour?, minute?, second.unwrap_or(0));
        DateTime::from(moment.as_str()).unix_seconds().map(|_| moment)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::DateFormat;

    #[test]
    fn what_is_written_so_is_read_and_nothing_else() {
        for (format, text, read) in [
            ("dd.MM.yyyy", "24.12.2026", Some("2026-12-24")),
            ("dd.MM.yyyy", "4.12.2026", None),
            ("dd.MM.yyyy", "24.12.26", None),
            ("dd.MM.yyyy", "31.02.2026", None),
            ("dd.MM.yyyy", "12/24/2026", None),
            ("dd.MM.yyyy", "24.12.2026 ", None),
            ("dd.MM.yyyy", "24.12.20261", None),
            ("d.M.yyyy", "4.1.2026", Some("2026-01-04")),
            ("d.M.yyyy", "04.11.2026", Some("2026-11-04")),
            ("MM/dd/yyyy", "02/29/2024", Some("2024-02-29")),
            ("yyyyMMdd", "20260131", Some("2026-01-31")),
            ("d. 'Tag' M/yyyy", "3. Tag 2/2026", Some("2026-02-03")),
        ] {
            let format = DateFormat::new(format, false).unwrap();
            assert_eq!(format.read(text).as_deref(), read, "{text} by {}", format.as_str());
        }
        let moment = DateFormat::new("dd.MM.yyyy HH:mmXXX", true).unwrap();
        assert_eq!(moment.read("24.12.2026 08:30+01:00").as_deref(), Some("2026-12-24T08:30:00+01:00"));
        assert_eq!(moment.read("24.12.2026 08:30Z").as_deref(), Some("2026-12-24T08:30:00+00:00"));
        for wrong in ["24.12.2026 25:30Z", "24.12.2026 08:30", "24.12.2026 08:30é1:00", "24.12.2026 08:30+1:00"] {
            assert_eq!(moment.read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_format_that_leaves_something_open_is_refused() {
        for (format, is_moment) in
            [("dd.MM.yy", false), ("dd.MM", false), ("dd.dd.MM.yyyy", false), ("yyyy-MM-dd HH:mm", true), ("'d", false)]
        {
            assert!(DateFormat::new(format, is_moment).is_err(), "{format}");
        }
    }
}
