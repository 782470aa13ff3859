//! The values that an import overwrites, kept so that they can be written back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use zcrm_core::coql::{Limits, Select};
use zcrm_core::entity::Field;
use zcrm_core::resource::ModuleHandle;
use zcrm_core::{Client, Criteria, DateTime, Record, RecordId};

use super::columns::{Columns, Writing};
use super::parent::ABOUT;
use super::values::Wanted;
use super::writes::Row;

/// How every file of old values begins, by which the first line of one is known when power loss has torn it.
const BEGINNING: &[u8] = br#"{"row":"#;

/// What a record held before a row was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    /// The row.
    pub row: u64,
    /// The module's API name.
    pub module: String,
    /// The record; none where there was none that the row would change.
    pub id: Option<RecordId>,
    /// When it was modified last.
    pub modified_time: Option<DateTime>,
    /// By field: the value; null where it had none.
    pub old: BTreeMap<String, Box<RawValue>>,
}

/// Keeps old values in a file, one line a row and record.
#[derive(Debug)]
pub struct Keep {
    client: Client,
    module: ModuleHandle,
    writing: Writing,
    wanted: Wanted,
    path: PathBuf,
    file: Mutex<File>,
    /// Rows that an earlier run has kept: what it wrote may be there by now, so they are not read again.
    kept: BTreeSet<u64>,
}

impl Keep {
    /// Keeps the old values of the columns in a file; `resumed` says that it goes on with what an earlier run has kept.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or has something in it that is not of an earlier run.
    pub fn new(
        client: &Client,
        module: &ModuleHandle,
        (columns, fields): (&Columns, &[Field]),
        path: &Path,
        resumed: bool,
    ) -> Result<Self> {
        let cannot = || format!("{} cannot be written", path.display());
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = file.with_context(cannot)?;
        if file.try_lock().is_err() {
            bail!("{} is being written by another run", path.display());
        }
        let mut kept = BTreeSet::new();
        if resumed {
            let end = read_lines(&file, path, |line| {
                kept.insert(line.row);
            })?;
            file.set_len(end).with_context(cannot)?;
            file.seek(SeekFrom::End(0)).with_context(cannot)?;
        } else if file.metadata().with_context(cannot)?.len() > 0 {
            bail!("{} has the old values of another import in it; name another file", path.display());
        }
        let wanted = Wanted::new(columns.fields().filter(|field| !["id", ABOUT].contains(field)), fields);
        Ok(Self {
            client: client.clone(),
            module: module.clone(),
            writing: columns.writing().clone(),
            wanted,
            path: path.to_owned(),
            file: Mutex::new(file),
            kept,
        })
    }

    /// Reads what the records of these rows hold, and returns when it is on the disk.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or not be kept: do not write the rows.
    pub(super) fn before(&self, rows: &[Row]) -> Result<()> {
        let new = rows.iter().filter(|row| !self.kept.contains(&row.number));
        let keys: Vec<(u64, String)> = new.filter_map(|row| Some((row.number, self.key(row)?))).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let ids = self.ids(&keys)?;
        let wanted: BTreeSet<&RecordId> = ids.values().flatten().collect();
        let old = self.wanted.read(&self.module, &wanted.into_iter().collect::<Vec<_>>())?;
        let mut lines = Vec::new();
        for (row, key) in keys {
            let found = ids.get(&key.to_lowercase()).into_iter().flatten();
            let found: Vec<Kept> = found.filter_map(|id| self.line(row, old.get(id)?)).collect();
            let none = Kept {
                row,
                module: self.module.api_name().to_owned(),
                id: None,
                modified_time: None,
                old: BTreeMap::new(),
            };
            for line in if found.is_empty() { vec![none] } else { found } {
                serde_json::to_writer(&mut lines, &line)?;
                lines.push(b'\n');
            }
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = file.write_all(&lines).and_then(|()| file.sync_data());
        kept.with_context(|| format!("the old values cannot be kept in {}", self.path.display()))
    }

    /// What the record of a row is found by; none for one that is new.
    fn key(&self, row: &Row) -> Option<String> {
        let by = match &self.writing {
            Writing::Create => return None,
            Writing::Update => "id",
            Writing::UpsertBy(by) => by,
        };
        let members: Value = serde_json::from_str(row.json.get()).ok()?;
        match members.get(by)? {
            Value::String(text) => Some(text.trim().to_owned()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        }
    }

    /// The records that have these keys.
    fn ids(&self, keys: &[(u64, String)]) -> Result<BTreeMap<String, BTreeSet<RecordId>>> {
        let mut ids: BTreeMap<String, BTreeSet<RecordId>> = BTreeMap::new();
        let Writing::UpsertBy(by) = self.writing.clone() else {
            let ids = keys.iter().map(|(_, id)| (id.clone(), BTreeSet::from([RecordId::from(id.as_str())])));
            return Ok(ids.collect());
        };
        if by == "id" {
            let ids = keys.iter().map(|(_, id)| (id.clone(), BTreeSet::from([RecordId::from(id.as_str())])));
            return Ok(ids.collect());
        }
        let distinct: BTreeSet<&str> = keys.iter().map(|(_, key)| key.as_str()).collect();
        let distinct: Vec<&str> = distinct.into_iter().collect();
        let most = Limits::of(self.client.config().api_version()).in_values.clamp(1, 50);
        for batch in distinct.chunks(most) {
            let select = Select::from(self.module.api_name()).field("id").field(&by);
            let select = select.filter(Criteria::is_in(&by, batch.iter().copied()));
            for record in self.client.query(select).iter() {
                let record = record?;
                let value = record.field(&by).value();
                let value = value.and_then(|value| value.text_lossy().map(|text| text.trim().to_lowercase()));
                if let (Some(id), Some(value)) = (record.id(), value) {
                    ids.entry(value).or_default().insert(id);
                }
            }
        }
        Ok(ids)
    }

    fn line(&self, row: u64, record: &Record) -> Option<Kept> {
        let null = || RawValue::from_string("null".to_owned()).ok();
        let old = self.wanted.names().map(|name| {
            let value = record.field(name).value().and_then(|value| RawValue::from_string(value.raw().to_owned()).ok());
            Some((name.clone(), value.or_else(null)?))
        });
        Some(Kept {
            row,
            module: self.module.api_name().to_owned(),
            id: Some(record.id()?),
            modified_time: record.get("Modified_Time").ok().flatten(),
            old: old.collect::<Option<_>>()?,
        })
    }
}

/// Reads the old values that were kept.
///
/// # Errors
///
/// When the file cannot be read, or one of its lines is none of these; a last line that is torn is left out.
pub fn read_kept(path: &Path, see: impl FnMut(Kept)) -> Result<()> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    read_lines(&file, path, see).map(drop)
}

/// Reads lines; where the last whole one ends.
fn read_lines(file: &File, path: &Path, mut see: impl FnMut(Kept)) -> Result<u64> {
    let mut lines = BufReader::new(file);
    let (mut end, mut number) = (0, 0_u64);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length =
            lines.read_until(b'\n', &mut line).with_context(|| format!("{} cannot be read", path.display()))?;
        if length == 0 {
            return Ok(end);
        }
        number += 1;
        let is_torn = !line.ends_with(b"\n")
            && (number > 1 || BEGINNING.starts_with(line.get(..BEGINNING.len()).unwrap_or(&line)));
        if is_torn {
            return Ok(end);
        }
        let kept = serde_json::from_slice(&line);
        see(kept.with_context(|| format!("line {number} of {} has no old values", path.display()))?);
        end += length as u64;
    }
}
