//! An emulator with leads, and a client of it.

use std::io::{Cursor, Write};
use std::time::Duration;

use serde_json::{Value, json};
use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, GrantToken};
use zcrm_emulator::{Emulator, Fault, On, Options, Reply};
use zip::write::SimpleFileOptions;

pub(crate) const VERSIONS: [&str; 3] = ["v2", "v6", "v8"];

/// An emulator whose jobs are over when they are asked for, and a client that has tokens.
pub(crate) fn start(version: &str, leads: u64) -> (Emulator, Client) {
    let emulator = Emulator::start(Options { leads, ..Options::default() }).unwrap();
    emulator.behave(|behaviour| behaviour.bulk_polls = 0);
    let client = another_client(&emulator, version, "abc@xyz.com");
    emulator.reset_counters();
    (emulator, client)
}

/// A client that shares nothing with others, as in another process.
pub(crate) fn another_client(emulator: &Emulator, version: &str, user: &str) -> Client {
    let mut dictionary = emulator.dictionary();
    dictionary["api_version"] = version.into();
    dictionary["current_user_email"] = user.into();
    let http = HttpOptions::default().retry_base(Duration::from_millis(1)).max_retries(2);
    let config = Config::from_json_str(&dictionary.to_string()).unwrap().with_http(http);
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    let _ = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant(user))).unwrap();
    client
}

/// How many jobs were created.
pub(crate) fn jobs(emulator: &Emulator) -> u64 {
    VERSIONS.iter().map(|version| emulator.counters().calls_to("POST", &format!("/crm/bulk/{version}/read"))).sum()
}

/// A ZIP file with these files.
pub(crate) fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// From now on each job is over, and says this of its result.
pub(crate) fn completed(emulator: &Emulator, result: Value) {
    let body =
        json!({ "data": [{ "id": "1", "state": "COMPLETED", "operation": "read", "result": result }], "info": {} });
    emulator.fault(On::path("/crm/bulk/").method("GET").times(1), Fault::Reply(Reply::json(200, &body)));
}
