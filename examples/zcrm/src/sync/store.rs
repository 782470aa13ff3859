//! The tables of modules, and the table that says how far each is.

use anyhow::{Context, Result, bail};
use zcrm_core::Record;
use zcrm_core::entity::Field;
use zcrm_core::resource::{Change, ChangesCursor};

use super::cell::{Cell, Decimals, Kind};
use super::database::{Database, quoted};
use super::mapping::{ID, JSON, Mapped, extend};

/// The table that says how far each module is.
pub const STATE: &str = "zcrm_sync";

/// A database with tables of modules.
pub struct Store(Box<dyn Database>);

/// The table of a module.
#[derive(Debug)]
pub struct Table {
    module: String,
    columns: Vec<Mapped>,
    cursor: ChangesCursor,
    /// How often the state was written, by which another program is noticed.
    run: i64,
    upsert: String,
    delete: String,
}

/// What a batch of changes did to a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows that were added or changed.
    pub upserted: u64,
    /// Rows that were removed.
    pub deleted: u64,
    /// For each value that did not fit its column: the field.
    pub unfit: Vec<String>,
}

/// How far a module is, as it is written down.
struct State {
    wanted: String,
    columns: Vec<Mapped>,
    cursor: Option<ChangesCursor>,
    run: i64,
}

impl Table {
    /// Up to where the table has the module's changes.
    #[must_use]
    pub fn cursor(&self) -> &ChangesCursor {
        &self.cursor
    }
}

impl Store {
    /// Takes a database; makes the table of states where there is none.
    ///
    /// # Errors
    ///
    /// When the database refuses it.
    pub fn new(mut database: Box<dyn Database>) -> Result<Self> {
        let dialect = database.dialect();
        let (text, number) = (dialect.type_of(Kind::Text), dialect.type_of(Kind::Integer));
        let statement = format!(
            "CREATE TABLE IF NOT EXISTS `{STATE}` (`module` {}, `wanted` {text} NOT NULL, `columns` {text} NOT NULL, \
             `cursor` {text}, `run` {number} NOT NULL){}",
            dialect.key(),
            dialect.table_options()
        );
        database.execute(&statement, &[]).with_context(|| format!("the table {STATE} cannot be created"))?;
        Ok(Self(database))
    }

    /// Drops the table of a module that was made here, to begin anew.
    ///
    /// # Errors
    ///
    /// When the database refuses it.
    pub fn forget(&mut self, module: &str) -> Result<()> {
        if self.state(module)?.is_some() {
            self.0.execute(&format!("DROP TABLE IF EXISTS {}", quoted(module)), &[])?;
            self.0.execute(&format!("DELETE FROM `{STATE}` WHERE `module` = ?"), &[module.into()])?;
        }
        Ok(())
    }

    /// The table of a module with columns for these fields. `wanted` are those that were named. A field that has no
    /// column yet gets one, and all records are read again for it.
    ///
    /// # Errors
    ///
    /// When there is a table of that name that was not made here, or for other fields; when the database refuses it.
    pub fn table(&mut self, module: &str, wanted: &[String], fields: &[&Field]) -> Result<Table> {
        let wanted = wanted.join(",");
        let mut state = match self.state(module)? {
            Some(state) if state.wanted != wanted => bail!(
                "the table {module} was made with {}, now there is {}: name the same fields, or build it anew with \
                 --fresh",
                named(&state.wanted),
                named(&wanted)
            ),
            Some(state) => state,
            None => self.new_state(module, wanted)?,
        };
        if extend(&mut state.columns, fields) {
            state.cursor = state.cursor.map(|cursor| cursor.restarted());
            self.write_columns(module, &state)?;
            state.run = state.run.saturating_add(1);
        }
        self.make(module, &state.columns)?;
        let names = [ID, JSON].into_iter().map(quoted);
        let names: Vec<String> = names.chain(state.columns.iter().map(|mapped| quoted(&mapped.column))).collect();
        let (table, marks) = (quoted(module), vec!["?"; names.len()].join(", "));
        let or_update = self.0.dialect().or_update(names.get(1..).unwrap_or_default());
        Ok(Table {
            module: module.to_owned(),
            cursor: state.cursor.unwrap_or_else(ChangesCursor::start),
            run: state.run,
            upsert: format!("INSERT INTO {table} ({}) VALUES ({marks}){or_update}", names.join(", ")),
            delete: format!("DELETE FROM {table} WHERE `{ID}` = ?"),
            columns: state.columns,
        })
    }

    /// Applies changes and keeps the cursor behind them, both or neither.
    ///
    /// # Errors
    ///
    /// When the database refuses it, and when another program wrote to the table meanwhile.
    pub fn apply(&mut self, table: &mut Table, changes: &[Change<Record>], cursor: ChangesCursor) -> Result<Applied> {
        self.0.execute(self.0.dialect().begin(), &[])?;
        let written = self.write(table, changes, &cursor).and_then(|applied| {
            self.0.execute("COMMIT", &[])?;
            Ok(applied)
        });
        match written {
            Ok(applied) => {
                table.cursor = cursor;
                table.run = table.run.saturating_add(1);
                Ok(applied)
            }
            Err(cause) => {
                // The connection may be gone, and the database undoes it then.
                let _ = self.0.execute("ROLLBACK", &[]);
                Err(cause.context(format!("the changes of {} cannot be written", table.module)))
            }
        }
    }

    fn write(&mut self, table: &Table, changes: &[Change<Record>], cursor: &ChangesCursor) -> Result<Applied> {
        let mut applied = Applied::default();
        let decimals = self.0.dialect().decimals();
        for change in changes {
            match change {
                Change::Upserted(record) => {
                    let row = table.row(record, decimals, &mut applied.unfit);
                    applied.upserted += u64::from(self.0.execute(&table.upsert, &row)? > 0);
                }
                Change::Deleted { id, .. } => {
                    applied.deleted += self.0.execute(&table.delete, &[id.as_str().into()])?;
                }
            }
        }
        let statement = format!("UPDATE `{STATE}` SET `cursor` = ?, `run` = ? WHERE `module` = ? AND `run` = ?");
        let (run, next) = (Cell::Integer(table.run), Cell::Integer(table.run.saturating_add(1)));
        let values = [cursor.to_string().as_str().into(), next, table.module.as_str().into(), run];
        if self.0.execute(&statement, &values)? != 1 {
            bail!("another program wrote to the table meanwhile; let one sync a module at a time");
        }
        Ok(applied)
    }

    fn state(&mut self, module: &str) -> Result<Option<State>> {
        let query = format!("SELECT `wanted`, `columns`, `cursor`, `run` FROM `{STATE}` WHERE `module` = ?");
        let rows = self.0.texts(&query, &[module.into()])?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let unreadable = || format!("what {STATE} says of {module} cannot be read; build the table anew with --fresh");
        let [Some(wanted), Some(columns), cursor, Some(run)] = row.as_slice() else { bail!(unreadable()) };
        let cursor = cursor.as_deref().map(str::parse).transpose().with_context(unreadable)?;
        Ok(Some(State {
            wanted: wanted.clone(),
            columns: serde_json::from_str(columns).with_context(unreadable)?,
            cursor,
            run: run.parse().with_context(unreadable)?,
        }))
    }

    /// The state of a module that has no table yet. It is written down before there is one.
    fn new_state(&mut self, module: &str, wanted: String) -> Result<State> {
        let others = self.0.texts(&format!("SELECT `module` FROM `{STATE}`"), &[])?;
        let same = |other: &String| other.eq_ignore_ascii_case(module);
        if module.eq_ignore_ascii_case(STATE) || others.into_iter().flatten().flatten().any(|other| same(&other)) {
            bail!("the database takes the table {module} for another one, whose name differs in case alone");
        }
        if !self.columns(module)?.is_empty() {
            bail!("the database has a table {module} that is not of a sync; rename it, or name another database");
        }
        let statement = format!("INSERT INTO `{STATE}` (`module`, `wanted`, `columns`, `run`) VALUES (?, ?, ?, 0)");
        self.0.execute(&statement, &[module.into(), wanted.as_str().into(), "[]".into()])?;
        Ok(State { wanted, columns: Vec::new(), cursor: None, run: 0 })
    }

    fn write_columns(&mut self, module: &str, state: &State) -> Result<()> {
        let statement =
            format!("UPDATE `{STATE}` SET `columns` = ?, `cursor` = ?, `run` = ? WHERE `module` = ? AND `run` = ?");
        let columns = serde_json::to_string(&state.columns)?;
        let cursor = state.cursor.as_ref().map_or(Cell::Null, |cursor| Cell::Text(cursor.to_string()));
        let (run, next) = (Cell::Integer(state.run), Cell::Integer(state.run.saturating_add(1)));
        if self.0.execute(&statement, &[columns.as_str().into(), cursor, next, module.into(), run])? != 1 {
            bail!("another program changed the table {module} meanwhile; let one sync a module at a time");
        }
        Ok(())
    }

    /// Makes the table and the columns that are not there.
    fn make(&mut self, module: &str, mapped: &[Mapped]) -> Result<()> {
        let dialect = self.0.dialect();
        let failed = || format!("the table {module} cannot be made");
        let there = self.columns(module)?;
        let defined = |mapped: &Mapped| format!("{} {}", quoted(&mapped.column), dialect.type_of(mapped.kind));
        if there.is_empty() {
            let columns: Vec<String> = mapped.iter().map(defined).collect();
            let columns = columns.iter().map(|column| format!(", {column}")).collect::<String>();
            let (table, key, json) = (quoted(module), dialect.key(), dialect.type_of(Kind::Text));
            let options = dialect.table_options();
            let statement = format!("CREATE TABLE {table} (`{ID}` {key}{columns}, `{JSON}` {json} NOT NULL){options}");
            return self.0.execute(&statement, &[]).map(drop).with_context(failed);
        }
        let is_there = |mapped: &&Mapped| there.iter().any(|name| name.eq_ignore_ascii_case(&mapped.column));
        for missing in mapped.iter().filter(|mapped| !is_there(mapped)) {
            let statement = format!("ALTER TABLE {} ADD COLUMN {}", quoted(module), defined(missing));
            self.0.execute(&statement, &[]).with_context(failed)?;
        }
        Ok(())
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>> {
        let rows = self.0.texts(self.0.dialect().columns_of_table(), &[table.into()])?;
        Ok(rows.into_iter().flatten().flatten().collect())
    }
}

impl Table {
    /// The values of a row; the fields of those that do not fit are added to `unfit`.
    fn row(&self, record: &Record, decimals: Decimals, unfit: &mut Vec<String>) -> Vec<Cell> {
        let id = record.id().map_or(Cell::Null, |id| id.as_str().into());
        let cells = self.columns.iter().map(|mapped| {
            let value = record.field(&mapped.field).value();
            value.map_or(Some(Cell::Null), |value| mapped.kind.cell(&value, decimals)).unwrap_or_else(|| {
                unfit.push(mapped.field.clone());
                Cell::Null
            })
        });
        [id, record.raw().into()].into_iter().chain(cells).collect()
    }
}

fn named(fields: &str) -> String {
    if fields.is_empty() { "all fields".to_owned() } else { format!("the fields {fields}") }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dialect", &self.0.dialect()).finish_non_exhaustive()
    }
}
