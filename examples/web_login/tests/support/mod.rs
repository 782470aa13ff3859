//! `web_login` as a process, towards an emulated Zoho.
#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and uses a part of this")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use serde_json::json;
use tempfile::TempDir;
use zcrm_emulator::{Emulator, Options};

pub const ABC: &str = "abc@xyz.com";
pub const OTHER: &str = "other@example.com";

pub struct Site {
    pub emulator: Emulator,
    folder: TempDir,
    child: Child,
    /// The address that is printed for people.
    pub url: String,
    /// Where it listens.
    pub address: String,
}

impl Site {
    /// A page whose redirect_uri is `redirect`; it listens there, or at `listen`.
    pub fn start(redirect: &str, listen: Option<&str>) -> Self {
        let emulator = Emulator::start(Options { redirect_uri: redirect.to_owned(), ..Options::default() }).unwrap();
        emulator.new_grant(OTHER);
        let folder = tempfile::tempdir().unwrap();
        let mut config = emulator.dictionary();
        config["token_persistence_path"] = json!("tokens");
        fs::write(folder.path().join("zcrm.json"), config.to_string()).unwrap();
        let mut command = command(&folder);
        if let Some(listen) = listen {
            command.args(["--listen", listen]);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = |start: &str| {
            let line = lines.next().unwrap_or_else(|| panic!("no line that begins with {start}")).unwrap();
            line.strip_prefix(start).unwrap_or_else(|| panic!("{line}")).to_owned()
        };
        let url = next("Open ").trim_end_matches('/').to_owned();
        let address = next("Listening at ").split(';').next().unwrap().to_owned();
        Self { emulator, folder, child, url, address }
    }

    pub fn tokens(&self) -> String {
        fs::read_to_string(self.folder.path().join("tokens/zcrm_oauthtokens.txt")).unwrap_or_default()
    }

    /// Makes the stored tokens disappear.
    pub fn lose_tokens(&self) {
        fs::remove_dir_all(self.folder.path().join("tokens")).unwrap();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// An address that nobody uses; its port is below those that systems give to others.
pub fn free_address() -> SocketAddr {
    let mut ports = std::iter::repeat_with(|| fastrand::u16(12_000..32_000));
    let listener = ports.find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok());
    listener.unwrap().local_addr().unwrap()
}

/// The program in a folder with the configuration `zcrm.json`.
pub fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_web_login"));
    command.current_dir(folder.path()).args(["--config", "zcrm.json"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}
