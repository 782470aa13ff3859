//! Every error is logged exactly once.

use std::sync::{Mutex, Once};
use std::thread::{self, ThreadId};

use log::{Level, LevelFilter, Log, Metadata, Record};
use serde::Deserialize;
use serde_json::json;
use zcrm_emulator::{Fault, On, Reply};

use super::start;

/// Tests share the process, so what is logged is told apart by thread.
struct Errors;

static ERRORS: Mutex<Vec<(ThreadId, String)>> = Mutex::new(Vec::new());

impl Log for Errors {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() == Level::Error
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            ERRORS.lock().unwrap().push((thread::current().id(), record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

/// What was logged by this thread while it did this.
fn logged(deed: impl FnOnce()) -> Vec<String> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| log::set_logger(&Errors).map(|()| log::set_max_level(LevelFilter::Error)).unwrap());
    let me = thread::current().id();
    ERRORS.lock().unwrap().retain(|(thread, _)| *thread != me);
    deed();
    ERRORS.lock().unwrap().iter().filter(|(thread, _)| *thread == me).map(|(_, text)| text.clone()).collect()
}

#[test]
fn errors_of_every_origin_are_logged_once() {
    let (emulator, client) = start("v8", 300);
    let once = |what: &str, says: &str, deed: &dyn Fn()| {
        let lines = logged(deed);
        assert!(lines.len() == 1 && lines[0].contains(says), "{what}: {lines:?}");
    };
    once("no query, iterated", "only reads", &|| drop(client.query("drop table").all().unwrap_err()));
    once("no query, sent", "only reads", &|| drop(client.query("drop table").send().unwrap_err()));
    once("rejected", "INVALID_QUERY", &|| drop(client.query("select Nothing from Leads").all().unwrap_err()));
    let beyond = "select City from Leads order by City limit 10 offset 100000";
    once("beyond the reach", "reaches", &|| drop(client.query(beyond).all().unwrap_err()));

    #[derive(Debug, Deserialize)]
    struct Unfit {
        #[serde(rename = "Fax")]
        _fax: u8,
    }
    let one = client.query("select Fax from Leads limit 1");
    once("does not fit, iterated", "deserialized", &|| {
        one.iter_as::<Unfit>().for_each(|row| drop(row.unwrap_err()));
    });
    once("does not fit, sent", "cannot be read", &|| drop(one.send_as::<Unfit>().unwrap_err()));

    let page = json!({ "data": [], "info": { "more_records": true } });
    emulator.fault(On::path("/crm/v8/coql"), Fault::Reply(Reply::json(200, &page)));
    once("cannot go on", "empty page", &|| drop(client.query("select City from Leads").all().unwrap_err()));
    emulator.clear_faults();
    emulator.fault(On::path("/crm/v8/coql"), Fault::Reply(Reply::html(200)));
    once("not understood", "coql", &|| drop(client.query("select City from Leads").all().unwrap_err()));
}
