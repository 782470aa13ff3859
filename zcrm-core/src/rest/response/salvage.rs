//! The rows of a response whose text as a whole is not valid JSON, because one row in it is not.

use serde_json::value::RawValue;

/// What could be read of a page.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    /// The texts of the rows, each to be decoded on its own.
    pub(crate) rows: Vec<&'a str>,
    /// The `info` behind the list of rows, or before it.
    pub(crate) info: Option<Result<&'a RawValue, Unreadable>>,
}

/// That something is there, and cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The rows in the list under `key`; `None` where no such list is found, or where it does not end.
///
/// Brackets are counted outside of strings, so a control character, a lone surrogate or a bad number in one row does
/// not hide the others. `key` is the first one of this name at the top level.
pub(crate) fn page<'a>(text: &'a str, key: &str) -> Option<Page<'a>> {
    let list = value_under(text, key)?.strip_prefix('[')?;
    let before = text.get(..text.len() - list.len())?;
    let bytes = list.as_bytes();
    let mut rows = Vec::new();
    let (mut depth, mut start) = (0_usize, None);
    let mut place = Scanner::default();
    for (index, byte) in bytes.iter().copied().enumerate() {
        let structural = place.is_structural(byte);
        match byte {
            b'{' | b'[' if structural => {
                depth = depth.saturating_add(1);
                start.get_or_insert(index);
            }
            b'}' | b']' if structural && depth > 0 => depth = depth.saturating_sub(1),
            b',' | b']' if structural && depth == 0 => {
                if let Some(start) = start.take() {
                    rows.push(list.get(start..index)?.trim());
                }
                if byte == b']' {
                    let behind = list.get(index..)?.split_once(r#""info""#).map(|(_, rest)| rest.trim_start());
                    let behind = behind.and_then(|rest| rest.strip_prefix(':'));
                    return Some(Page { rows, info: behind.or_else(|| value_under(before, "info")).map(info) });
                }
            }
            _ if !byte.is_ascii_whitespace() => {
                start.get_or_insert(index);
            }
            _ => {}
        }
    }
    None
}

fn info(text: &str) -> Result<&RawValue, Unreadable> {
    serde_json::Deserializer::from_str(text).into_iter().next().and_then(Result::ok).ok_or(Unreadable)
}

/// What looks like the id of a row that cannot be decoded.
pub(crate) fn id_of(row: &str) -> Option<&str> {
    let rest = row.split_once(r#""id""#)?.1.trim_start().strip_prefix(':')?.trim_start();
    let digits = rest.strip_prefix('"').unwrap_or(rest);
    let end = digits.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(digits.len());
    digits.get(..end).filter(|id| !matches!(*id, "" | "null"))
}

/// What follows the first `key` at the top level.
fn value_under<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut place = Scanner::default();
    let mut depth = 0_usize;
    let quoted = format!("\"{key}\"");
    for (index, byte) in text.bytes().enumerate() {
        let structural = place.is_structural(byte);
        if structural && byte == b'"' && depth == 1 {
            let after = text.get(index..)?.strip_prefix(quoted.as_str()).map(str::trim_start);
            if let Some(value) = after.and_then(|after| after.strip_prefix(':')) {
                return Some(value.trim_start());
            }
        }
        match byte {
            b'{' | b'[' if structural => depth = depth.saturating_add(1),
            b'}' | b']' if structural => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Tells the bytes that structure JSON from those within strings.
#[derive(Default)]
struct Scanner {
    in_string: bool,
    escaped: bool,
}

impl Scanner {
    /// Whether the byte stands outside of a string; an opening quotation mark does.
    fn is_structural(&mut self, byte: u8) -> bool {
        if !self.in_string {
            self.in_string = byte == b'"';
            return true;
        }
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => self.in_string = false,
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_beside_a_broken_one_are_found() {
        let text = "{\"x\":{\"data\":[9]},\"data\":[{\"id\":\"1\",\"a\":[1,2]},{\"id\": 22,\"t\":\"a\u{1}b,]}\\\"\"} ,{\"id\":\"3\"}],\"info\":{\"a\":1}}";
        let Page { rows, info } = page(text, "data").unwrap();
        assert_eq!(info.unwrap().unwrap().get(), "{\"a\":1}");
        assert_eq!(rows, ["{\"id\":\"1\",\"a\":[1,2]}", "{\"id\": 22,\"t\":\"a\u{1}b,]}\\\"\"}", "{\"id\":\"3\"}"]);
        assert_eq!(rows.iter().map(|row| id_of(row)).collect::<Vec<_>>(), [Some("1"), Some("22"), Some("3")]);
    }

    #[test]
    fn info_is_found_on_either_side_of_the_rows() {
        let info = |text| page(text, "data").unwrap().info.map(|info| info.map(RawValue::get));
        assert_eq!(info(r#"{"info":{"a":"}"},"data":[x]}"#), Some(Ok(r#"{"a":"}"}"#)));
        assert_eq!(info(r#"{"data":[{"info":1},x],"info" : 2}"#), Some(Ok("2")));
        assert_eq!(info(r#"{"data":[{"info":1}],"info":{"more_records":tru}}"#), Some(Err(Unreadable)));
        assert_eq!(info(r#"{"x":{"info":1},"data":[{"info":1},x]}"#), None);
    }

    #[test]
    fn what_does_not_end_is_not_salvaged() {
        assert!(page(r#"{"data":[{"id":"1"},{"id":"#, "data").is_none());
        assert!(page(r#"{"rows":[]}"#, "data").is_none());
        assert!(page(r#"{"data":[]}"#, "data").unwrap().rows.is_empty());
        assert_eq!(id_of("{}"), None);
        assert_eq!(id_of(r#"{"id":null}"#), None);
    }
}
