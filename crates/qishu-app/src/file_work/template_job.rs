//! Jobs on templates: finding their parameters, numbering repeated ones, filling.

use std::collections::BTreeMap;

use bytes::Bytes;
use qishu_convert::template::{
    Declared, FieldValue, FieldValues, FoundParameter, TemplateError, TemplateKind, TemplateReading,
    fill_template, number_repeated, read_template,
};
use qishu_convert::worker::pack;
use serde::{Deserialize, Serialize};

use super::FileWork;
use super::job::{DONE, not_understood, read};
use crate::AppError;
use crate::document::import::Refusal;

pub(super) const READ: &[u8] = b"read template";
pub(super) const FILL: &[u8] = b"fill template";

/// What is to be done with a template's file.
#[derive(Serialize, Deserialize)]
struct Options {
    is_word: bool,
    /// Number repeated names first.
    #[serde(default)]
    number: bool,
    #[serde(default)]
    texts: BTreeMap<String, String>,
    #[serde(default)]
    rows: BTreeMap<String, Vec<Vec<String>>>,
    /// Names of the pictures that follow the file.
    #[serde(default)]
    pictures: Vec<String>,
}

impl Options {
    fn new(kind: TemplateKind) -> Self {
        Self {
            is_word: kind == TemplateKind::Word,
            number: false,
            texts: BTreeMap::new(),
            rows: BTreeMap::new(),
            pictures: Vec::new(),
        }
    }

    const fn kind(&self) -> TemplateKind {
        if self.is_word {
            TemplateKind::Word
        } else {
            TemplateKind::Html
        }
    }

    fn to_bytes(&self) -> Result<Vec<u8>, AppError> {
        serde_json::to_vec(self).map_err(|error| AppError::internal("template job", error))
    }
}

#[derive(Serialize, Deserialize)]
struct Parameter {
    name: String,
    columns: Option<Vec<String>>,
    kind: Option<String>,
    required: bool,
    options: Vec<String>,
    default_value: Option<String>,
    description: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Reading {
    parameters: Vec<Parameter>,
    ignored: Vec<String>,
}

impl FileWork {
    /// The parameters of a template's file, and the file itself: with `number` repeated names have got numbers.
    ///
    /// # Errors
    /// `1503` saying what is wrong with the file.
    pub(crate) async fn read_template(
        &self,
        kind: TemplateKind,
        file: &[u8],
        number: bool,
    ) -> Result<(TemplateReading, Bytes), AppError> {
        let options = Options {
            number,
            ..Options::new(kind)
        };
        let answer = self.run(&pack(&[READ, &options.to_bytes()?, file])).await;
        let answer = answer.map_err(about_template)?;
        let [reading, file] = read(&answer).map_err(about_template)?[..] else {
            return Err(not_understood());
        };
        let reading: Reading =
            serde_json::from_slice(reading).map_err(|error| AppError::internal("template job", error))?;
        Ok((reading.into(), answer.slice_ref(file)))
    }

    /// A template's file with values in place of its placeholders.
    ///
    /// # Errors
    /// `1005` for a picture that cannot be shown, `1503` for a file that cannot be filled.
    pub(crate) async fn fill_template(
        &self,
        kind: TemplateKind,
        file: &[u8],
        values: &FieldValues,
    ) -> Result<Bytes, AppError> {
        let mut options = Options::new(kind);
        let mut pictures: Vec<&[u8]> = Vec::new();
        for (name, value) in values {
            match value {
                FieldValue::Picture(bytes) => {
                    options.pictures.push(name.clone());
                    pictures.push(bytes);
                }
                FieldValue::Rows(rows) => {
                    options.rows.insert(name.clone(), rows.clone());
                }
                FieldValue::Text(text) => {
                    options.texts.insert(name.clone(), text.clone());
                }
            }
        }
        let options = options.to_bytes()?;
        let mut items: Vec<&[u8]> = vec![FILL, &options, file];
        items.extend(pictures);
        let answer = self.run(&pack(&items)).await.map_err(about_template)?;
        match read(&answer).map_err(about_template)?[..] {
            [file] => Ok(answer.slice_ref(file)),
            [parameter, reason] => Err(AppError::invalid(
                format!("templateParams.{}", String::from_utf8_lossy(parameter)),
                String::from_utf8_lossy(reason),
            )),
            _ => Err(not_understood()),
        }
    }
}

/// What is wrong with a document's file is 1403, with a template's 1503.
fn about_template(error: AppError) -> AppError {
    match error {
        AppError::InvalidFile { detail } => AppError::InvalidTemplateFile { detail },
        other => other,
    }
}

impl From<Reading> for TemplateReading {
    fn from(reading: Reading) -> Self {
        let parameter = |parameter: Parameter| FoundParameter {
            name: parameter.name,
            columns: parameter.columns,
            declared: Declared {
                kind: parameter.kind,
                required: parameter.required,
                options: parameter.options,
                default_value: parameter.default_value,
                description: parameter.description,
            },
        };
        Self {
            parameters: reading.parameters.into_iter().map(parameter).collect(),
            ignored: reading.ignored,
        }
    }
}

fn options(options: &[u8]) -> Result<Options, Refusal> {
    serde_json::from_slice(options).map_err(|error| Refusal::invalid(&error))
}

/// In the worker: finds the parameters.
pub(super) fn perform_read(given: &[u8], file: &[u8]) -> Result<Vec<u8>, Refusal> {
    let options = options(given)?;
    let refuse = |error: TemplateError| Refusal::invalid(&error);
    let numbered = if options.number {
        Some(number_repeated(options.kind(), file).map_err(refuse)?)
    } else {
        None
    };
    let file = numbered.as_deref().unwrap_or(file);
    let reading = read_template(options.kind(), file).map_err(refuse)?;
    let parameter = |found: FoundParameter| Parameter {
        name: found.name,
        columns: found.columns,
        kind: found.declared.kind,
        required: found.declared.required,
        options: found.declared.options,
        default_value: found.declared.default_value,
        description: found.declared.description,
    };
    let reading = Reading {
        parameters: reading.parameters.into_iter().map(parameter).collect(),
        ignored: reading.ignored,
    };
    let reading = serde_json::to_vec(&reading).map_err(|error| Refusal::invalid(&error))?;
    Ok(pack(&[DONE, &reading, file]))
}

/// In the worker: fills.
pub(super) fn perform_fill(given: &[u8], file: &[u8], pictures: &[&[u8]]) -> Result<Vec<u8>, Refusal> {
    let options = options(given)?;
    let kind = options.kind();
    let texts = options.texts.into_iter();
    let texts = texts.map(|(name, text)| (name, FieldValue::Text(text)));
    let rows = options.rows.into_iter();
    let rows = rows.map(|(name, rows)| (name, FieldValue::Rows(rows)));
    let pictures = options.pictures.into_iter().zip(pictures);
    let pictures = pictures.map(|(name, bytes)| (name, FieldValue::Picture(bytes.to_vec())));
    let values: FieldValues = texts.chain(rows).chain(pictures).collect();
    match fill_template(kind, file, &values) {
        Ok(file) => Ok(pack(&[DONE, &file])),
        Err(TemplateError::Picture { parameter, reason }) => {
            Ok(pack(&[DONE, parameter.as_bytes(), reason.as_bytes()]))
        }
        Err(error) => Err(Refusal::invalid(&error)),
    }
}
