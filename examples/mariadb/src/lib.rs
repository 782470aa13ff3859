//! A private MariaDB or MySQL server for the length of a test.
//!
//! ```
//! use mysql::prelude::Queryable;
//!
//! // One server for the whole test program, a database and a user for each test.
//! let database = zcrm_test_mariadb::shared()?.database()?;
//! let mut connection = database.connect()?;
//! let seven: Option<u8> = connection.query_first("select 3 + 4")?;
//! assert_eq!(seven, Some(7));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`shared`] and [`Server::start`] use the server of `TEST_MYSQL_URL` if that is set. A server with settings of its
//! own ([`Server::builder`]) is always a private instance of the server program on the path, and only such a one can be
//! stopped, killed and frozen. It ends with the test program, also when that is killed, and leaves nothing behind.

mod builder;
mod certificate;
mod database;
mod error;
mod program;
mod server;
mod supervisor;

pub use builder::{Builder, shared};
pub use certificate::{Certificate, unrelated_ca};
pub use database::Database;
pub use error::Error;
pub use server::Server;
