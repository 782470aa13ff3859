//! Files that are damaged, gone, or said to be elsewhere.

use serde_json::json;
use zcrm_core::ErrorKind;
use zcrm_core::resource::BulkResult;
use zcrm_emulator::{Emulator, Fault, On, Reply};

use crate::support::{completed, start, zip_of};

fn result() -> (Emulator, BulkResult) {
    let (emulator, client) = start("v8", 3);
    let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start().unwrap();
    let result = job.wait().unwrap();
    (emulator, result)
}

/// From now on the file is this.
fn serve(emulator: &Emulator, file: Vec<u8>) {
    let reply = Reply::empty(200).header("Content-Type", "application/zip").body(file);
    emulator.fault(On::path("/crm/bulk/").method("GET").times(1), Fault::Reply(reply));
}

#[test]
fn a_file_that_is_no_zip_file_with_one_csv_is_an_error() {
    let (emulator, result) = result();
    let good = zip_of(&[("1.csv", b"Id,Last_Name\r\n1,a\r\n2,b\r\n3,c\r\n")]);
    let mut wrong_directory = good.clone();
    let end = wrong_directory.len() - 6;
    wrong_directory[end] ^= 0x7f;
    for file in [
        Vec::new(),
        b"PK\x03\x04".to_vec(),
        good[..good.len() / 2].to_vec(),
        wrong_directory,
        zip_of(&[]),
        zip_of(&[("a.csv", b"Id\n1\n"), ("b.csv", b"Id\n2\n")]),
        zip_of(&[("1.csv", b"")]),
        zip_of(&[("1.csv", b"Last_Name\na\nb\nc\n")]),
        zip_of(&[("1.csv", b"Id,\xff\n1,a\n")]),
    ] {
        serve(&emulator, file);
        assert_eq!(result.read().unwrap_err().kind(), ErrorKind::InvalidResponse);
    }
    serve(&emulator, zip_of(&[("read.me", b"x"), ("1.CSV", b"\xef\xbb\xbfid,Last_Name\n1,a\n2,b\n3,c\n")]));
    let names = result.read().unwrap().map(|row| row.unwrap().get::<String>("Last_Name").unwrap().unwrap());
    assert_eq!(names.collect::<String>(), "abc");
}

/// Every file that has one byte wrong gives all rows as they were, or an error, and nothing else.
#[test]
fn no_damage_is_overlooked_and_none_panics() {
    let (emulator, result) = result();
    let csv = b"Id,Last_Name\r\n1,first\r\n2,second\r\n3,third\r\n";
    let good = zip_of(&[("1.csv", csv)]);
    let whole = ["first", "second", "third"];
    let mut errors = 0;
    for place in (0..good.len()).step_by(3) {
        let mut file = good.clone();
        file[place] ^= 0x15;
        serve(&emulator, file);
        let rows = result.read().and_then(|rows| {
            rows.map(|row| Ok(row?.get::<String>("Last_Name")?.unwrap_or_default())).collect::<Result<Vec<_>, _>>()
        });
        match rows {
            Ok(rows) => assert_eq!(rows, whole, "byte {place}"),
            Err(error) => {
                errors += 1;
                assert_eq!(error.kind(), ErrorKind::InvalidResponse, "byte {place}: {error}");
            }
        }
        emulator.clear_faults();
    }
    assert!(errors > 10, "{errors}");
}

#[test]
fn a_damaged_csv_never_ends_early_without_an_error() {
    let (emulator, result) = result();
    for (csv, good, ends) in [
        (&b"Id,Last_Name\n1,a\n2\n3,c\n"[..], 1, true),
        (b"Id,Last_Name\n1,a\n2,\"b\n3,c\n", 2, true),
        (b"Id,Last_Name\n1,a\n2,b\n", 2, true),
        (b"Id,Last_Name\n1,a\n2,\xff\xfe\n3,c\n", 2, false),
    ] {
        serve(&emulator, zip_of(&[("1.csv", csv)]));
        let mut rows = result.read().unwrap();
        let read: Vec<_> = rows.by_ref().collect();
        assert_eq!(read.iter().filter(|row| row.is_ok()).count(), good, "{csv:?}");
        assert!(read.iter().any(Result::is_err), "{csv:?}");
        assert_eq!(read.last().unwrap().is_err(), ends, "{csv:?}");
        assert!(rows.next().is_none());
    }
}

#[test]
fn a_file_that_breaks_off_or_is_gone_is_an_error_and_can_be_read_again() {
    let (emulator, result) = result();
    emulator.fault(On::path("/crm/bulk/").method("GET"), Fault::CutOff);
    assert_eq!(result.read().unwrap_err().kind(), ErrorKind::Unanswered);
    emulator.clear_faults();
    emulator.behave(|behaviour| behaviour.bulk_downloads_a_minute = Some(1));
    assert_eq!(result.read().unwrap_err().kind(), ErrorKind::RateLimited);
    emulator.behave(|behaviour| behaviour.bulk_downloads_a_minute = None);
    assert_eq!(result.read().unwrap().count(), 3);
    emulator.behave(|behaviour| behaviour.bulk_result_life = std::time::Duration::ZERO);
    assert_eq!(result.read().unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn the_token_goes_to_no_unknown_host() {
    let (emulator, client) = start("v8", 1);
    let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start().unwrap();
    let port = emulator.url().rsplit(':').next().unwrap();
    for url in [
        "https://evil.example/crm/bulk/v8/read/1/result",
        "https://download-accl.zoho.com.evil.example/x",
        "https://www.zohoapis.com/crm/bulk/v8/read/1/result",
        "//evil.example/x",
        "file:///etc/passwd",
        &format!("https://127.0.0.1:{port}/x"),
        "http://127.0.0.1:1/x",
        &format!("http://127.0.0.1:{port}@evil.example/x"),
    ] {
        completed(&emulator, json!({ "count": 1, "more_records": false, "download_url": url }));
        let result = job.wait().unwrap();
        let asked = emulator.counters().total_calls();
        assert_eq!(result.read().unwrap_err().kind(), ErrorKind::WrongHost, "{url}");
        assert_eq!(emulator.counters().total_calls(), asked);
    }
    let path = format!("/crm/bulk/v8/read/{}/result", job.id());
    let _ = job.wait().unwrap();
    for url in [path.clone(), format!("{}{path}", emulator.url()), format!("{}{path}?x=1", emulator.url())] {
        completed(&emulator, json!({ "count": "1", "more_records": "false", "download_url": url }));
        let rows = job.wait().unwrap().read().unwrap();
        assert_eq!(rows.map(Result::unwrap).count(), 1, "{url}");
    }
    completed(&emulator, json!({ "count": 1 }));
    assert_eq!(job.wait().unwrap().read().unwrap().count(), 1, "without a URL the path is known");
}

#[test]
fn the_file_itself_can_be_kept() {
    let (_emulator, result) = result();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.zip");
    result.download().unwrap().to_file(&path).unwrap();
    let archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    assert_eq!(archive.len(), 1);
}
