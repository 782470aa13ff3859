//! What to do with the rows, as the caller says it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::input::BulkWriteRows;
use super::options::{Children, Operation, Options};
use super::spool::Spool;
use crate::entity::{Json, LayoutId};
use crate::error::{Error, Result};
use crate::resource::module::ModuleHandle;
use crate::rest::Row;

/// A bulk write: what to do with rows, which [`rows`](Self::rows) takes. Made by [`ModuleHandle::bulk_write`].
#[must_use = "nothing is sent before it is given rows, and run"]
#[derive(Debug, Clone)]
pub struct BulkWrite {
    module: ModuleHandle,
    options: Options,
}

impl ModuleHandle {
    /// Writes any number of rows by bulk write: jobs, each of which takes up to 25,000 rows as a file.
    ///
    /// A job costs 500 credits, whatever the number of its rows; records in requests of 100 cost 1 for ten of them. So
    /// it is the cheaper way from 5,000 rows on. Scopes, besides that of the module: `ZohoCRM.bulk.ALL`,
    /// `ZohoFiles.files.ALL`, `ZohoCRM.org.READ` and `ZohoCRM.settings.ALL`. (Zoho's pages *Create Bulk Write Job* and
    /// *API limits*.)
    ///
    /// What every row became is told, in the order of the input, although Zoho's result gives back only the first three
    /// columns and promises no order: the field by which records are found comes first, then the columns that tell rows
    /// apart best. Rows that are equal in all three are told in their order among themselves.
    ///
    /// * The columns are all fields that some row has, or those of [`fields`](BulkWrite::fields). At most 200.
    /// * An empty text, and a field that a row does not have, leave the field of the record as it is. A null would
    ///   clear it, which bulk write does only with [`clear_empty`](BulkWrite::clear_empty); without, a row with a null
    ///   is not sent.
    /// * Days are sent as `yyyy-MM-dd`, choices joined by `;`, lookups and owners by their id, or by another field with
    ///   [`lookup_by`](BulkWrite::lookup_by).
    /// * A bulk file carries no offsets, so moments are sent as the time of day in the time zone of the user whose
    ///   token is used (`client.users().current()`), or in that of [`time_zone`](BulkWrite::time_zone). Where Zoho does
    ///   not tell the user's, they are sent in the offset in which they are written, and a warning is logged.
    /// * Files, images and formulas cannot be written by bulk write; [subforms](BulkWrite::subform) and
    ///   [lookups of several records](BulkWrite::linked) are files of their own. Mandatory fields that
    ///   no column has are found before anything is paid for.
    /// * A job that is created is never created twice because its response was lost, unless doing so again changes
    ///   nothing: an update, or an upsert in which every row has a value to be found by. What the first one created,
    ///   the second one calls updated.
    ///
    /// ```no_run
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize)]
    /// struct Person {
    ///     #[serde(rename = "Last_Name")]
    ///     last_name: String,
    ///     #[serde(rename = "Email")]
    ///     email: String,
    /// }
    ///
    /// # fn run(client: zcrm_core::Client, people: Vec<Person>) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").bulk_write().upsert_by("Email").rows(people).run()?;
    /// println!("{}", report.counts());
    /// for (row, error) in report.failed() {
    ///     eprintln!("row {row}: {error}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn bulk_write(&self) -> BulkWrite {
        BulkWrite { module: self.clone(), options: Options::default() }
    }
}

impl BulkWrite {
    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    /// Creates a record of each row. This is what is done when nothing else is said.
    pub fn insert(self) -> Self {
        self.with(|options| {
            options.operation = Operation::Insert;
            options.find_by = None;
        })
    }

    /// Creates a record of each row, but skips those whose value in this field, `id` or a unique one, is there already.
    pub fn insert_unless_found_by(self, field: impl Into<String>) -> Self {
        self.with(|options| {
            options.operation = Operation::Insert;
            options.find_by = Some(field.into());
        })
    }

    /// Updates the records that this field finds: `id` or a unique one.
    pub fn update_by(self, field: impl Into<String>) -> Self {
        self.with(|options| {
            options.operation = Operation::Update;
            options.find_by = Some(field.into());
        })
    }

    /// Updates the records that this field finds, `id` or a unique one, and creates the others.
    pub fn upsert_by(self, field: impl Into<String>) -> Self {
        self.with(|options| {
            options.operation = Operation::Upsert;
            options.find_by = Some(field.into());
        })
    }

    /// Only these fields of the rows, besides the one by which records are found. Without this, all that they have.
    pub fn fields<S: Into<String>>(self, fields: impl IntoIterator<Item = S>) -> Self {
        self.with(|options| options.fields.extend(fields.into_iter().map(Into::into)))
    }

    /// Finds what a lookup or owner leads to by a unique field of the target, or the one that names it, in place of
    /// its id: `lookup_by("Account_Name", "Account_Name")`, `lookup_by("Owner", "email")`.
    pub fn lookup_by(self, field: impl Into<String>, target: impl Into<String>) -> Self {
        self.with(|options| {
            options.lookups.insert(field.into(), target.into());
        })
    }

    /// The same value of a field in every record; no column is needed for it.
    pub fn constant(self, field: impl Into<String>, value: impl Into<Json>) -> Self {
        self.with(|options| {
            options.constants.insert(field.into(), value.into());
        })
    }

    /// The layout of the records. Without this, Zoho's standard one.
    pub fn layout(self, id: impl Into<LayoutId>) -> Self {
        self.with(|options| options.layout = Some(id.into()))
    }

    /// Null and empty text clear the field of the record. Zoho cannot tell a field that a row does not have from an
    /// empty one, so a row that lacks a field which others have is then not sent.
    pub fn clear_empty(self) -> Self {
        self.with(|options| options.clear_empty = true)
    }

    /// In which time zone moments are sent, such as `Europe/Oslo`: it has to be that of the user whose token is used.
    pub fn time_zone(self, name: impl Into<String>) -> Self {
        self.with(|options| options.time_zone = Some(name.into()))
    }

    /// Rows of a subform, which each row lists as objects under the name of the subform, from v5 on. They are added to
    /// those that are there.
    ///
    /// Which record they belong to is told by the field by which records are found, or else by the column with the most
    /// different values: a row without a value there, or with that of another row, is not sent. Rows of a subform that
    /// Zoho refuses are told in the [details](crate::rest::Saved::details) of their record, and in a warning.
    ///
    /// The subform of records that are there can be written as a module of its own:
    /// `client.module("Secondary_Emails").bulk_write()`, with the id of the record as `Parent_Id`.
    pub fn subform(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.children(Children {
            member: name.clone(),
            module: name,
            parent: "Parent_Id".to_owned(),
            target: None,
            lookups: BTreeMap::new(),
        })
    }

    /// Links to records of another module, which each row lists by id under the name `member`, from v5 on. `module` is
    /// the linking module of the lookup; its field `own` leads to the record of the row, `other` to the ones listed.
    /// What [`subform`](Self::subform) says of the rows holds here too.
    pub fn linked(
        self,
        member: impl Into<String>,
        module: impl Into<String>,
        own: impl Into<String>,
        other: impl Into<String>,
    ) -> Self {
        self.children(Children {
            member: member.into(),
            module: module.into(),
            parent: own.into(),
            target: Some(other.into()),
            lookups: BTreeMap::new(),
        })
    }

    fn children(self, children: Children) -> Self {
        self.with(|options| options.children.push(children))
    }

    /// Where Zoho is to tell that a job is over, by a POST.
    pub fn callback(self, url: impl Into<String>) -> Self {
        self.with(|options| options.callback = Some(url.into()))
    }

    /// Takes the rows, [`Record`](crate::Record)s or any type that serde can write as an object, into a temporary file.
    /// Sends nothing.
    ///
    /// Of a record with an id the changes are sent, and the field by which it is found.
    pub fn rows<'a, I: IntoIterator<Item: Serialize + 'static>>(self, rows: I) -> BulkWriteRows<'a> {
        let Self { module, options } = self;
        let check_fields: Vec<String> = options.find_by.iter().cloned().collect();
        let row = |item: I::Item| -> Result<Row> {
            match options.operation {
                Operation::Insert => Row::new(&item),
                _ if options.find_by.as_deref() == Some("id") => {
                    let row = Row::changed(&item);
                    if options.operation == Operation::Upsert { row.or_else(|_| Row::new(&item)) } else { row }
                }
                Operation::Update | Operation::Upsert => {
                    let row = Row::upserted(&item, &check_fields)?;
                    if options.operation == Operation::Update && !row.findable {
                        let field = options.find_by.as_deref().unwrap_or_default();
                        return Err(Error::invalid(format!("it has no value in {field}, by which records are found")));
                    }
                    Ok(row)
                }
            }
        };
        let children: Vec<&str> = options.children.iter().map(|children| children.member.as_str()).collect();
        let spool = Spool::of(rows.into_iter().map(row), &children);
        BulkWriteRows::new(module, options, spool)
    }
}
