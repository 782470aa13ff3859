//! The file name in `Content-Disposition` (RFC 6266), as safe as it has to be for a text from outside.

use percent_encoding::percent_decode_str;

use super::encoded_words;
use super::file_name::safe;

/// The bare file name, if there is one: `filename*` (RFC 5987) before `filename`.
pub(super) fn file_name(header: &str) -> Option<String> {
    let parameters = parameters(header);
    let value = |wanted: &str| {
        parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
    };
    let named = |text: String| safe(&text);
    value("filename*").and_then(extended).and_then(named).or_else(|| value("filename").map(plain).and_then(named))
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

/// The text of a plain `filename`, decoded where it can only be meant so: encoded words as in mail, and percent-encoding of
/// the whole text, in which a blank or a character outside of ASCII would not have been left as it is.
fn plain(value: &str) -> String {
    encoded_words::decode(value).or_else(|| percent_decoded(value)).unwrap_or_else(|| value.to_owned())
}

fn percent_decoded(value: &str) -> Option<String> {
    let hexadecimal = |text: &str| text.len() >= 2 && text.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    let encoded = value.is_ascii() && !value.contains(' ') && value.split('%').skip(1).all(hexadecimal);
    let text = percent_decode_str(value).decode_utf8().ok()?;
    (encoded && !text.contains(char::is_control)).then(|| text.into_owned())
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
            ("attachment; filename=\"semi;colon \\\"quoted\\\".txt\"", "semi;colon _quoted_.txt"),
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
    fn what_is_encoded_in_a_plain_name_is_decoded_where_that_is_certain() {
        for (header, expected) in [
            ("attachment; filename=\"=?UTF-8?B?w6TDtsO8LnBkZg==?=\"", "äöü.pdf"),
            ("attachment; filename==?utf-8?q?=C3=A4_b.pdf?=", "ä b.pdf"),
            ("attachment; filename=\"=?ISO-8859-1?Q?=E9t=E9?= =?us-ascii?Q?.txt?=\"", "été.txt"),
            ("attachment; filename=\"=?UTF-8?Q?Angebot?= 2.pdf\"", "Angebot 2.pdf"),
            ("attachment; filename=\"=?KOI8-R?Q?=C1?=.txt\"", "=_KOI8-R_Q_=C1_=.txt"),
            ("attachment; filename=\"=?UTF-8?B?%%%?=\"", "=_UTF-8_B_%%%_="),
            ("attachment; filename=\"Gr%C3%BC%C3%9Fe%20aus%20K%C3%B6ln.pdf\"", "Grüße aus Köln.pdf"),
            ("attachment; filename=100%.pdf", "100%.pdf"),
            ("attachment; filename=\"50%25 off %20.pdf\"", "50%25 off %20.pdf"),
            ("attachment; filename=\"%FF.pdf\"", "%FF.pdf"),
            ("attachment; filename=\"Müller%20.pdf\"", "Müller%20.pdf"),
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
