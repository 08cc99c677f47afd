//! Shows the settings in force.

use std::fmt::Write as _;

use toml::Value;
use url::Url;

use crate::config::Config;
use crate::layer::DEFAULT_NAME;

/// Keys whose value is never shown.
const SECRET_KEYS: [&str; 4] = [
    "mail.password",
    "sms.fixed_code",
    "sms.webhook_secret",
    "tencent.secret_key",
];
const MASK: &str = "***";

impl Config {
    /// The settings in force as TOML, secrets masked; values that are not defaults say where they come from.
    #[must_use]
    pub fn print(&self) -> String {
        let mut top = String::new();
        let mut sections = String::new();
        let mut section = "";
        for (key, value, source) in self.merged().iter() {
            let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
            let origin = if source == DEFAULT_NAME {
                String::new()
            } else {
                format!("  # from {source}")
            };
            let shown = masked(key, value);
            let out = if table.is_empty() { &mut top } else { &mut sections };
            if table != section && !table.is_empty() {
                // Writing to a string cannot fail.
                let _ = writeln!(out, "\n[{table}]");
                section = table;
            }
            let _ = writeln!(out, "{name} = {shown}{origin}");
        }
        top + &sections
    }
}

fn masked(key: &str, value: &Value) -> Value {
    let Some(text) = value.as_str().filter(|text| !text.is_empty()) else {
        return value.clone();
    };
    if SECRET_KEYS.contains(&key) {
        return Value::String(MASK.to_owned());
    }
    if key == "database.url" || key == "sms.webhook_url" {
        return Value::String(without_credentials(text));
    }
    value.clone()
}

/// An address without its password and query, either of which may hold a secret.
fn without_credentials(text: &str) -> String {
    if text.starts_with("sqlite:") {
        return text.to_owned();
    }
    let Ok(mut url) = Url::parse(text) else {
        return MASK.to_owned();
    };
    let hidden = url.password().is_none() || url.set_password(Some(MASK)).is_ok();
    if !hidden {
        return MASK.to_owned();
    }
    if url.query().is_some() {
        url.set_query(Some(MASK));
    }
    url.to_string()
}
