//! The binary as a process.

#![expect(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

mod bombs;
mod office;
mod workers;
