//! `zcrm watch` as a process, against an emulated Zoho CRM that calls back: killed, misled, left alone and stopped.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use program::{Account, signal};
use serde_json::Value;
use zcrm_core::{Record, RecordId};
use zcrm_emulator::Options;

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");
const PATIENCE: Duration = Duration::from_secs(60);

/// A watch that runs, and all lines that it and those before it have told.
struct Watching {
    child: Child,
    stderr: JoinHandle<String>,
    stdout: JoinHandle<()>,
}

impl Watching {
    fn start(account: &Account, arguments: &[&str], lines: &Sender<Value>) -> Self {
        let mut child = account.command(ZCRM, &[&["watch"], arguments].concat()).spawn().unwrap();
        let (mut out, mut err) = (BufReader::new(child.stdout.take().unwrap()), child.stderr.take().unwrap());
        let lines = lines.clone();
        let stdout = thread::spawn(move || {
            let mut line = String::new();
            // A line that was cut off by the kill is none.
            while out.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
                lines.send(serde_json::from_str(&line).unwrap_or_else(|cause| panic!("{cause}: {line}"))).unwrap();
                line.clear();
            }
        });
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        Self { child, stderr, stdout }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.over();
    }

    fn interrupt(self) -> (ExitStatus, String) {
        signal(&self.child, "-INT");
        self.over()
    }

    fn over(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        self.stdout.join().unwrap();
        (status, self.stderr.join().unwrap())
    }
}

/// An address that nobody uses. Its port is below those that systems give to others, so that a program that is killed
/// finds it free when it starts again.
fn free_address() -> String {
    let mut ports = std::iter::repeat_with(|| fastrand::u16(12_000..32_000));
    let listener = ports.find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok());
    listener.unwrap().local_addr().unwrap().to_string()
}

/// Waits until it is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn lead(version: usize) -> Record {
    Record::new().with("Last_Name", "Watched").with("Description", version.to_string())
}

/// The version that a line tells; none for a deletion.
fn version(line: &Value) -> Option<usize> {
    line["record"]["Description"].as_str().map(|text| text.parse().unwrap())
}

/// What lines tell of each record, in their order: no older state may follow a newer one.
#[derive(Default)]
struct Told(HashMap<String, Option<usize>>);

impl Told {
    fn take(&mut self, line: &Value) {
        let (id, told) = (line["id"].as_str().unwrap().to_owned(), version(line));
        assert_eq!(line["change"], if told.is_some() { "upserted" } else { "deleted" }, "{line}");
        let before = self.0.insert(id, told);
        match (before, told) {
            (Some(None), Some(_)) => panic!("alive after its deletion: {line}"),
            (Some(Some(before)), Some(told)) => assert!(before <= told, "{before} was told before: {line}"),
            _ => {}
        }
    }
}

/// Creates, edits and deletes leads until there were so many changes; what each lead is in the end.
fn change_leads(account: &Account, changes: usize) -> HashMap<String, Option<usize>> {
    let client = account.client();
    let leads = client.module("Leads");
    let mut state: BTreeMap<String, Option<usize>> = BTreeMap::new();
    let mut done = 0;
    while done < changes {
        let report = leads.create(&vec![lead(0); 60]).unwrap();
        state.extend(report.ids().map(|(_, id)| (id.as_str().to_owned(), Some(0))));
        let mut living: Vec<_> = state.iter().filter_map(|(id, version)| Some((id.clone(), (*version)?))).collect();
        fastrand::shuffle(&mut living);
        let (gone, edited) = living.split_at(8);
        let edited = &edited[..edited.len().min(60)];
        let rows: Vec<Record> = edited.iter().map(|(id, version)| lead(version + 1).with("id", id.as_str())).collect();
        let _ = leads.update(&rows).unwrap().into_result().unwrap();
        state.extend(edited.iter().map(|(id, version)| (id.clone(), Some(version + 1))));
        let _ = leads.delete(gone.iter().map(|(id, _)| RecordId::from(id))).unwrap().into_result().unwrap();
        state.extend(gone.iter().map(|(id, _)| (id.clone(), None)));
        done += 60 + rows.len() + gone.len();
        thread::sleep(Duration::from_millis(100));
    }
    state.into_iter().collect()
}

/// The calls of the watch: all but those by which the leads are changed.
fn calls_of_watch(account: &Account) -> u64 {
    let calls = account.emulator.counters().calls;
    let is_ours = |name: &str| name.starts_with("GET ") || name.ends_with("/coql") || name.ends_with("/actions/watch");
    calls.iter().filter(|(name, _)| is_ours(name)).map(|(_, count)| count).sum()
}

#[test]
fn killed_thirty_times_while_callbacks_are_lost_doubled_late_and_channels_end_nothing_is_missing_or_stale() {
    thread::scope(|scope| {
        for (version, kills, changes) in [("v2", 30, 4_000), ("v8", 10, 4_000)] {
            scope.spawn(move || survive(version, kills, changes));
        }
    });
}

fn survive(version: &str, kills: usize, changes: usize) {
    let account = Account::with(Options::default(), version);
    account.emulator.behave(|behaviour| {
        behaviour.token_limit = false;
        behaviour.callbacks_dropped = 0.3;
        behaviour.callbacks_doubled = 0.3;
        behaviour.callbacks_late = 0.5;
        behaviour.callback_lateness = Duration::from_secs(2);
        behaviour.longest_channel = Some(Duration::from_secs(6));
    });
    let _ = account.client().module("Leads").create(&vec![lead(0); 50]).unwrap().into_result().unwrap();
    let address = free_address();
    let hook = format!("http://{address}/zoho");
    let modules = ["--modules", "Leads,Deals", "--fields", "Description", "--state", "state"];
    // What the lost callbacks have not told, the next sweep finds.
    let how = ["--every", "5", "--listen", &address, "--notify-url", &hook];
    let arguments = [modules, how].concat();
    let (sender, lines): (Sender<Value>, Receiver<Value>) = channel();
    let start = || Watching::start(&account, &arguments, &sender);

    let mut watching = start();
    until("the channel stands and the first pass is over", || {
        let is_there = |text: String| text.matches("following").count() == 2;
        account.emulator.channels().len() == 1 && std::fs::read_to_string(account.path("state")).is_ok_and(is_there)
    });
    account.emulator.reset_counters();
    let (state, watching) = thread::scope(|scope| {
        let writer = scope.spawn(|| change_leads(&account, changes));
        for kill in 0..kills {
            thread::sleep(Duration::from_millis(fastrand::u64(100..700)));
            watching.kill();
            if kill == kills / 2 {
                account.emulator.expire_channels();
            }
            watching = start();
        }
        (writer.join().unwrap(), watching)
    });
    let mut told = Told::default();
    let begin = Instant::now();
    loop {
        lines.try_iter().for_each(|line| told.take(&line));
        let is_told = |(id, version): &(&String, &Option<usize>)| {
            told.0.get(*id).map_or(version.is_none(), |told| told == *version)
        };
        let missing: Vec<_> = state.iter().filter(|one| !is_told(one)).collect();
        if missing.is_empty() {
            break;
        }
        let told: Vec<_> = missing.iter().map(|(id, _)| told.0.get(*id)).collect();
        assert!(begin.elapsed() < PATIENCE, "{} are missing: {missing:?}, told were {told:?}", missing.len());
        thread::sleep(Duration::from_millis(10));
    }
    let missing = told.0.keys().filter(|id| !state.contains_key(*id)).count();
    assert_eq!(missing, 0, "what was there before the first start is not told");
    let (calls, callbacks) = (calls_of_watch(&account), account.emulator.counters().callbacks);
    assert!(calls as f64 <= 0.3 * changes as f64, "{calls} calls for {changes} changes");
    assert!(callbacks["dropped"] > 0 && callbacks["doubled"] > 0 && callbacks["late"] > 0, "{callbacks:?}");
    // The last one may have been started a moment ago, and not hear of signals yet.
    until("the last one asks for something", || calls_of_watch(&account) > calls);
    let (status, stderr) = watching.interrupt();
    assert!(status.success(), "{status}: {stderr}");
    assert_eq!(account.emulator.channels(), [], "it was stopped");
    lines.try_iter().for_each(|line| told.take(&line));
}

/// A line that is waited for.
fn next(lines: &Receiver<Value>) -> Value {
    lines.recv_timeout(PATIENCE).unwrap()
}

fn create(account: &Account, name: &str) -> String {
    let report = account.client().module("Leads").create(&[Record::new().with("Last_Name", name)]).unwrap();
    report.ids().next().unwrap().1.as_str().to_owned()
}

/// Waits until the state has a cursor of each of so many modules that leads on.
fn wait_for_first_passes(account: &Account, modules: usize) {
    let is_there = |text: String| text.matches("\"following\"").count() == modules;
    until("the first pass is over", || std::fs::read_to_string(account.path("state")).is_ok_and(is_there));
}

#[test]
fn sweeps_alone_tell_what_happens_from_the_first_start_on_whether_it_runs_or_not() {
    for version in ["v2", "v8"] {
        let account = Account::with(Options { leads: 2, ..Options::default() }, version);
        let (sender, lines) = channel();
        let arguments = ["--modules", "Leads", "--state", "state", "--every", "1", "--fields", "Last_Name"];
        let watching = Watching::start(&account, &arguments, &sender);
        wait_for_first_passes(&account, 1);
        let one = create(&account, "Runs");
        let line = next(&lines);
        assert_eq!(
            (&line["module"], &line["change"], &line["id"]),
            (&"Leads".into(), &"upserted".into(), &one.as_str().into())
        );
        assert_eq!(line["record"]["Last_Name"], "Runs", "{version}");

        // Nobody else may use the state.
        let second = account.run(ZCRM, &[&["watch"][..], &arguments].concat());
        assert_eq!(second.code, Some(1));
        assert!(second.stderr.contains("in use by another process"), "{}", second.stderr);
        #[cfg(unix)]
        assert_eq!(
            std::fs::metadata(account.path("state")).unwrap().permissions(),
            std::os::unix::fs::PermissionsExt::from_mode(0o100_600)
        );

        let (status, stderr) = watching.interrupt();
        assert!(status.success() && stderr.contains("watching Leads"), "{stderr}");
        let two = create(&account, "Is stopped");
        let long_ago = serde_json::json!({ "Created_Time": "2026-01-31T12:00:00+01:00" });
        assert!(account.emulator.set_fields("Leads", &two, &long_ago));
        account.client().module("Leads").record(&one).delete().unwrap();
        let watching = Watching::start(&account, &arguments, &sender);
        let told = [next(&lines), next(&lines)];
        assert_eq!((&told[0]["change"], &told[0]["id"]), (&"deleted".into(), &one.as_str().into()), "{version}");
        assert_eq!((&told[1]["change"], &told[1]["id"]), (&"upserted".into(), &two.as_str().into()), "{version}");
        watching.interrupt();
        assert!(lines.try_recv().is_err());

        let another = ["--modules", "Leads", "--from-start", "--every", "1", "--events", "create,delete"];
        let watching = Watching::start(&account, &another, &sender);
        // What was deleted just now may be told again.
        let told = std::iter::repeat_with(|| next(&lines)).filter(|line| line["change"] == "upserted");
        let told: std::collections::HashSet<String> = told.take(3).map(|line| line["id"].to_string()).collect();
        assert_eq!(told.len(), 3, "{version}");
        // Edits are not told; the deletion that follows is.
        account.client().module("Leads").record(&two).update(&Record::new().with("Last_Name", "Edited")).unwrap();
        let three = create(&account, "Created");
        assert_eq!(next(&lines)["id"], three, "{version}");
        account.client().module("Leads").record(&two).delete().unwrap();
        assert_eq!(next(&lines), serde_json::json!({ "module": "Leads", "change": "deleted", "id": two }), "{version}");
        watching.interrupt();
    }
}

#[test]
fn a_channel_is_renewed_before_it_ends_and_left_or_stopped_as_told() {
    let account = Account::with(Options::default(), "v8");
    account.emulator.behave(|behaviour| behaviour.longest_channel = Some(Duration::from_secs(8)));
    let address = free_address();
    let hook = format!("http://{address}/zoho?second=secret");
    let arguments = ["--modules", "Leads", "--state", "state", "--listen", &address, "--notify-url", &hook];
    let (sender, lines) = channel();
    let watching = Watching::start(&account, &[&arguments[..], &["--keep-channels"]].concat(), &sender);
    wait_for_first_passes(&account, 1);
    let id = account.emulator.channels()[0].0.clone();
    let renewals = || account.emulator.counters().calls_to("PUT", "/crm/v8/actions/watch");
    until("three renewals", || {
        assert_eq!(account.emulator.channels().len(), 1, "it never ends");
        renewals() >= 3
    });
    // By a callback: the next sweep is far away.
    create(&account, "Told");
    assert_eq!(next(&lines)["record"]["Last_Name"], "Told");

    // Strangers.
    let state = std::fs::read_to_string(account.path("state")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    let token = state["channel"]["watch"]["token"].as_str().unwrap().to_owned();
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_idle_connections(0)
        .proxy(None)
        .build()
        .new_agent();
    let post = |body: String| agent.post(&hook).send(body).map(|answer| answer.status().as_u16());
    let body = |token: &str| format!(r#"{{"module":"Leads","ids":["1"],"operation":"insert","token":"{token}"}}"#);
    assert_eq!(post(body("guessed")).unwrap(), 403);
    assert_eq!(post(format!(r#"{{"token":"{token}"}}"#)).unwrap(), 400);
    // A crowd that holds on to its connections, half a request each.
    let crowd = std::iter::repeat_with(|| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{").unwrap();
        stream
    });
    let crowd: Vec<TcpStream> = crowd.take(300).collect();
    assert_eq!(post(body(&token)).unwrap(), 200, "a crowd keeps nobody out");
    drop(crowd);
    // The connection may break before the answer is read.
    assert!(post(" ".repeat(5 << 20)).is_ok_and(|status| status == 413) || agent.get(&hook).call().is_ok());
    assert_eq!(post(body(&token)).unwrap(), 200);

    account.emulator.behave(|behaviour| behaviour.longest_channel = None);
    let before = renewals();
    until("a renewal", || renewals() > before);
    let (status, stderr) = watching.interrupt();
    assert!(status.success(), "{stderr}");
    assert!(stderr.contains("a call was refused, which is no notification for this channel"), "{stderr}");
    assert!(stderr.contains("warning: channel") && !stderr.contains(&token) && !stderr.contains("secret"), "{stderr}");
    assert_eq!(account.emulator.channels()[0].0, id, "it was left");

    // The next run takes it up.
    let (enabled, renewed) = (account.emulator.counters().calls_to("POST", "/crm/v8/actions/watch"), renewals());
    let watching = Watching::start(&account, &arguments, &sender);
    until("the channel is verified", || account.emulator.counters().calls_to("GET", "/crm/v8/actions/watch") > 0);
    create(&account, "Taken up");
    assert_eq!(next(&lines)["record"]["Last_Name"], "Taken up");
    assert_eq!((account.emulator.counters().calls_to("POST", "/crm/v8/actions/watch"), renewals()), (enabled, renewed));
    watching.interrupt();
    assert_eq!(account.emulator.channels(), [], "it was stopped");
}

#[test]
fn what_cannot_go_on_ends_with_a_reason() {
    let account = Account::new();
    let ends = |arguments: &[&str], reason: &str| {
        let ran = account.run(ZCRM, &[&["watch"], arguments].concat());
        assert_eq!(ran.code, Some(1), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(reason) && !ran.stderr.contains("panicked"), "{arguments:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    };
    let address = free_address();
    ends(&["--modules", "Nonsense", "--every", "1"], "INVALID_MODULE");
    ends(&["--modules", "Leads", "--notify-url", "https://app.example.com"], "--listen");
    ends(&["--modules", "Leads", "--notify-url", "http://app.example.com", "--listen", &address], "https");
    ends(
        &["--modules", "Leads", "--notify-url", "https://app.example.com", "--listen", "203.0.113.1:1"],
        "cannot listen",
    );
    account.write("state", "nonsense");
    ends(&["--modules", "Leads", "--state", "state"], "is no state of zcrm watch");
    ends(&["--modules", "Leads", "--state", "absent/state"], "cannot be written");
    account.write("cert.pem", "nonsense");
    let own =
        ["--cert", "cert.pem", "--key", "cert.pem", "--listen", &address, "--notify-url", "https://app.example.com"];
    ends(&[&["--modules", "Leads"], &own[..]].concat(), "cert.pem");
}

#[test]
fn with_a_certificate_of_its_own_it_needs_no_proxy() {
    let account = Account::new();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    account.write("key.pem", key.serialize_pem());
    account.write("cert.pem", certificate.pem());
    let address = free_address();
    let hook = address.replace("127.0.0.1", "https://localhost");
    let files = ["--modules", "Leads", "--state", "state", "--cert", "cert.pem", "--key", "key.pem"];
    let (sender, _lines) = channel();
    let watching =
        Watching::start(&account, &[&files[..], &["--listen", &address, "--notify-url", &hook]].concat(), &sender);
    wait_for_first_passes(&account, 1);
    let roots =
        ureq::tls::RootCerts::new_with_certs(
            &[ureq::tls::Certificate::from_pem(certificate.pem().as_bytes()).unwrap()],
        );
    let tls = ureq::tls::TlsConfig::builder().root_certs(roots).build();
    let agent =
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).tls_config(tls).build().new_agent();
    assert_eq!(agent.get(&hook).call().unwrap().status(), 405);
    assert_eq!(agent.post(&hook).send("{}").unwrap().status(), 403, "no token");
    let (status, stderr) = watching.interrupt();
    assert!(status.success(), "{stderr}");
}
