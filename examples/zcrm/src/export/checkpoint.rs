//! Where an export stands, written down beside its file as `FILE.cursor`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use zcrm_core::resource::ScanCursor;

use crate::output::{Lines, Place, beside, remove, replace};

/// How often it is written down while rows come. What was written since the last time is read again by the run that
/// goes on.
const INTERVAL: Duration = Duration::from_secs(1);

/// What decides which rows an export has and how they are written: a run goes on only with the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "they are the options of `zcrm export`")]
pub struct Arguments {
    pub api_version: String,
    pub user: String,
    pub module: String,
    pub fields: Vec<String>,
    #[serde(rename = "where")]
    pub condition: Option<String>,
    pub since: Option<String>,
    pub converted: String,
    pub format: String,
    pub bom: bool,
}

impl Arguments {
    /// The first thing in which the other ones differ, and how.
    fn difference(&self, other: &Self) -> Option<String> {
        let (Ok(serde_json::Value::Object(one)), Ok(serde_json::Value::Object(two))) =
            (serde_json::to_value(self), serde_json::to_value(other))
        else {
            return None;
        };
        one.iter().find(|(name, value)| two.get(*name) != Some(value)).map(|(name, value)| {
            let other = two.get(name).cloned().unwrap_or_default();
            format!("{name} was {value} and is {other}")
        })
    }
}

/// Where an export stands.
#[derive(Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    arguments: Arguments,
    /// How much of `FILE.part` is good.
    pub place: Place,
    /// Where the rows go on; none before the first request.
    pub cursor: Option<ScanCursor>,
    /// All is written; only the file's name is missing.
    pub complete: bool,
}

impl Checkpoint {
    /// Where an earlier run has left the export into this file; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn left(output: &Path) -> Result<Option<Self>> {
        let file = beside(output, "cursor");
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(cause).with_context(|| format!("{} cannot be read", file.display())),
        };
        let unreadable = || format!("{} does not tell where an export stands; --fresh begins anew", file.display());
        serde_json::from_str(&text).map(Some).with_context(unreadable)
    }

    /// Whether all was written, and the file has its name already.
    #[must_use]
    pub fn is_whole(&self, output: &Path) -> bool {
        self.complete && !beside(output, "part").exists()
    }

    /// Refuses to go on with other rows, or to write them in another way.
    ///
    /// # Errors
    ///
    /// When the arguments are not those of the run that was broken off.
    pub fn check(&self, arguments: &Arguments) -> Result<()> {
        match self.arguments.difference(arguments) {
            Some(difference) => bail!(
                "the export that broke off was another one, {difference}: --resume with its arguments goes on, --fresh \
                 begins anew"
            ),
            None => Ok(()),
        }
    }
}

/// Writes down where an export stands, while its rows come.
#[derive(Debug)]
pub struct Checkpoints {
    file: PathBuf,
    arguments: Arguments,
    lines: Lines,
    last: Instant,
}

impl Checkpoints {
    /// Of the export into this file, whose lines these are.
    #[must_use]
    pub fn new(output: &Path, arguments: Arguments, lines: Lines) -> Self {
        Self { file: beside(output, "cursor"), arguments, lines, last: Instant::now() }
    }

    /// Where it is written down.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes it down, unless that was done a moment ago.
    ///
    /// # Errors
    ///
    /// As [`save`](Self::save).
    pub fn save_if_due(&mut self, cursor: impl FnOnce() -> Option<ScanCursor>) -> io::Result<()> {
        if self.last.elapsed() < INTERVAL { Ok(()) } else { self.save(cursor(), false) }
    }

    /// Writes it down: first the lines, then the place in them.
    ///
    /// # Errors
    ///
    /// When the disk does not take it.
    pub fn save(&mut self, cursor: Option<ScanCursor>, complete: bool) -> io::Result<()> {
        let place = self.lines.sync()?;
        let checkpoint = Checkpoint { arguments: self.arguments.clone(), place, cursor, complete };
        let mut text = serde_json::to_vec(&checkpoint)?;
        text.push(b'\n');
        replace(&self.file, &text)?;
        self.last = Instant::now();
        Ok(())
    }

    /// The file has its name, or nothing came that could be gone on with.
    ///
    /// # Errors
    ///
    /// When what was written down cannot be removed.
    pub fn remove(output: &Path) -> Result<()> {
        remove(&beside(output, "cursor"))
    }
}
