//! Values into a template's file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use qishu_convert::FileKind;
use qishu_convert::template::{FieldValue, FieldValues};
use qishu_model::contract::{DocumentParam, DocumentTemplate};
use qishu_model::template::{ParameterValue, TemplateKind};

use super::file_kind;
use crate::document::blob_digest;
use crate::{App, AppError};

/// Largest picture of a parameter, in bytes; values are kept with the contract.
const PICTURE_BYTES: usize = 2 * 1024 * 1024;

/// The file with the values of its parameters, defaults where there are none.
///
/// # Errors
/// `1005` naming the parameter; `1503`.
pub(crate) async fn fill(
    app: &App,
    template: &DocumentTemplate,
    params: &[DocumentParam],
) -> Result<Bytes, AppError> {
    let mut values = FieldValues::new();
    for param in params {
        if let Some(text) = param.effective() {
            values.insert(param.name.clone(), read_value(template.kind, param, text)?);
        }
    }
    let file = app.blobs.get(&blob_digest(&template.file)?).await?;
    app.files
        .fill_template(file_kind(template.kind), &file, &values)
        .await
}

/// Whether a value fits its parameter (15.3).
///
/// # Errors
/// `1005` naming the parameter (D-48).
pub(crate) fn check_value(kind: TemplateKind, param: &DocumentParam, text: &str) -> Result<(), AppError> {
    read_value(kind, param, text).map(drop)
}

fn read_value(kind: TemplateKind, param: &DocumentParam, text: &str) -> Result<FieldValue, AppError> {
    let refuse = |reason: String| AppError::invalid(format!("templateParams.{}", param.name), reason);
    match param.definition().read_value(kind, text) {
        Ok(ParameterValue::Text(text)) => Ok(FieldValue::Text(text)),
        Ok(ParameterValue::Rows(rows)) => Ok(FieldValue::Rows(rows)),
        Ok(ParameterValue::Picture(base64)) => read_picture(&base64).map_err(refuse),
        Err(wrong) => Err(refuse(wrong.to_string())),
    }
}

/// Line breaks within Base64 are common and mean nothing.
fn read_picture(base64: &str) -> Result<FieldValue, String> {
    let plain: String = base64
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .collect();
    let bytes = STANDARD
        .decode(plain)
        .map_err(|_| "Base64 with the prefix data:image/png;base64, is expected".to_owned())?;
    if bytes.len() > PICTURE_BYTES {
        return Err(format!("at most {PICTURE_BYTES} bytes are expected"));
    }
    match qishu_convert::kind::detect(&bytes) {
        FileKind::Jpeg | FileKind::Png => Ok(FieldValue::Picture(bytes)),
        found => Err(format!("a PNG or JPEG picture is expected, not {found}")),
    }
}
