//! The file name in `Content-Disposition` (RFC 6266), as safe as it has to be for a text from outside.

use percent_encoding::percent_decode_str;

/// The bare file name, if there is one: `filename*` (RFC 5987) before `filename`.
pub(super) fn file_name(header: &str) -> Option<String> {
    let parameters = parameters(header);
    let value = |wanted: &str| {
        parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
    };
    value("filename*").and_then(extended).and_then(|name| bare(&name)).or_else(|| value("filename").and_then(bare))
}

/// The parameters after the first semicolon, unquoted.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = header.split_once(';').map_or("", |(_, rest)| rest);
    while !rest.is_empty() {
        let (name, after) = match rest.split_once('=') {
            // A parameter without a value before this one.
            Some((name, after)) => (name.rsplit(';').next().unwrap_or(name).trim(), after.trim_start()),
            None => break,
        };
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let (value, left) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), left)
            }
        };
        found.push((name.to_owned(), value));
        rest = left;
    }
    found
}

/// The text up to the closing quote, and what follows the next semicolon.
fn unquote(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => {
                let left = quoted.get(index + 1..).unwrap_or_default();
                return (value, left.split_once(';').map_or("", |(_, left)| left));
            }
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

/// `UTF-8'en'a%20b`: charset, language, percent-encoded text. Zoho leaves blanks in it unescaped.
fn extended(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language, text) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    if charset.eq_ignore_ascii_case("iso-8859-1") {
        return Some(bytes.into_iter().map(char::from).collect());
    }
    String::from_utf8(bytes).ok()
}

/// A name without a path, whichever system's, and without characters that are none.
fn bare(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = match name.split_at_checked(2) {
        // `C:a.txt` is a path on Windows.
        Some((drive, rest)) if drive.ends_with(':') => rest,
        _ => &name,
    };
    let name = name.trim();
    (!matches!(name, "" | "." | "..")).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_servers_write_them() {
        for (header, expected) in [
            ("attachment;filename*=UTF-8''image %282%29.png", "image (2).png"),
            ("attachment; filename=\"plain.txt\"; filename*=UTF-8''%C3%A9t%C3%A9.txt", "été.txt"),
            ("attachment; filename*=utf-8'en'a%27b%3B.txt; filename=other.txt", "a'b;.txt"),
            ("attachment; filename=response.json", "response.json"),
            ("attachment; filename=two words.txt ; size=3", "two words.txt"),
            ("attachment; filename=\"semi;colon \\\"quoted\\\".txt\"", "semi;colon \"quoted\".txt"),
            ("attachment; FILENAME = \"été.pdf\"", "été.pdf"),
            ("attachment; x; filename=a.txt", "a.txt"),
            ("attachment; filename*=ISO-8859-1''%E9.txt", "é.txt"),
            ("attachment; filename*=UTF-8''%FF.txt; filename=fallback.txt", "fallback.txt"),
            ("attachment; filename*=nonsense; filename=fallback.txt", "fallback.txt"),
        ] {
            assert_eq!(file_name(header).as_deref(), Some(expected), "{header}");
        }
    }

    #[test]
    fn never_a_path() {
        for (header, expected) in [
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", Some("passwd")),
            ("attachment; filename=\"C:\\\\Windows\\\\evil.exe\"", Some("evil.exe")),
            ("attachment; filename=C:evil.exe", Some("evil.exe")),
            ("attachment; filename*=UTF-8''nul%00l%0A.txt", Some("null.txt")),
            ("attachment; filename=\"..\"", None),
            ("attachment; filename=\"a/\"", None),
            ("attachment; filename=\"", None),
            ("attachment; filename", None),
            ("attachment", None),
            ("", None),
        ] {
            assert_eq!(file_name(header).as_deref(), expected, "{header}");
        }
    }
}
