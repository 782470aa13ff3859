//! `zcrm export --way bulk`

use zcrm_cli::stdio;
use zcrm_core::resource::{BulkRows, ModuleHandle};
use zcrm_core::{Criteria, DateTime, Record};

/// All records of a module, by bulk read. Says which fields Zoho does not export.
pub(super) struct BulkRecords {
    rows: BulkRows<'static, Record>,
    told: usize,
    quiet: bool,
}

impl BulkRecords {
    pub(super) fn new(module: &ModuleHandle, fields: &[String], since: Option<&DateTime>, quiet: bool) -> Self {
        let mut read = module.bulk_read().fields(fields);
        if let Some(moment) = since {
            read = read.filter(&Criteria::greater_than("Modified_Time", moment.clone()));
        }
        Self { rows: read.iter(), told: 0, quiet }
    }
}

impl Iterator for BulkRecords {
    type Item = zcrm_core::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next();
        let left_out = self.rows.left_out();
        for name in left_out.iter().skip(self.told).filter(|_| !self.quiet) {
            stdio::note(format_args!("note: Zoho's bulk read does not give {name}; it is left out"));
        }
        self.told = left_out.len();
        row
    }
}
