//! The governor over real HTTP: nothing is held while the caller's code runs, waiting ends, and limits are kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// The emulator's options cannot be built in one expression from outside of its crate.
#![allow(clippy::field_reassign_with_default)]

mod fake;
mod rest_support;

use std::io::{self, Cursor};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use fake::Answer;
use rest_support::{CLOSED, client, config, emulator, quick, sign_in};
use serde_json::json;
use zcrm_core::config::{ApiVersion, HttpOptions};
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::resource::{Conversion, DeletedKind, SearchBy};
use zcrm_core::rest::Upload;
use zcrm_core::{Client, ErrorKind, Method, Record};
use zcrm_emulator::{Emulator, Fault, On, Reply};

const SIZE: usize = 600_000;

/// Runs a test that would hang for ever if it failed.
fn within_a_minute(test: impl FnOnce() + Send + 'static) {
    let (done, finished) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        test();
        done.send(()).unwrap();
    });
    match finished.recv_timeout(Duration::from_secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        _ => thread.join().unwrap(),
    }
}

/// Two leads, the first with a file.
fn leads(client: &Client) -> (String, String, String) {
    let lead = |name| client.module("Leads").create_one(&Record::new().with("Last_Name", name)).unwrap().id.to_string();
    let (from, to) = (lead("from"), lead("to"));
    let source = Upload::from_seekable("a.bin", Cursor::new(vec![7; SIZE]));
    let file = client.module("Leads").record(&from).attachments().upload(source.unwrap()).unwrap().id;
    (from, to, file.to_string())
}

/// Copies a file from one lead to another: a download into a pipe, and an upload out of it.
fn copy(client: &Client, from: &str, to: &str, file: &str) {
    let (reader, writer) = io::pipe().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let files = client.module("Leads").record(from).attachments();
            assert_eq!(files.download(file).to_writer(writer).unwrap().bytes, SIZE as u64);
        });
        let files = client.module("Leads").record(to).attachments();
        files.upload(Upload::from_reader("copy.bin", reader).length(SIZE as u64)).unwrap();
    });
}

#[test]
fn copies_of_files_end_whatever_the_concurrency() {
    within_a_minute(|| {
        for concurrency in [5, 1] {
            let emulator = emulator(0);
            let client = client(&emulator, quick().concurrency(concurrency));
            let (from, to, file) = leads(&client);
            std::thread::scope(|scope| {
                for _ in 0..5 {
                    scope.spawn(|| copy(&client, &from, &to, &file));
                }
            });
            assert_eq!(client.module("Leads").record(&to).attachments().list().all().unwrap().len(), 5);
            assert_eq!(client.usage().in_flight, 0);
        }
    });
}

#[test]
fn a_download_is_read_and_uploaded_again_in_one_thread() {
    within_a_minute(|| {
        let emulator = emulator(0);
        let client = client(&emulator, quick().concurrency(1));
        let (from, to, file) = leads(&client);
        let reader = client.module("Leads").record(&from).attachments().download(file.as_str()).open().unwrap();
        let files = client.module("Leads").record(&to).attachments();
        files.upload(Upload::from_reader("copy.bin", reader).length(SIZE as u64)).unwrap();
        let mut bytes = Vec::new();
        let copied = files.list().all().unwrap().remove(0).id.unwrap();
        files.download(copied).to_writer(&mut bytes).unwrap();
        assert!(bytes == vec![7; SIZE]);
    });
}

#[test]
fn callbacks_may_call_the_client() {
    within_a_minute(|| {
        let emulator = emulator(0);
        let client = client(&emulator, quick().concurrency(1));
        let (from, to, file) = leads(&client);
        let ask = |_, _| drop(client.users().current().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let download = || client.module("Leads").record(&from).attachments().download(file.as_str());
        download().progress(ask).to_writer(io::sink()).unwrap();
        download().progress(ask).to_file(&path).unwrap();
        io::copy(&mut download().progress(ask).open().unwrap(), &mut io::sink()).unwrap();
        let upload = Upload::from_path(&path).unwrap().progress(ask);
        client.module("Leads").record(&to).attachments().upload(upload).unwrap();
    });
}

#[test]
fn iterators_inside_iterators_and_writes_inside_listings() {
    within_a_minute(|| {
        let emulator = emulator(6);
        let client = client(&emulator, quick().concurrency(1));
        for prefetch in [false, true] {
            let list = || {
                let list = client.module("Leads").records().fields(["Last_Name"]).per_page(2);
                if prefetch { list.prefetch() } else { list }
            };
            let mut rows = 0;
            for outer in list().iter() {
                let id = outer.unwrap().id().unwrap();
                client.module("Leads").record(&id).update(&Record::new().with("City", "Oslo")).unwrap();
                rows += list().iter().map(Result::unwrap).count();
            }
            assert_eq!(rows, 36, "prefetch: {prefetch}");
            // A written stream of a listing, one request at a time.
            let leads = list()
                .iter()
                .map(|lead| Record::new().with("id", lead.unwrap().id().unwrap().as_str()).with("City", "Bergen"));
            assert_eq!(client.module("Leads").writer().update_iter(leads).report().updated().count(), 6);
        }
    });
}

#[test]
fn waiting_for_a_place_ends_with_an_error_and_sends_nothing() {
    let emulator = emulator(0);
    let http = quick().concurrency(1).queue_timeout(Duration::from_millis(50));
    let client = client(&emulator, http);
    let (from, _, _) = leads(&client);
    // A call that stays in flight until the faults are cleared.
    emulator.fault(On::path("/crm/v2/users").times(1), Fault::SlowHeaders(Duration::from_secs(60)));
    std::thread::scope(|scope| {
        scope.spawn(|| client.users().current().unwrap());
        while client.usage().in_flight == 0 {
            std::thread::yield_now();
        }
        let error = client.module("Leads").record(&from).get().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(!error.outcome_unknown());
        let report = client.module("Leads").create(&[Record::new().with("Last_Name", "x")]);
        assert_eq!(report.unwrap_err().kind(), ErrorKind::Busy);
        emulator.clear_faults();
    });
    assert_eq!(emulator.count_records("Leads"), 2);
    assert!(client.users().current().is_ok(), "the place is free again");
}

#[test]
fn past_the_credit_budget_nothing_is_sent() {
    let emulator = emulator(3);
    let client = client(&emulator, quick().max_credits(4));
    emulator.reset_counters();
    for _ in 0..4 {
        client.for_user("abc@xyz.com").unwrap().users().current().unwrap();
    }
    assert_eq!(client.users().current().unwrap_err().kind(), ErrorKind::CreditBudget);
    let rows: Vec<_> = client.module("Leads").records().iter().collect();
    assert!(matches!(&rows[..], [Err(error)] if error.kind() == ErrorKind::CreditBudget));
    assert_eq!((emulator.counters().total_calls(), client.usage().credits_spent), (4, 4));
}

#[test]
fn a_rate_limit_slows_all_clones_down() {
    let emulator = emulator(0);
    let client = client(&emulator, quick().retry_budget(Duration::from_secs(5)));
    emulator.fault(On::path("/crm/v2/org").times(1), Fault::Reply(Reply::too_many_requests().retry_after(1)));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let limited = scope.spawn(|| client.organization().get().unwrap());
        // Its place is given back when the pace is set.
        while client.usage().requests == 0 || client.usage().in_flight > 0 {
            std::thread::yield_now();
        }
        client.clone().users().current().unwrap();
        assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
        limited.join().unwrap();
    });
}

/// A client whose API host refuses connections.
fn refused(emulator: &Emulator, http: HttpOptions) -> Client {
    let config = config(emulator, &[("api_base_url", CLOSED)]).with_http(http);
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    sign_in(&client, emulator);
    client
}

#[test]
fn refused_connections_and_rate_limits_are_waited_out_for_the_whole_budget() {
    let emulator = emulator(0);
    let budget = Duration::from_millis(700);
    let http = || HttpOptions::default().retry_base(Duration::from_millis(5)).retry_budget(budget);
    let busy = client(&emulator, http());
    for (client, kind) in [(refused(&emulator, http()), ErrorKind::Connect), (busy, ErrorKind::RateLimited)] {
        emulator.fault(On::any_call(), Fault::Reply(Reply::too_many_requests()));
        let begun = Instant::now();
        let error = client.module("Leads").create_one(&json!({ "Last_Name": "x" })).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.is_retryable());
        assert!((budget.mul_f64(0.95)..budget * 20).contains(&begun.elapsed()), "{kind:?}: {:?}", begun.elapsed());
        emulator.clear_faults();
    }
}

#[test]
fn a_requested_wait_that_equals_the_budget_is_honoured() {
    let emulator = emulator(0);
    let client = client(&emulator, quick().retry_budget(Duration::from_secs(1)));
    emulator.fault(On::any_call().times(1), Fault::Reply(Reply::too_many_requests().retry_after(1)));
    let begun = Instant::now();
    client.users().current().unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));
    emulator.fault(On::any_call().times(1), Fault::Reply(Reply::too_many_requests().retry_after(2)));
    assert_eq!(client.users().current().unwrap_err().retry_after(), Some(Duration::from_secs(2)));
}

#[test]
fn an_interrupt_ends_every_wait_at_once() {
    let http = || HttpOptions::default().retry_budget(Duration::from_secs(3_600));
    let (limited, _) = fake::serving_with("v2", http(), |_| Answer::Text(429, ""));
    let (unreachable, _) = fake::serving_with("v2", http(), |_| Answer::Unreachable);
    for client in [limited, unreachable] {
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let report = client.module("Leads").create(&[Record::new(), Record::new()]);
                report.unwrap_err()
            });
            let listing = scope.spawn(|| client.clone().users().list().all().unwrap_err());
            while client.usage().requests == 0 {
                std::thread::yield_now();
            }
            let begun = Instant::now();
            client.interrupt();
            for waiting in [waiting, listing] {
                assert_eq!(waiting.join().unwrap().kind(), ErrorKind::Interrupted);
            }
            assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        });
        assert_eq!(client.call(Method::Get, "org").send().unwrap_err().kind(), ErrorKind::Interrupted);
    }
}

/// A bit of everything that a day brings.
fn a_days_work(client: &Client) {
    let leads = client.module("Leads");
    let fields = ["Last_Name", "Email"];
    assert_eq!(leads.records().fields(fields).iter().filter(Result::is_ok).count(), 450);
    leads.records().fields(fields).sort_by("id").send().unwrap();
    let view = leads.custom_views().list().all().unwrap().remove(0).id.unwrap();
    leads.records().fields(fields).custom_view(view).send().unwrap();
    leads.deleted(DeletedKind::All).send().unwrap();
    leads.search(SearchBy::word("Berg")).send().unwrap();
    for limit in ["", " limit 200", " limit 0, 200"] {
        let text = format!("select Last_Name from Leads where id is not null{limit}");
        client.query(text.as_str()).send().unwrap();
        client.call(Method::Post, "coql").json(&json!({ "select_query": text })).send().unwrap();
    }
    let records: Vec<Record> = (0..230).map(|n| Record::new().with("Last_Name", format!("N{n}"))).collect();
    let created: Vec<_> =
        leads.create(&records).unwrap().into_result().unwrap().ids().map(|(_, id)| id.clone()).collect();
    let changed: Vec<Record> =
        created.iter().take(30).map(|id| Record::new().with("id", id.as_ref()).with("City", "Oslo")).collect();
    assert!(leads.update(&changed).unwrap().is_complete());
    assert!(leads.add_tags(["day"], created[..120].iter().cloned()).unwrap().is_complete());
    leads.record(created[0].clone()).convert(Conversion::new()).unwrap();
    assert!(leads.delete(created[1..150].iter().cloned()).unwrap().is_complete());
    leads.bulk_read().fields(fields).start().unwrap();
    client.users().list().all().unwrap();
    client.organization().get().unwrap();
    leads.fields().list().all().unwrap();
    client
        .call(Method::Post, "Leads")
        .json(&json!({ "data": vec![json!({ "Last_Name": "By hand" }); 55] }))
        .send()
        .unwrap();
    client.call(Method::Get, "Leads/deleted").query("type", "all").send().unwrap();
    let _ = leads.record("1").get();
}

#[test]
fn estimates_agree_with_the_servers_count() {
    for version in [ApiVersion::V2, ApiVersion::V8] {
        for with_prices in [false, true] {
            let emulator = emulator(450);
            let config = config(&emulator, &[("api_version", version.as_str())]).with_http(quick());
            let client = Client::new(config, InMemoryPersistence::new()).unwrap();
            sign_in(&client, &emulator);
            if with_prices {
                client.limits().read_prices().unwrap();
            }
            emulator.expire_tokens_now();
            a_days_work(&client);
            let (estimated, counted) = (client.usage().credits_spent, emulator.counters().credits);
            assert!(counted > 100, "{counted}");
            println!("{version}, prices of Zoho {with_prices}: {estimated} estimated, {counted} counted");
            assert!(estimated.abs_diff(counted) * 20 <= counted, "{version}: {estimated} for {counted}");
        }
    }
}

#[test]
fn prices_are_zohos_own_once_they_were_read() {
    let emulator = emulator(1);
    let client = client(&emulator, quick().max_credits(8));
    let cost = || client.module("Leads").record("1").convert_request(Conversion::new()).cost().credits();
    assert_eq!((client.limits().prices(), cost()), (None, 5));
    let list = json!({ "__apis": [{ "path": "/crm/v2/Leads/{id}/actions/convert", "operation_types": [
        { "method": "POST", "oauth_scope": "ZohoCRM.modules.CREATE", "min_credits": 8, "max_credits": "8" } ] }] });
    emulator.fault(On::exactly("/crm/v2/__apis"), Fault::Reply(Reply::json(200, &list)));
    client.limits().read_prices().unwrap();
    assert_eq!((client.limits().prices().unwrap().all().len(), cost()), (1, 8));
    let refused = client.module("Leads").record("1").convert(Conversion::new()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::CreditBudget, "the price that Zoho told is what is spent");
}
