//! A body on its way out, guarded.

use std::io::{self, Read};

/// Sends exactly the announced number of bytes, and remembers a failure of the caller's reader, which would otherwise
/// look like a failure of the connection.
pub(super) struct Outgoing<'a> {
    reader: &'a mut dyn Read,
    left: Option<u64>,
    begun: bool,
    failure: Option<io::Error>,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(reader: &'a mut dyn Read, length: Option<u64>) -> Self {
        Self { reader, left: length, begun: false, failure: None }
    }

    /// Whether nothing was read yet, so that all of it can still be sent.
    pub(super) fn is_untouched(&self) -> bool {
        !self.begun
    }

    /// Why the reader stopped, if it was the reader that failed.
    pub(super) fn failure(self) -> Option<io::Error> {
        self.failure
    }

    fn next(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.reader.read(buffer) {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                // An HTTP client that announced more bytes would wait for them for ever.
                Ok(0) if self.left.is_some() => {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ended before its announced length"));
                }
                other => return other,
            }
        }
    }
}

impl Read for Outgoing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = self.left.map_or(buffer.len(), |left| buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
        let Some(buffer) = buffer.get_mut(..most).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        self.begun = true;
        match self.next(buffer) {
            Ok(count) => {
                self.left = self.left.map(|left| left.saturating_sub(count as u64));
                Ok(count)
            }
            Err(cause) => {
                let kind = cause.kind();
                self.failure = Some(cause);
                Err(kind.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk gone"))
        }
    }

    #[test]
    fn sends_no_more_than_announced() {
        let mut data: &[u8] = b"abcdef";
        let mut outgoing = Outgoing::new(&mut data, Some(4));
        let mut sent = Vec::new();
        outgoing.read_to_end(&mut sent).unwrap();
        assert_eq!(sent, b"abcd");
        assert!(outgoing.failure().is_none());
    }

    #[test]
    fn a_reader_that_ends_early_is_an_error() {
        let mut data: &[u8] = b"ab";
        let mut outgoing = Outgoing::new(&mut data, Some(4));
        let error = outgoing.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(outgoing.failure().unwrap().to_string().contains("announced length"));
    }

    #[test]
    fn a_failing_reader_is_remembered() {
        let mut reader = Failing;
        let mut outgoing = Outgoing::new(&mut reader, None);
        assert!(outgoing.read(&mut [0; 8]).is_err());
        assert_eq!(outgoing.failure().unwrap().to_string(), "disk gone");
    }
}
