//! Framing of `multipart/form-data` (RFC 7578), for one part.

use std::io::{self, Read};

/// What separates parts. It is random, so that no content can hold it but by chance.
pub(super) struct Boundary(String);

impl Boundary {
    pub(super) fn new() -> Self {
        Self(format!("zcrm-{:032x}", fastrand::u128(..)))
    }

    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.0)
    }

    fn head(&self, disposition: &str, content_type: Option<&str>) -> String {
        let content_type = content_type.map_or(String::new(), |text| format!("Content-Type: {text}\r\n"));
        format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n{content_type}\r\n", self.0)
    }

    fn tail(&self) -> String {
        format!("\r\n--{}--\r\n", self.0)
    }
}

/// A form with one field of text: its `Content-Type` and its bytes.
pub(crate) fn text_part(name: &str, text: &str) -> (String, Vec<u8>) {
    let boundary = Boundary::new();
    let body = format!("{}{text}{}", boundary.head(&format!("name=\"{}\"", quoted(name)), None), boundary.tail());
    (boundary.content_type(), body.into_bytes())
}

/// A form with one file, read as it is sent.
pub(super) struct FilePart<'a> {
    head: io::Cursor<Vec<u8>>,
    content: io::Take<&'a mut dyn Read>,
    tail: io::Cursor<Vec<u8>>,
    length: Option<u64>,
    sent: u64,
    progress: Option<&'a mut (dyn FnMut(u64, Option<u64>) + Send + 'a)>,
}

impl<'a> FilePart<'a> {
    /// `length` is that of the content, which is cut off there should it have grown meanwhile.
    pub(super) fn new(
        boundary: &Boundary,
        file_name: &str,
        content_type: &str,
        content: &'a mut dyn Read,
        length: Option<u64>,
        progress: Option<&'a mut (dyn FnMut(u64, Option<u64>) + Send + 'a)>,
    ) -> Self {
        let disposition = format!("name=\"file\"; filename=\"{}\"", quoted(file_name));
        Self {
            head: io::Cursor::new(boundary.head(&disposition, Some(content_type)).into_bytes()),
            content: content.take(length.unwrap_or(u64::MAX)),
            tail: io::Cursor::new(boundary.tail().into_bytes()),
            length,
            sent: 0,
            progress,
        }
    }

    /// The bytes of the whole form, where the content's are known.
    pub(super) fn total(&self) -> Option<u64> {
        let frame = self.head.get_ref().len() + self.tail.get_ref().len();
        self.length?.checked_add(frame as u64)
    }
}

impl Read for FilePart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.head.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            return Ok(count);
        }
        let count = self.content.read(buffer)?;
        if count > 0 {
            self.sent += count as u64;
            if let Some(progress) = &mut self.progress {
                progress(self.sent, self.length);
            }
            return Ok(count);
        }
        self.tail.read(buffer)
    }
}

/// Quotes and line ends as browsers escape them; all else travels as it is, in UTF-8.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_framed_and_counted() {
        let boundary = Boundary("B".to_owned());
        let mut content: &[u8] = b"hello world";
        let mut seen = Vec::new();
        let mut progress = |done, all| seen.push((done, all));
        let mut part =
            FilePart::new(&boundary, "a\"b\r\nc é.txt", "text/plain", &mut content, Some(5), Some(&mut progress));
        let total = part.total().unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        drop(part);
        assert_eq!(
            text,
            "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b%0D%0Ac é.txt\"\r\n\
             Content-Type: text/plain\r\n\r\nhello\r\n--B--\r\n"
        );
        assert_eq!(total, text.len() as u64);
        assert_eq!(seen, [(5, Some(5))]);
    }

    #[test]
    fn a_text_is_framed() {
        let (content_type, body) = text_part("attachmentUrl", "https://example.com/?a=1&b=2");
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"attachmentUrl\"\r\n\r\n\
             https://example.com/?a=1&b=2\r\n--{boundary}--\r\n"
        );
        assert_eq!(String::from_utf8(body).unwrap(), expected);
        assert_ne!(content_type, text_part("a", "b").0, "each form has a boundary of its own");
    }
}
