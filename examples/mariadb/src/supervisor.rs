//! The shell that runs the server and outlives this process just long enough to clean up.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use crate::Error;
use crate::program::Programs;

#[derive(Debug)]
pub(crate) struct Supervisor {
    folder: PathBuf,
    shell: Child,
    // An option only so that `drop` can close it before it waits.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Supervisor {
    /// Starts the shell, which from now on owns the folder.
    pub(crate) fn start(folder: TempDir, programs: &Programs) -> Result<Self, Error> {
        let script = folder.path().join("supervise.sh");
        fs::write(&script, include_str!("supervise.sh"))?;
        let mut command = Command::new("/bin/sh");
        command
            .arg(script)
            .arg(folder.path())
            .arg(&programs.server)
            .args(&programs.installer)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // A group of its own: Ctrl-C is for the test program, and the shell still has to clean up.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut shell = command.spawn()?;
        let folder = folder.keep();
        let (Some(commands), Some(answers)) = (shell.stdin.take(), shell.stdout.take()) else {
            return Err(Error::Start("its shell has no pipes".to_owned()));
        };
        Ok(Self { folder, shell, commands: Some(commands), answers: BufReader::new(answers) })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the server logged.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    pub(crate) fn install(&mut self) -> Result<(), Error> {
        self.order("install")
    }

    /// Starts the server's process, which is not ready yet.
    pub(crate) fn launch(&mut self) -> Result<(), Error> {
        self.order("start")
    }

    pub(crate) fn is_alive(&mut self) -> Result<bool, Error> {
        Ok(self.ask("alive")? == "yes")
    }

    /// `start`, `stop`, `kill`, `freeze` or `thaw`; returns when it has happened.
    pub(crate) fn order(&mut self, command: &str) -> Result<(), Error> {
        match self.ask(command)?.as_str() {
            "done" => Ok(()),
            _ => Err(Error::Start(self.log())),
        }
    }

    fn ask(&mut self, command: &str) -> Result<String, Error> {
        if let Some(commands) = &mut self.commands {
            writeln!(commands, "{command}")?;
        }
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(answer.trim_end().to_owned())
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // The end of its input tells the shell to kill the server and remove the folder.
        self.commands = None;
        if let Err(error) = self.shell.wait() {
            // Where that fails, there is nobody left to tell.
            let _ = writeln!(io::stderr(), "the database server's shell: {error}");
        }
    }
}
