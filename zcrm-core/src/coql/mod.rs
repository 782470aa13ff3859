//! Queries in COQL, Zoho's SQL: read, built, checked and paged. Nothing here sends anything.
//!
//! A query is a text with parameters, bound by name and never spliced as text:
//!
//! ```
//! use zcrm_core::config::ApiVersion;
//! use zcrm_core::coql::Statement;
//!
//! let query = Statement::new("select Last_Name, Owner.email from Leads where City in :cities and Company = :company")
//!     .bind("cities", ["Oslo", "Bergen"])
//!     .bind("company", "O'Brien")
//!     .query()?;
//! assert_eq!(
//!     query.to_coql(ApiVersion::V8)?,
//!     "select Last_Name, Owner.email from Leads where City in ('Oslo', 'Bergen') and Company = 'O''Brien'"
//! );
//! # Ok::<(), zcrm_core::Error>(())
//! ```
//!
//! or it is built, with [`Select`]:
//!
//! ```
//! use zcrm_core::config::ApiVersion;
//! use zcrm_core::coql::{Aggregate, Select};
//! use zcrm_core::criteria::Criteria;
//!
//! let revenue = Select::from("Leads")
//!     .field("Lead_Source")
//!     .aggregate_as(Aggregate::Sum, "Annual_Revenue", "Revenue")
//!     .filter(Criteria::is_not_null("Lead_Source"))
//!     .group_by("Lead_Source");
//! assert_eq!(
//!     revenue.query()?.to_coql(ApiVersion::V8)?,
//!     "select Lead_Source, SUM(Annual_Revenue) as 'Revenue' from Leads where Lead_Source is not null \
//!      group by Lead_Source"
//! );
//! # Ok::<(), zcrm_core::Error>(())
//! ```
//!
//! Only `select` is a query: COQL cannot write, and what tries to is refused here. A query without `where`, which Zoho
//! does not take, gets `id is not null`.
//!
//! # Paging
//!
//! [`Query::paging`] says how all rows of a query are read, and [`Limits`] what one call may ask for. Where the order
//! is open or by id, pages go on *by id* (`id > last`, key-set paging): no limit on how many, and no row is missed or
//! doubled when others are written or deleted meanwhile. Otherwise they go on by `offset`, which reaches 10,000 rows up
//! to v6 and 100,000 from v7 on, and where a row that goes away meanwhile moves the ones after it.

mod columns;
mod limits;
mod merge;
mod paging;
mod parse;
mod query;
mod select;
mod statement;
#[cfg(test)]
mod tests;

pub use columns::{Aggregate, Column};
pub use limits::{Limits, credits};
pub use merge::Merge;
pub use paging::{Paging, Part, compare_ids};
pub use query::{Direction, Query};
pub use select::Select;
pub use statement::Statement;
