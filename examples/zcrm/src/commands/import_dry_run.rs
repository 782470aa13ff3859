//! `zcrm import --dry-run`

use anyhow::Result;
use zcrm_cli::csv::Separator;
use zcrm_cli::import::{Checker, Clock, Columns, Findings, Input, Plan, Way, Writing, dry_run};
use zcrm_cli::stdio::say;
use zcrm_cli::{Interrupt, Outcome, end};
use zcrm_core::Client;
use zcrm_core::entity::Field;

use crate::global::Global;

/// What a dry run works with.
pub(super) struct DryRun<'a> {
    pub(super) global: &'a Global,
    pub(super) client: &'a Client,
    pub(super) module: &'a str,
    pub(super) input: &'a Input,
    pub(super) separator: Option<Separator>,
    pub(super) columns: &'a Columns,
    pub(super) fields: &'a [Field],
    pub(super) clock: &'a Clock,
    pub(super) way: Way,
    pub(super) workers: usize,
}

impl DryRun<'_> {
    pub(super) fn run(&self) -> Result<Outcome> {
        let client = self.client.clone();
        let interrupt = Interrupt::watch(move || client.interrupt(), || end())?;
        let layouts = self.client.module(self.module).layouts().list().all()?;
        let layout = self.columns.layout_of(&layouts);
        let mut checker = Checker::new(self.columns, self.fields, layout);
        let sheet = || self.input.sheet(self.separator);
        let is_interrupted = || interrupt.is_asked();
        let of = (self.module, self.columns, self.fields);
        let findings = dry_run(self.client, of, &mut checker, &sheet, &is_interrupted)?;
        let way = self.way.decide(findings.rows, self.columns.can_bulk(self.fields));
        let whole = self.without_column(&checker, way, findings.rows);
        for problem in &whole {
            say(problem)?;
        }
        self.tell(&findings)?;
        let sendable = if whole.is_empty() { findings.sendable() } else { 0 };
        say(Plan::new(way, sendable, self.workers, self.clock.slowest()))?;
        let is_clean = whole.is_empty() && findings.problems.is_empty() && !interrupt.is_asked();
        Ok(if is_clean { Outcome::Done } else { Outcome::InPart })
    }

    fn tell(&self, findings: &Findings) -> Result<()> {
        for (row, problems) in &findings.problems {
            for problem in problems {
                say(format_args!("row {row}: {problem}"))?;
            }
        }
        findings.unchecked.iter().for_each(|unchecked| self.global.note(format_args!("not checked: {unchecked}")));
        Ok(())
    }

    /// What all rows lack. Zoho demands the fields of a layout of a bulk job, and not of record calls.
    fn without_column(&self, checker: &Checker<'_>, way: Way, rows: u64) -> Vec<String> {
        let mut problems = Vec::new();
        for (field, by_zoho) in checker.without_column() {
            let who = if by_zoho { "Zoho" } else { "the layout" };
            let text = format!("{field} has no column, and {who} demands it of new records");
            let is_certain = by_zoho && *self.columns.writing() == Writing::Create;
            if rows > 0 && (is_certain || way == Way::Bulk) {
                problems.push(format!("row 1 to row {rows}: {text}; map a column to it, or give it as a constant"));
            } else {
                self.global.note(text);
            }
        }
        problems
    }
}
