//! The programs as processes, with a dictionary that leads to an emulator of the test.
#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use zcrm_core::GrantToken;
use zcrm_emulator::{Emulator, Options};

/// The user that the dictionary names.
pub(crate) const USER: &str = "abc@xyz.com";

/// An emulator, and a folder with the dictionary and the tokens.
pub(crate) struct Place {
    /// The Zoho CRM that the programs talk to.
    pub(crate) emulator: Emulator,
    folder: TempDir,
}

impl Place {
    /// A fresh emulator without tokens.
    pub(crate) fn new(options: Options) -> Self {
        let place = Self { emulator: Emulator::start(options).unwrap(), folder: tempfile::tempdir().unwrap() };
        place.change(json!({}));
        place
    }

    /// One whose client is registered with this redirect URI.
    pub(crate) fn with_redirect(redirect_uri: &str) -> Self {
        Self::new(Options { redirect_uri: redirect_uri.to_owned(), ..Options::default() })
    }

    /// Writes the dictionary anew, with these changes; a null takes the key away.
    pub(crate) fn change(&self, changes: Value) {
        let mut dictionary = self.emulator.dictionary();
        let keys = dictionary.as_object_mut().unwrap();
        keys.insert("token_persistence_path".to_owned(), json!("tokens"));
        keys.extend(changes.as_object().unwrap().clone());
        keys.retain(|_, value| !value.is_null());
        write_secretly(&self.config(), &dictionary.to_string());
    }

    /// The dictionary's file.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("zcrm.json")
    }

    /// The folder that the dictionary and the tokens are in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The content of the token file; empty when there is none.
    pub(crate) fn tokens(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("tokens/zcrm_oauthtokens.txt")).unwrap_or_default()
    }

    /// A program with `--config`.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = program_alone(program);
        command.arg("--config").arg(self.config());
        command
    }

    /// Signs in with a new grant.
    pub(crate) fn sign_in(&self) {
        let client = zcrm_cli::connect(zcrm_cli::config(Some(&self.config())).unwrap()).unwrap();
        client.oauth().generate_access_token(GrantToken::new(self.emulator.new_grant(USER))).unwrap();
    }
}

/// Writes a file that nobody else can read.
fn write_secretly(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// A program with nothing of the configuration of whoever runs the tests, and a browser that does nothing.
pub(crate) fn program_alone(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ZCRM_") {
            command.env_remove(name);
        }
    }
    command.env_remove("RUST_LOG").env("BROWSER", "true").stdin(Stdio::null());
    command
}

/// Runs a program to its end.
pub(crate) fn finish(command: &mut Command) -> Output {
    command.output().unwrap()
}

/// Runs a program to its end with something on its standard input.
pub(crate) fn finish_with_input(command: &mut Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Standard output.
pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error.
pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The program could not do it: exit code 1, a line that begins with `error:`, no panic. Returns standard error.
pub(crate) fn refused(output: &Output) -> String {
    let text = err(output);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text.lines().any(|line| line.starts_with("error: ")) && !text.contains("panicked"), "{text}");
    text
}

/// A program that prints while it runs.
pub(crate) struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The next line that begins so.
    pub(crate) fn line(&mut self, beginning: &str) -> String {
        let mut seen = String::new();
        loop {
            let from = seen.len();
            assert!(self.lines.read_line(&mut seen).unwrap() > 0, "no line begins with {beginning:?}: {seen}");
            if seen[from..].starts_with(beginning) {
                return seen[from..].trim_end().to_owned();
            }
        }
    }

    /// Writes a line to its standard input.
    pub(crate) fn type_line(&mut self, line: &str) {
        writeln!(self.child.stdin.take().unwrap(), "{line}").unwrap();
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Stops reading what it prints, and waits for its end.
    pub(crate) fn go_away(self) -> Output {
        drop(self.lines);
        self.child.wait_with_output().unwrap()
    }

    /// Waits for its end; what was printed since the last line that was read.
    pub(crate) fn end(mut self) -> Output {
        let mut rest = Vec::new();
        self.lines.read_to_end(&mut rest).unwrap();
        let mut output = self.child.wait_with_output().unwrap();
        output.stdout = rest;
        output
    }
}

/// Asks for a page without following redirects: the status, and where it leads.
pub(crate) fn visit(url: &str) -> (u16, Option<String>, String) {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).proxy(None).build().into();
    let mut answer = agent.get(url).call().unwrap();
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location, answer.body_mut().read_to_string().unwrap())
}
