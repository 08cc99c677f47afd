//! For tests only: fresh databases, a clock that stands still, random bytes that repeat.
//!
//! It refuses to be part of a release: every function fails loudly, by panicking with what to do.

pub mod clock;
pub mod database;
pub mod office;
pub mod random;

pub use clock::FakeClock;
pub use database::{TestDatabase, fresh_postgres, fresh_sqlite, on_both};
pub use random::TestRandom;
