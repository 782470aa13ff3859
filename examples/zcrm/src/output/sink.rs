//! What writes records down.

use std::borrow::Cow;
use std::io;

use zcrm_core::Record;

/// Writes records down, one a line.
pub trait Sink {
    /// Writes a record down.
    ///
    /// # Errors
    ///
    /// When the lines cannot be written.
    fn write(&mut self, record: &Record) -> io::Result<()>;

    /// No more records come.
    ///
    /// # Errors
    ///
    /// When the lines cannot be written.
    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// JSON in one line: it has line breaks between its parts only, where a blank does as well.
pub(crate) fn one_line(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    if bytes.contains(&b'\n') || bytes.contains(&b'\r') {
        return Cow::Owned(json.replace(['\r', '\n'], " "));
    }
    Cow::Borrowed(json)
}
