//! Any error that leaves the library, from any public method, is one line at `error`. In a binary of its own, as a
//! process has one logger.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fake;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use fake::{Answer, serving};
use log::{Level, LevelFilter, Log, Metadata};
use serde_json::{Value, json};
use zcrm_core::config::{ApiVersion, DataCenter, HttpOptions};
use zcrm_core::coql::{Query, Select, Statement};
use zcrm_core::entity::*;
use zcrm_core::persistence::{InMemoryPersistence, PersistenceError, PersistenceErrorKind, PersistenceHandler};
use zcrm_core::resource::{Conversion, DeletedKind, MassJob, MassOperation, Merge};
use zcrm_core::rest::{Cursor as ListCursor, List, Response, Upload};
use zcrm_core::{
    Client, Config, Criteria, Error, ErrorKind, GrantToken, Method, OAuthTokens, Record, Result, Secret, UserIdentifier,
};

thread_local! {
    static LINES: Cell<usize> = const { Cell::new(0) };
}

/// Counts the lines of each thread.
struct Counter;

impl Log for Counter {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.level() == Level::Error {
            LINES.set(LINES.get() + 1);
        }
    }

    fn flush(&self) {}
}

/// A method that fails, by what it was given.
type Failing = (&'static str, Box<dyn Fn() -> Result<()>>);

fn failing<T>(name: &'static str, call: impl Fn() -> Result<T> + 'static) -> Failing {
    (name, Box::new(move || call().map(drop)))
}

fn check(calls: Vec<Failing>) {
    static LOGGER: Counter = Counter;
    // Set by the first test of this binary.
    let _ = log::set_logger(&LOGGER);
    log::set_max_level(LevelFilter::Trace);
    let mut wrong = Vec::new();
    for (name, call) in calls {
        LINES.set(0);
        match call() {
            Ok(()) => wrong.push(format!("{name}: no error")),
            Err(error) if LINES.get() != 1 => wrong.push(format!("{name}: {} lines, {error}", LINES.get())),
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn config() -> Config {
    Config::from_pairs([
        ("client_id", "1000.fake"),
        ("client_secret", "fake-secret"),
        ("redirect_uri", "https://example.com"),
        ("current_user_email", "abc@xyz.com"),
    ])
    .unwrap()
}

#[test]
fn configuration_and_start() {
    check(vec![
        failing("from_pairs", || Config::from_pairs([("client_id", "")])),
        failing("from_json_str", || Config::from_json_str("[")),
        failing("from_json_str, keys", || Config::from_json_str("{}")),
        failing("from_json_file", || Config::from_json_file("absent/zcrm.json")),
        failing("from_json_file_and_env", || Config::from_json_file_and_env("absent/zcrm.json")),
        failing("new", || {
            let http = HttpOptions::default().extra_ca_pem("no certificate");
            Client::new(config().with_http(http), InMemoryPersistence::new())
        }),
        failing("from_config", || Client::from_config(config(), [])),
        failing("for_user", || serving("v2", |_| Answer::Lost).0.for_user("")),
    ]);
}

#[test]
fn values() {
    let record =
        || Record::from_json(r#"{"id": {"x": 1}, "A": "text", "Owner": 7, "Tag": 7, "$line_tax": 5}"#).unwrap();
    let lines = || Record::from_json(r#"{"Product_Details": "x"}"#).unwrap();
    let endless = || BTreeMap::from([("a", f64::INFINITY)]);
    let long = || Criteria::all((0..40).map(|n| Criteria::equals("City", n))).unwrap();
    check(vec![
        failing("Record::from_json", || Record::from_json("7")),
        failing("Record::get", move || record().get::<u8>("A")),
        failing("Record::owner", move || record().owner()),
        failing("Record::tags", move || record().tags()),
        failing("Record::line_taxes", move || record().line_taxes()),
        failing("Record::lookup", move || record().lookup("A")),
        failing("Record::user", move || record().user("A")),
        failing("Record::choices", move || record().choices("A")),
        failing("Record::subform", move || record().subform("A")),
        failing("Record::files", move || record().files("A")),
        failing("Record::line_items", move || lines().line_items()),
        failing("Record::set_as", move || Record::new().set_as("A", &endless()).map(drop)),
        failing("Value of a record", || {
            let record = Record::from_json(r#"{"A": "\ud83d"}"#).unwrap();
            Value::try_from(record)
        }),
        failing("Json::of", move || Json::of(&endless())),
        failing("Json::decode", || Json::from("x").decode::<u8>()),
        failing("Json of a text", || "{".parse::<Json>()),
        failing("Value of a Json", || Value::try_from("\"\\ud83d\"".parse::<Json>().unwrap())),
        failing("Date::check", || Date::new("x").check()),
        failing("Date of a text", || "2023-02-29".parse::<Date>()),
        failing("DateTime::check", || DateTime::new("x").check()),
        failing("DateTime of a text", || "2018-03-28".parse::<DateTime>()),
        failing("Criteria::parse", || Criteria::parse("City == 'Oslo'")),
        failing("Criteria of a text", || "City".parse::<Criteria>()),
        failing("to_search", move || long().to_search(ApiVersion::V8)),
        failing("to_coql", move || long().to_coql(ApiVersion::V8)),
        failing("to_bulk_read", move || long().to_bulk_read(ApiVersion::V8)),
        failing("split", || Criteria::all([1, 2].map(|n| Criteria::equals("A", n))).unwrap().split(1)),
        failing("Query::parse", || Query::parse("delete from Leads")),
        failing("Statement::query", || Statement::new("select id from Leads where City = :city").query()),
        failing("Select::query", || Select::from("Leads").field("no name").query()),
        failing("Query::to_coql", || Query::parse("select id from Leads limit 9999").unwrap().to_coql(ApiVersion::V2)),
        failing("Query::paging", || {
            Select::from("Leads").field("id").offset(999_999).query().unwrap().paging(ApiVersion::V8)
        }),
        failing("Part::page", || {
            let paging = Query::parse("select id from Leads").unwrap().paging(ApiVersion::V8).unwrap();
            paging.parts()[0].page(200, None, 200)
        }),
        failing("Cursor of a text", || "nonsense".parse::<ListCursor>()),
        failing("Upload::from_path", || Upload::from_path("/absent/file.pdf")),
        failing("Upload::from_path, no name", || Upload::from_path("/")),
        failing("Upload::from_seekable", || Upload::from_seekable("a", Unseekable)),
    ]);
}

struct Unseekable;

impl Read for Unseekable {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl io::Seek for Unseekable {
    fn seek(&mut self, _: io::SeekFrom) -> io::Result<u64> {
        Err(io::Error::other("no"))
    }
}

/// A store that fails.
#[derive(Debug)]
struct Broken;

impl PersistenceHandler for Broken {
    fn save_oauth_tokens(&self, _: &OAuthTokens) -> std::result::Result<(), PersistenceError> {
        Err(PersistenceError::new(PersistenceErrorKind::Unavailable, "fake"))
    }

    fn get_oauth_tokens(&self, _: &UserIdentifier) -> std::result::Result<Option<OAuthTokens>, PersistenceError> {
        Err(PersistenceError::new(PersistenceErrorKind::Unavailable, "fake"))
    }

    fn delete_oauth_tokens(&self, _: &UserIdentifier) -> std::result::Result<(), PersistenceError> {
        Err(PersistenceError::new(PersistenceErrorKind::Unavailable, "fake"))
    }
}

#[test]
fn tokens() {
    let oauth = || serving("v2", |_| Answer::Text(400, r#"{"error":"invalid_code"}"#)).0.oauth();
    let lost = || serving("v2", |_| Answer::Lost).0.oauth();
    let broken = || {
        let transport = serving("v2", |_| Answer::Lost).1;
        Client::with_transport(config(), Broken, transport).oauth()
    };
    let tokens = || OAuthTokens::new(UserIdentifier::new("a@b.com").unwrap(), "1000.a", "1000.r", 1);
    let refresh = || Secret::new("1000.fake-refresh".to_owned());
    check(vec![
        failing("generate_access_token", move || oauth().generate_access_token(GrantToken::new("1000.fake"))),
        failing("from_refresh_token", move || oauth().generate_access_token_from_refresh_token(refresh(), "a@b.com")),
        failing("from_refresh_token, user", move || oauth().generate_access_token_from_refresh_token(refresh(), "")),
        failing("access_token", move || oauth().get_access_token("nobody@b.com")),
        failing("access_token, user", move || oauth().get_access_token(" ")),
        failing("access_token, store", move || broken().get_access_token("abc@xyz.com")),
        failing("access_token_lasting", move || {
            oauth().get_access_token_lasting("nobody@b.com", std::time::Duration::from_secs(60))
        }),
        failing("refresh", move || oauth().refresh("abc@xyz.com")),
        failing("revoke", move || lost().revoke("abc@xyz.com")),
        failing("delete", move || broken().delete("abc@xyz.com")),
        failing("is_token_generated", move || broken().is_token_generated("abc@xyz.com")),
        failing("save_tokens", move || broken().save_tokens(&tokens())),
        failing("set_data_center", move || oauth().set_data_center("", DataCenter::Eu)),
        failing("authorization_request", move || oauth().authorization_request(Vec::<String>::new())),
        failing("read_redirect", move || oauth().read_redirect("https://example.com?error=access_denied", "x")),
        failing("a call without tokens", move || {
            let client = serving("v2", |_| Answer::Lost).0.for_user("nobody@b.com").unwrap();
            client.users().current()
        }),
    ]);
}

fn file() -> Upload<'static> {
    Upload::from_seekable("a.png", Cursor::new(b"fake")).unwrap()
}

fn all<T: serde::de::DeserializeOwned + 'static>(list: List<T>) -> Result<()> {
    list.all().map(drop)
}

/// A method that sends something.
type Sending = (&'static str, fn(&Client) -> Result<()>);

/// All of them.
fn requests() -> Vec<Sending> {
    vec![
        ("send", |c| c.call(Method::Get, "settings/roles").send().and_then(|found| found.json::<u8>()).map(drop)),
        ("run", |c| c.run(&c.call(Method::Get, "org").into_request().and_then(|found| found.json::<u8>())).map(drop)),
        ("run, a record's field", |c| {
            let request = c.call(Method::Get, "org").into_request();
            let absent = || Error::new(ErrorKind::InvalidResponse, "no data");
            let data =
                move |found: Response| Record::from_json(found.body())?.get::<String>("data")?.ok_or_else(absent);
            c.run(&request.and_then(data)).map(drop)
        }),
        ("call upload", |c| {
            c.call(Method::Post, "x").upload(&mut file()).and_then(|found| found.json::<u8>()).map(drop)
        }),
        ("organization", |c| c.organization().get().map(drop)),
        ("list", |c| all(c.users().list())),
        ("list send", |c| c.users().list().send().map(drop)),
        ("list iter", |c| c.roles().list().iter().try_for_each(|role| role.map(drop))),
        ("list iter_as", |c| {
            c.module("Leads").records().fields(["A"]).iter_as::<u8>().try_for_each(|row| row.map(drop))
        }),
        ("list prefetch", |c| c.profiles().list().prefetch().iter().try_for_each(|row| row.map(drop))),
        ("search", |c| all(c.module("Leads").search(Criteria::equals("A", 1)))),
        ("deleted", |c| all(c.module("Leads").deleted(DeletedKind::All))),
        ("get", |c| c.users().get("1").map(drop)),
        ("current", |c| c.users().current().map(drop)),
        ("describe", |c| c.module("Leads").describe().map(drop)),
        ("record get", |c| c.module("Leads").record("1").get().map(drop)),
        ("record get_as", |c| c.module("Leads").record("1").get_as::<u8>().map(drop)),
        ("record update", |c| c.module("Leads").record("1").update(&Record::new().with("A", 1)).map(drop)),
        ("record delete", |c| c.module("Leads").record("1").delete()),
        ("conditional update", |c| {
            let values = Record::new().with("A", 1);
            let since = zcrm_core::DateTime::new("2026-03-01T10:00:00+02:00");
            c.module("Leads").record("1").update_if_unmodified_since(&values, since).map(drop)
        }),
        ("mass start", |c| c.module("Leads").mass_update(&Record::new().with("A", 1)).start("1").map(drop)),
        ("mass convert", |c| c.module("Leads").mass_convert().start(["1"]).map(drop)),
        ("merge", |c| c.module("Leads").record("1").merge(&Merge::new().child("2", ["A"])).map(drop)),
        ("tag deletion", |c| c.module("Leads").start_tag_deletion(["1"]).map(drop)),
        ("mass status", |c| {
            let job = MassJob::attach("1", "Leads", MassOperation::Delete, c.config().api_version());
            c.mass_job(job).wait().map(drop)
        }),
        ("composite", |c| {
            let mut composite = c.composite();
            let lead = composite.add(c.module("Leads").record("1").get_request());
            composite.send()?.take(&lead).map(drop)
        }),
        ("create_one", |c| c.module("Leads").create_one(&Record::new()).map(drop)),
        ("convert", |c| c.module("Leads").record("1").convert(Conversion::new()).map(drop)),
        ("add_tags", |c| c.module("Leads").record("1").add_tags(["x"]).map(drop)),
        ("remove_tags", |c| c.module("Leads").record("1").remove_tags(["x"]).map(drop)),
        ("photo upload", |c| c.module("Leads").record("1").photo().upload(file())),
        ("photo delete", |c| c.module("Leads").record("1").photo().delete()),
        ("photo download", |c| c.module("Leads").record("1").photo().download().to_writer(io::sink()).map(drop)),
        ("photo reader", |c| c.module("Leads").record("1").photo().download().open().map(drop)),
        ("attachment upload", |c| c.module("Leads").record("1").attachments().upload(file()).map(drop)),
        ("upload_link", |c| c.module("Leads").record("1").attachments().upload_link("https://a.com").map(drop)),
        ("attachment delete", |c| c.module("Leads").record("1").attachments().delete_one("1")),
        ("relation add", |c| c.module("Leads").record("1").related("Products").add("1")),
        ("relation remove", |c| c.module("Leads").record("1").related("Products").remove("1")),
        ("count_records", |c| c.module("Leads").tags().count_records("1").map(drop)),
        ("merge", |c| c.module("Leads").tags().merge("1", "2").map(drop)),
        ("tag delete", |c| c.module("Leads").tags().delete_one("1")),
        ("tag create", |c| c.module("Leads").tags().create_one(&Tag::new("x")).map(drop)),
        ("view update", |c| c.module("Leads").custom_views().update_one(&CustomView::with_id("1").sort_order("asc"))),
        ("note update", |c| c.notes().update_one(&Note::with_id("1").content("x")).map(drop)),
        ("tax get", |c| c.taxes().get("1").map(drop)),
        ("tax update", |c| c.taxes().update_one(&OrgTax::default().id("1").value(1)).map(drop)),
        ("tax delete", |c| c.taxes().delete_one("1")),
        ("variable get", |c| c.variables().get("1", "2").map(drop)),
    ]
}

/// A request to which the server gives always the same answer.
fn meeting(version: &'static str, answer: &Answer, name: &'static str, call: fn(&Client) -> Result<()>) -> Failing {
    let answer = answer.clone();
    failing(name, move || {
        let answer = answer.clone();
        let (client, _) = serving(version, move |_| answer.clone());
        call(&client)
    })
}

#[test]
fn requests_that_fail_in_every_way() {
    let rejection = json!({ "code": "INVALID_DATA", "details": {}, "message": "m", "status": "error" });
    let answers = [
        ("rejected", Answer::Json(400, rejection.clone())),
        ("item rejected", Answer::Json(202, json!({ "data": [rejection.clone()] }))),
        ("forbidden", Answer::Text(403, "no")),
        ("failed", Answer::Text(500, "")),
        ("redirected", Answer::Text(302, "")),
        ("HTML", Answer::Text(200, "<html>")),
        ("nothing in it", Answer::Json(200, json!({}))),
        ("odd rows", Answer::Json(200, json!({ "data": 7, "users": 7, "tags": 7, "taxes": 7 }))),
        ("lost", Answer::Lost),
        ("unreachable", Answer::Unreachable),
    ];
    for (fault, answer) in answers {
        for version in ["v2", "v8"] {
            println!("{fault} {version}");
            let json = matches!(&answer, Answer::Json(200, _));
            // Where nothing is said of its type, JSON that is no rejection is a file.
            let calls = requests()
                .into_iter()
                .filter(|(name, _)| !(json && matches!(*name, "photo download" | "photo reader")));
            check(calls.map(|(name, call)| meeting(version, &answer, name, call)).collect());
        }
    }
}

#[test]
fn batches_of_which_nothing_can_be_sent() {
    let calls: Vec<Sending> = vec![
        ("create", |c| c.module("Leads").create(&[Record::new()]).map(drop)),
        ("update", |c| c.module("Leads").update_field(["1"], "A", 1).map(drop)),
        ("upsert", |c| c.module("Leads").upsert(&[Record::new()], ["Email"]).map(drop)),
        ("delete", |c| c.module("Leads").delete(["1"]).map(drop)),
        ("tags", |c| c.module("Leads").add_tags(["x"], ["1"]).map(drop)),
        ("notes", |c| c.notes().delete(["1"]).map(drop)),
        ("mass update", |c| c.module("Leads").mass_update(&Record::new().with("A", 1)).run(["1"]).map(drop)),
        ("mass delete", |c| c.module("Leads").mass_delete().run(["1"]).map(drop)),
        ("change owner", |c| c.module("Leads").change_owner("1").run(["1"]).map(drop)),
    ];
    for answer in [Answer::Text(302, ""), Answer::Unreachable, Answer::Text(401, "")] {
        check(calls.iter().map(|(name, call)| meeting("v8", &answer, name, *call)).collect());
    }
    // Rejections of items are values, until they are made an error.
    let rejected = || Answer::Json(400, json!({ "code": "X", "details": {}, "message": "m", "status": "error" }));
    let report = serving("v8", move |_| rejected()).0.module("Leads").create(&[Record::new()]).unwrap();
    check(vec![failing("into_result", move || report.clone().into_result())]);
}

#[test]
fn arguments_that_cannot_be_sent() {
    let client = || serving("v8", |_| Answer::Lost).0;
    check(vec![
        failing("id with a comma", move || client().module("Leads").delete(["1,2"])),
        failing("no id", move || client().module("Leads").record("").get()),
        failing("a record with an id", move || client().module("Leads").create(&[Record::new().with("id", "1")])),
        failing("NaN", move || client().module("Leads").create_one(&Record::new().with("A", f64::NAN))),
        failing("no field", move || client().module("Leads").update_field(["1"], " ", 1)),
        failing("no field of a mass update", move || client().module("Leads").mass_update(&Record::new()).start("1")),
        failing("no Modified_Time", move || {
            client().module("Leads").writer().if_unmodified().update(&[Record::new().with("id", "1")])
        }),
        failing("no request", move || client().composite().send()),
        failing("no tag", move || client().module("Leads").add_tags([""], ["1"])),
        failing("no id of a tag", move || client().module("Leads").tags().merge("", "2")),
        failing("no link", move || client().module("Leads").record("1").attachments().upload_link(" ")),
        failing("no name of a file", move || {
            client().module("Leads").record("1").photo().upload(Upload::from_reader("", &b""[..]))
        }),
        failing("a setting that does not apply", move || client().users().list().sort_by("x").send()),
        failing("no time", move || client().module("Leads").records().fields(["A"]).modified_since("x").all()),
        failing("no fields", move || client().module("Leads").records().all()),
        failing("a tax with an id", move || client().taxes().create(&[OrgTax::new("x", 1).id("1")])),
        failing("a folder as target", move || {
            client().module("Leads").record("1").photo().download().to_file(std::env::temp_dir())
        }),
        failing("a cursor of another listing", move || {
            let other = client().users().list().iter().cursor().unwrap();
            client().roles().list().cursor(&other).all()
        }),
        failing("an error twice", move || -> Result<()> {
            let error: Error = client().module("Leads").record("").get().unwrap_err();
            Err(error)
        }),
    ]);
}
