//! Which changes to tell.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::change::Change;
use super::cursor::ChangesCursor;
use super::rows::{ChangesRows, Plan};
use crate::entity::{Field, Record};
use crate::error::Result;
use crate::resource::module::{ModuleHandle, Which};

/// How long Zoho may take to show a change, unless the program says otherwise.
const OVERLAP: Duration = Duration::from_secs(60);

/// What was created, modified and deleted in a module since a cursor; made by [`ModuleHandle::changes`]. Nothing is
/// sent until it is iterated.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until the changes are iterated"]
pub struct Changes {
    plan: Plan,
    cursor: ChangesCursor,
}

impl ModuleHandle {
    /// What was created, modified and deleted since the cursor, each at least once, and the next cursor to keep.
    ///
    /// ```no_run
    /// use zcrm_core::resource::{Change, ChangesCursor};
    ///
    /// # fn run(client: zcrm_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let cursor = match std::fs::read_to_string("leads.cursor") {
    ///     Ok(text) => text.parse()?,
    ///     Err(_) => ChangesCursor::start(),
    /// };
    /// let mut changes = client.module("Leads").changes(cursor).fields(["Last_Name"]).iter();
    /// for change in &mut changes {
    ///     match change? {
    ///         Change::Upserted(lead) => println!("{}", lead.raw()),
    ///         Change::Deleted { id, .. } => println!("{id} is gone"),
    ///     }
    /// }
    /// std::fs::write("leads.cursor", changes.cursor().to_string())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # What is told
    ///
    /// * A record whose `Modified_Time` moved comes as it is when it is read; several changes in between come as one.
    ///   Each comes at least once; one that is read again because Zoho may have committed late
    ///   ([`overlap`](Changes::overlap)) is mostly recognized and not told twice.
    /// * What was deleted, into the recycle bin or for good, comes with its id. Zoho remembers deletions for 120 days;
    ///   an older cursor is an error of kind [`CursorTooOld`](crate::ErrorKind::CursorTooOld).
    /// * A lead that is converted comes as deleted, of kind [`Converted`](super::DeletionKind::Converted), since lists
    ///   and queries no longer have it; [`converted`](Changes::converted) keeps it.
    /// * What Zoho does not date is not seen: a record that is restored from the recycle bin is told when Zoho moves
    ///   its `Modified_Time`, a formula when its record is modified.
    ///
    /// # What it costs
    ///
    /// When nothing happened: 2 credits for the deleted records and 1 for the modified ones, and 1 more for leads. v2
    /// gives 200 records a credit, in lists; later versions are asked by COQL, up to 2,000 for 3 credits. What COQL has
    /// no column for (subforms, files, more than 50 fields up to v6) is fetched by id, 100 records a credit, or all
    /// is listed where that costs less: leave such fields out where they are many records. When no field is named, the
    /// metadata costs 1 more from v3 on. Scopes: `ZohoCRM.coql.READ`, and `ZohoCRM.settings.fields.READ` when no field
    /// is named, besides that of the module.
    pub fn changes(&self, cursor: ChangesCursor) -> Changes {
        let plan = Plan {
            module: self.clone(),
            fields: Vec::new(),
            known: None,
            converted: Which::Without,
            overlap: seconds(OVERLAP),
        };
        Changes { plan, cursor }
    }
}

impl Changes {
    /// Adds fields to give, by API name; all when none is named. `id` and `Modified_Time` come anyway. The cursor
    /// belongs to them.
    pub fn fields<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        for name in names {
            let name = name.into();
            if !self.plan.fields.contains(&name) {
                self.plan.fields.push(name);
            }
        }
        self
    }

    /// The module's fields, where the program has read them just now: they are not read again.
    pub fn knowing(mut self, fields: &[Field]) -> Self {
        self.plan.known = Some(fields.into());
        self
    }

    /// Which of the converted leads are among the records; those that are not converted, unless said otherwise. COQL
    /// does not have converted leads, so with them the changes come from lists.
    pub fn converted(mut self, which: Which) -> Self {
        self.plan.converted = which;
        self
    }

    /// For how long Zoho may commit late: records with a `Modified_Time` that has passed already are looked for that
    /// far back, a minute unless said otherwise. Whole seconds.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.plan.overlap = seconds(overlap);
        self
    }

    /// The changes, page after page.
    pub fn iter(&self) -> ChangesRows<Record> {
        self.iter_as()
    }

    /// As [`iter`](Self::iter), each record decoded into a type of your own.
    pub fn iter_as<T: DeserializeOwned>(&self) -> ChangesRows<T> {
        ChangesRows::new(self.plan.clone(), &self.cursor)
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

impl IntoIterator for Changes {
    type Item = Result<Change<Record>>;
    type IntoIter = ChangesRows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for &Changes {
    type Item = Result<Change<Record>>;
    type IntoIter = ChangesRows<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
