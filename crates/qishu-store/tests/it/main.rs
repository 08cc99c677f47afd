//! Every test runs on SQLite, and on PostgreSQL when `scripts/with-postgres.sh` gives a server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod acts;
mod authorisations;
mod backup;
mod callbacks;
mod confirm;
mod contracts;
mod group_commit;
mod jobs;
mod kills;
mod ledger;
mod migrations;
mod nodes;
mod organisation;
mod pages;
mod support;
mod transactions;
