//! 存证与出证 (`organisation` chapter 13): data that is time-stamped and recorded, and reports that prove what happened.
//!
//! A report is one PDF: pages for people, `evidence.json` for programs, `ledger.json` with what proves the rows of the
//! ledger, and the originals, all attached and sealed together for long-term validation. [`verify_package`] checks it
//! with nothing but the root certificate.

mod apply;
mod facts;
mod gather;
mod make;
mod notary;
mod package;
mod proof;
mod read;
mod seal;
mod verify;

pub use apply::{EvidenceOrder, apply_evidence};
pub(crate) use facts::{
    ContractFacts, DocumentFacts, Facts, NotaryFacts, PartyFacts, RevisionFacts, SignatureFacts,
    TimelineFacts,
};
pub(crate) use make::make_evidence;
pub use notary::{NotaryData, NotaryOrder, notarise};
pub use read::{evidence_file, evidence_status};
pub use verify::{PackageReport, verify_package};

use crate::AppError;
use crate::document::Upload;

/// Longest suffix of a file that is kept.
const SUFFIX_CHARS: usize = 10;

/// The suffix of an upload as it may stand in a file name: letters and digits, lower case.
fn plain_suffix(upload: &Upload) -> String {
    let suffix = upload.suffix.as_deref().unwrap_or_default().trim();
    let fits = !suffix.is_empty()
        && suffix.len() <= SUFFIX_CHARS
        && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits {
        suffix.to_ascii_lowercase()
    } else {
        "bin".to_owned()
    }
}

/// `1005` for a file without bytes, `1010` for uploads that are together too large (D-57).
fn check_uploads(field: &'static str, uploads: &[Upload], limit_bytes: usize) -> Result<(), AppError> {
    if uploads.iter().any(|upload| upload.bytes.is_empty()) {
        return Err(AppError::invalid(field, "a file is empty"));
    }
    let size_bytes = uploads.iter().map(|upload| upload.bytes.len()).sum();
    if size_bytes > limit_bytes {
        return Err(AppError::FileTooLarge {
            size_bytes,
            limit_bytes,
        });
    }
    Ok(())
}
