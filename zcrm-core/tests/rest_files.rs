//! Files both ways against the emulator: repeated where that is possible, broken off, limited, named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// The emulator's options cannot be built in one expression from outside of its crate.
#![allow(clippy::field_reassign_with_default)]

mod rest_support;

use std::io::{self, Cursor, Read, Write};
use std::sync::Mutex;

use rest_support::{client, emulator, quick};
use serde_json::Value;
use zcrm_core::rest::Upload;
use zcrm_core::{Client, ErrorKind, Method};
use zcrm_emulator::{Emulator, Fault, On, Reply};

/// A lead to attach files to.
fn attachments(client: &Client) -> String {
    let page: Value = client.call(Method::Get, "Leads").query("per_page", "1").send().unwrap().json().unwrap();
    format!("Leads/{}/Attachments", page["data"][0]["id"].as_str().unwrap())
}

fn upload(client: &Client, path: &str, upload: &mut Upload<'_>) -> zcrm_core::Result<String> {
    let answer: Value = client.call(Method::Post, path).upload(upload)?.json()?;
    Ok(answer["data"][0]["details"]["id"].as_str().unwrap().to_owned())
}

fn download(client: &Client, path: &str) -> (zcrm_core::rest::Downloaded, Vec<u8>) {
    let mut bytes = Vec::new();
    let downloaded = client.call(Method::Get, path).to_writer(&mut bytes).unwrap();
    (downloaded, bytes)
}

/// Content that differs everywhere, so that a lost or doubled piece shows.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 7 + index / 251) as u8).collect()
}

/// A reader that can be read once.
struct Pipe(Cursor<Vec<u8>>);

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

fn pipe(bytes: &[u8]) -> Pipe {
    Pipe(Cursor::new(bytes.to_vec()))
}

fn start() -> (Emulator, Client, String) {
    let emulator = emulator(1);
    let client = client(&emulator, quick());
    let path = attachments(&client);
    emulator.reset_counters();
    (emulator, client, path)
}

#[test]
fn what_went_up_comes_down() {
    let (_emulator, client, path) = start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quote (2) é.pdf");
    for length in [0, 1, 65_536, 3_000_000] {
        let bytes = content(length);
        std::fs::write(&file, &bytes).unwrap();
        for mut source in [
            Upload::from_path(&file).unwrap(),
            Upload::from_seekable("quote (2) é.pdf", Cursor::new(bytes.clone())).unwrap(),
            Upload::from_reader("quote (2) é.pdf", pipe(&bytes)),
            Upload::from_reader("quote (2) é.pdf", pipe(&bytes)).length(length as u64),
        ] {
            let id = upload(&client, &path, &mut source).unwrap();
            let (downloaded, received) = download(&client, &format!("{path}/{id}"));
            assert!(received == bytes, "{length} bytes differ");
            assert_eq!(downloaded.bytes, length as u64);
            assert_eq!(downloaded.file_name.as_deref(), Some("quote (2) é.pdf"));
        }
    }
}

#[test]
fn large_files_wait_for_consent_and_small_ones_do_not() {
    let (emulator, client, path) = start();
    upload(&client, &path, &mut Upload::from_seekable("a", Cursor::new(content(10))).unwrap()).unwrap();
    upload(&client, &path, &mut Upload::from_seekable("a", Cursor::new(content(2_000_000))).unwrap()).unwrap();
    let expects: Vec<_> =
        emulator.requests().iter().map(|request| request.header("expect").map(str::to_owned)).collect();
    assert_eq!(expects, [None, Some("100-continue".to_owned())]);
}

#[test]
fn what_can_be_read_again_is_sent_again() {
    let (emulator, client, path) = start();
    let bytes = content(3_000_000);
    for fault in [
        Fault::Reply(Reply::invalid_token()),
        Fault::Reply(Reply::too_many_requests()),
        Fault::ReplyWithin(1_000_000, Reply::invalid_token()),
        Fault::ReplyWithin(1_000_000, Reply::too_many_requests()),
    ] {
        emulator.fault(On::path("/crm/").method("POST").times(1), fault.clone());
        let mut shifted = Cursor::new([b"skipped".as_slice(), &bytes].concat());
        shifted.set_position(7);
        let mut source = Upload::from_seekable("a.bin", shifted).unwrap();
        let id = upload(&client, &path, &mut source).unwrap_or_else(|error| panic!("{fault:?}, {error:?}"));
        assert!(download(&client, &format!("{path}/{id}")).1 == bytes, "{fault:?}");
    }
}

#[test]
fn what_can_be_read_once_is_sent_again_only_while_unread() {
    let (emulator, client, path) = start();
    let bytes = content(3_000_000);
    let refused_at_once = Fault::Reply(Reply::invalid_token());
    emulator.fault(On::path("/crm/").method("POST").times(1), refused_at_once);
    let id = upload(&client, &path, &mut Upload::from_reader("a", pipe(&bytes)).length(3_000_000)).unwrap();
    assert!(download(&client, &format!("{path}/{id}")).1 == bytes, "the server refused before it took any of it");

    emulator.fault(On::path("/crm/").method("POST"), Fault::Reply(Reply::too_many_requests()));
    emulator.reset_counters();
    let small = &bytes[..1000];
    let error = upload(&client, &path, &mut Upload::from_reader("a", pipe(small)).length(1000)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.to_string().contains("cannot be sent again"), "{error}");
    assert_eq!(emulator.counters().total_calls(), 1);
}

#[test]
fn an_upload_whose_answer_is_lost_is_in_doubt_and_sent_once() {
    let (emulator, client, path) = start();
    for fault in [Fault::ResetAfterWork, Fault::CutOff, Fault::ReplyAfterWork(Reply::html(502))] {
        emulator.reset_counters();
        emulator.fault(On::path("/crm/").method("POST").times(1), fault);
        let mut source = Upload::from_seekable("a", Cursor::new(content(1000))).unwrap();
        let error = upload(&client, &path, &mut source).unwrap_err();
        assert!(error.outcome_unknown(), "{error}");
        assert_eq!(emulator.counters().total_calls(), 1);
    }
}

#[test]
fn sources_that_fail_or_lie_are_errors_of_this_machine() {
    let (_emulator, client, path) = start();
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk gone"))
        }
    }
    for mut source in [
        Upload::from_reader("a", Failing),
        Upload::from_reader("a", pipe(b"short")).length(1000),
        Upload::from_reader("a", pipe(b"short")).length(3_000_000),
    ] {
        let error = upload(&client, &path, &mut source).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
        assert!(!error.outcome_unknown());
    }
    let id = upload(&client, &path, &mut Upload::from_reader("a", pipe(b"longer than said")).length(6)).unwrap();
    assert_eq!(download(&client, &format!("{path}/{id}")).1, b"longer");
    for mut odd in [Upload::from_reader("", pipe(b"")), Upload::from_reader("a", pipe(b"")).content_type("a\r\nb: c")] {
        assert_eq!(upload(&client, &path, &mut odd).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    let folder = tempfile::tempdir().unwrap();
    for unusable in [folder.path().to_owned(), folder.path().join("absent")] {
        let error = Upload::from_path(&unusable).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains(unusable.to_str().unwrap()), "{error}");
    }
    assert_eq!(Upload::from_path("/").unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn progress_counts_the_file_and_ends_with_all_of_it() {
    let (_emulator, client, path) = start();
    let seen = Mutex::new(Vec::new());
    let report = |done, all| seen.lock().unwrap().push((done, all));
    let mut source = Upload::from_seekable("a", Cursor::new(content(300_000))).unwrap().progress(report);
    let id = upload(&client, &path, &mut source).unwrap();
    drop(source);
    let sent = std::mem::take(&mut *seen.lock().unwrap());
    assert!(sent.is_sorted() && sent.last() == Some(&(300_000, Some(300_000))), "{sent:?}");
    client.call(Method::Get, &format!("{path}/{id}")).download().progress(report).to_writer(io::sink()).unwrap();
    let received = std::mem::take(&mut *seen.lock().unwrap());
    assert!(received.is_sorted() && received.last() == Some(&(300_000, Some(300_000))), "{received:?}");
}

#[test]
fn a_download_is_asked_for_again_until_its_first_byte() {
    let (emulator, client, path) = start();
    let bytes = content(100_000);
    let id = upload(&client, &path, &mut Upload::from_reader("a", pipe(&bytes))).unwrap();
    let file = format!("{path}/{id}");
    for fault in [
        Fault::ResetBeforeWork,
        Fault::Reply(Reply::too_many_requests()),
        Fault::Reply(Reply::invalid_token()),
        Fault::Reply(Reply::html(503)),
    ] {
        emulator.fault(On::path("/crm/").times(1), fault);
        assert!(download(&client, &file).1 == bytes);
    }
    let large = content(3_000_000);
    let id = upload(&client, &path, &mut Upload::from_reader("large", pipe(&large))).unwrap();
    let file = format!("{path}/{id}");
    for fault in [Fault::CutOff, Fault::CutOffChunked] {
        emulator.reset_counters();
        emulator.fault(On::path("/crm/").times(1), fault);
        let mut part = Vec::new();
        let error = client.call(Method::Get, &file).to_writer(&mut part).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unanswered, "{error:?}");
        assert!(!part.is_empty() && large.starts_with(&part) && part.len() < large.len());
        assert!(error.to_string().contains(&part.len().to_string()), "{error}");
        assert_eq!(emulator.counters().total_calls(), 1, "what was written cannot be taken back");
    }
}

#[test]
fn downloads_end_at_their_limit() {
    let (_emulator, client, path) = start();
    let id = upload(&client, &path, &mut Upload::from_reader("a", pipe(&content(100_000)))).unwrap();
    let ask = || client.call(Method::Get, &format!("{path}/{id}")).download();
    let mut written = Vec::new();
    let error = ask().max_bytes(99_999).to_writer(&mut written).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("99999") && written.len() <= 99_999);
    assert_eq!(ask().max_bytes(100_000).to_writer(io::sink()).unwrap().bytes, 100_000);
}

#[test]
fn what_is_not_there_or_cannot_be_written_is_told() {
    let (emulator, client, path) = start();
    let id = upload(&client, &path, &mut Upload::from_reader("a", pipe(&content(100_000)))).unwrap();
    let file = format!("{path}/{id}");
    let ask = |path: &str| client.call(Method::Get, path);

    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    emulator.reset_counters();
    assert_eq!(ask(&file).to_writer(Full).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(emulator.counters().total_calls(), 1);

    let absent = ask(&format!("{path}/1")).to_writer(io::sink()).unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::NotFound);

    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("a.bin");
    assert_eq!(ask(&file).download().to_file(&target).unwrap().bytes, 100_000);
    assert!(std::fs::read(&target).unwrap() == content(100_000));
    emulator.fault(On::path("/crm/"), Fault::CutOff);
    ask(&file).download().to_file(&target).unwrap_err();
    emulator.clear_faults();
    assert!(std::fs::read(&target).unwrap() == content(100_000), "what was there is still there");
    let present = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(present, 1, "nothing half-written lies beside it");
    let nowhere = ask(&file).download().to_file(folder.path().join("no/such/folder")).unwrap_err();
    assert_eq!(nowhere.kind(), ErrorKind::Io);
}
