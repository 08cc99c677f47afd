//! Judging time-stamps.

use super::TimeStampError;
use super::info::TimeStampInfo;
use crate::certificate::Certificate;
use crate::cms::{CmsError, SignedData, VerifiedSigner, judge, shape};
use crate::der::oid;
use crate::digest::DigestAlgorithm;
use crate::key::SignatureAlgorithm;
use crate::path::{PathError, build_path};

/// A token that was read; nothing of it is verified.
pub(crate) struct TimeStampToken<'a> {
    signed_data: SignedData<'a>,
    info: TimeStampInfo,
}

impl<'a> TimeStampToken<'a> {
    pub(crate) fn read(token: &'a [u8]) -> Result<Self, TimeStampError> {
        let signed_data = SignedData::read(token, &shape::TIME_STAMP)?;
        let content = signed_data.content.ok_or(CmsError::ContentMissing)?;
        Ok(Self {
            info: TimeStampInfo::read(content)?,
            signed_data,
        })
    }

    pub(crate) fn info(&self) -> &TimeStampInfo {
        &self.info
    }
}

/// A time-stamp that is right in itself. Whether its authority can be trusted is said by
/// [`build_path`](Self::build_path).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VerifiedTimeStamp {
    /// What the authority states.
    pub info: TimeStampInfo,
    /// The certificate of the authority.
    pub certificate: Certificate,
    /// All embedded certificates, in the order found.
    pub embedded_certificates: Vec<Certificate>,
    /// The digest inside the signature of the token; that of the stamped bytes is in `info`.
    pub digest_algorithm: DigestAlgorithm,
    /// The algorithm of the signature.
    pub signature_algorithm: SignatureAlgorithm,
}

impl VerifiedTimeStamp {
    /// Finds the path from the authority to an anchor, over the embedded and the given certificates, valid at the time
    /// of the time-stamp itself. Whether it was still valid when a validator needs it is decided with a later
    /// time-stamp or the present time, by [`build_path`](crate::build_path).
    ///
    /// # Errors
    /// [`PathError`] of the candidate that came closest to an anchor.
    pub fn build_path(
        &self,
        intermediates: &[Certificate],
        anchors: &[Certificate],
    ) -> Result<Vec<Certificate>, PathError> {
        let all: Vec<Certificate> = self
            .embedded_certificates
            .iter()
            .chain(intermediates)
            .cloned()
            .collect();
        build_path(&self.certificate, &all, anchors, self.info.time_unix_s)
    }
}

/// Judges a TimeStampToken over bytes whose digest `content_digest` computes for the algorithm of the imprint: of the
/// signature value for a signature time-stamp, of the byte range for a document time-stamp. `certificates` are searched
/// for the authority's when it is not embedded. The token must be the whole of `token`.
///
/// # Errors
/// [`TimeStampError`], a variant for each thing that can be wrong.
pub fn verify_time_stamp<D: AsRef<[u8]>>(
    token: &[u8],
    content_digest: impl FnOnce(DigestAlgorithm) -> D,
    certificates: &[Certificate],
) -> Result<VerifiedTimeStamp, TimeStampError> {
    let verified = verified(token, certificates)?;
    let imprint = &verified.info.imprint;
    if imprint.digest() == content_digest(imprint.algorithm()).as_ref() {
        Ok(verified)
    } else {
        Err(TimeStampError::Imprint)
    }
}

/// Judges a TimeStampToken by itself, all but what it is over: that is for the caller to compare with the imprint.
///
/// # Errors
/// [`TimeStampError`], a variant for each thing that can be wrong.
pub fn read_time_stamp(token: &[u8]) -> Result<VerifiedTimeStamp, TimeStampError> {
    verified(token, &[])
}

/// Everything but what the time-stamp is about.
pub(super) fn verified(
    token: &[u8],
    certificates: &[Certificate],
) -> Result<VerifiedTimeStamp, TimeStampError> {
    let TimeStampToken { signed_data, info } = TimeStampToken::read(token)?;
    let signer = judge(
        signed_data,
        &shape::TIME_STAMP,
        certificates,
        |algorithm, content| algorithm.digest(content.unwrap_or_default()),
    )?;
    let VerifiedSigner {
        certificate,
        embedded_certificates,
        digest_algorithm,
        signature_algorithm,
        ..
    } = signer;
    if !certificate.is_only_for(oid::EKU_TIME_STAMPING) || !certificate.extended_key_usage_is_critical() {
        return Err(TimeStampError::ExtendedKeyUsage);
    }
    if info
        .tsa
        .as_ref()
        .is_some_and(|name| name != certificate.subject())
    {
        return Err(TimeStampError::TsaName);
    }
    Ok(VerifiedTimeStamp {
        info,
        certificate,
        embedded_certificates,
        digest_algorithm,
        signature_algorithm,
    })
}
