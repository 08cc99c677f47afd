//! Typed access to merged settings; every refusal names the key and the layer.

use std::ops::RangeInclusive;
use std::str::FromStr;

use toml::Value;

use crate::error::ConfigError;
use crate::layer::Merged;
use crate::secret::Secret;

/// Reads values of one merged set.
pub(crate) struct Reader<'a>(pub(crate) &'a Merged);

impl Reader<'_> {
    /// A refusal of a key's value.
    pub(crate) fn refuse(&self, key: &str, problem: impl Into<String>) -> ConfigError {
        let source_name = self.0.get(key).map_or("nowhere", |(_, source)| source).to_owned();
        ConfigError::Value {
            key: key.to_owned(),
            source_name,
            problem: problem.into(),
        }
    }

    /// A text, without blanks at its ends.
    pub(crate) fn text(&self, key: &str) -> Result<String, ConfigError> {
        let value = self.0.get(key).and_then(|(value, _)| value.as_str());
        value
            .map(|text| text.trim().to_owned())
            .ok_or_else(|| self.refuse(key, "must be a text in quotes"))
    }

    /// A text, or `None` when it is empty.
    pub(crate) fn optional(&self, key: &str) -> Result<Option<String>, ConfigError> {
        Ok(Some(self.text(key)?).filter(|text| !text.is_empty()))
    }

    /// A secret, or `None` when it is empty.
    pub(crate) fn secret(&self, key: &str) -> Result<Option<Secret>, ConfigError> {
        Ok(self.optional(key)?.map(Secret::new))
    }

    pub(crate) fn flag(&self, key: &str) -> Result<bool, ConfigError> {
        let value = self.0.get(key).and_then(|(value, _)| value.as_bool());
        value.ok_or_else(|| self.refuse(key, "must be true or false"))
    }

    /// A whole number within a range.
    pub(crate) fn number<T>(&self, key: &str, range: RangeInclusive<T>) -> Result<T, ConfigError>
    where
        T: TryFrom<i64> + PartialOrd + std::fmt::Display,
    {
        let value = self.0.get(key).and_then(|(value, _)| value.as_integer());
        value
            .and_then(|number| T::try_from(number).ok())
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let found = value.map(|number| format!(", not {number}")).unwrap_or_default();
                self.refuse(
                    key,
                    format!(
                        "must be a whole number from {} to {}{found}",
                        range.start(),
                        range.end()
                    ),
                )
            })
    }

    /// One of the named choices.
    pub(crate) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<T, ConfigError> {
        let text = self.text(key)?;
        choices
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, value)| *value)
            .ok_or_else(|| {
                let names: Vec<String> = choices.iter().map(|(name, _)| format!("{name:?}")).collect();
                self.refuse(key, format!("must be {}, not {text:?}", names.join(" or ")))
            })
    }

    /// A list of texts, each read as a `T`.
    pub(crate) fn list<T: FromStr>(&self, key: &str) -> Result<Vec<T>, ConfigError>
    where
        T::Err: std::fmt::Display,
    {
        let Some(Value::Array(items)) = self.0.get(key).map(|(value, _)| value) else {
            return Err(self.refuse(key, "must be a list of texts"));
        };
        items
            .iter()
            .map(|item| {
                let text = item
                    .as_str()
                    .ok_or_else(|| self.refuse(key, "must be a list of texts in quotes"))?;
                text.trim()
                    .parse()
                    .map_err(|problem: T::Err| self.refuse(key, problem.to_string()))
            })
            .collect()
    }
}
