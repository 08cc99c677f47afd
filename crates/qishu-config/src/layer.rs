//! Layers and how they are merged.

use std::collections::BTreeMap;
use std::fmt;

use toml::{Table, Value};

use crate::error::ConfigError;
use crate::{DEFAULT_FILE, DEMO_FILE};

/// Prefix of environment variables that are settings.
const PREFIX: &str = "QISHU_";
/// Variables with the prefix that are not settings: where the settings file is.
const NOT_SETTINGS: &[&str] = &["QISHU_CONFIG"];
/// Name of the layer of defaults.
pub(crate) const DEFAULT_NAME: &str = "the defaults";

/// Dotted keys with their values.
type Flat = Vec<(String, Value)>;

/// What the caller has gathered. Nothing is read by this crate itself. `Debug` shows names only: the texts may hold
/// secrets.
#[derive(Clone, Default)]
pub struct Sources {
    /// Name (for messages) and text of the settings file.
    pub file: Option<(String, String)>,
    /// The environment; variables without the prefix `QISHU_` are ignored.
    pub environment: BTreeMap<String, String>,
    /// Keys and values from the command line, as `("database.url", "sqlite:x.db")`.
    pub command_line: Vec<(String, String)>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_ref().map(|(name, _)| name);
        let keys: Vec<&String> = self.command_line.iter().map(|(key, _)| key).collect();
        formatter
            .debug_struct("Sources")
            .field("file", &file)
            .field("command_line", &keys)
            .finish_non_exhaustive()
    }
}

/// The merged settings: dotted key → value, and the layer it comes from.
#[derive(Clone)]
pub(crate) struct Merged {
    values: BTreeMap<String, (Value, String)>,
}

impl fmt::Debug for Merged {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Merged(..)")
    }
}

impl Merged {
    /// Merges all layers.
    pub(crate) fn new(sources: &Sources) -> Result<Self, ConfigError> {
        let mut merged = Self {
            values: BTreeMap::new(),
        };
        for (key, value) in flatten(&parse(DEFAULT_NAME, DEFAULT_FILE)?) {
            merged.values.insert(key, (value, DEFAULT_NAME.to_owned()));
        }
        let layers = merged.layers(sources)?;
        if profile_is_demo(&layers) {
            merged.apply(
                "the demo profile",
                flatten(&parse("the demo profile", DEMO_FILE)?),
            )?;
        }
        for (name, values) in layers {
            merged.apply(&name, values)?;
        }
        Ok(merged)
    }

    pub(crate) fn get(&self, key: &str) -> Option<(&Value, &str)> {
        self.values
            .get(key)
            .map(|(value, source)| (value, source.as_str()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value, &str)> {
        self.values
            .iter()
            .map(|(key, (value, source))| (key.as_str(), value, source.as_str()))
    }

    /// The caller's layers, weakest first, each with its name.
    fn layers(&self, sources: &Sources) -> Result<Vec<(String, Flat)>, ConfigError> {
        let mut layers = Vec::new();
        if let Some((name, text)) = &sources.file {
            layers.push((name.clone(), flatten(&parse(name, text)?)));
        }
        for (variable, text) in &sources.environment {
            if NOT_SETTINGS.contains(&variable.as_str()) {
                continue;
            }
            let Some(rest) = variable.strip_prefix(PREFIX) else {
                continue;
            };
            let key = rest.to_ascii_lowercase().replace("__", ".");
            let name = format!("environment variable {variable}");
            let value = self.read_text(&name, &key, text)?;
            layers.push((name, vec![(key, value)]));
        }
        for (key, text) in &sources.command_line {
            let name = "the command line";
            layers.push((
                name.to_owned(),
                vec![(key.clone(), self.read_text(name, key, text)?)],
            ));
        }
        Ok(layers)
    }

    fn apply(&mut self, name: &str, values: Flat) -> Result<(), ConfigError> {
        for (key, value) in values {
            let Some((old, _)) = self.values.get(&key) else {
                return Err(self.unknown(name, &key));
            };
            if old.type_str() != value.type_str() {
                return Err(wrong_type(name, &key, old, value.type_str()));
            }
            self.values.insert(key, (value, name.to_owned()));
        }
        Ok(())
    }

    /// A text from the environment or the command line as a value of the type that the default has.
    fn read_text(&self, name: &str, key: &str, text: &str) -> Result<Value, ConfigError> {
        let Some((default, _)) = self.get(key) else {
            return Err(self.unknown(name, key));
        };
        let trimmed = text.trim();
        let value = match default {
            Value::String(_) => Some(Value::String(text.to_owned())),
            Value::Integer(_) => trimmed.parse().ok().map(Value::Integer),
            Value::Boolean(_) => trimmed.parse().ok().map(Value::Boolean),
            Value::Array(_) => {
                let parts = trimmed.split(',').map(str::trim).filter(|part| !part.is_empty());
                Some(Value::Array(
                    parts.map(|part| Value::String(part.to_owned())).collect(),
                ))
            }
            _ => None,
        };
        value.ok_or_else(|| wrong_type(name, key, default, "something else"))
    }

    fn unknown(&self, name: &str, key: &str) -> ConfigError {
        let nearest = self
            .values
            .keys()
            .map(|known| (distance(known, key), known))
            .min();
        let hint = nearest
            .filter(|(far, known)| *far <= 2 + known.len() / 5)
            .map(|(_, known)| known.clone());
        ConfigError::UnknownKey {
            source_name: name.to_owned(),
            key: key.to_owned(),
            hint,
        }
    }
}

fn parse(name: &str, text: &str) -> Result<Table, ConfigError> {
    text.parse::<Table>().map_err(|error| ConfigError::Syntax {
        source_name: name.to_owned(),
        cause: position(text, &error) + error.message(),
    })
}

/// The line of a syntax error. The library's own message quotes the line, which may hold a secret.
fn position(text: &str, error: &toml::de::Error) -> String {
    let line = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map(|before| before.matches('\n').count() + 1);
    line.map(|line| format!("line {line}: ")).unwrap_or_default()
}

/// Dotted keys of all values that are not tables. An empty table stands for itself, so that it is not overlooked.
fn flatten(table: &Table) -> Flat {
    let mut flat = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => {
                flat.extend(
                    flatten(inner)
                        .into_iter()
                        .map(|(rest, value)| (format!("{key}.{rest}"), value)),
                );
            }
            other => flat.push((key.clone(), other.clone())),
        }
    }
    flat
}

fn profile_is_demo(layers: &[(String, Flat)]) -> bool {
    let mut values = layers
        .iter()
        .flat_map(|(_, values)| values)
        .filter(|(key, _)| key == "profile");
    values
        .next_back()
        .is_some_and(|(_, value)| value.as_str() == Some("demo"))
}

fn wrong_type(name: &str, key: &str, default: &Value, found: &str) -> ConfigError {
    let wanted = match default {
        Value::String(_) => "a text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list of texts",
        _ => "another kind of value",
    };
    ConfigError::Value {
        key: key.to_owned(),
        source_name: name.to_owned(),
        problem: format!("must be {wanted}, not {found}"),
    }
}

/// Number of single-character edits between two texts.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(80).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replace = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Sources {
        Sources {
            file: Some(("qishu.toml".to_owned(), text.to_owned())),
            ..Sources::default()
        }
    }

    fn get(merged: &Merged, key: &str) -> (String, String) {
        let (value, source) = merged.get(key).unwrap();
        (value.to_string(), source.to_owned())
    }

    #[test]
    fn later_layers_win_and_are_named() {
        let mut sources = file("listen = \"127.0.0.1:1\"\n[limits]\npages = 5\nupload_mb = 6\n");
        sources
            .environment
            .insert("QISHU_LIMITS__PAGES".to_owned(), " 7 ".to_owned());
        sources
            .environment
            .insert("QISHU_CONFIG".to_owned(), "x.toml".to_owned());
        sources.environment.insert("PATH".to_owned(), "/bin".to_owned());
        sources
            .command_line
            .push(("listen".to_owned(), "127.0.0.1:2".to_owned()));
        let merged = Merged::new(&sources).unwrap();
        assert_eq!(
            get(&merged, "limits.upload_mb"),
            ("6".to_owned(), "qishu.toml".to_owned())
        );
        let from = "environment variable QISHU_LIMITS__PAGES".to_owned();
        assert_eq!(get(&merged, "limits.pages"), ("7".to_owned(), from));
        assert_eq!(
            get(&merged, "listen"),
            ("\"127.0.0.1:2\"".to_owned(), "the command line".to_owned())
        );
        assert_eq!(get(&merged, "log.level").1, DEFAULT_NAME);
    }

    #[test]
    fn the_demo_profile_is_a_layer_below_the_file() {
        let mut sources = file("[mail]\nprovider = \"none\"\n");
        sources
            .command_line
            .push(("profile".to_owned(), "demo".to_owned()));
        let merged = Merged::new(&sources).unwrap();
        assert_eq!(get(&merged, "sms.provider").0, "\"simulator\"");
        assert_eq!(get(&merged, "mail.provider").0, "\"none\"");
    }

    #[test]
    fn unknown_keys_are_errors_with_a_hint() {
        let message = |sources: &Sources| Merged::new(sources).unwrap_err().to_string();
        assert_eq!(
            message(&file("[limits]\nupload_bm = 3\n")),
            "qishu.toml: unknown setting \"limits.upload_bm\"; did you mean \"limits.upload_mb\"?"
        );
        assert_eq!(
            message(&file("colour = 1\n")),
            "qishu.toml: unknown setting \"colour\""
        );
        assert_eq!(
            message(&file("listen.port = 1\n")),
            "qishu.toml: unknown setting \"listen.port\""
        );
        let mut sources = Sources::default();
        sources
            .environment
            .insert("QISHU_DATABASE_URL".to_owned(), "x".to_owned());
        assert!(
            message(&sources).contains("did you mean \"database.url\"?"),
            "{}",
            message(&sources)
        );
    }

    #[test]
    fn wrong_types_are_errors() {
        let message = |text: &str| Merged::new(&file(text)).unwrap_err().to_string();
        assert_eq!(
            message("[limits]\npages = \"many\"\n"),
            "limits.pages (from qishu.toml): must be a whole number, not string"
        );
        assert_eq!(message("limits = 5\n"), "qishu.toml: unknown setting \"limits\"");
        let mut sources = Sources::default();
        sources
            .environment
            .insert("QISHU_DOWNLOADS__RATE_LOCK".to_owned(), "yes".to_owned());
        assert!(
            Merged::new(&sources)
                .unwrap_err()
                .to_string()
                .contains("must be true or false")
        );
    }

    #[test]
    fn syntax_errors_name_the_line_and_quote_nothing() {
        let error =
            Merged::new(&file("listen = \"a\"\n[sms]\nwebhook_secret = hunter2secret\n")).unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("qishu.toml cannot be read as TOML: line 3: "),
            "{text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn lists_come_from_variables_by_commas() {
        let mut sources = Sources::default();
        let networks = "10.0.0.0/8, 192.168.0.0/16,".to_owned();
        sources
            .environment
            .insert("QISHU_CALLBACKS__ALLOW_PRIVATE_NETWORKS".to_owned(), networks);
        let merged = Merged::new(&sources).unwrap();
        assert_eq!(
            get(&merged, "callbacks.allow_private_networks").0,
            "[\"10.0.0.0/8\", \"192.168.0.0/16\"]"
        );
    }
}
