//! Documents: taking files in, giving them out.

mod add;
mod attachment;
pub(crate) mod import;
mod read;
mod template;
mod text_pdf;

use qishu_blob::Digest;
use qishu_store::document::Revision;

pub use add::{AddFiles, add_files};
pub(crate) use add::{NewDocument, StoredDocument, import_files, store_document};
pub(crate) use attachment::store_upload;
pub use attachment::upload_attachment;
pub(crate) use import::Imported;
pub use import::Upload;
pub use read::{DocumentFile, document_file};
pub(crate) use read::{document_length, read_range, read_revision};
pub use template::{AddByTemplate, add_by_template};
pub(crate) use template::{MadeDocument, make, params_of, remake, store_made, to_pdf};

use crate::AppError;

/// A blob's name from its text form in a model.
///
/// # Errors
/// Internal when the stored text is no digest.
pub(crate) fn blob_digest(hex: &str) -> Result<Digest, AppError> {
    hex.parse()
        .map_err(|error| AppError::internal("stored digest", error))
}

/// The blobs of a revision.
pub(crate) fn parts(revision: &Revision) -> Vec<qishu_blob::Part> {
    let part = |part: &qishu_store::document::RevisionPart| qishu_blob::Part {
        digest: Digest::from_bytes(part.sha256),
        length: part.length,
    };
    revision.parts.iter().map(part).collect()
}
