//! Bulk read over real HTTP, against the emulated Zoho CRM.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod failures;
mod files;
mod pages;
mod rows;
mod support;
