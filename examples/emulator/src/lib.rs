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

// The JSON literals of users and leads have many members.
#![recursion_limit = "256"]
#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed here, by name: reading gives null where there is nothing, and what is written \
              to is known to be an object"
)]

mod answer;
mod behaviour;
mod control;
mod counters;
mod crm;
mod emulator;
mod faults;
mod files;
mod metadata;
mod moment;
mod oauth;
mod org;
mod records;
mod seconds;
mod server;
mod tags;
mod version;
mod world;

pub use behaviour::{Behaviour, Certificate, ExpiresIn};
pub use counters::{Counters, Recorded};
pub use emulator::{Emulator, Options, Revoke};
pub use faults::{Fault, On, Reply};
