//! Attachments, photos and files for file fields.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;
use support::start;
use zcrm_emulator::{Fault, On, Reply};

#[test]
fn attachments_of_records_and_notes() {
    let client = start();
    let id = client.lead(json!({ "Last_Name": "Berg" }));
    let path = format!("/crm/v2/Leads/{id}/Attachments");
    assert_eq!(client.get(&path).status, 204);
    let content: Vec<u8> = (0..300_000_u32).map(|number| number as u8).collect();
    let got = client.upload(&path, "file", Some("quote (2).pdf"), &content);
    assert_eq!((got.status, got.json["data"][0]["code"].as_str()), (200, Some("SUCCESS")));
    let file = got.json["data"][0]["details"]["id"].as_str().unwrap().to_owned();
    let link = client.upload(&path, "attachmentUrl", None, b"https://xyz.example/a");
    let link = link.json["data"][0]["details"]["id"].as_str().unwrap().to_owned();
    let list = client.get(&format!("{path}?page=1&per_page=20"));
    assert_eq!(list.json["info"]["count"], 2);
    assert_eq!(list.json["data"][0]["Size"], "300000");
    assert_eq!(list.json["data"][0]["Parent_Id"], json!({ "id": id, "name": "Berg" }));
    assert_eq!(list.json["data"][1]["$link_url"], "https://xyz.example/a");
    assert_eq!(client.get(&path.replace("v2", "v8")).code(), "REQUIRED_PARAM_MISSING");
    let down = client.get(&format!("{path}/{file}"));
    assert_eq!(down.header("content-disposition"), Some("attachment;filename*=UTF-8''quote%20%282%29%2Epdf"));
    assert!(down.bytes == content);
    assert_eq!(client.get(&format!("{path}/{link}")).code(), "DOWNLOAD_NOT_ALLOWED");
    assert_eq!(client.delete(&format!("{path}/{file}")).json["data"][0]["code"], "SUCCESS");
    assert_eq!(client.delete(&format!("{path}/{file}")).json["data"][0]["code"], "INVALID_DATA");
    assert_eq!(client.get(&format!("{path}/{file}")).status, 204);
    assert_eq!(client.get("/crm/v2/Leads/42/Attachments").code(), "INVALID_DATA");

    let note = json!({ "data": [{ "Note_Title": "N", "Note_Content": "text" }] });
    let note = client.post(&format!("/crm/v2/Leads/{id}/Notes"), note);
    let note = note.json["data"][0]["details"]["id"].as_str().unwrap();
    let of_note = client.upload(&format!("/crm/v2/Notes/{note}/Attachments"), "file", Some("a.txt"), b"hello");
    assert_eq!(of_note.json["data"][0]["code"], "SUCCESS");
    let recorded = client.emulator.requests().pop().unwrap();
    assert_eq!(recorded.parts, [("file".to_owned(), Some("a.txt".to_owned()), 5)]);
}

#[test]
fn a_photo_answers_at_the_top_level() {
    let client = start();
    let id = client.lead(json!({ "Last_Name": "Berg" }));
    let path = format!("/crm/v2/Leads/{id}/photo");
    assert_eq!(client.get(&path).status, 204);
    let got = client.upload(&path, "file", Some("me.png"), b"\x89PNG");
    assert_eq!((got.code(), got.json["message"].as_str()), ("SUCCESS", Some("photo uploaded successfully")));
    assert_eq!(client.get(&path).bytes, b"\x89PNG");
    assert!(client.get(&path.replace("/photo", "")).json["data"][0]["Record_Image"].is_string());
    assert_eq!(client.delete(&path).json["message"], "Photo deleted");
    assert_eq!(client.delete(&path).status, 400);
}

#[test]
fn files_for_file_fields_and_the_size_limit() {
    let client = start();
    let got = client.upload("/crm/v2/files", "file", Some("plan.txt"), b"the plan");
    assert_eq!(got.json["data"][0]["details"]["name"], "plan.txt");
    let id = got.json["data"][0]["details"]["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/crm/v2/files?id={id}")).bytes, b"the plan");
    assert_eq!(client.get("/crm/v2/files?id=none").status, 204);
    client.emulator.behave(|behaviour| behaviour.max_file_size = Some(4));
    let got = client.upload("/crm/v2/files", "file", Some("plan.txt"), b"the plan");
    assert_eq!((got.status, got.code()), (413, "FILE_SIZE_MORE_THAN_ALLOWED_SIZE"));
}

#[test]
fn a_refusal_before_the_body_is_asked_for() {
    let client = start();
    let address = client.emulator.url().strip_prefix("http://").unwrap().to_owned();
    let ask = |token: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let head = format!(
            "POST /crm/v2/files HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 50000000\r\n\
             Content-Type: multipart/form-data; boundary=limit\r\nAuthorization: Zoho-oauthtoken {token}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        String::from_utf8(start.to_vec()).unwrap()
    };
    assert_eq!(ask("1000.bad.bad"), "HTTP/1.1 401");
    assert_eq!(ask(&client.token), "HTTP/1.1 100");
}

#[test]
fn a_refusal_in_the_middle_of_an_upload() {
    let client = start();
    let fault = Fault::ReplyWithin(100_000, Reply::invalid_token());
    client.emulator.fault(On::path("/crm/v2/files").method("POST").times(1), fault);
    let address = client.emulator.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let head = "POST /crm/v2/files HTTP/1.1\r\nHost: here\r\nContent-Length: 5000000\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&vec![b'x'; 100_000]).unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 401");
    // A client that sends on regardless gets the answer too.
    let fault = Fault::ReplyWithin(100_000, Reply::invalid_token());
    client.emulator.fault(On::path("/crm/v2/files").method("POST").times(1), fault);
    let got = client.upload("/crm/v2/files", "file", Some("large.bin"), &vec![7; 20_000_000]);
    assert_eq!((got.status, got.code()), (401, "INVALID_TOKEN"));
}

#[test]
fn a_large_file_goes_up_and_down() {
    let client = start();
    let content = vec![7; 30_000_000];
    let got = client.upload("/crm/v2/files", "file", Some("large.bin"), &content);
    let id = got.json["data"][0]["details"]["id"].as_str().unwrap();
    let down = client.get(&format!("/crm/v2/files?id={id}"));
    assert_eq!(down.header("content-length"), Some("30000000"));
    assert!(down.bytes == content);
}
