//! What people and programs can do: one file per operation, one per background job.
//!
//! Every operation has the same order: authorise, load, decide (the model does), store guarded by the version that was
//! read, queue what follows in the same transaction, answer. The Open API, the pages, the console and the jobs
//! call the same operations.
//!
//! What it refuses to do: speak HTTP, read the system's clock, chance or environment.

mod app;
pub mod application;
pub mod authorisation;
pub mod authority;
mod caller;
pub mod category;
pub mod company;
pub mod company_auth;
pub mod contract;
pub mod demo;
pub mod document;
pub mod download;
pub mod employee;
mod error;
pub mod evidence;
pub mod file_work;
pub mod identity;
pub mod identity_page;
pub mod job;
mod message;
pub mod ocr;
pub mod page;
mod paper;
pub mod person_auth;
pub mod personal_data;
pub mod request_guard;
pub mod seal;
pub mod signing;
pub mod sso;
pub mod sso_privilege;
pub mod template;
pub mod verify_all;
pub mod verify_file;
pub mod void;
pub mod watermark;

pub use app::{App, Clock, HierarchyRef, Parts, Settings, SignatureLevel};
pub use caller::{ApiCaller, Language};
pub use error::AppError;
