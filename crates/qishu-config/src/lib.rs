//! Settings: read, merge, validate, explain.
//!
//! The default file (`config.default.toml`, [`DEFAULT_FILE`]) is the documentation and the schema at once: a key that
//! it lacks is an error, and a value of another type than the one it shows is an error. Layers are merged in the order
//! default, demo profile, file, environment, command line; messages name the key and the layer that set it.
//!
//! The crate does no input or output: the caller hands over the file's text, the environment and the command line.

mod check;
mod config;
mod error;
mod layer;
mod network;
mod print;
mod read;
mod secret;

pub use config::{
    Authority, Callbacks, Config, Database, Downloads, IdentityProvider, KeyKind, Limits, Log, LogFormat,
    Mail, MailProvider, OcrProvider, Profile, Request, SignatureLevel, Sms, SmsProvider, SmtpSecurity,
    Storage, Tencent,
};
pub use error::ConfigError;
pub use layer::Sources;
pub use network::Network;
pub use secret::Secret;

/// The documented default settings, as TOML. `qishu config print --default` shows it.
pub const DEFAULT_FILE: &str = include_str!("../config.default.toml");
/// What the demo profile changes, as TOML.
pub(crate) const DEMO_FILE: &str = include_str!("../config.demo.toml");
