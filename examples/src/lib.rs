//! What the example programs share beside `zcrm_cli`: web pages for signing in.

pub mod web;

/// Compiles the code in the project's README.
#[cfg(all(doctest, feature = "file", feature = "mysql"))]
#[doc = include_str!("../../README.md")]
struct Readme;
