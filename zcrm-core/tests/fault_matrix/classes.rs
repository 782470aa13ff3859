//! Every class of call that the library has.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use zcrm_core::entity::*;
use zcrm_core::resource::{Conversion, DeletedKind};
use zcrm_core::rest::{BatchReport, Idempotency, List, Outcome, Upload};
use zcrm_core::{Client, Criteria, Error, Method, Record, Result};

/// What a class of call does, as far as retries are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Twice is as good as once.
    Idempotent,
    /// Twice is one too many.
    Once,
    /// A file comes down; an answer that is no file is told by what it says of itself.
    Download,
}

/// What the caller is told.
#[derive(Debug)]
pub(crate) enum Seen {
    Done,
    Rejected(Error),
    Unanswered(Error),
    NotSent(Error),
}

pub(crate) struct Class {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Makes what the call needs, and gives its id.
    pub(crate) prepare: fn(&Client) -> String,
    pub(crate) call: fn(&Client, &str) -> Result<Seen>,
}

/// A response to a write, as a program of its own reads it.
#[derive(serde::Deserialize)]
struct Written {
    #[serde(rename = "data")]
    _data: [WrittenItem; 1],
}

#[derive(serde::Deserialize)]
struct WrittenItem {
    #[serde(rename = "code")]
    _code: String,
}

fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn done<T>(outcome: Result<T>) -> Result<Seen> {
    outcome.map(|_| Seen::Done)
}

/// What became of all items of a batch, which is the same for each.
fn together(outcomes: impl IntoIterator<Item = Outcome>) -> Seen {
    let mut seen = Seen::Done;
    for (index, outcome) in outcomes.into_iter().enumerate() {
        let next = match outcome {
            Outcome::Rejected(error) => Seen::Rejected(error),
            Outcome::Unanswered(error) => Seen::Unanswered(error),
            Outcome::NotSent(error) => Seen::NotSent(error),
            _ => Seen::Done,
        };
        let same = std::mem::discriminant(&seen) == std::mem::discriminant(&next);
        assert!(index == 0 || same, "{seen:?} and {next:?}");
        seen = next;
    }
    seen
}

fn report(report: Result<BatchReport>) -> Result<Seen> {
    report.map(together)
}

fn all<T: serde::de::DeserializeOwned + 'static>(list: List<T>) -> Result<Seen> {
    done(list.all())
}

fn file() -> Upload<'static> {
    Upload::from_seekable("a.png", std::io::Cursor::new(b"\x89PNG fake")).unwrap()
}

/// A file that came is the file.
fn same(downloaded: Result<zcrm_core::rest::Downloaded>, bytes: &[u8]) -> Result<Seen> {
    downloaded.map(|_| {
        assert_eq!(bytes, b"\x89PNG fake", "something else was taken for the file");
        Seen::Done
    })
}

fn nothing(_: &Client) -> String {
    String::new()
}

fn lead(client: &Client) -> String {
    let lead = Record::new().with("Last_Name", "Berg").with("Company", "Planks");
    client.module("Leads").create_one(&lead).unwrap().id.to_string()
}

fn deleted_lead(client: &Client) -> String {
    let id = lead(client);
    client.module("Leads").record(&id).delete().unwrap();
    id
}

fn leads() -> [Record; 2] {
    ["A", "B"].map(|name| Record::new().with("Last_Name", name))
}

fn with_email(email: impl Fn(u32) -> String) -> [Record; 2] {
    leads().map(|lead| lead.with("Email", email(number())))
}

fn note(client: &Client) -> String {
    let notes = client.module("Leads").record(lead(client)).notes();
    notes.create_one(&Note::new("text")).unwrap().id.to_string()
}

fn tag(client: &Client) -> String {
    client.module("Leads").tags().create_one(&format!("t{}", number()).as_str().into()).unwrap().id.to_string()
}

fn two_tags(client: &Client) -> String {
    pair(&tag(client), tag(client))
}

fn user(client: &Client) -> User {
    let role = client.roles().list().all().unwrap().remove(0).id.unwrap();
    let profile = client.profiles().list().all().unwrap().remove(0).id.unwrap();
    User::new("An", "Nguyen", format!("n{}@example.com", number()), role, profile)
}

fn user_id(client: &Client) -> String {
    client.users().create_one(&user(client)).unwrap().id.to_string()
}

fn tax(client: &Client) -> String {
    client.taxes().list().all().unwrap().remove(0).id.unwrap().to_string()
}

fn group(client: &Client) -> String {
    client.variable_groups().list().all().unwrap().remove(0).id.unwrap().to_string()
}

fn new_variable(group: &str) -> Variable {
    let name = format!("V{}", number());
    Variable::new(&name, &name, "integer").value(7).variable_group(VariableGroup::with_id(group))
}

fn variable(client: &Client) -> String {
    client.variables().create_one(&new_variable(&group(client))).unwrap().id.to_string()
}

/// A lead and something that belongs to it, in one text.
fn pair(lead: &str, other: impl ToString) -> String {
    format!("{lead} {}", other.to_string())
}

fn attachment(client: &Client) -> String {
    let lead = lead(client);
    let id = client.module("Leads").record(&lead).attachments().upload(file()).unwrap().id;
    pair(&lead, id)
}

fn photo(client: &Client) -> String {
    let lead = lead(client);
    client.module("Leads").record(&lead).photo().upload(file()).unwrap();
    lead
}

fn product(client: &Client) -> String {
    let product = client.module("Products").create_one(&json!({"Product_Name": "Rocket"})).unwrap();
    pair(&lead(client), product.id)
}

fn relation(client: &Client) -> String {
    let ids = product(client);
    let (lead, product) = two(&ids);
    client.module("Leads").record(lead).related("Products").add(product).unwrap();
    ids
}

fn two(ids: &str) -> (&str, &str) {
    ids.split_once(' ').unwrap()
}

macro_rules! classes {
    ($($name:literal $kind:ident $prepare:ident |$client:ident, $id:ident| $call:expr;)*) => {
        vec![$(Class { name: $name, kind: Kind::$kind, prepare: $prepare, call: |$client, $id| { let _ = $id; $call } }),*]
    };
}

pub(crate) fn classes(version: &str) -> Vec<Class> {
    let mut classes = reads();
    classes.extend(writes());
    classes.extend(deletions());
    if version == "v2" {
        classes.extend(classes! {
            "create taxes" Once nothing |c, id| report(c.taxes().create(&[OrgTax::new(format!("T{}", number()), 5)]));
        });
    }
    classes
}

fn reads() -> Vec<Class> {
    classes! {
        "page of records" Idempotent lead |c, id| done(c.module("Leads").records().fields(["Last_Name"]).send());
        "all records" Idempotent lead |c, id| all(c.module("Leads").records().fields(["Last_Name"]));
        "search" Idempotent lead |c, id| all(c.module("Leads").search(Criteria::equals("Last_Name", "Berg")));
        "one record" Idempotent lead |c, id| done(c.module("Leads").record(id).get());
        "deleted records" Idempotent deleted_lead |c, id| all(c.module("Leads").deleted(DeletedKind::All));
        "related records" Idempotent relation |c, id| {
            all(c.module("Leads").record(two(id).0).related("Products").list().fields(["Product_Name"]))
        };
        "notes" Idempotent note |c, id| all(c.notes().list());
        "attachments" Idempotent attachment |c, id| all(c.module("Leads").record(two(id).0).attachments().list());
        "organization" Idempotent nothing |c, id| done(c.organization().get());
        "users" Idempotent nothing |c, id| all(c.users().list());
        "custom views" Idempotent nothing |c, id| all(c.module("Leads").custom_views().list());
        "describe" Idempotent nothing |c, id| done(c.module("Leads").describe());
        "count of a tag" Idempotent tag |c, id| done(c.module("Leads").tags().count_records(id));
        "download" Download attachment |c, id| {
            let mut bytes = Vec::new();
            let files = c.module("Leads").record(two(id).0).attachments();
            let downloaded = files.download(two(id).1).to_writer(&mut bytes);
            same(downloaded, &bytes)
        };
        "download of a photo" Download photo |c, id| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("photo.png");
            let downloaded = c.module("Leads").record(id).photo().download().to_file(&path);
            assert!(downloaded.is_ok() || !path.exists(), "a part was left");
            let bytes = std::fs::read(&path).unwrap_or_default();
            same(downloaded, &bytes)
        };
        "custom read" Idempotent nothing |c, id| {
            done(c.call(Method::Get, "settings/roles").send().and_then(|response| response.json::<Value>()))
        };
    }
}

fn writes() -> Vec<Class> {
    classes! {
        "create" Once nothing |c, id| report(c.module("Leads").create(&leads()));
        "create one" Once nothing |c, id| done(c.module("Leads").create_one(&leads()[0]));
        "create from an iterator" Once nothing |c, id| {
            Ok(together(c.module("Leads").writer().create_iter(leads()).map(|written| written.outcome)))
        };
        "upsert" Idempotent nothing |c, id| {
            report(c.module("Leads").upsert(&with_email(|n| format!("u{n}@xyz.com")), ["Email"]))
        };
        "upsert without a check value" Once nothing |c, id| {
            report(c.module("Leads").upsert(&with_email(|_| String::new()), ["Email"]))
        };
        "upsert without check fields" Once nothing |c, id| {
            report(c.module("Leads").upsert(&leads(), Vec::<String>::new()))
        };
        "update" Idempotent lead |c, id| {
            report(c.module("Leads").update(&[Record::new().with("id", id).with("City", "Oslo")]))
        };
        "update one" Idempotent lead |c, id| {
            done(c.module("Leads").record(id).update(&Record::new().with("City", "Oslo")))
        };
        "update of a field" Idempotent lead |c, id| report(c.module("Leads").update_field([id], "City", "Oslo"));
        "convert" Once lead |c, id| done(c.module("Leads").record(id).convert(Conversion::new().overwrite(true)));
        "create notes" Once lead |c, id| {
            report(c.module("Leads").record(id).notes().create(&[Note::new("a"), Note::new("b")]))
        };
        "update a note" Idempotent note |c, id| done(c.notes().update_one(&Note::with_id(id).content("b")));
        "create tags" Once nothing |c, id| {
            report(c.module("Leads").tags().create(&[format!("n{}", number()).as_str().into()]))
        };
        "update a tag" Idempotent tag |c, id| {
            done(c.module("Leads").tags().update_one(&Tag::new(format!("r{}", number())).id(id)))
        };
        "merge tags" Once two_tags |c, id| done(c.module("Leads").tags().merge(two(id).0, two(id).1));
        "add tags to many" Idempotent lead |c, id| report(c.module("Leads").add_tags(["x"], [id]));
        "remove tags from many" Idempotent lead |c, id| report(c.module("Leads").remove_tags(["x"], [id]));
        "add tags to one" Idempotent lead |c, id| done(c.module("Leads").record(id).add_tags(["x"]));
        "upload" Once lead |c, id| done(c.module("Leads").record(id).attachments().upload(file()));
        "upload a link" Once lead |c, id| {
            done(c.module("Leads").record(id).attachments().upload_link("https://example.com/a.pdf"))
        };
        "upload a photo" Once lead |c, id| done(c.module("Leads").record(id).photo().upload(file()));
        "add a relation" Idempotent product |c, id| {
            done(c.module("Leads").record(two(id).0).related("Products").add(two(id).1))
        };
        "update a user" Idempotent user_id |c, id| done(c.users().update_one(&User::with_id(id).phone("1")));
        "update taxes" Idempotent tax |c, id| report(c.taxes().update(&[OrgTax::default().id(id).value(24)]));
        "create variables" Once group |c, id| report(c.variables().create(&[new_variable(id)]));
        "update a variable" Idempotent variable |c, id| {
            done(c.variables().update_one(&Variable::default().id(id).value(8)))
        };
        "custom write" Once nothing |c, id| {
            let call = c.call(Method::Post, "Leads").json(&json!({ "data": [{ "Last_Name": "A" }] }));
            done(c.run(&call.into_request().and_then(|response| response.json::<Written>())))
        };
        "custom write that may be repeated" Idempotent lead |c, id| {
            let call = c.call(Method::Put, "Leads").json(&json!({ "data": [{ "id": id, "City": "Oslo" }] }));
            let call = call.idempotency(Idempotency::Idempotent);
            done(c.run(&call.into_request().and_then(|response| response.json::<Written>())))
        };
    }
}

fn deletions() -> Vec<Class> {
    classes! {
        "delete" Idempotent lead |c, id| report(c.module("Leads").delete([id]));
        "delete one" Idempotent lead |c, id| done(c.module("Leads").record(id).delete());
        "delete a note" Idempotent note |c, id| done(c.notes().delete_one(id));
        "delete notes" Idempotent note |c, id| report(c.notes().delete([id]));
        "delete an attachment" Idempotent attachment |c, id| {
            done(c.module("Leads").record(two(id).0).attachments().delete_one(two(id).1))
        };
        "delete attachments" Idempotent attachment |c, id| {
            report(c.module("Leads").record(two(id).0).attachments().delete([two(id).1]))
        };
        "delete a photo" Idempotent photo |c, id| done(c.module("Leads").record(id).photo().delete());
        "delete a tag" Idempotent tag |c, id| done(c.module("Leads").tags().delete_one(id));
        "delete tags" Idempotent tag |c, id| report(c.module("Leads").tags().delete([id]));
        "remove a relation" Idempotent relation |c, id| {
            done(c.module("Leads").record(two(id).0).related("Products").remove(two(id).1))
        };
        "delete a user" Idempotent user_id |c, id| done(c.users().delete_one(id));
        "delete a variable" Idempotent variable |c, id| done(c.variables().delete_one(id));
        "delete variables" Idempotent variable |c, id| report(c.variables().delete([id]));
    }
}
