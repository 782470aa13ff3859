//! A Zoho CRM that runs on this machine.
//!
//! It answers as Zoho does, API v2 to v8, over real TCP, and does on demand what the real one does only on a bad day:
//! lose connections, cut answers off, refuse tokens, throttle. Written from Zoho's documentation and from what the
//! vendor's SDKs send and read; it shares no type with the SDK that is tested against it.
//!
//! ```
//! use zcrm_emulator::{Emulator, Fault, On, Options};
//!
//! # fn main() -> std::io::Result<()> {
//! let emulator = Emulator::start(Options::default())?;
//! let grant = emulator.new_grant("abc@xyz.com");
//! emulator.fault(On::path("/crm/v2/Leads").method("POST").times(1), Fault::ResetAfterWork);
//! assert!(emulator.url().starts_with("http://127.0.0.1:"));
//! assert!(!grant.is_empty());
//! assert_eq!(emulator.counters().connections, 0);
//! # Ok(())
//! # }
//! ```
//!
//! # Remote control
//!
//! Other processes steer it over HTTP, below `/emulator`. Nothing of that is Zoho's; faults and counters pass it over.
//!
//! | Request | Does |
//! |---|---|
//! | `POST /emulator/grant?user=&scopes=` | makes a grant: `{"grant_token": ...}` |
//! | `GET /emulator/counters`, `DELETE` | the [`Counters`]; begins anew |
//! | `GET /emulator/requests` | the log of requests, bodies as text |
//! | `POST /emulator/expire` | kills all access tokens |
//! | `POST /emulator/revoke?user=&everything=true` | kills a user's access tokens, or the refresh tokens too |
//! | `GET /emulator/channels`, `DELETE` | the ids of the channels that live, and until when; ends them all |
//! | `GET /emulator/behaviour`, `PUT` | the [`Behaviour`]; changes the members given |
//! | `POST /emulator/faults`, `DELETE` | adds a rule; forgets all |
//! | `PUT /emulator/leads?count=` | replaces all leads by made-up ones; a [`MadeUpLeads`] as the body says more |
//! | `PUT /emulator/records/Leads/{id}` | overwrites fields of a record as they are, read-only ones too |
//!
//! A rule is `{"on": {"path": "/crm/", "exactly": false, "method": "POST", "after": 0, "times": 1}, "fault": ...}`, of
//! which only the path is needed. A fault is one of `"reset_before_work"`, `"reset_after_work"`, `"close_before_work"`,
//! `"cut_off"`, `"cut_off_chunked"`, `"silence"`, `{"slow_body": [BYTES, SECONDS]}`, `{"slow_headers": SECONDS}`,
//! `{"reply": REPLY}`, `{"reply_after_work": REPLY}` and `{"reply_within": [BYTES, REPLY]}`, where a reply is
//! `{"status": 503, "headers": [["Retry-After", "1"]], "body": ...}`; a body that is text is sent as it is, any other
//! as JSON.

// The JSON literals of users and leads have many members.
#![recursion_limit = "256"]
#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed here, by name: reading gives null where there is nothing, and what is written \
              to is known to be an object"
)]

/// Its snippets compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod accounts;
mod answer;
mod behaviour;
mod call;
mod callbacks;
mod control;
mod counters;
mod crm;
mod emulator;
mod faults;
mod moment;
mod oauth;
mod proxy;
mod routes;
mod scopes;
mod seconds;
mod server;
mod spool;
mod verdict;
mod version;
mod world;

pub use behaviour::{Behaviour, Certificate, Edition, ExpiresIn};
pub use counters::{Counters, Recorded};
pub use crm::MadeUpLeads;
pub use emulator::{Emulator, Options, Revoke};
pub use faults::{Fault, On, Reply};
pub use proxy::Proxy;
