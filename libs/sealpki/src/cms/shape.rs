//! The kinds of SignedData this crate makes and accepts.

use crate::der::oid;
use crate::key::Sm2Identifier;

/// By which standard a signature over a document is laid out. Both are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum CmsLayout {
    /// RFC 5652, as PAdES wants it.
    #[default]
    Rfc5652,
    /// GM/T 0010-2012 and GB/T 35275-2017: the same structure with Chinese content types.
    Gmt0010,
}

impl CmsLayout {
    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Self::Rfc5652 => &DETACHED,
            Self::Gmt0010 => &GM_DETACHED,
        }
    }
}

/// How a signature over a document is written, where there is a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CmsOptions {
    /// The content types.
    pub layout: CmsLayout,
    /// The name of SM2 as signature algorithm; without effect for other keys.
    pub sm2_identifier: Sm2Identifier,
}

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

/// A signature over a document in the types of GM/T 0010 and GB/T 35275.
pub(crate) const GM_DETACHED: Shape = Shape {
    outer_type: oid::GM_SIGNED_DATA,
    content_type: oid::GM_DATA,
    ..DETACHED
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
