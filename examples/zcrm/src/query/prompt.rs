//! A prompt for queries: line editing, a history, and names that complete themselves.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fs::DirBuilder;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use etcetera::BaseStrategy;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use zcrm_core::Client;

use super::words::{Names, complete};

/// Asks for queries, one a line.
pub struct Prompt {
    editor: Editor<Words, FileHistory>,
    history: Option<PathBuf>,
}

impl Prompt {
    /// A prompt that completes the names of this client's modules and fields, and remembers lines in a file that nobody
    /// else can read.
    ///
    /// # Errors
    ///
    /// When there is no terminal.
    pub fn new(client: &Client, history: Option<PathBuf>) -> Result<Self> {
        let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
        let mut editor = Editor::with_config(config).context("there is no terminal to ask at")?;
        editor.set_helper(Some(Words(Known::of(client))));
        if let Some(file) = &history {
            // There is none before the first time.
            let _ = editor.load_history(file);
        }
        Ok(Self { editor, history })
    }

    /// The next line; `None` when there are no more.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be read.
    pub fn next_line(&mut self) -> Result<Option<String>> {
        loop {
            match self.editor.readline("coql> ") {
                Ok(line) => return Ok(Some(line)),
                // Ctrl-C takes the line back.
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Ok(None),
                Err(cause) => return Err(cause).context("the terminal cannot be read"),
            }
        }
    }

    /// Writes the history down.
    ///
    /// # Errors
    ///
    /// When its file cannot be written.
    pub fn save(&mut self) -> Result<()> {
        let Some(file) = &self.history else { return Ok(()) };
        let unwritable = || format!("the history {} cannot be written", file.display());
        if let Some(folder) = file.parent() {
            make_private(folder).with_context(unwritable)?;
        }
        self.editor.save_history(file).with_context(unwritable)
    }
}

impl std::fmt::Debug for Prompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prompt").field("history", &self.history).finish_non_exhaustive()
    }
}

/// Where the history is kept: in the folder that the system has for the data of this user's programs.
#[must_use]
pub fn history_file() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.data_dir().join("zcrm").join("query_history"))
}

fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Names, asked for once.
struct Known {
    client: Client,
    modules: OnceCell<Vec<String>>,
    fields: RefCell<HashMap<String, Vec<String>>>,
}

impl Known {
    fn of(client: &Client) -> Self {
        Self { client: client.clone(), modules: OnceCell::new(), fields: RefCell::default() }
    }
}

impl Names for Known {
    /// None where they cannot be had: whoever types may know them.
    fn modules(&self) -> Vec<String> {
        let ask = || {
            let modules = self.client.modules().list().all().unwrap_or_default();
            modules.into_iter().filter_map(|module| module.api_name).collect()
        };
        self.modules.get_or_init(ask).clone()
    }

    fn fields(&self, module: &str) -> Vec<String> {
        if !self.modules().iter().any(|known| known == module) {
            return Vec::new();
        }
        let ask = || {
            let fields = self.client.module(module).fields().list().all().unwrap_or_default();
            ["id".to_owned()].into_iter().chain(fields.into_iter().filter_map(|field| field.api_name)).collect()
        };
        self.fields.borrow_mut().entry(module.to_owned()).or_insert_with(ask).clone()
    }
}

struct Words(Known);

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, place: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(complete(line, place, &self.0))
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}
