//! Keeps tokens.
