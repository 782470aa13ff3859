//! A CSV file, read row by row, whatever its length.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, Result, bail};

use super::scanner::{Fault, LONGEST_ROW, RawRow, Scanner};
use super::separator::Separator;

/// The column that says why a row was rejected. Where a file has it, its cells are no data.
pub const REASON: &str = "zcrm_reason";

/// How the reason begins of a row that may be there already.
pub const IN_DOUBT: &str = "unanswered";

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A CSV file whose first row names the columns.
pub struct Sheet {
    scanner: Scanner<Box<dyn BufRead + Send>>,
    /// All columns but that of reasons, those without a name too.
    header: Vec<String>,
    /// So many cells a row has at least: those of the columns up to the last one with a name.
    cells: usize,
    reason: Option<usize>,
    row: u64,
}

/// A row below the header.
#[derive(Debug, Clone)]
pub struct SheetRow {
    /// Its number, from 1; the header is not counted, empty rows are.
    pub number: u64,
    /// As many cells as there are columns.
    pub cells: Vec<Vec<u8>>,
    /// What the column of reasons says.
    pub reason: Vec<u8>,
    /// Why the row is none, where it is malformed. Missing cells are empty then, and surplus ones stand in the last.
    pub fault: Option<String>,
}

impl SheetRow {
    /// Whether an earlier import sent the row and got no answer: it may be there already.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.reason.starts_with(IN_DOUBT.as_bytes())
    }

    /// What a reason ends with, for a row that is malformed: by it the row is known again as long as nobody corrects
    /// it. Its cells were repaired to be written down, so that they alone would not tell.
    pub(crate) fn mark(&self) -> String {
        let mut hash = crc32fast::Hasher::new();
        for cell in &self.cells {
            hash.update(cell);
            hash.update(b"\n");
        }
        format!("(malformed {:08x})", hash.finalize())
    }
}

impl Sheet {
    /// Reads the header. Without a separator, the one that it is written with is taken: comma, semicolon or tab.
    ///
    /// # Errors
    ///
    /// When the input cannot be read or is no UTF-8, or its header names no column, or one twice.
    pub fn read(input: impl Read + Send + 'static, separator: Option<Separator>) -> Result<Self> {
        let input: Box<dyn BufRead + Send> = Box::new(BufReader::with_capacity(1 << 16, input));
        let mut scanner = Scanner::new(input);
        prepare(&mut scanner, separator)?;
        let raw = scanner.next_row()?.context("it is empty; the first row has to name the columns")?;
        if raw.fault.is_some() {
            bail!("its first row, which names the columns, has misplaced quotation marks or is far too long");
        }
        let named = |cell| Ok::<_, anyhow::Error>(String::from_utf8(cell)?.trim().to_owned());
        let named: Result<Vec<String>> = raw.cells.into_iter().map(named).collect();
        let mut header = named.context("its first row is not UTF-8; save it as CSV UTF-8")?;
        scanner.expect(header.len());
        let cells = header.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        let reason = header.iter().position(|name| name == REASON);
        if let Some(at) = reason {
            header.remove(at);
        }
        if header.iter().all(String::is_empty) {
            bail!("its first row names no column");
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = header.iter().filter(|name| !name.is_empty()).find(|name| !seen.insert(name.as_str())) {
            bail!("two columns are named {twice}");
        }
        Ok(Self { scanner, header, cells, reason, row: 0 })
    }

    /// The names of all columns but that of reasons; empty for a column without a name, whose cells have to be empty.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// What stands between the cells.
    #[must_use]
    pub fn separator(&self) -> Separator {
        self.scanner.separator()
    }

    /// How many bytes were read.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.scanner.position()
    }

    /// The number of the last row that was read.
    #[must_use]
    pub fn row(&self) -> u64 {
        self.row
    }

    /// The next row that holds something; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the input cannot be read on.
    pub fn next_row(&mut self) -> Result<Option<SheetRow>> {
        loop {
            let Some(raw) = self.scanner.next_row().context("the input cannot be read on")? else { return Ok(None) };
            self.row = self.row.saturating_add(1);
            if !is_blank(&raw) {
                return Ok(Some(self.judged(raw)));
            }
        }
    }

    /// How many rows there are from here to the end.
    ///
    /// # Errors
    ///
    /// When the input cannot be read on.
    pub fn count_rows(mut self) -> Result<u64> {
        let mut rows = 0;
        while self.next_row()?.is_some() {
            rows += 1;
        }
        Ok(rows)
    }

    fn judged(&self, raw: RawRow) -> SheetRow {
        let expected = self.header.len() + usize::from(self.reason.is_some());
        let held = raw.cells.len();
        let surplus = raw.cells.iter().skip(expected).any(|cell| !cell.is_empty());
        let mut cells = raw.cells;
        let reason = match self.reason {
            Some(at) if at < cells.len() => cells.remove(at),
            _ => Vec::new(),
        };
        let nameless = cells.iter().zip(&self.header).position(|(cell, name)| name.is_empty() && !cell.is_empty());
        let fault = if let Some(fault) = raw.fault {
            Some(self.explained(fault))
        } else if held < self.cells || surplus {
            Some(format!("the row has {held} cells, and the header {expected}"))
        } else {
            nameless.map(|at| format!("column {} has no name, and the row has a value there", at + 1))
        };
        let mut row = SheetRow { number: self.row, cells: self.fitted(cells), reason, fault };
        if row.fault.is_none() && row.reason.ends_with(row.mark().as_bytes()) {
            row.fault = Some(format!("it was malformed before and is unchanged: correct it, or empty its {REASON}"));
        }
        row
    }

    fn explained(&self, fault: Fault) -> String {
        let (at, text) = match fault {
            Fault::QuoteInPlain { cell } => {
                (cell, "has a quotation mark within; put the whole cell in quotation marks and double those within it")
            }
            Fault::AfterClosing { cell, backslash: true } => {
                (cell, "has a quotation mark after a backslash; CSV doubles those within a cell")
            }
            Fault::AfterClosing { cell, backslash: false } => {
                (cell, "goes on after its closing quotation mark; CSV doubles those within a cell")
            }
            Fault::NeverClosed { cell } => (cell, "begins with a quotation mark that is never closed"),
            Fault::TooLong { cell } => {
                let name = self.column(cell);
                return format!(
                    "the row is longer than {} KiB, more than any record can be; {name} is cut off here",
                    LONGEST_ROW >> 10
                );
            }
        };
        format!("{} {text}", self.column(at))
    }

    /// The name of a column of the file.
    fn column(&self, at: usize) -> String {
        let in_header = match self.reason {
            Some(reason) if at > reason => at - 1,
            Some(reason) if at == reason => return REASON.to_owned(),
            _ => at,
        };
        match self.header.get(in_header) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("cell {}", at + 1),
        }
    }

    /// As many cells as columns.
    fn fitted(&self, mut cells: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        let mut surplus = cells.split_off(self.header.len().min(cells.len()));
        while surplus.last().is_some_and(Vec::is_empty) {
            surplus.pop();
        }
        if let Some(last) = cells.last_mut() {
            for cell in surplus {
                last.push(self.separator().byte());
                last.extend(cell);
            }
        }
        cells.resize(self.header.len(), Vec::new());
        cells
    }
}

/// Whether nothing can be seen in a row.
fn is_blank(row: &RawRow) -> bool {
    let is_blank = |cell: &Vec<u8>| std::str::from_utf8(cell).is_ok_and(|cell| cell.trim().is_empty());
    row.fault.is_none() && row.cells.iter().all(is_blank)
}

/// Passes over what stands before the header, empty rows among it, and finds the separator.
fn prepare(scanner: &mut Scanner<Box<dyn BufRead + Send>>, separator: Option<Separator>) -> Result<()> {
    let mut line = scanner.peek_line()?;
    if line.starts_with(b"\xFF\xFE") || line.starts_with(b"\xFE\xFF") || line.contains(&0) {
        bail!("it is UTF-16 or no text at all; save it as CSV UTF-8");
    }
    if line.starts_with(MARK) {
        scanner.skip(MARK.len())?;
        line.drain(..MARK.len());
    }
    let declared = Separator::of_declaration(&line);
    if declared.is_some() {
        scanner.skip(line.len())?;
        line = scanner.peek_line()?;
    }
    while !line.is_empty() && line.iter().all(|byte| byte.is_ascii_whitespace() || b",;".contains(byte)) {
        scanner.skip(line.len())?;
        line = scanner.peek_line()?;
    }
    scanner.separated_by(separator.or(declared).unwrap_or_else(|| Separator::of_header(&line)));
    Ok(())
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet").field("header", &self.header).field("row", &self.row).finish_non_exhaustive()
    }
}
