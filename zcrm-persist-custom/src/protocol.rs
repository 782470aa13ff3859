//! The protocol of external programs, version 1.
//!
//! The program named by `persistence_handler_class_path` is started for each call, with `persistence_handler_class` as
//! its only argument. It reads **one line of JSON** from standard input, writes **one line of JSON** to standard
//! output, and exits with status 0. Text is UTF-8. Further fields may be added to requests: ignore what you do not
//! know.
//!
//! # Requests
//!
//! ```json
//! {"version":1,"operation":"save","user":"abc@xyz.com",
//!  "tokens":{"access_token":"1000.fake","refresh_token":"1000.fake","expiry_millis":1700000000000,
//!            "data_center":"eu"}}
//! {"version":1,"operation":"get","user":"abc@xyz.com"}
//! {"version":1,"operation":"delete","user":"abc@xyz.com"}
//! {"version":1,"operation":"check","user":"abc@xyz.com"}
//! {"version":1,"operation":"list"}
//! {"version":1,"operation":"lock","user":"abc@xyz.com","timeout_millis":60000,"lease_millis":45000}
//! ```
//!
//! `user` has at most 100 characters, of any kind but control characters; users compare byte by byte. `expiry_millis`
//! is the moment at which the access token dies, in milliseconds since 1970-01-01 UTC; it can be negative. Both
//! durations of `lock` are between 0 and 24 hours, `lease_millis` at least 5 seconds.
//!
//! `data_center` is Zoho's code of the data center that the tokens are of (`us`, `eu`, `in` ...), and absent where the
//! configuration names the servers. A program that keeps it with the tokens, and gives it back with them, lets users of
//! several data centers sign in without URLs in the configuration; one that does not need not.
//!
//! # Responses
//!
//! | To | Response |
//! |---|---|
//! | `save` | `{"done":true}`, once the tokens survive a crash |
//! | `get` | `{"tokens":{"access_token":"…","refresh_token":"…","expiry_millis":0}}`, or `{"tokens":null}` for an unknown user, and only then |
//! | `delete` | `{"done":true}`, also when the user was not there |
//! | `check` | `{"done":true}` when a `save` for this user would succeed, as far as that shows without saving |
//! | `list` | `{"users":[{"user":"…","expiry_millis":0}]}`, all users in any order; see below |
//! | `lock` | `{"done":true}` once the lock is held; see below |
//! | any | `{"error":{"kind":"…","message":"…"}}` |
//!
//! A response has at most 1 MiB. The kinds of error, which become those of
//! [`PersistenceErrorKind`](zcrm_core::persistence::PersistenceErrorKind):
//!
//! | `kind` | Meaning |
//! |---|---|
//! | `unavailable` | the store cannot be reached at the moment |
//! | `denied` | the store refuses: a wrong password, a missing right |
//! | `corrupt` | the store as a whole cannot be understood; it was left as it is |
//! | `corrupt_row` | the tokens of this user cannot be understood; `save` replaces them |
//! | `does_not_fit` | the tokens or the user do not fit; what was there is unchanged |
//! | `lock_timeout` | the lock was not free within `timeout_millis` |
//! | `setup` | the store is set up wrongly |
//! | `unsupported` | the program does not know this version or this operation |
//! | `other`, or any other word | anything else |
//!
//! One of the two tokens of `get` may be missing, `null` or empty, as other programs may have left them. Other tokens
//! that cannot be read are `corrupt_row` too, whether the program says so or not: a new grant replaces them.
//!
//! `check` is asked before a grant is spent, which a failed `save` would cost; its error is that of the `save`, and
//! nothing is sent to Zoho then. A program that does not offer it responds with `unsupported`, and the grant is
//! exchanged.
//!
//! `list` is asked by people who look after many users' tokens (`zcrm tokens`), never by a client; a program that does
//! not offer it responds with `unsupported`. Each entry has `user` and `expiry_millis` (or `null`), and may have
//! `has_access_token` and `has_refresh_token` (true unless told), `saved_at_millis` and `saved_by` (when and by which
//! program the row was saved), and `fault` (why the row cannot be used). No entry has a token.
//!
//! `message` is one line for people and holds no token. After an error the exit status does not matter; after any other
//! response it has to be 0.
//!
//! # The refresh lock
//!
//! A program that does not offer it responds with `unsupported`; then only the threads of one client are kept from
//! refreshing at the same time, and the store should not be shared between processes.
//!
//! A program that offers it waits up to `timeout_millis` for the lock of this user, responds with `{"done":true}` and
//! **stays**. It holds the lock until its standard input closes, then frees it and exits with status 0. Standard input
//! closes when the client is done and also when it dies, however it dies. `get`, `save` and `delete`, in other runs of
//! the program, work meanwhile, and the lock of one user does not make another wait. A program that waits for the lock
//! watches its standard input as well: when it closes, there is nobody left to lock for.
//!
//! After `lease_millis` the program frees the lock and exits, whether or not its standard input closed: a client that
//! stands still must not stop the others. The client looks whether the program still runs before it saves; a program
//! that is gone holds no lock.
//!
//! # What the program can rely on
//!
//! - Nothing secret is in its arguments or its environment: variables that begin with `ZCRM_`, in capitals or not, are
//!   not handed on.
//! - Its standard error goes to the client's log at WARN, line by line, up to 500 characters of each. Tokens that were
//!   sent to it, and words that look like a token of Zoho or a piece of one, are replaced there; it should not write
//!   any.
//! - It leads a process group of its own, on Windows a job: Ctrl-C in the client's terminal does not end it in the
//!   middle of a save. What it started and left behind is ended with it; only a process in a session of its own
//!   (`setsid`) stays.
//! - On Windows it is an `.exe` or `.bat`. A script needs a `.bat` that calls its interpreter, with the argument handed
//!   on: `@python "%~dp0helper.py" %*`.
//! - A run that takes longer than the time limit (30 seconds; for `lock` 30 seconds more than `timeout_millis`) is
//!   killed.
//! - Several runs at once are normal: the threads and processes of a client do not wait for each other.
//!
//! # An example
//!
//! `examples/token_helper.py` in the repository keeps tokens in SQLite. Try one by hand:
//!
//! ```sh
//! echo '{"version":1,"operation":"get","user":"abc@xyz.com"}' | examples/token_helper.py /tmp/tokens.sqlite
//! ```
