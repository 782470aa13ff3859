//! The records that an import touched, each with what its rows did to it.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use zcrm_core::{DateTime, RecordId};

use super::results::{What, Written};
use crate::import::Kept;

/// A record that an import touched.
#[derive(Debug)]
pub(super) struct Touched {
    pub(super) id: RecordId,
    /// The first row that wrote it.
    pub(super) row: u64,
    /// Whether it was not there before.
    pub(super) is_new: bool,
    /// When the import modified it last, where Zoho told.
    pub(super) modified_time: Option<DateTime>,
    /// What it held before, where that was kept.
    pub(super) old: Option<BTreeMap<String, Box<RawValue>>>,
}

/// By row and record, what was kept; the first line of a row counts, as later ones may hold what the import wrote.
#[derive(Debug, Default)]
pub(super) struct Old {
    values: BTreeMap<(u64, RecordId), BTreeMap<String, Box<RawValue>>>,
    /// Rows that found no record.
    new: std::collections::BTreeSet<u64>,
}

impl Old {
    pub(super) fn add(&mut self, kept: Kept) {
        match kept.id {
            Some(id) => {
                self.values.entry((kept.row, id)).or_insert(kept.old);
            }
            None => {
                self.new.insert(kept.row);
            }
        }
    }
}

/// The records of one module, by the rows that wrote them.
pub(super) fn touched(written: &[&Written], old: &Old) -> Vec<Touched> {
    let mut records: BTreeMap<&RecordId, Touched> = BTreeMap::new();
    for row in written {
        let Some(id) = &row.id else { continue };
        let values = old.values.get(&(row.row, id.clone()));
        let record = records.entry(id).or_insert_with(|| Touched {
            id: id.clone(),
            row: row.row,
            // An upsert that was repeated says "updated" of what its first attempt has created.
            is_new: row.what == What::Created || (values.is_none() && old.new.contains(&row.row)),
            modified_time: None,
            old: None,
        });
        if record.modified_time < row.modified_time {
            record.modified_time.clone_from(&row.modified_time);
        }
        for (name, value) in values.into_iter().flatten() {
            // An earlier row has seen what was there before a later one.
            record.old.get_or_insert_default().entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    let mut records: Vec<Touched> = records.into_values().collect();
    records.sort_by_key(|record| record.row);
    records
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn written(row: u64, what: What, id: &str, second: u32) -> Written {
        let modified_time = Some(DateTime::new(format!("2026-01-01T00:00:{second:02}Z")));
        Written { row, module: "Leads".to_owned(), what, id: Some(id.into()), modified_time }
    }

    fn kept(row: u64, id: Option<&str>, old: &str) -> Kept {
        let old = serde_json::from_str(old).unwrap();
        Kept { row, module: "Leads".to_owned(), id: id.map(RecordId::from), modified_time: None, old }
    }

    #[test]
    fn the_earliest_values_and_the_latest_time_of_a_record_count() {
        let mut old = Old::default();
        old.add(kept(1, Some("7"), r#"{"City":"Oslo"}"#));
        old.add(kept(1, Some("7"), r#"{"City":"written"}"#));
        old.add(kept(2, Some("7"), r#"{"City":"written","Fax":null}"#));
        old.add(kept(3, None, "{}"));
        let rows = [
            written(1, What::Updated, "7", 5),
            written(2, What::Updated, "7", 9),
            written(3, What::Updated, "8", 5),
            written(4, What::Created, "9", 5),
            written(5, What::Updated, "9", 6),
        ];
        let touched = touched(&rows.iter().collect::<Vec<_>>(), &old);
        let of = |id: &str| touched.iter().find(|record| record.id.as_str() == id).unwrap();
        let values = serde_json::to_string(of("7").old.as_ref().unwrap()).unwrap();
        assert_eq!(values, r#"{"City":"Oslo","Fax":null}"#);
        assert_eq!(of("7").modified_time.as_ref().unwrap().as_str(), "2026-01-01T00:00:09Z");
        assert_eq!([of("7").is_new, of("8").is_new, of("9").is_new], [false, true, true]);
        assert_eq!(of("9").modified_time.as_ref().unwrap().as_str(), "2026-01-01T00:00:06Z");
    }
}
