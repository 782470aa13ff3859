//! What it costs to turn a page of 200 leads, as the emulator gives them, into records; `serde_json::Value` of the same
//! bytes is what to compare with.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::io::Cursor;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Deserialize;
use serde_json::Value;
use zcrm_core::entity::Record;
use zcrm_core::persistence::{InMemoryPersistence, PersistenceHandler};
use zcrm_core::transport::{Headers, HttpRequest, HttpResponse, Transport, TransportError};
use zcrm_core::{Client, Config, GrantToken, OAuthTokens, UserIdentifier};
use zcrm_emulator::{Emulator, Options};

#[derive(Deserialize)]
struct Lead {
    #[serde(rename = "Last_Name")]
    last_name: Option<String>,
    #[serde(rename = "Email")]
    email: Option<String>,
    #[serde(rename = "Company")]
    company: Option<String>,
}

/// Answers every request with the same page.
#[derive(Debug, Clone)]
struct SamePage(Arc<[u8]>);

impl Transport for SamePage {
    fn send(&self, _: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let length = ("content-length".to_owned(), self.0.len().to_string());
        Ok(HttpResponse::new(200, Headers::new([length]), Cursor::new(Arc::clone(&self.0))))
    }
}

/// The bytes of a page of 200 leads.
fn page() -> Vec<u8> {
    let emulator = Emulator::start(Options { leads: 200, ..Options::default() }).unwrap();
    let config = Config::from_json_str(&emulator.dictionary().to_string()).unwrap();
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    let _ = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant("abc@xyz.com"))).unwrap();
    let leads = client.module("Leads").records().send().unwrap().items;
    let rows = leads.iter().map(Record::raw).collect::<Vec<_>>().join(",");
    format!(r#"{{"data":[{rows}],"info":{{"more_records":false}}}}"#).into_bytes()
}

fn client(page: &[u8]) -> Client {
    let config = Config::from_pairs([
        ("client_id", "1000.fake"),
        ("client_secret", "fake-secret"),
        ("redirect_uri", "https://example.com"),
        ("current_user_email", "abc@xyz.com"),
    ]);
    let store = InMemoryPersistence::new();
    let user = UserIdentifier::new("abc@xyz.com").unwrap();
    store.save_oauth_tokens(&OAuthTokens::new(user, "1000.fake.access", "1000.fake.refresh", i64::MAX / 4)).unwrap();
    Client::with_transport(config.unwrap(), store, SamePage(page.into()))
}

fn decode(criterion: &mut Criterion) {
    let page = page();
    let client = client(&page);
    let leads = || client.module("Leads").records();
    let mut group = criterion.benchmark_group("a page of 200 leads");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("serde_json::Value", |bench| {
        bench.iter(|| serde_json::from_slice::<Value>(black_box(&page)).unwrap());
    });
    group.bench_function("a struct of three fields", |bench| {
        bench.iter(|| {
            let full = |lead: &Lead| lead.last_name.is_some() && lead.email.is_some() && lead.company.is_some();
            leads().iter_as::<Lead>().map(Result::unwrap).filter(full).count()
        });
    });
    group.bench_function("records, not taken apart", |bench| {
        bench.iter(|| leads().into_iter().map(Result::unwrap).map(|lead| lead.raw().len()).sum::<usize>());
    });
    group.bench_function("records, three fields asked for", |bench| {
        bench.iter(|| {
            let three = |lead: &Record| {
                ["Last_Name", "Email", "Company"].iter().all(|name| lead.get::<String>(name).unwrap().is_some())
            };
            leads().into_iter().map(Result::unwrap).filter(three).count()
        });
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
