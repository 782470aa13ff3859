//! What lies at the target of a download: kept after every failure, replaced when the download is complete.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// The emulator's options cannot be built in one expression from outside of its crate.
#![allow(clippy::field_reassign_with_default)]

mod rest_support;

use std::fs;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::TcpListener;
use std::path::Path;

use rest_support::{CLOSED, client, config, emulator, quick, sign_in};
use serde_json::json;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::rest::{Downloaded, Upload};
use zcrm_core::{Client, ErrorKind, Method, Record, Result};
use zcrm_emulator::{Emulator, Fault, On, Reply};

const CONTENT: &[u8] = &[7; 300_000];

/// A lead with a file, as the path to both.
fn start() -> (Emulator, Client, String, String) {
    let emulator = emulator(0);
    let client = client(&emulator, quick().max_retries(1));
    let lead = client.module("Leads").create_one(&Record::new().with("Last_Name", "Berg")).unwrap().id.to_string();
    let source = Upload::from_seekable("a.bin", Cursor::new(CONTENT)).unwrap();
    let file = client.module("Leads").record(&lead).attachments().upload(source).unwrap().id.to_string();
    (emulator, client, lead, file)
}

fn download(client: &Client, lead: &str, file: &str, path: &Path) -> Result<Downloaded> {
    client.module("Leads").record(lead).attachments().download(file).to_file(path)
}

#[test]
fn an_old_file_survives_every_failure() {
    let (emulator, client, lead, file) = start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.bin");
    fs::write(&path, "old").unwrap();
    let rejection = json!({ "data": [{ "code": "INVALID_DATA", "status": "error", "message": "m", "details": {} }] });
    for (fault, kind) in [
        (Fault::Reply(Reply::error(404, "INVALID_DATA", "m")), ErrorKind::NotFound),
        (Fault::Reply(Reply::error(403, "NO_PERMISSION", "m")), ErrorKind::Forbidden),
        (Fault::Reply(Reply::empty(204)), ErrorKind::NotFound),
        (Fault::Reply(Reply::html(500)), ErrorKind::Server),
        (Fault::Reply(Reply::html(302)), ErrorKind::WrongHost),
        (Fault::Reply(Reply::html(200)), ErrorKind::InvalidResponse),
        (Fault::Reply(Reply::json(200, &rejection)), ErrorKind::InvalidRequest),
        (Fault::Reply(Reply::json(202, &rejection)), ErrorKind::InvalidRequest),
        (Fault::Reply(Reply::json(207, &rejection)), ErrorKind::InvalidRequest),
        (Fault::Reply(Reply::json(200, &json!({ "data": [] }))), ErrorKind::InvalidResponse),
        (Fault::Reply(Reply::empty(206).body("half")), ErrorKind::InvalidResponse),
        (Fault::CutOff, ErrorKind::Unanswered),
        (Fault::CutOffChunked, ErrorKind::Unanswered),
        (Fault::ResetBeforeWork, ErrorKind::Unanswered),
    ] {
        emulator.fault(On::any_call(), fault.clone());
        let error = download(&client, &lead, &file, &path).unwrap_err();
        emulator.clear_faults();
        assert_eq!(error.kind(), kind, "{fault:?}: {error}");
        assert!(!error.outcome_unknown(), "{fault:?}");
        let answered = !matches!(fault, Fault::ResetBeforeWork);
        assert_eq!(error.status().is_some(), answered, "{fault:?}: {error}");
        assert_eq!(fs::read(&path).unwrap(), b"old", "{fault:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{fault:?}: nothing lies beside it");
    }
    let offline = config(&emulator, &[("api_base_url", CLOSED)]).with_http(quick().max_retries(1));
    let offline = Client::new(offline, InMemoryPersistence::new()).unwrap();
    sign_in(&offline, &emulator);
    assert_eq!(download(&offline, &lead, &file, &path).unwrap_err().kind(), ErrorKind::Connect);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    download(&client, &lead, &file, &path).unwrap();
    assert!(fs::read(&path).unwrap() == CONTENT);
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_pipes_stay_pipes() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let (_emulator, client, lead, file) = start();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("elsewhere")).unwrap();
    fs::write(at("elsewhere/file"), "old").unwrap();
    fs::set_permissions(at("elsewhere/file"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("elsewhere/file", at("link")).unwrap();
    symlink("elsewhere/new", at("dangling")).unwrap();
    symlink("dangling", at("link to a link")).unwrap();
    for (link, target) in
        [("link", "elsewhere/file"), ("link to a link", "elsewhere/new"), ("dangling", "elsewhere/new")]
    {
        download(&client, &lead, &file, &at(link)).unwrap();
        assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink(), "{link}");
        assert!(fs::read(at(target)).unwrap() == CONTENT, "{target}");
    }
    let mode = fs::metadata(at("elsewhere/file")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640, "the file keeps its permissions");
    symlink("circle", at("circle")).unwrap();
    assert_eq!(download(&client, &lead, &file, &at("circle")).unwrap_err().kind(), ErrorKind::Io);

    let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
    assert!(made.success());
    std::thread::scope(|scope| {
        let read = scope.spawn(|| fs::read(at("pipe")).unwrap());
        assert_eq!(download(&client, &lead, &file, &at("pipe")).unwrap().bytes, CONTENT.len() as u64);
        assert!(read.join().unwrap() == CONTENT);
    });
    std::thread::scope(|scope| {
        let read = scope.spawn(|| fs::read(at("pipe")).unwrap());
        assert_eq!(download(&client, &lead, "1", &at("pipe")).unwrap_err().kind(), ErrorKind::NotFound);
        assert!(read.join().unwrap().is_empty());
    });
    assert!(fs::metadata(at("pipe")).unwrap().file_type().is_fifo(), "it is still there");
}

#[cfg(windows)]
#[test]
fn held_and_protected_files_and_devices() {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARE_READ: u32 = 1;
    let (emulator, client, lead, file) = start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.bin");
    fs::write(&path, "old").unwrap();
    let hold = || fs::File::options().read(true).share_mode(SHARE_READ).open(&path).unwrap();

    // Held when the download is complete, and not when it begins.
    std::thread::scope(|scope| {
        emulator.fault(On::any_call(), Fault::SlowHeaders(std::time::Duration::from_millis(500)));
        let done = scope.spawn(|| download(&client, &lead, &file, &path));
        while fs::read_dir(folder.path()).unwrap().count() < 2 {
            std::thread::yield_now();
        }
        let held = hold();
        // Longer than the response takes.
        std::thread::sleep(std::time::Duration::from_secs(1));
        drop(held);
        done.join().unwrap().unwrap();
    });
    assert!(fs::read(&path).unwrap() == CONTENT);

    let calls = emulator.counters().total_calls();
    let held = hold();
    assert_eq!(download(&client, &lead, &file, &path).unwrap_err().kind(), ErrorKind::Io);
    drop(held);
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert_eq!(download(&client, &lead, &file, &path).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(emulator.counters().total_calls(), calls, "nothing was asked for in vain");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing lies beside it");

    assert_eq!(download(&client, &lead, &file, Path::new("NUL")).unwrap().bytes, CONTENT.len() as u64);
}

/// The name that a download gets from a header, over the wire.
fn name_of(header: &'static [u8]) -> Option<String> {
    let emulator = emulator(0);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(&stream).lines().map(Result::unwrap);
        lines.take_while(|line: &String| !line.is_empty()).for_each(drop);
        let head: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Disposition: attachment; ";
        stream.write_all(&[head, header, b"\r\n\r\nx"].concat()).unwrap();
    });
    let client = Client::new(config(&emulator, &[("api_base_url", &url)]), InMemoryPersistence::new()).unwrap();
    sign_in(&client, &emulator);
    let downloaded = client.call(Method::Get, "files/1").to_writer(std::io::sink()).unwrap();
    server.join().unwrap();
    downloaded.file_name
}

#[test]
fn names_are_decoded_and_safe() {
    for (header, expected) in [
        (b"filename=\"Angebot M\xfcller.pdf\"".as_slice(), Some("Angebot Müller.pdf")),
        (b"filename=\"Angebot M\xc3\xbcller.pdf\"", Some("Angebot Müller.pdf")),
        (b"filename=\"=?UTF-8?Q?M=C3=BCller?=.pdf\"", Some("Müller.pdf")),
        (b"filename=\"M%C3%BCller.pdf\"", Some("Müller.pdf")),
        (b"filename=\"NUL\"", Some("_NUL")),
        (b"filename=\"a.txt:b.exe. \"", Some("a.txt_b.exe")),
        (b"filename=\"../\"", None),
    ] {
        assert_eq!(name_of(header).as_deref(), expected, "{}", String::from_utf8_lossy(header));
    }
}
