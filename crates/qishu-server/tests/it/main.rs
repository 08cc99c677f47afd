//! The Open API and the pages from outside: real requests over a socket, on SQLite and, where its address is given, on
//! PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says where"
)]

mod app;
mod authorisation;
mod client;
mod flow;

mod pki;
mod protocol;
mod race;
