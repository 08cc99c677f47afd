//! What can be wrong with settings.

/// What is wrong with the settings, where it was set, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A layer is not TOML.
    #[error("{source_name} cannot be read as TOML: {cause}")]
    Syntax {
        /// The layer.
        source_name: String,
        /// Line and reason.
        cause: String,
    },
    /// A key that does not exist.
    #[error("{source_name}: unknown setting {key:?}{}", hint.as_ref().map(|h| format!("; did you mean {h:?}?")).unwrap_or_default())]
    UnknownKey {
        /// The layer.
        source_name: String,
        /// The key as written.
        key: String,
        /// The most similar key that exists.
        hint: Option<String>,
    },
    /// A value of the wrong type, outside its range, or at odds with another setting.
    #[error("{key} (from {source_name}): {problem}")]
    Value {
        /// The key.
        key: String,
        /// The layer that set it.
        source_name: String,
        /// What is wrong and what is allowed.
        problem: String,
    },
}

impl ConfigError {
    /// The key to change, when one is to blame.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Syntax { .. } => None,
            Self::UnknownKey { key, .. } | Self::Value { key, .. } => Some(key),
        }
    }
}
