//! One store over SQLite and PostgreSQL: tables, migrations, job queue, hash-chained ledger.
//!
//! An operation opens a named [`Transaction`], calls the plain functions of the table modules with it, records at least one
//! [`ledger::Entry`] when business tables changed, and commits. Reading only, it opens a [`Reader`], which every
//! reading function also accepts.
//!
//! ```no_run
//! # async fn operation(store: &qishu_store::Store, entry: qishu_store::ledger::Entry,
//! #     mut company: qishu_store::Versioned<qishu_model::company::Company>) -> Result<(), qishu_store::StoreError> {
//! let mut transaction = store.begin("rename_company");
//! company.value.name = "契书演示科技有限公司".to_owned();
//! qishu_store::company::update(&mut transaction, &company).await?;
//! transaction.record(entry);
//! transaction.commit().await
//! # }
//! ```
//!
//! What it refuses to do: decide (that is the model's), read a clock, draw random numbers of its own, or store personal
//! data in the clear (R-71).

pub mod account;
pub mod act;
pub mod application;
pub mod authorisation;
pub mod backup;
pub mod blob_names;
pub mod callback;
pub mod category;
pub mod company;
pub mod company_auth;
pub mod confirm;
pub mod contact_language;
pub mod contract;
pub mod customer;
mod delivery;
mod dialect;
pub mod document;
pub mod download;
pub mod employee;
mod error;
pub mod evidence;
pub mod invitation;
pub mod job;
pub mod ledger;
mod migrate;
pub mod node;
pub mod notary;
pub mod outbox;
pub mod page;
pub mod person;
pub mod person_auth;
pub mod person_identity;
pub mod person_key;
pub mod replay;
pub mod request_event;
pub mod revocation;
mod scope;
pub mod seal;
pub mod seal_edit_count;
pub mod seal_review;
pub mod seal_use;
mod sealing;
pub mod setting;
pub mod sign_password;
mod sqlite;
mod store;
mod table;
pub mod template;
mod transaction;
mod value;

pub use error::StoreError;
pub use scope::{Listed, Page, Scope};
pub use sealing::{DataKey, DataKeys, RandomSource};
pub use store::{Store, StoreOptions};
pub use table::OPERATIONAL_TABLES;
pub use transaction::{Reader, Transaction, Versioned};
