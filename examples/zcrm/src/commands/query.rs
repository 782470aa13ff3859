//! `zcrm query`

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use zcrm_cli::output::{Lines, Sink};
use zcrm_cli::query::{Format, Prompt, Sheet, history_file, parameter};
use zcrm_cli::{Outcome, complain, end, names, on_signal, stdio, text};
use zcrm_core::coql::{self, Column, Statement};
use zcrm_core::criteria::Literal;
use zcrm_core::{Client, ErrorKind};

use super::rows::Job;
use crate::global::Global;

/// Writes the rows of a query in COQL, Zoho's SQL, down, one a line
///
/// All rows come, however many requests that takes; `limit` says when fewer are enough. A query only reads. Values are
/// best given as parameters: in `where City = :city` whatever --param city=TEXT says is a value and never read as COQL.
///
/// Without a query, standard input is read for one; on a terminal, a prompt asks for queries, completes names with the
/// tab key, and remembers them. Exit code: 0 all done, 1 could not, 2 done in part, as with export.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// Such as 'select Last_Name, Owner.email from Leads where City = :city'
    query: Option<String>,
    /// The value of the parameter :NAME: a text, or JSON for numbers, booleans and lists; may be given several times
    #[arg(long, value_name = "NAME=TEXT|NAME:=JSON", value_parser = parameter)]
    param: Vec<(String, Literal)>,
    /// NDJSON writes rows as Zoho sent them; CSV a column for each of the query's, lookups as ids; the table is for
    /// people. NDJSON unless given, and a table at the prompt
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Where to write to; standard output when absent
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Ndjson,
    Csv,
    Table,
}

impl From<Form> for Format {
    fn from(form: Form) -> Self {
        match form {
            Form::Ndjson => Self::Ndjson,
            Form::Csv => Self::Csv,
            Form::Table => Self::Table,
        }
    }
}

impl Query {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        if self.query.is_none() && io::stdin().is_terminal() && io::stdout().is_terminal() {
            return self.ask(global);
        }
        let query = self.read(&self.text()?, &self.param)?;
        let format = self.format.map_or(Format::Ndjson, Format::from);
        let job = Job::begin(global, "query", "rows", self.output.as_deref(), format.header_lines(), "")?;
        let client = global.client()?;
        let (module, columns) = (query.module().to_owned(), keys(&query));
        let mut rows = client.query(query).iter();
        // Before the output is opened: an error now is about the query, or the account.
        let first = rows.next().transpose().map_err(|error| names::unknown_module(&client, &module, error))?;
        let rows = first.map(Ok).into_iter().chain(rows).map(|row| row.map_err(anyhow::Error::from));
        job.run(&job.open(None)?, |lines| Sheet::new(format, columns, lines), rows)
    }

    fn text(&self) -> Result<String> {
        if let Some(query) = &self.query {
            return Ok(query.clone());
        }
        let text = text::of_stdin()?;
        if text.trim().is_empty() {
            bail!("there is no query: give one as an argument, or on standard input");
        }
        Ok(text)
    }

    fn read(&self, text: &str, parameters: &[(String, Literal)]) -> Result<coql::Query> {
        let statement = Statement::new(text);
        let bind = |statement: Statement, (name, value): &(String, Literal)| statement.bind(name, value.clone());
        Ok(parameters.iter().fold(statement, bind).query()?)
    }

    /// Asks for queries at a prompt until there are no more.
    fn ask(&self, global: &Global) -> Result<Outcome> {
        if self.output.is_some() {
            bail!("--output wants a query; the prompt writes to the terminal");
        }
        let client = global.client()?;
        let stop = stop_at_interrupt(&client)?;
        let history = history_file();
        let mut prompt = Prompt::new(&client, history)?;
        global.note("the tab key completes names; Ctrl-C stops a query, Ctrl-D ends");
        while let Some(line) = prompt.next_line()? {
            let line = line.trim().trim_end_matches(';');
            if matches!(line, "exit" | "quit") {
                break;
            }
            if !line.is_empty()
                && let Err(error) = self.answer(global, &client, line, &stop)
            {
                complain(&*error);
            }
            stop.store(false, Ordering::SeqCst);
            client.resume();
        }
        prompt.save()?;
        Ok(Outcome::Done)
    }

    /// Shows the rows of a query that was typed.
    fn answer(&self, global: &Global, client: &Client, text: &str, stop: &AtomicBool) -> Result<()> {
        // Which queries will be typed was not known when the parameters were given.
        let used: Vec<_> = self.param.iter().filter(|(name, _)| text.contains(&format!(":{name}"))).cloned().collect();
        let query = self.read(text, &used)?;
        let format = self.format.map_or(Format::Table, Format::from);
        let module = query.module().to_owned();
        let lines = Lines::to(None)?;
        let mut sheet = stdio::written(Sheet::new(format, keys(&query), lines.clone()))?;
        let mut rows = 0_u64;
        for row in client.query(query).iter() {
            match row {
                Ok(row) => stdio::written(sheet.write(&row))?,
                Err(error) if error.kind() == ErrorKind::Interrupted => break,
                Err(error) if rows == 0 => return Err(names::unknown_module(client, &module, error)),
                Err(error) => complain(&error),
            }
            rows += 1;
            if stop.load(Ordering::SeqCst) {
                break;
            }
        }
        stdio::written(sheet.end().and_then(|()| lines.complete()))?;
        let stopped = if stop.load(Ordering::SeqCst) { ", stopped" } else { "" };
        global.note(format_args!("{rows} rows{stopped}"));
        Ok(())
    }
}

/// The columns of a query, by the keys under which values stand in its rows.
fn keys(query: &coql::Query) -> Vec<String> {
    query.columns().iter().map(Column::key).collect()
}

/// From now on a signal stops the query that runs, and a second one ends the program.
fn stop_at_interrupt(client: &Client) -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let (note, client) = (Arc::clone(&stop), client.clone());
    let handler = move || {
        if note.swap(true, Ordering::SeqCst) {
            end();
        }
        client.interrupt();
    };
    on_signal(handler).context("Ctrl-C cannot be watched for")?;
    Ok(stop)
}
