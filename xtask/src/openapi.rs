//! The Open API as a document for programs: `openapi/openapi.json` is made of the readers of requests.

use qishu_wire::openapi::document;

use crate::generated;

/// Writes the document; with `--check` compares it.
pub(crate) fn run() -> Result<String, Vec<String>> {
    let made = format!("{:#}\n", document(env!("CARGO_PKG_VERSION")));
    generated::run("openapi/openapi.json", &made, "openapi")
}
