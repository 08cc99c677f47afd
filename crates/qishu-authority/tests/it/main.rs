//! Tests of the embedded authority through its public interface.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise, like the tests themselves"
)]

mod authority;
mod ejbca;
mod import;
mod issuing;
mod services;
mod time_stamp_servers;
mod token;
