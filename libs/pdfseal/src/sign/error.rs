//! Why a document cannot be signed.

use thiserror::Error;

use crate::error::ReadError;

/// Why no signing plan can be made for a file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The file cannot be read strictly.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An earlier signature forbids further changes (DocMDP, FieldMDP or a field lock: ISO 32000-2, 12.8.2.2 and 12.8.2.4).
    #[error("the PDF file is signed and locked against further signatures: {what}")]
    Locked {
        /// Which rule forbids it.
        what: &'static str,
    },
    /// The form or the annotations have a shape that cannot be extended without touching other objects.
    #[error("the PDF file cannot be extended by a signature: {what}")]
    Shape {
        /// What stands in the way.
        what: String,
    },
    /// A plan was to be completed from another file than its own.
    #[error("the signing plan is for another file or another revision of it")]
    OtherFile,
    /// Stored plan bytes that were not written by [`super::SigningPlan::to_bytes`] of this version.
    #[error("the stored signing plan is not in the known format; prepare it again from the document")]
    UnknownFormat,
}

/// Why a signature cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SignError {
    /// A stamp names a page the document does not have.
    #[error("stamp {stamp} is on page {page}, but the document has {pages} pages")]
    NoSuchPage {
        /// Index of the stamp in the request.
        stamp: usize,
        /// Its page, from 1.
        page: usize,
        /// Pages in the document.
        pages: usize,
    },
    /// A stamp names a picture the request does not have, or a strip outside of its picture.
    #[error("stamp {stamp} refers to picture {picture} or a strip of it that the request does not contain")]
    NoSuchPicture {
        /// Index of the stamp in the request.
        stamp: usize,
        /// The picture index it names.
        picture: usize,
    },
    /// A stamp whose size is not positive, or whose place is not a finite number.
    #[error("stamp {stamp} has no usable place or size")]
    NoPlace {
        /// Index of the stamp in the request.
        stamp: usize,
    },
    /// The field name prefix has characters or a length outside the documented set.
    #[error("the field name prefix {prefix:?} must be 1 to 100 ASCII letters, digits, '_' or '-'")]
    FieldPrefix {
        /// The prefix asked for.
        prefix: String,
    },
    /// A field with this name exists already: two fields of one name would be one field for a reader.
    #[error(
        "the document already has signature fields named {prefix:?}; use a new prefix for each signing act"
    )]
    FieldNameTaken {
        /// The prefix asked for.
        prefix: String,
    },
    /// The signing time cannot be written as a PDF date.
    #[error("the signing time is outside the years 0 to 9999 or its offset is outside -12:00 to +14:00")]
    Time,
    /// The plan is for validation data and time-stamps only: a signature locks the document (ISO 32000-2, 12.8.2.2).
    #[error("the document is locked by a signature: only validation data and time-stamps can be added")]
    Locked,
    /// Only the first signature can certify, and only where nothing else claims permissions (ISO 32000-2, 12.8.2.2).
    #[error("the document cannot be certified: {what}")]
    CannotCertify {
        /// What stands in the way.
        what: &'static str,
    },
    /// The plan was stored by an earlier version that did not keep what this needs, or its bytes were changed.
    #[error("the stored signing plan does not have what is needed; prepare it again from the document")]
    OldPlan,
    /// The plan does not have the digest the signer's key needs.
    #[error("the signing plan does not have the SM3 digest of the document; add it with with_sm3")]
    NoSm3,
    /// The names of a signature format have characters outside of the documented set.
    #[error("the signature format name {name:?} must be 1 to 100 ASCII letters, digits or '.'")]
    FormatName {
        /// The name asked for.
        name: String,
    },
    /// A signature entry points at a certificate, response or list that was not given.
    #[error("the validation data of signature {entry} point at data that were not given")]
    NoSuchEvidence {
        /// Index of the entry.
        entry: usize,
    },
    /// Nothing that is not in the file already.
    #[error("there are no validation data to add that the document does not have already")]
    NothingToAdd,
    /// A certified document (DocMDP) takes further signatures only without visible stamps.
    #[error("the document is certified: only a signature without visible stamps can be added")]
    VisibleForbidden,
    /// The CMS does not fit into the room kept for it (nothing has been written).
    #[error(
        "the signature needs {needed} bytes but only {reserved} were reserved; prepare again with a larger reserve"
    )]
    ContentsOverflow {
        /// Length of the CMS.
        needed: usize,
        /// Bytes reserved.
        reserved: usize,
    },
    /// The file or its object numbers would grow beyond what a cross-reference section can express.
    #[error("the document is too large to be extended ({what})")]
    TooLarge {
        /// Which number overflows.
        what: &'static str,
    },
}
