//! The rows of a response whose text as a whole is not valid JSON, because one row in it is not.

use serde_json::value::RawValue;

/// The texts of the rows in the list under `key`, each to be decoded on its own, and the `info` behind the list; `None`
/// where no such list is found, or where it does not end.
///
/// Brackets are counted outside of strings, so a control character, a lone surrogate or a bad number in one row does
/// not hide the others. `key` is the first one of this name at the top level.
pub(crate) fn page<'a>(text: &'a str, key: &str) -> Option<(Vec<&'a str>, Option<&'a RawValue>)> {
    let list = list_under(text, key)?;
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
                    return Some((rows, info_in(list.get(index..)?)));
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

fn info_in(rest: &str) -> Option<&RawValue> {
    let value = rest.split_once(r#""info""#)?.1.trim_start().strip_prefix(':')?;
    serde_json::Deserializer::from_str(value).into_iter().next()?.ok()
}

/// What looks like the id of a row that cannot be decoded.
pub(crate) fn id_of(row: &str) -> Option<&str> {
    let rest = row.split_once(r#""id""#)?.1.trim_start().strip_prefix(':')?.trim_start();
    let digits = rest.strip_prefix('"').unwrap_or(rest);
    let end = digits.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(digits.len());
    digits.get(..end).filter(|id| !matches!(*id, "" | "null"))
}

/// The text after the opening bracket of the list under `key`, at the top level.
fn list_under<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut place = Scanner::default();
    let mut depth = 0_usize;
    let quoted = format!("\"{key}\"");
    for (index, byte) in text.bytes().enumerate() {
        let structural = place.is_structural(byte);
        if structural && byte == b'"' && depth == 1 {
            let after = text.get(index..)?.strip_prefix(quoted.as_str()).map(str::trim_start);
            let list = after.and_then(|after| after.strip_prefix(':')?.trim_start().strip_prefix('['));
            if list.is_some() {
                return list;
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
        let (rows, info) = page(text, "data").unwrap();
        assert_eq!(info.unwrap().get(), "{\"a\":1}");
        assert_eq!(rows, ["{\"id\":\"1\",\"a\":[1,2]}", "{\"id\": 22,\"t\":\"a\u{1}b,]}\\\"\"}", "{\"id\":\"3\"}"]);
        assert_eq!(rows.iter().map(|row| id_of(row)).collect::<Vec<_>>(), [Some("1"), Some("22"), Some("3")]);
    }

    #[test]
    fn what_does_not_end_is_not_salvaged() {
        assert!(page(r#"{"data":[{"id":"1"},{"id":"#, "data").is_none());
        assert!(page(r#"{"rows":[]}"#, "data").is_none());
        assert!(page(r#"{"data":[]}"#, "data").unwrap().0.is_empty());
        assert_eq!(id_of("{}"), None);
        assert_eq!(id_of(r#"{"id":null}"#), None);
    }
}
