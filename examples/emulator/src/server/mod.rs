//! Real HTTP over TCP: connections, requests, answers, and the ways in which they break.

mod answering;
mod connection;
mod line;
mod sending;
mod tls;

pub(crate) use connection::{Door, accept};
pub(crate) use tls::acceptor;
