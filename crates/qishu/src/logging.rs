//! The log, on standard error.

use qishu_config::{Log, LogFormat};
use tracing_subscriber::EnvFilter;

/// Starts logging. A level that cannot be read was refused by the settings; `info` is the last resort.
pub(crate) fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match log.format {
        LogFormat::Json => lines.json().init(),
        LogFormat::Text => lines.init(),
    }
}
