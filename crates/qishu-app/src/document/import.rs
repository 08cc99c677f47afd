//! From an upload to a document that can be signed: type, conversion, strict reading, rebuild, plan (R-31, design 4.7).
//!
//! [`import`] is for operations; [`read`] is what a worker does with the files.

use std::fmt::Display;

use bytes::Bytes;
use pdfseal::sign::SigningPlan;
use pdfseal::text::{TextIndex, TextLimits};
use pdfseal::{Document, Limits};
use qishu_convert::{FileKind, KindError, decide_kind, picture_to_pdf};

use crate::file_work::{ImportJob, ImportedFile};
use crate::{App, AppError};

/// A file as it came.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Suffix that was stated, or that its name carries; without a dot, any case.
    pub suffix: Option<String>,
    /// The bytes.
    pub bytes: Bytes,
}

/// A document ready for signing, with what placing and signing need.
pub(crate) struct Imported {
    /// Revision 0.
    pub(crate) pdf: Bytes,
    /// Plan for the first signature.
    pub(crate) plan: SigningPlan,
    /// Text positions in their stored form.
    pub(crate) text: Bytes,
    /// Pages.
    pub(crate) page_count: u32,
    /// Type of the first file.
    pub(crate) suffix: String,
}

/// Reads uploads as one document, in their order, in a worker.
///
/// # Errors
/// `1402` for types that are not accepted, `1403` with the reason for everything that is damaged, encrypted, not what it
/// says it is, or more than a worker may spend on it.
pub(crate) async fn import(app: &App, uploads: &[Upload]) -> Result<Imported, AppError> {
    let files: Vec<ImportedFile> = uploads
        .iter()
        .map(|upload| ImportedFile {
            suffix: upload.suffix.clone(),
            bytes: upload.bytes.clone(),
        })
        .collect();
    let job = ImportJob {
        files: &files,
        most_pages: app.settings.most_pages,
        stream_bytes: app.settings.stream_bytes,
    };
    let answer = app.files.import(&job).await?;
    let plan = answer.signing_plan()?;
    Ok(Imported {
        page_count: u32::try_from(plan.page_count()).unwrap_or(u32::MAX),
        pdf: answer.pdf,
        plan,
        text: answer.text,
        suffix: answer.suffix,
    })
}

/// Why files are not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// `1403`
    Invalid(String),
    /// `1402`
    Unsupported(String),
}

impl Refusal {
    pub(crate) fn invalid(reason: &(impl Display + ?Sized)) -> Self {
        Self::Invalid(reason.to_string())
    }
}

/// What a worker made of files.
pub(crate) struct ReadFiles {
    pub(crate) pdf: Vec<u8>,
    pub(crate) plan: SigningPlan,
    pub(crate) text: TextIndex,
    pub(crate) suffix: &'static str,
}

/// Reads files as one document, in their order; each with its stated suffix.
pub(crate) fn read(uploads: &[(Option<&str>, &[u8])], limits: &Limits) -> Result<ReadFiles, Refusal> {
    let mut files = Vec::with_capacity(uploads.len());
    for (index, (suffix, bytes)) in uploads.iter().enumerate() {
        files.push(to_pdf(index, *suffix, bytes)?);
    }
    let suffix = files.first().map_or("pdf", |(kind, _)| kind.label());
    let pdf = match files.as_slice() {
        [(_, only)] => prepare_one(only.as_slice(), limits)?,
        several => {
            let parts: Vec<&[u8]> = several.iter().map(|(_, pdf)| pdf.as_slice()).collect();
            refuse_signed(&parts, limits)?;
            let merged = pdfseal::merge(&parts, limits).map_err(|error| Refusal::invalid(&error))?;
            merged.bytes
        }
    };
    let plan = SigningPlan::prepare(&pdf, limits).map_err(|error| Refusal::invalid(&error))?;
    let text = TextIndex::read(&pdf, &TextLimits::default()).map_err(|error| Refusal::invalid(&error))?;
    Ok(ReadFiles {
        pdf,
        plan,
        text,
        suffix,
    })
}

/// A PDF: the upload itself, or made from it.
enum Pdf<'a> {
    Given(&'a [u8]),
    Made(Vec<u8>),
}

impl Pdf<'_> {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Given(bytes) => bytes,
            Self::Made(bytes) => bytes,
        }
    }
}

/// The file as PDF. The type comes from the content; the stated suffix must agree (D-19).
fn to_pdf<'a>(index: usize, suffix: Option<&str>, bytes: &'a [u8]) -> Result<(FileKind, Pdf<'a>), Refusal> {
    let kind = decide_kind(suffix, None, bytes).map_err(|error| refusal(index, &error))?;
    match kind {
        FileKind::Pdf => Ok((kind, Pdf::Given(bytes))),
        FileKind::Jpeg | FileKind::Png => {
            let pdf = picture_to_pdf(bytes)
                .map_err(|error| Refusal::Invalid(format!("file {}: {error}", index + 1)))?;
            Ok((kind, Pdf::Made(pdf)))
        }
        other => Err(Refusal::Unsupported(format!(
            "file {} is of type {}; pdf, png and jpeg are accepted",
            index + 1,
            other.label()
        ))),
    }
}

/// A suffix nobody knows is an unsupported type; everything else is a file that is not what it says.
fn refusal(index: usize, error: &KindError) -> Refusal {
    let detail = format!("file {}: {error}", index + 1);
    match error {
        KindError::UnknownSuffix { .. } | KindError::Unrecognised { .. } => Refusal::Unsupported(detail),
        KindError::Contradiction { .. } => Refusal::Invalid(detail),
    }
}

/// An unsigned file is rebuilt; a signed one is only ever appended to.
fn prepare_one(pdf: &[u8], limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let document = Document::open(pdf, limits).map_err(|error| Refusal::invalid(&error))?;
    if document.is_signed() {
        return Ok(pdf.to_vec());
    }
    drop(document);
    let rebuilt = pdfseal::rebuild(pdf, limits).map_err(|error| Refusal::invalid(&error))?;
    Ok(rebuilt.bytes)
}

/// Merging would break signatures that are already there.
fn refuse_signed(files: &[&[u8]], limits: &Limits) -> Result<(), Refusal> {
    for (index, file) in files.iter().enumerate() {
        let document = Document::open(file, limits).map_err(|error| Refusal::invalid(&error))?;
        if document.is_signed() {
            return Err(Refusal::Invalid(format!(
                "file {} is signed; merging would break its signatures, add it on its own",
                index + 1
            )));
        }
    }
    Ok(())
}
