//! The kinds of SignedData this crate makes and accepts.

use crate::der::oid;

/// What one kind of SignedData holds, and what may stand beside it.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The type of the outer ContentInfo.
    pub(crate) outer_type: &'static [u8],
    /// The type of the content, inside and in the signed attribute.
    pub(crate) content_type: &'static [u8],
    /// The version of SignedData that goes with that type (RFC 5652 5.1).
    pub(crate) version: u8,
    /// Whether the content is inside; else the signature is detached from it.
    pub(crate) is_enclosed: bool,
    /// Whether a signing-time attribute may be there.
    pub(crate) allows_signing_time: bool,
    /// Whether revocation lists may travel along.
    pub(crate) allows_revocation_data: bool,
}

/// A signature over a document (ETSI EN 319 142-1 6.3): no content, no time, no revocation data.
pub(crate) const DETACHED: Shape = Shape {
    outer_type: oid::CMS_SIGNED_DATA,
    content_type: oid::CMS_DATA,
    version: 1,
    is_enclosed: false,
    allows_signing_time: false,
    allows_revocation_data: false,
};

/// A time-stamp token (RFC 3161 2.4.2).
pub(crate) const TIME_STAMP: Shape = Shape {
    outer_type: oid::CMS_SIGNED_DATA,
    content_type: oid::TST_INFO,
    version: 3,
    is_enclosed: true,
    allows_signing_time: true,
    allows_revocation_data: true,
};
