//! Values of unique fields that a record in Zoho has already.

use std::collections::{BTreeMap, BTreeSet};

use zcrm_core::coql::{Limits, Select};
use zcrm_core::{Client, Criteria, Record, RecordId};

use super::check::{Checker, Unique};
use super::column::shown;
use super::columns::Writing;
use super::findings::{Budget, Findings};

/// Values in one `in (...)`, whatever the version.
const VALUES: usize = 50;

/// What is looked for, and where.
struct Search<'a> {
    client: &'a Client,
    module: &'a str,
    unique: &'a Unique,
    /// What records are found by when they are updated.
    key: Option<&'a Unique>,
}

/// Looks for the values of unique fields in Zoho, as far as the budget goes.
pub(super) fn check_unique(
    client: &Client,
    module: &str,
    checker: &Checker<'_>,
    budget: &mut Budget,
    findings: &mut Findings,
) {
    let key = checker.unique().iter().find(|unique| unique.is_key());
    // Without the value of the key it is not known whose record it is.
    if key.is_none() && *checker.writing() == Writing::Update {
        return;
    }
    for unique in checker.unique().iter().filter(|unique| !unique.is_key() && !unique.rows().is_empty()) {
        let search = Search { client, module, unique, key };
        if let Err(reason) = search.run(budget, findings) {
            let count = unique.rows().len();
            let field = unique.field();
            findings.unchecked.push(format!("{count} values of {field} were not looked for in {module}: {reason}"));
        }
    }
}

impl Search<'_> {
    /// # Errors
    ///
    /// Why not all values were looked for.
    fn run(&self, budget: &mut Budget, findings: &mut Findings) -> Result<(), String> {
        let field = self.unique.field();
        let limits = Limits::of(self.client.config().api_version());
        let values: BTreeSet<&String> = self.unique.rows().keys().collect();
        let values: Vec<&String> = values.into_iter().collect();
        if values.len().div_ceil(VALUES) <= budget.left() {
            for batch in values.chunks(VALUES) {
                let criteria = Criteria::is_in(field, batch.iter().map(|value| value.as_str()));
                self.page(criteria, limits.rows, budget, findings)?;
            }
            return Ok(());
        }
        // There may be fewer records than rows.
        let mut after: Option<RecordId> = None;
        loop {
            let there = Criteria::is_not_null(field);
            let criteria = match &after {
                Some(id) => there.and(Criteria::greater_than("id", id.as_str())),
                None => there,
            };
            match self.page(criteria, limits.rows, budget, findings)? {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// Asks once; the last id, where there are more.
    fn page(
        &self,
        criteria: Criteria,
        rows: u64,
        budget: &mut Budget,
        findings: &mut Findings,
    ) -> Result<Option<RecordId>, String> {
        if !budget.spend() {
            return Err("too many for a dry run".to_owned());
        }
        let mut names = BTreeSet::from(["id", self.unique.field()]);
        names.extend(self.key.map(Unique::field));
        let select = Select::from(self.module).fields(names).filter(criteria).order_by("id").limit(rows);
        let page = self.client.query(select).send().map_err(|error| error.to_string())?;
        let mut last = None;
        for record in &page.items {
            last = record.id();
            self.compare(record, &mut findings.problems);
        }
        Ok(last.filter(|_| page.info.more_records == Some(true)))
    }

    fn compare(&self, record: &Record, problems: &mut BTreeMap<u64, Vec<String>>) {
        let of = |unique: &Unique| {
            let member = record.field(unique.field());
            unique.row_of(&member.value()?.text_lossy()?)
        };
        let Some(row) = of(self.unique) else { return };
        // The row updates this very record.
        if self.key.and_then(of) == Some(row) {
            return;
        }
        let field = self.unique.field();
        let id = record.id().map(|id| id.as_str().to_owned()).unwrap_or_default();
        let value = record.field(field).value().and_then(|value| value.text_lossy().map(|text| text.into_owned()));
        problems.entry(row).or_default().push(format!(
            "{field} is {}, as in the record {id} already, and its values are unique; correct it, or update that \
             record",
            shown(&value.unwrap_or_default())
        ));
    }
}
