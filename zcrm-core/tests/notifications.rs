//! Channels of notifications, over real HTTP, against the emulated Zoho CRM, which also calls back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod emulated;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};

use emulated::{client, quick};
use serde_json::{Value, json};
use zcrm_core::resource::{
    Channel, Condition, Event, EventKind, FieldSelection, Notification, NotificationsHandle, Operation, Watch,
};
use zcrm_core::{Client, ErrorKind, Record, Secret};
use zcrm_emulator::{Emulator, Options};

const TOKEN: &str = "fake-token";
const HOUR: Duration = Duration::from_secs(3600);

fn start(version: &str) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).unwrap();
    let client = client(&emulator, version, quick());
    (emulator, client)
}

fn watch() -> Watch {
    Watch::new("http://127.0.0.1:9/zoho?k=v", TOKEN).event("Leads", EventKind::All).event("Deals", EventKind::Edit)
}

fn sent(emulator: &Emulator, method: &str) -> Value {
    let requests = emulator.requests();
    let request = requests.iter().rev().find(|request| request.method == method).unwrap();
    request.json()["watch"][0].clone()
}

fn listed(channels: &NotificationsHandle, channel: &Channel) -> Vec<(Option<String>, Vec<String>)> {
    let rows = channels.list().channel(channel.id()).iter().map(Result::unwrap);
    rows.map(|row| (row.module, row.events)).collect()
}

#[test]
fn a_channel_is_enabled_listed_replaced_changed_and_stopped_in_every_version() {
    for (version, id_is_text, days) in
        [("v2", false, 1), ("v3", false, 1), ("v4", false, 7), ("v5", true, 7), ("v8", true, 7)]
    {
        let (emulator, client) = start(version);
        let channels = client.notifications();
        assert!(channels.list().all().unwrap().is_empty());
        let mut channel = channels.enable(&watch()).unwrap();
        assert_eq!(sent(&emulator, "POST")["channel_id"].is_string(), id_is_text, "{version}");
        assert_eq!(sent(&emulator, "POST")["notify_on_related_action"], false);
        let life = channel.expires().duration_since(SystemTime::now()).unwrap();
        assert!(life > HOUR * 24 * days - HOUR && !channel.cut_short(), "{version}: {channel:?}");
        let leads = ["Leads.edit", "Leads.create", "Leads.delete"].map(str::to_owned).to_vec();
        let deals = (Some("Deals".to_owned()), vec!["Deals.edit".to_owned()]);
        assert_eq!(listed(&channels, &channel), [deals.clone(), (Some("Leads".to_owned()), leads)], "{version}");
        assert_eq!(channels.list().module("Deals").all().unwrap().len(), 1);

        let change = Watch::of(channel.id()).event("Deals", EventKind::Edit).event("Tasks", EventKind::Create);
        channels.change(&mut channel, &change).unwrap();
        assert_eq!(sent(&emulator, "PATCH").as_object().unwrap().len(), 2, "{version}: only what is set");
        let tasks = (Some("Tasks".to_owned()), vec!["Tasks.create".to_owned()]);
        assert_eq!(listed(&channels, &channel), [deals, tasks.clone()], "{version}");
        channels.stop_events(channel.id(), [Event::new("Deals", EventKind::Edit)]).unwrap();
        assert_eq!(listed(&channels, &channel), [tasks], "{version}");

        // What another process wrote down is renewed here, whole.
        let mut channel: Channel = serde_json::from_str(&serde_json::to_string(&channel).unwrap()).unwrap();
        channels.renew(&mut channel).unwrap();
        assert_eq!(sent(&emulator, "PUT")["token"], TOKEN);
        assert_eq!(listed(&channels, &channel).len(), 2, "{version}");
        channels.replace(&watch().channel_id(channel.id())).unwrap();
        channels.stop(channel.id()).unwrap();
        assert_eq!(channels.stop(channel.id()).unwrap_err().code(), Some("NOT_SUBSCRIBED"), "{version}");
        assert!(emulator.channels().is_empty());

        // Zoho has forgotten it: it is enabled again.
        channels.renew(&mut channel).unwrap();
        assert_eq!(emulator.channels().len(), 1, "{version}");
    }
}

#[test]
fn a_channel_that_lives_shorter_than_it_was_asked_to_is_seen_and_renewed_for_what_it_got() {
    let (emulator, client) = start("v8");
    let channels = client.notifications();
    let year = channels.enable(&watch().life(HOUR * 24 * 365)).unwrap();
    assert!(year.cut_short(), "{year:?}");
    assert!(year.expires() > SystemTime::now() + HOUR * 24 * 6, "Zoho would have made it an hour: {year:?}");

    emulator.behave(|behaviour| behaviour.longest_channel = Some(HOUR));
    let mut short = channels.enable(&watch().life(HOUR * 24)).unwrap();
    assert!(short.cut_short() && !short.renew_due(HOUR * 6), "only half of its hour counts: {short:?}");
    assert_eq!(channels.renew_due(std::slice::from_mut(&mut short), HOUR * 6).unwrap(), 0);
    assert_eq!(emulator.counters().calls_to("PUT", "/crm/v8/actions/watch"), 0);

    emulator.behave(|behaviour| behaviour.longest_channel = Some(Duration::from_secs(1)));
    let mut due = [short, channels.enable(&watch()).unwrap()];
    while !due[1].renew_due(Duration::ZERO) {
        std::thread::yield_now();
    }
    emulator.behave(|behaviour| behaviour.longest_channel = None);
    assert_eq!(channels.renew_due(&mut due, Duration::ZERO).unwrap(), 1, "the other one lives for an hour");
    assert!(!due[1].cut_short() && !due[1].renew_due(HOUR));
}

#[test]
fn what_zoho_would_refuse_is_not_sent() {
    let (emulator, client) = start("v3");
    let channels = client.notifications();
    let with = |url: &str, token: &str| Watch::new(url, token).event("Leads", EventKind::All);
    let field = || FieldSelection::field("Stage", "1");
    for (wrong, kind) in [
        (with("", TOKEN), ErrorKind::InvalidInput),
        (with("app.example.com", TOKEN), ErrorKind::InvalidInput),
        (with("http://app.example.com/zoho?secret=hidden", TOKEN), ErrorKind::InvalidInput),
        (with("https://app.example.com", ""), ErrorKind::InvalidInput),
        (with("https://app.example.com", &"x".repeat(51)), ErrorKind::InvalidInput),
        (Watch::new("https://app.example.com", TOKEN), ErrorKind::InvalidInput),
        (watch().event("Leads.create", EventKind::All), ErrorKind::InvalidInput),
        (watch().channel_id("12a"), ErrorKind::InvalidInput),
        (watch().life(Duration::ZERO), ErrorKind::InvalidInput),
        (watch().return_affected_field_values(true), ErrorKind::Unsupported),
        (watch().condition(Condition::new("Deals", "1", field())), ErrorKind::Unsupported),
    ] {
        let error = channels.enable(&wrong).unwrap_err();
        assert_eq!(error.kind(), kind, "{wrong:?}");
        assert!(!format!("{error:?} {wrong:?}").contains("hidden"), "{error}");
    }
    assert!(channels.stop("x").is_err() && channels.stop_events("7", []).is_err());
    assert_eq!(emulator.counters().total_calls(), 0);
    // What only Zoho knows is Zoho's to refuse.
    let unknown = watch().event("Nonsense", EventKind::All);
    assert_eq!(channels.enable(&unknown).unwrap_err().code(), Some("INVALID_DATA"));
}

#[test]
fn changes_are_told_to_the_url_with_what_is_needed_to_know_them() {
    let (emulator, client) = start("v8");
    let (address, calls) = listen();
    let deals = client.module("Leads");
    let id_of = |name: &str| {
        let fields = deals.fields().list().all().unwrap();
        fields.iter().find(|field| field.api_name.as_deref() == Some(name)).unwrap().id.clone().unwrap()
    };
    let fields = ["City", "Company", "Phone"].map(|name| FieldSelection::field(name, id_of(name)));
    let fields = fields.into_iter().reduce(FieldSelection::or).unwrap();
    let module = client.modules().get("Leads").unwrap().id.unwrap();
    let watch = Watch::new(format!("http://{address}/zoho?k=v"), TOKEN)
        .event("Leads", EventKind::All)
        .return_affected_field_values(true)
        .condition(Condition::new("Leads", module, fields));
    let channel = client.notifications().enable(&watch).unwrap();

    let leads: Vec<Record> =
        (0..3).map(|n| Record::new().with("Last_Name", n.to_string()).with("Company", "A")).collect();
    let ids: Vec<_> = client.module("Leads").create(&leads).unwrap().ids().map(|(_, id)| id.clone()).collect();
    let read = |body: &[u8]| Notification::parse(body, &Secret::new(TOKEN)).unwrap();
    let created = read(&calls.recv().unwrap());
    assert_eq!((&created.operation, created.module.as_str()), (&Operation::Insert, "Leads"));
    assert_eq!((&created.ids, created.channel_id.as_ref()), (&ids, Some(channel.id())));
    assert_eq!(created.query_params["k"], "v");
    assert!(created.server_time().is_some() && created.affected.is_empty());

    let lead = client.module("Leads").record(&ids[0]);
    // Not told: no field of the condition.
    lead.update(&Record::new().with("Email", "a@example.com")).unwrap();
    lead.update(&Record::new().with("Company", "B")).unwrap();
    let body = calls.recv().unwrap();
    let updated = read(&body);
    assert_eq!((&updated.operation, &updated.ids[..]), (&Operation::Update, &ids[..1]));
    assert_eq!(
        (updated.affected[0].fields.as_slice(), &updated.affected[0].values["Company"]),
        (&["Company".to_owned()][..], &"B".into())
    );
    let wrong = Notification::parse(&body, &Secret::new("fake-tokem")).unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::WrongToken);
    assert!(!format!("{wrong:?}").contains("tok\u{65}m"));

    emulator.behave(|behaviour| behaviour.callbacks_doubled = 1.0);
    lead.delete().unwrap();
    for _ in 0..2 {
        assert_eq!(read(&calls.recv().unwrap()).operation, Operation::Delete);
    }
    emulator.behave(|behaviour| behaviour.callbacks_dropped = 1.0);
    client.module("Leads").record(&ids[1]).delete().unwrap();
    assert_eq!(json!(emulator.counters().callbacks)["dropped"], 1);
}

/// Answers 200 to every request, and passes its body on.
fn listen() -> (String, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            if sender.send(answer(stream.unwrap())).is_err() {
                return;
            }
        }
    });
    (address, received)
}

fn answer(mut stream: TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    body
}
