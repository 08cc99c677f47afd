//! The Open API on the wire, as its existing client libraries speak it.
//!
//! Bytes and strings come in, typed requests go out; typed answers come in, bytes go out. Nothing here opens a
//! socket, reads a clock or asks a database, so every quirk of a client is a test of a few lines.
//!
//! The way of a request: [`signature`] says whether it may be looked at, [`body`] and [`query`] turn any encoding
//! into one tree of [`fields`], [`requests`] reads the tree into one struct per endpoint. The way of an answer:
//! [`answers`] hold the shapes, [`envelope`] writes them, [`code`] is the only table of error numbers, and
//! [`endpoints`] the only table of paths. [`uniform`] is what the JS-SDK says through an integrator's proxy.

pub mod answers;
pub mod body;
#[cfg(test)]
mod clients;
pub mod code;
pub mod endpoints;
pub mod envelope;
pub mod fields;
pub mod ip_list;
pub mod language;
mod multipart;
pub mod openapi;
pub mod query;
pub mod request_line;
pub mod requests;
pub mod signature;
mod text;
mod tree;
pub mod uniform;
