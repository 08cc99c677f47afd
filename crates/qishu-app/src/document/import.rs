//! From an upload to a document that can be signed: type, conversion, strict reading, rebuild, plan (R-31, design 4.7).
//!
//! [`import`] is for operations; [`read`] is what a worker does with the files.

use std::fmt::Display;

use bytes::Bytes;
use pdfseal::sign::SigningPlan;
use pdfseal::text::{TextIndex, TextLimits};
use pdfseal::{Document, Limits};
use qishu_convert::office::{OfficeFormat, check_office};
use qishu_convert::{FileKind, KindError, decide_kind, picture_to_pdf};

use super::text_pdf::text_to_pdf;
use crate::file_work::FileLimits;
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
    let limits = FileLimits {
        most_pages: app.settings.most_pages,
        stream_bytes: app.settings.stream_bytes,
    };
    let ready = app.files.read_files(uploads, limits).await?;
    let plan = ready.signing_plan()?;
    Ok(Imported {
        page_count: u32::try_from(plan.page_count()).unwrap_or(u32::MAX),
        pdf: ready.pdf,
        plan,
        text: ready.text,
        suffix: ready.suffix,
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

    /// A suffix nobody knows is an unsupported type; everything else is a file that is not what it says.
    pub(crate) const fn of_kind(error: &KindError, detail: String) -> Self {
        match error {
            KindError::UnknownSuffix { .. } | KindError::Unrecognised { .. } => Self::Unsupported(detail),
            KindError::Contradiction { .. } => Self::Invalid(detail),
        }
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(detail) => Self::InvalidFile { detail },
            Refusal::Unsupported(detail) => Self::UnsupportedFile { detail },
        }
    }
}

/// What a worker made of files.
pub(crate) enum ReadFiles {
    /// The document.
    Ready(Box<ReadyDocument>),
    /// Some files have to be converted first.
    Office {
        /// Type of the first file.
        suffix: &'static str,
        /// Place in the list, format and cleaned bytes of each of them.
        cleaned: Vec<(usize, OfficeFormat, Vec<u8>)>,
    },
}

/// A document that a worker has read.
pub(crate) struct ReadyDocument {
    pub(crate) pdf: Vec<u8>,
    pub(crate) plan: SigningPlan,
    pub(crate) text: TextIndex,
    pub(crate) suffix: &'static str,
}

/// Reads files as one document, in their order; each with its stated suffix.
pub(crate) fn read(uploads: &[(Option<&str>, &[u8])], limits: &Limits) -> Result<ReadFiles, Refusal> {
    let mut files = Vec::with_capacity(uploads.len());
    for (index, (suffix, bytes)) in uploads.iter().enumerate() {
        files.push(to_pdf(index, *suffix, bytes, limits)?);
    }
    let suffix = files.first().map_or("pdf", |(kind, _)| kind.label());
    if files.iter().any(|(_, pdf)| matches!(pdf, Pdf::ByOffice(..))) {
        let numbered = files.into_iter().enumerate();
        let cleaned = numbered.filter_map(|(index, (_, pdf))| match pdf {
            Pdf::ByOffice(format, bytes) => Some((index, format, bytes)),
            Pdf::Given(_) | Pdf::Made(_) => None,
        });
        return Ok(ReadFiles::Office {
            suffix,
            cleaned: cleaned.collect(),
        });
    }
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
    Ok(ReadFiles::Ready(Box::new(ReadyDocument {
        pdf,
        plan,
        text,
        suffix,
    })))
}

/// A PDF: the upload itself, or made from it, or still to be made.
enum Pdf<'a> {
    Given(&'a [u8]),
    Made(Vec<u8>),
    ByOffice(OfficeFormat, Vec<u8>),
}

impl Pdf<'_> {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Given(bytes) => bytes,
            Self::Made(bytes) | Self::ByOffice(_, bytes) => bytes,
        }
    }
}

/// The file as PDF. The type comes from the content; the stated suffix must agree (D-19).
fn to_pdf<'a>(
    index: usize,
    suffix: Option<&str>,
    bytes: &'a [u8],
    limits: &Limits,
) -> Result<(FileKind, Pdf<'a>), Refusal> {
    let of_file = |error: &dyn Display| Refusal::Invalid(format!("file {}: {error}", index + 1));
    let kind = decide_kind(suffix, None, bytes).map_err(|error| {
        let detail = format!("file {}: {error}", index + 1);
        Refusal::of_kind(&error, detail)
    })?;
    if let Some(format) = OfficeFormat::of_suffix(kind.label()) {
        let cleaned = check_office(format, bytes).map_err(|error| of_file(&error))?;
        return Ok((kind, Pdf::ByOffice(format, cleaned)));
    }
    let pdf = match kind {
        FileKind::Pdf => Pdf::Given(bytes),
        FileKind::Gif | FileKind::Jpeg | FileKind::Png | FileKind::Tiff => {
            Pdf::Made(picture_to_pdf(bytes).map_err(|error| of_file(&error))?)
        }
        FileKind::Txt => Pdf::Made(text_to_pdf(bytes, limits.pages).map_err(|error| of_file(&error))?),
        other => {
            return Err(Refusal::Unsupported(format!(
                "file {} is {other}, which is not accepted",
                index + 1
            )));
        }
    };
    Ok((kind, pdf))
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
