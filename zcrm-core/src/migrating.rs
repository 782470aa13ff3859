//! From Zoho's Ruby SDK (ZCRMSDK, API v2) to this one, method by method.
//!
//! The expressions of the tables are compiled and performed by a test, which compares what they send with what the Ruby
//! SDK sends for the same. They begin at one of these:
//!
//! ```no_run
//! # fn run(client: zcrm_core::Client) {
//! let organization = client.organization(); // ZCRMOrganization
//! let module = client.module("Leads"); // ZCRMModule
//! let record = module.record("3652397000000190001"); // ZCRMRecord of which nothing but the id is needed
//! # }
//! ```
//!
//! What is different everywhere:
//!
//! * A noun gives a handle, a verb sends: `client.roles().list().all()`, `client.users().get(id)`,
//!   `module.tags().create(&tags)`. All collections have the same verbs.
//! * A listing is sent by `.send()`, which gives one page as in Ruby, or by `.all()`, or simply iterated to its end:
//!   `for lead in module.records() { ... }`.
//! * Any number of records, notes, tags, taxes or variables goes in. They are sent in requests of the size that Zoho
//!   takes, and the [report](crate::rest::BatchReport) tells what became of each.
//! * Every method that gives [`Record`](crate::Record)s has a twin that gives structs of yours (`send_as`, `iter_as`,
//!   `get_as`).
//! * The search field of these pages ([`doc(alias)`][aliases])
//!   knows Ruby's names: type `get_relatedlist_records` or `ZCRMTrashRecord`.
//!
//! [aliases]: https://doc.rust-lang.org/rustdoc/advanced-features.html#add-aliases-for-an-item-in-documentation-search
//!
//! | Ruby, without a request | Rust |
//! |---|---|
//! | `ZCRMRestClient.init(config)` | [`Client::from_config`](crate::Client::from_config), [`Client::new`](crate::Client::new) |
//! | `ZCRMRestClient.current_user_email = ...` | [`Client::for_user`](crate::Client::for_user) |
//! | `get_organization_instance`, `get_module_instance`, `get_record_instance` | [`Client::organization`](crate::Client::organization), [`Client::module`](crate::Client::module), [`ModuleHandle::record`](crate::resource::ModuleHandle::record) |
//! | `APIResponse#data` | The value that a method gives |
//! | `BulkAPIResponse#data`, `#info` | [`Page`](crate::rest::Page) of a listing, [`BatchReport`](crate::rest::BatchReport) of a write |
//! | `EntityResponse` | [`Outcome`](crate::rest::Outcome) |
//! | `FileAPIResponse` | [`Download`](crate::rest::Download) |
//! | `ZCRMException`, `ZohoOAuthException` | [`Error`](crate::Error) |
//! | `save_oauth_tokens`, `get_oauth_tokens`, `delete_oauth_tokens` of a store | [`PersistenceHandler`](crate::persistence::PersistenceHandler) |
//! | A call that the SDK does not have | [`Client::call`](crate::Client::call) |
//!
#![doc = include_str!("migrating/methods.md")]
//!
//! # Where a request differs from Ruby's
//!
//! | Ruby SDK | Here | Because |
//! |---|---|---|
//! | Lists in the query end with a comma | They do not | a name with a comma cannot be told from two (Q22) |
//! | `type=CurrentUser&page=&per_page=` | `type=CurrentUser` | empty parameters say nothing (Q22) |
//! | The body `null` where there is none (tagging) | No body | it is no body of Zoho's (Q21) |
//! | JSON labelled as a form, and no `Accept` | `Content-Type: application/json` | it is JSON (Q21) |
//! | Client secret, grant and refresh token in the URL | In the form of the body | URLs are logged (Q6) |
//! | `sort_by_field` in related lists | `sort_by` | so Zoho calls it everywhere (Q34) |
//! | An upsert names its check fields in the query | In the query and in the body | Zoho's Python SDK for v2 has them in the body |
//! | The layout rule of an upsert is lost in an error | `lar_id` beside `data` | as in a create (Q33) |
//! | The variable's group has its id in `api_name` | Its API name | Q36 |
//! | `module=` when one tag is updated | `module={module}` | Zoho wants to know the module (Q37) |
//! | Custom fields of users as `["Cust", "v"]: null` | `Cust: "v"` | Q35 |
//! | An update of a record sends all that was read | What was changed | read-only and stale values do harm (Q53) |
//! | An update of a note sends `Note_Content: null` if it is not set | Sends what is set | a new title must not clear the text |
//! | `Discount: null` in a line without one | Nothing | null clears (Q42) |
//! | `delete_flag` of a line is never sent | `delete: true` | so a line goes (Q42) |
//! | Participants have all members, null if unset | Those that are set | null says nothing, or clears (Q51) |
//! | A conversion without options has the body `null` | `{"data":[{}]}` | Zoho reads `data` (Q21) |
//! | A refresh sends `redirect_uri` | It does not | a refresh has no redirect (RFC 6749, section 6) |
//! | A refresh keeps the refresh token, whatever Zoho sends | A new one in the response replaces it | the old one may be worth nothing then |
//! | A line without a quantity is an exception | It is sent | Zoho says what it lacks, and an update of another value needs none |
//! | `total`, `net_total` and `total_after_discount` of a line are never sent | They are, if they were set | what was set is sent; Zoho computes them and decides itself |
//! | A note names its module only if `parent_module` is set | Notes of a record always name it | Zoho's pages up to v4 demand it |
//! | `per_page` is 20 by default in lists of a record | 200 | fewer calls; `.per_page(20)` |
//!
//! From v3 on Zoho's API differs: fields that a version demands, names of subforms, bodies in place of queries. The
//! methods stay the same; where a version lacks something,
//! [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) says so before anything is sent.
//!
//! # What the Ruby SDK does wrong, and what happens here
//!
//! Each with the tests that show it, as `file::test`.
//!
#![doc = include_str!("migrating/quirks.md")]
