//! What cargo says about the workspace.

use std::process::Command;

use serde_json::Value;

/// The answer of `cargo metadata` about the crates of the workspace.
pub(crate) fn read() -> Result<Value, Vec<String>> {
    let mut command = Command::new("cargo");
    command.args(["metadata", "--format-version", "1", "--locked", "--no-deps"]);
    let output = command
        .output()
        .map_err(|error| vec![format!("cargo metadata does not start: {error}")])?;
    if !output.status.success() {
        return Err(vec![String::from_utf8_lossy(&output.stderr).into_owned()]);
    }
    serde_json::from_slice(&output.stdout).map_err(|error| vec![format!("cargo metadata: {error}")])
}

/// A list member of a JSON object; empty when absent.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A text member of a JSON object; empty when absent.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
