//! What was seen: counters, and a log of the requests.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use serde::Serialize;

/// So many requests are remembered; older ones are forgotten.
const REMEMBERED: usize = 20_000;

/// What the emulator has seen since it started or since the counters were reset.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Counters {
    /// TCP connections accepted.
    pub connections: u64,
    /// CRM calls by method and path, such as `GET /crm/v2/Leads`. Calls that a fault or a bad token refused count too.
    pub calls: BTreeMap<String, u64>,
    /// Requests to the token endpoint by `grant_type`, answered or refused.
    pub token_requests: BTreeMap<String, u64>,
    /// Requests to the user information endpoint.
    pub user_info_requests: u64,
    /// Requests to the revocation endpoint.
    pub revocations: u64,
    /// Access tokens given out.
    pub tokens_issued: u64,
    /// CRM calls being answered now.
    pub in_flight: usize,
    /// The highest number of CRM calls that were being answered at the same time.
    pub highest_in_flight: usize,
    /// Heavy CRM calls being answered now: searches, COQL, writes of more than 10 records and the like.
    pub heavy_in_flight: usize,
    /// The highest number of heavy calls that were being answered at the same time.
    pub highest_heavy_in_flight: usize,
    /// API credits spent, by Zoho's price list. Calls that were refused before any work cost nothing.
    pub credits: u64,
    /// Callbacks of channels: `sent`, `dropped`, `doubled`, `late`, `failed`, and `answered 200` and so on.
    pub callbacks: BTreeMap<String, u64>,
    /// Times that a fault was injected.
    pub faults: u64,
}

impl Counters {
    /// All CRM calls together.
    pub fn total_calls(&self) -> u64 {
        self.calls.values().sum()
    }

    /// The CRM calls of one method to one path.
    pub fn calls_to(&self, method: &str, path: &str) -> u64 {
        self.calls.get(&format!("{method} {path}")).copied().unwrap_or_default()
    }

    /// All token requests together.
    pub fn total_token_requests(&self) -> u64 {
        self.token_requests.values().sum()
    }

    /// The token requests that asked for a refresh.
    pub fn refreshes(&self) -> u64 {
        self.token_requests.get("refresh_token").copied().unwrap_or_default()
    }
}

/// One request as it arrived.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Recorded {
    /// The method, in capitals.
    pub method: String,
    /// The path as sent, not decoded, without the query.
    pub path: String,
    /// The query as sent, not decoded, without the question mark; empty when there is none.
    pub query: String,
    /// The headers, names in small letters, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body; empty for a file upload, whose parts are kept on disk.
    pub body: Vec<u8>,
    /// The parts of a multipart body: name, file name, length in bytes.
    pub parts: Vec<(String, Option<String>, u64)>,
}

impl Recorded {
    /// The value of the first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The decoded value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

#[derive(Debug, Default)]
pub(crate) struct Watch {
    counters: Mutex<Counters>,
    log: Mutex<VecDeque<Recorded>>,
}

impl Watch {
    pub(crate) fn read(&self) -> Counters {
        self.counters.lock().clone()
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut self.counters.lock());
    }

    /// Forgets all but the numbers in flight, which are facts of the present.
    pub(crate) fn reset(&self) {
        let mut counters = self.counters.lock();
        let (in_flight, heavy_in_flight) = (counters.in_flight, counters.heavy_in_flight);
        *counters = Counters {
            in_flight,
            highest_in_flight: in_flight,
            heavy_in_flight,
            highest_heavy_in_flight: heavy_in_flight,
            ..Counters::default()
        };
        self.log.lock().clear();
    }

    /// Counts a call in and tells how many are in flight with it.
    pub(crate) fn enter(&self, slots: usize) -> usize {
        let mut counters = self.counters.lock();
        counters.in_flight += slots;
        counters.highest_in_flight = counters.highest_in_flight.max(counters.in_flight);
        counters.in_flight
    }

    /// Counts a call out, a heavy one twice.
    pub(crate) fn leave(&self, slots: usize, heavy: bool) {
        let mut counters = self.counters.lock();
        counters.in_flight -= slots;
        counters.heavy_in_flight -= usize::from(heavy);
    }

    /// Counts a call in as a heavy one and tells how many of them are in flight with it.
    pub(crate) fn enter_heavy(&self) -> usize {
        let mut counters = self.counters.lock();
        counters.heavy_in_flight += 1;
        counters.highest_heavy_in_flight = counters.highest_heavy_in_flight.max(counters.heavy_in_flight);
        counters.heavy_in_flight
    }

    /// Spends credits, unless there are not so many; whether it did.
    pub(crate) fn spend(&self, credits: u64, daily: Option<u64>) -> bool {
        let mut counters = self.counters.lock();
        let spent = counters.credits.saturating_add(credits);
        let is_enough = daily.is_none_or(|daily| spent <= daily);
        if is_enough {
            counters.credits = spent;
        }
        is_enough
    }

    pub(crate) fn read_credits(&self) -> u64 {
        self.counters.lock().credits
    }

    pub(crate) fn record(&self, request: Recorded) {
        let mut log = self.log.lock();
        if log.len() == REMEMBERED {
            log.pop_front();
        }
        log.push_back(request);
    }

    pub(crate) fn log(&self) -> Vec<Recorded> {
        self.log.lock().iter().cloned().collect()
    }
}
