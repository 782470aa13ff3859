//! The program, and the remote control that other processes use.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use support::{USER, agent, start};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_writes_a_config_and_prints_a_grant_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("zcrm.json");
    let child = Command::new(env!("CARGO_BIN_EXE_zcrm-emulator"))
        .args(["--port", "0", "--leads", "7", "--write-config"])
        .arg(&config)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let out = BufReader::new(running.0.stdout.take().unwrap());
    let mut lines = out.lines().map(Result::unwrap);
    let login = lines.find(|line| line.contains(" login ")).unwrap();
    let grant = login.split_whitespace().nth(1).unwrap().to_owned();
    let dictionary: Value = serde_json::from_slice(&std::fs::read(&config).unwrap()).unwrap();
    let text = |key: &str| dictionary[key].as_str().unwrap().to_owned();
    assert_eq!(text("api_base_url"), text("accounts_url"));
    assert!(login.contains(config.to_str().unwrap()));
    let form = [
        ("client_id", text("client_id")),
        ("client_secret", text("client_secret")),
        ("grant_type", "authorization_code".to_owned()),
        ("code", grant),
    ];
    let url = text("accounts_url");
    let mut answer = agent().post(format!("{url}/oauth/v2/token")).send_form(form).unwrap();
    let answer: Value = answer.body_mut().read_json().unwrap();
    let authorization = format!("Zoho-oauthtoken {}", answer["access_token"].as_str().unwrap());
    let mut leads = agent().get(format!("{url}/crm/v2/Leads")).header("authorization", authorization).call().unwrap();
    assert_eq!(leads.body_mut().read_json::<Value>().unwrap()["info"]["count"], 7);
}

#[test]
fn remote_control() {
    let mut client = start();
    let grant = client.post("/emulator/grant?user=b@example.com", json!({})).json["grant_token"].clone();
    client.token = client.exchange(grant.as_str().unwrap())["access_token"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/crm/v2/users?type=CurrentUser").json["users"][0]["email"], "b@example.com");
    let rule = json!({
        "on": { "path": "/crm/", "method": "GET", "times": 1 },
        "fault": { "reply": { "status": 503, "headers": [["Retry-After", "3"]], "body": { "code": "BUSY" } } },
    });
    assert_eq!(client.post("/emulator/faults", rule).status, 200);
    let got = client.get("/crm/v2/org");
    assert_eq!((got.status, got.code(), got.header("retry-after")), (503, "BUSY", Some("3")));
    assert_eq!(client.get("/crm/v2/org").status, 200);
    for fault in [json!("reset_after_work"), json!({ "slow_body": [10, 0.5] }), json!({ "slow_headers": 0.1 })] {
        let rule = json!({ "on": { "path": "/nowhere" }, "fault": fault });
        assert_eq!(client.post("/emulator/faults", rule).status, 200);
    }
    assert_eq!(client.post("/emulator/faults", json!({ "on": {}, "fault": "no such" })).status, 400);
    assert_eq!(client.put("/emulator/behaviour", json!({ "token_life": 0.2, "no_such": 1 })).status, 400);
    assert_eq!(client.put("/emulator/behaviour", json!({ "token_life": 5, "concurrency": 4 })).status, 200);
    assert_eq!(client.get("/emulator/behaviour").json["token_life"], 5.0);
    let counters = client.get("/emulator/counters").json;
    assert_eq!(counters["calls"]["GET /crm/v2/org"], 2);
    let log = client.get("/emulator/requests").json;
    assert_eq!(log["requests"][0]["path"], "/oauth/v2/token");
    client.delete("/emulator/counters");
    assert_eq!(client.get("/emulator/counters").json["tokens_issued"], 0);
    client.put("/emulator/leads?count=9", json!({}));
    assert_eq!(client.get("/crm/v2/Leads").json["info"]["count"], 9);
    client.post("/emulator/revoke?user=b@example.com&everything=true", json!({}));
    assert_eq!(client.get("/crm/v2/org").code(), "INVALID_TOKEN");
    let refresh_token = client.login()["refresh_token"].as_str().unwrap().to_owned();
    client.post("/emulator/expire", json!({}));
    assert_eq!(client.get("/crm/v2/org").code(), "INVALID_TOKEN");
    assert!(client.refresh(&refresh_token).json["access_token"].is_string());
    assert_eq!(client.emulator.counters().refreshes(), 1);
    assert_eq!(client.post(&format!("/emulator/revoke?user={USER}"), json!({})).status, 200);
}
