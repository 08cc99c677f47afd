//! From an upload to a document that can be signed: type, conversion, strict reading, rebuild, plan (R-31, design 4.7).

use bytes::Bytes;
use pdfseal::sign::SigningPlan;
use pdfseal::text::{TextIndex, TextLimits};
use pdfseal::{Document, Limits, Rebuilt};
use qishu_convert::{FileKind, KindError, decide_kind, picture_to_pdf};

use crate::AppError;

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
    pub(crate) pdf: Vec<u8>,
    /// Plan for the first signature.
    pub(crate) plan: SigningPlan,
    /// Text positions.
    pub(crate) text: TextIndex,
    /// Pages.
    pub(crate) page_count: u32,
    /// Type of the first file.
    pub(crate) suffix: &'static str,
}

/// Reads uploads as one document, in their order. Costs processor time: run it on a blocking thread.
///
/// # Errors
/// `1402` for types that are not accepted, `1403` with the reason for everything that is damaged, encrypted or not what it
/// says it is.
pub(crate) fn import(uploads: &[Upload], most_pages: usize) -> Result<Imported, AppError> {
    let limits = Limits {
        pages: most_pages,
        ..Limits::default()
    };
    let mut files = Vec::with_capacity(uploads.len());
    for (index, upload) in uploads.iter().enumerate() {
        files.push(to_pdf(index, upload)?);
    }
    let suffix = files.first().map_or("pdf", |(kind, _)| kind.label());
    let pdf = match files.as_slice() {
        [(_, only)] => prepare_one(only, &limits)?,
        several => {
            let parts: Vec<&[u8]> = several.iter().map(|(_, bytes)| bytes.as_ref()).collect();
            refuse_signed(&parts, &limits)?;
            pdfseal::merge(&parts, &limits)
                .map(|rebuilt: Rebuilt| rebuilt.bytes)
                .map_err(|error| invalid(&error))?
        }
    };
    let plan = SigningPlan::prepare(&pdf, &limits).map_err(|error| invalid(&error))?;
    let text = TextIndex::read(&pdf, &TextLimits::default()).map_err(|error| invalid(&error))?;
    let page_count = u32::try_from(plan.page_count()).unwrap_or(u32::MAX);
    Ok(Imported {
        pdf,
        plan,
        text,
        page_count,
        suffix,
    })
}

fn invalid(error: &dyn std::fmt::Display) -> AppError {
    AppError::InvalidFile {
        detail: error.to_string(),
    }
}

/// The file as PDF. The type comes from the content; the stated suffix must agree (D-19).
fn to_pdf(index: usize, upload: &Upload) -> Result<(FileKind, Bytes), AppError> {
    let kind =
        decide_kind(upload.suffix.as_deref(), None, &upload.bytes).map_err(|error| refusal(index, &error))?;
    match kind {
        FileKind::Pdf => Ok((kind, upload.bytes.clone())),
        FileKind::Jpeg | FileKind::Png => {
            let pdf = picture_to_pdf(&upload.bytes).map_err(|error| AppError::InvalidFile {
                detail: format!("file {}: {error}", index + 1),
            })?;
            Ok((kind, pdf.into()))
        }
        other => Err(AppError::UnsupportedFile {
            detail: format!(
                "file {} is of type {}; pdf, png and jpeg are accepted",
                index + 1,
                other.label()
            ),
        }),
    }
}

/// A suffix nobody knows is an unsupported type; everything else is a file that is not what it says.
pub(super) fn refusal(index: usize, error: &KindError) -> AppError {
    let detail = format!("file {}: {error}", index + 1);
    match error {
        KindError::UnknownSuffix { .. } | KindError::Unrecognised { .. } => {
            AppError::UnsupportedFile { detail }
        }
        _ => AppError::InvalidFile { detail },
    }
}

/// An unsigned file is rebuilt; a signed one is only ever appended to.
fn prepare_one(pdf: &Bytes, limits: &Limits) -> Result<Vec<u8>, AppError> {
    let document = Document::open(pdf, limits).map_err(|error| invalid(&error))?;
    if document.is_signed() {
        return Ok(pdf.to_vec());
    }
    drop(document);
    pdfseal::rebuild(pdf, limits)
        .map(|rebuilt| rebuilt.bytes)
        .map_err(|error| invalid(&error))
}

/// Merging would break signatures that are already there.
fn refuse_signed(files: &[&[u8]], limits: &Limits) -> Result<(), AppError> {
    for (index, file) in files.iter().enumerate() {
        if Document::open(file, limits)
            .map_err(|error| invalid(&error))?
            .is_signed()
        {
            let detail = format!(
                "file {} is signed; merging would break its signatures, add it on its own",
                index + 1
            );
            return Err(AppError::InvalidFile { detail });
        }
    }
    Ok(())
}
