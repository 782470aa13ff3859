//! The example programs; what they share is in `zcrm_cli`.

/// Compiles the code in the project's README.
#[cfg(all(doctest, feature = "file", feature = "mysql"))]
#[doc = include_str!("../../README.md")]
struct Readme;
