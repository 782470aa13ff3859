//! Runs programs as processes, signed in to an emulated Zoho CRM.
#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and uses a part of this")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use zcrm_core::{Config, GrantToken};
use zcrm_emulator::{Counters, Emulator, Fault, Options};

/// An emulated Zoho CRM, and a folder with a configuration whose user is signed in.
pub struct Account {
    pub emulator: Emulator,
    pub folder: TempDir,
}

/// An answer for which a program waits until the faults are cleared.
pub fn held() -> Fault {
    Fault::SlowHeaders(Duration::from_secs(60))
}

impl Account {
    pub fn new() -> Self {
        Self::with(Options::default(), "v2")
    }

    pub fn with(options: Options, version: &str) -> Self {
        let emulator = Emulator::start(options).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut dictionary = emulator.dictionary();
        dictionary["token_persistence_path"] = json!(folder.path().join("tokens"));
        dictionary["api_version"] = json!(version);
        let config = folder.path().join("zcrm.json");
        fs::write(&config, dictionary.to_string()).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let account = Self { emulator, folder };
        let client = account.client();
        let grant = account.emulator.new_grant(dictionary["current_user_email"].as_str().unwrap());
        client.oauth().generate_access_token(GrantToken::new(grant)).unwrap();
        account.emulator.reset_counters();
        account
    }

    pub fn client(&self) -> zcrm_core::Client {
        let config = Config::from_json_file(self.path("zcrm.json")).unwrap();
        zcrm_cli::connect(config).unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A program in the account's folder, with its configuration.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).args(["--config", "zcrm.json"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, program: &str, arguments: &[&str]) -> Ran {
        Ran::of(self.command(program, arguments).output().unwrap())
    }

    /// Waits until the emulator has seen what is waited for.
    pub fn wait_for(&self, seen: impl Fn(&Counters) -> bool) {
        let begin = Instant::now();
        while !seen(&self.emulator.counters()) {
            assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", self.emulator.counters());
            thread::yield_now();
        }
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self, child: &Child) {
        signal(child, "-INT");
    }

    /// Sends a signal while a call is held by a slow answer, and has it answered once the program says that it was
    /// interrupted.
    pub fn signal_within_call(&self, mut child: Child, name: &str) -> Ran {
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        signal(&child, name);
        let mut said = String::new();
        while !said.contains("interrupted") {
            assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
        }
        self.emulator.clear_faults();
        stderr.read_to_string(&mut said).unwrap();
        Ran { stderr: said, ..Ran::of(child.wait_with_output().unwrap()) }
    }

    /// The records that were sent to be created or upserted, of all calls, in order.
    pub fn sent(&self) -> Vec<Vec<Value>> {
        let posts = self.emulator.requests().into_iter().filter(|request| request.method == "POST");
        let posts = posts.filter(|request| request.path.starts_with("/crm/"));
        posts.map(|request| request.json()["data"].as_array().cloned().unwrap_or_default()).collect()
    }
}

/// Sends a signal.
pub fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// What a program left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    pub fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap_or_default()
    }

    /// The plan in the last line without its seconds, which are of what was measured.
    pub fn plan(&self) -> &str {
        let (plan, seconds) = self.last_line().rsplit_once(" seconds=").unwrap();
        assert!(seconds.parse::<u64>().is_ok(), "{self:?}");
        plan
    }
}
