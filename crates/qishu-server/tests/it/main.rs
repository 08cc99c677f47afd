//! The Open API and the pages from outside: real requests over a socket, on SQLite and, where its address is given, on
//! PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says where"
)]

mod algorithms;
mod api_fuzz;
mod app;
mod attachments;
mod audit;
mod authorisation;
mod canary;
mod client;
mod companies;
mod company_auth;
mod copies;
mod download;
mod embedded;
mod employees;
mod ending;
mod evidence;
mod files;
mod flow;
mod flows;
mod grants;
mod joining;
mod long_term;
mod notice;
mod ocr;
mod organisation;
mod page_appoint;
mod page_confirm;
mod page_more;
mod page_steps;
mod parties;
mod person_auth;
mod personal;
mod pki;
mod protocol;
mod race;
mod random;
mod remake;
mod rights;
mod seals;
mod sso;
mod stage;
mod stamp_server;
mod states;
mod templates;
mod time_stamps;
mod verification;
mod void;
mod watermark;
