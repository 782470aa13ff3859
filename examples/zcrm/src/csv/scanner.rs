//! The rows of a CSV file, judged cell by cell by RFC 4180.
//!
//! Reading crates repair what the RFC does not allow without a word; here such a row is told apart, and the rows after
//! it survive. No more than [`LONGEST_ROW`] bytes are kept of any row.

use std::io::{self, BufRead};

use super::separator::Separator;

/// No record of Zoho's is longer: its longest texts have 100,000 characters, and a call has room for 100 records.
pub(super) const LONGEST_ROW: usize = 1 << 20;

/// A row as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawRow {
    /// The cells, without the marks around them. One that is malformed is kept with all its quotation marks.
    pub(super) cells: Vec<Vec<u8>>,
    /// Why the row cannot be trusted.
    pub(super) fault: Option<Fault>,
}

/// What RFC 4180 does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A quotation mark within this cell, which does not begin with one.
    QuoteInPlain { cell: usize },
    /// The quotation marks of this cell are closed, and it goes on.
    AfterClosing { cell: usize, backslash: bool },
    /// The quotation marks of this cell are never closed.
    NeverClosed { cell: usize },
    /// Longer than any record can be.
    TooLong { cell: usize },
}

/// Reads rows.
pub(super) struct Scanner<R> {
    input: Rereadable<R>,
    separator: Separator,
    /// How many cells a row should have, once the header is known.
    expected: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    Begin,
    /// In a cell without quotation marks around it.
    Plain,
    /// Within quotation marks.
    Quoted,
    /// After a quotation mark within such a cell: its end, or the first half of a doubled one.
    Closed,
    /// In a cell that is malformed.
    Broken,
}

struct Row {
    cells: Vec<Vec<u8>>,
    cell: Vec<u8>,
    raw: Vec<u8>,
    /// Where in `raw` the present cell begins.
    begin: usize,
    fault: Option<Fault>,
}

impl Row {
    fn end_cell(&mut self) {
        self.cells.push(std::mem::take(&mut self.cell));
        self.begin = self.raw.len();
    }

    fn blame(&mut self, fault: impl FnOnce(usize) -> Fault) {
        self.fault.get_or_insert(fault(self.cells.len()));
    }

    /// The present cell as it stands in the file.
    fn keep_as_it_is(&mut self) {
        self.cell = self.raw.get(self.begin..).unwrap_or_default().to_vec();
    }

    fn end(mut self) -> RawRow {
        self.end_cell();
        RawRow { cells: self.cells, fault: self.fault }
    }
}

impl<R: BufRead> Scanner<R> {
    pub(super) fn new(input: R) -> Self {
        let input = Rereadable { again: Vec::new(), at: 0, input, position: 0 };
        Self { input, separator: Separator::COMMA, expected: None }
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> u64 {
        self.input.position
    }

    /// The separator.
    pub(super) fn separator(&self) -> Separator {
        self.separator
    }

    /// Rows are separated by this from now on.
    pub(super) fn separated_by(&mut self, separator: Separator) {
        self.separator = separator;
    }

    /// From now on rows should have so many cells.
    pub(super) fn expect(&mut self, cells: usize) {
        self.expected = Some(cells);
    }

    /// The next line, which stays to be read again.
    pub(super) fn peek_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        while line.len() < LONGEST_ROW
            && let Some(byte) = self.input.next()?
        {
            line.push(byte);
            if byte == b'\n' {
                break;
            }
        }
        self.input.put_back(&line);
        Ok(line)
    }

    /// Passes over so many bytes.
    pub(super) fn skip(&mut self, bytes: usize) -> io::Result<()> {
        for _ in 0..bytes {
            self.input.next()?;
        }
        Ok(())
    }

    /// The next row; `None` at the end.
    pub(super) fn next_row(&mut self) -> io::Result<Option<RawRow>> {
        let Some(first) = self.input.next()? else { return Ok(None) };
        let mut row = Row { cells: Vec::new(), cell: Vec::new(), raw: Vec::new(), begin: 0, fault: None };
        let mut state = State::Begin;
        let mut next = Some(first);
        while let Some(byte) = next {
            let is_end = matches!(byte, b'\n' | b'\r');
            state = match state {
                State::Quoted if byte == b'"' => State::Closed,
                State::Quoted => {
                    row.cell.push(byte);
                    State::Quoted
                }
                State::Closed if byte == b'"' => {
                    row.cell.push(byte);
                    State::Quoted
                }
                _ if is_end => {
                    self.end_line(byte)?;
                    return Ok(Some(row.end()));
                }
                _ if byte == self.separator.byte() => {
                    row.raw.push(byte);
                    row.end_cell();
                    next = self.input.next()?;
                    state = State::Begin;
                    continue;
                }
                State::Begin if byte == b'"' => State::Quoted,
                State::Begin | State::Plain => {
                    if byte == b'"' {
                        row.blame(|cell| Fault::QuoteInPlain { cell });
                    }
                    row.cell.push(byte);
                    State::Plain
                }
                State::Closed => {
                    // A mark at the beginning of a cell opens it: the one before was never closed.
                    if row.cell.last().is_some_and(|last| *last == b'\n' || *last == self.separator.byte()) {
                        row.raw.push(byte);
                        if self.put_back_rows(&mut row, true) {
                            return Ok(Some(row.end()));
                        }
                        row.raw.pop();
                    }
                    let backslash = row.cell.last() == Some(&b'\\');
                    row.blame(|cell| Fault::AfterClosing { cell, backslash });
                    row.keep_as_it_is();
                    row.cell.push(byte);
                    State::Broken
                }
                State::Broken => {
                    row.cell.push(byte);
                    State::Broken
                }
            };
            row.raw.push(byte);
            if row.raw.len() > LONGEST_ROW {
                return self.too_long(row, state).map(Some);
            }
            next = self.input.next()?;
        }
        if state == State::Quoted { Ok(Some(self.never_closed(row))) } else { Ok(Some(row.end())) }
    }

    fn end_line(&mut self, byte: u8) -> io::Result<()> {
        if byte == b'\r' && self.input.peek()? == Some(b'\n') {
            self.input.next()?;
        }
        Ok(())
    }

    /// The file ends within quotation marks.
    fn never_closed(&mut self, mut row: Row) -> RawRow {
        if !self.put_back_rows(&mut row, false) {
            row.blame(|cell| Fault::NeverClosed { cell });
            row.keep_as_it_is();
        }
        row.end()
    }

    fn too_long(&mut self, mut row: Row, mut state: State) -> io::Result<RawRow> {
        if state == State::Quoted && self.put_back_rows(&mut row, true) {
            return Ok(row.end());
        }
        row.fault = Some(Fault::TooLong { cell: row.cells.len() });
        while let Some(byte) = self.input.next()? {
            state = match (state, byte) {
                (State::Quoted, b'"') => State::Closed,
                (State::Closed, b'"') | (State::Quoted, _) => State::Quoted,
                (_, b'\n' | b'\r') => {
                    self.end_line(byte)?;
                    break;
                }
                (State::Begin, b'"') => State::Quoted,
                (_, byte) if byte == self.separator.byte() => State::Begin,
                _ => State::Plain,
            };
        }
        Ok(row.end())
    }

    /// Where the lines after the first one of an open cell look like rows, they are rows, and the opening mark stood
    /// there by mistake: the row ends with that line, and the others are read again. Else all of it is one cell.
    fn put_back_rows(&mut self, row: &mut Row, cut_off: bool) -> bool {
        let open = row.raw.get(row.begin..).unwrap_or_default();
        let Some(end) = open.iter().position(|byte| *byte == b'\n') else { return false };
        let (first, lines) = open.split_at(end);
        let lines = lines.get(1..).unwrap_or_default();
        if !self.look_like_rows(lines, cut_off) {
            return false;
        }
        self.input.put_back(lines);
        row.cell = first.strip_suffix(b"\r").unwrap_or(first).to_vec();
        row.blame(|cell| Fault::NeverClosed { cell });
        true
    }

    /// Whether each line has as many cells as the header, several, and no quotation mark. The last one counts only if
    /// the text was not cut off within it.
    fn look_like_rows(&self, text: &[u8], cut_off: bool) -> bool {
        let Some(expected) = self.expected.filter(|cells| *cells > 1) else { return false };
        let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        if cut_off {
            lines.pop();
        }
        let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
        let cells = |line: &[u8]| line.iter().filter(|byte| **byte == self.separator.byte()).count() + 1;
        let is_row = |line: &&[u8]| is_blank(line) || (cells(line) == expected && !line.contains(&b'"'));
        lines.iter().all(is_row) && (cut_off || lines.iter().any(|line| !is_blank(line)))
    }
}

/// An input of which bytes can be put back.
struct Rereadable<R> {
    again: Vec<u8>,
    at: usize,
    input: R,
    position: u64,
}

impl<R: BufRead> Rereadable<R> {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        if let Some(byte) = self.again.get(self.at) {
            return Ok(Some(*byte));
        }
        loop {
            match self.input.fill_buf() {
                Ok(bytes) => return Ok(bytes.first().copied()),
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.position = self.position.saturating_add(1);
            if self.at < self.again.len() {
                self.at += 1;
            } else {
                self.input.consume(1);
            }
        }
        Ok(byte)
    }

    /// Bytes that were read before and are to be read again.
    fn put_back(&mut self, bytes: &[u8]) {
        let rest = self.again.split_off(self.at.min(self.again.len()));
        self.again = [bytes, &rest].concat();
        self.at = 0;
        self.position = self.position.saturating_sub(bytes.len() as u64);
    }
}

#[cfg(test)]
#[path = "scanner_tests.rs"]
mod tests;
