//! Columns side by side.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::output::Lines;

/// The first rows, so many, decide how wide columns are.
const MEASURED: usize = 200;

/// Longer values are cut.
const WIDEST: usize = 60;

const CUT: char = '…';

/// Writes a table whose columns are as wide as the first rows need.
#[derive(Debug)]
pub(super) struct Table {
    lines: Lines,
    /// The names of the columns, and the first rows, until there are enough to measure.
    waiting: Vec<Vec<String>>,
    widths: Option<Vec<usize>>,
}

impl Table {
    pub(super) fn new(lines: Lines, columns: Vec<String>) -> Self {
        Self { lines, waiting: vec![shown(columns)], widths: None }
    }

    pub(super) fn push(&mut self, row: Vec<String>) -> io::Result<()> {
        let row = shown(row);
        if let Some(widths) = &self.widths {
            return line(&mut self.lines, widths, &row);
        }
        self.waiting.push(row);
        if self.waiting.len() > MEASURED { self.end() } else { Ok(()) }
    }

    /// Writes what waits.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if self.widths.is_some() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let columns = waiting.first().map_or(0, Vec::len);
        let width = |column: usize| waiting.iter().filter_map(|row| Some(row.get(column)?.width())).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (place, row) in waiting.iter().enumerate() {
            line(&mut self.lines, &widths, row)?;
            if place == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                line(&mut self.lines, &widths, &rules)?;
            }
        }
        self.widths = Some(widths);
        Ok(())
    }
}

fn line(lines: &mut Lines, widths: &[usize], cells: &[String]) -> io::Result<()> {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    lines.write_all(text.as_bytes())?;
    lines.flush()
}

/// Cells that keep to their place: without line breaks and what else moves a terminal's cursor, and not too long.
fn shown(cells: Vec<String>) -> Vec<String> {
    let cell = |text: String| {
        let text: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
        if text.width() <= WIDEST {
            return text;
        }
        let mut width = 1;
        let fits = |character: &char| {
            width += character.width().unwrap_or(0);
            width <= WIDEST
        };
        text.chars().take_while(fits).chain([CUT]).collect()
    };
    cells.into_iter().map(cell).collect()
}
