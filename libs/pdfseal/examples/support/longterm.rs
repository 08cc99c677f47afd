//! An authority with everything long-term validation needs: time-stamps, OCSP, a revocation list. Shared by the examples,
//! the benchmark and the tests.

use pdfseal::sign::{
    AppendedRevision, PendingSignature, SigningPlan, ValidationData, append_validation_data,
    prepare_time_stamp,
};
use sealpki::{
    Accuracy, Certificate, CertificateId, CertificateStatus, CrlTemplate, DigestAlgorithm, Issuer,
    MessageImprint, OcspAnswer, OcspHash, OcspResponder, PrivateKey, RevocationList, RevokedCertificate,
    SerialNumber, SignerIdentity, TimeStampAuthority, TimeStampRequest, add_signature_time_stamp, sign_crl,
};

use super::Failure;

/// The services of one root.
pub(crate) struct Services {
    root: Certificate,
    root_key: PrivateKey,
    time_stamps: TimeStampAuthority,
    responder: OcspResponder,
}

impl Services {
    pub(crate) fn new(root: &Certificate, root_key: &PrivateKey, stamper: Stamper) -> Result<Self, Failure> {
        let copy = || PrivateKey::from_pkcs8(root_key.to_pkcs8()?.expose());
        let policy = "1.3.6.1.4.1.99999.1";
        let accuracy = Some(Accuracy::ONE_SECOND);
        let time_stamps = TimeStampAuthority::new(
            stamper.key,
            stamper.certificate,
            std::slice::from_ref(root),
            policy,
            accuracy,
        )?;
        Ok(Self {
            root: root.clone(),
            root_key: copy()?,
            time_stamps,
            responder: OcspResponder::new(copy()?, root.clone(), root)?,
        })
    }

    /// Room for a signature with a time-stamp.
    pub(crate) fn reserve(&self, signer: &SignerIdentity) -> usize {
        signer.cms_len_max_with_time_stamp(self.token_len_max())
    }

    pub(crate) fn token_len_max(&self) -> usize {
        self.time_stamps.token_len_max(DigestAlgorithm::Sha256, 8)
    }

    /// A time-stamp over a digest.
    pub(crate) fn token(&self, digest: &[u8], time_unix_s: i64) -> Result<Vec<u8>, Failure> {
        let imprint = MessageImprint::new(DigestAlgorithm::Sha256, digest).ok_or("not a SHA-256 digest")?;
        let mut serial = [0_u8; 16];
        serial.copy_from_slice(&digest[..16]);
        let request = TimeStampRequest::new(imprint, [7; 8]);
        Ok(self
            .time_stamps
            .issue(&request, SerialNumber::from_random(serial), time_unix_s)?)
    }

    /// Level B-T: a signature with a time-stamp of its value inside.
    pub(crate) fn sign(
        &self,
        signer: &SignerIdentity,
        pending: PendingSignature,
        time_unix_s: i64,
    ) -> Result<AppendedRevision, Failure> {
        let digest = pending.digest_by(signer.digest_algorithm())?;
        let cms = signer.sign_detached(&digest)?;
        let signature = sealpki::verify_detached(&cms, |_| digest)?.signature;
        let token = self.token(&sealpki::sha256(&signature), time_unix_s)?;
        Ok(pending.complete(&add_signature_time_stamp(&cms, &token)?)?)
    }

    /// What the authority says about a certificate of its own.
    pub(crate) fn ocsp(
        &self,
        certificate: &Certificate,
        status: CertificateStatus,
        time_unix_s: i64,
    ) -> Result<Vec<u8>, Failure> {
        let answer = OcspAnswer {
            id: CertificateId::new(OcspHash::Sha1, &self.root, certificate.serial()),
            status,
            this_update_unix_s: time_unix_s,
            next_update_unix_s: Some(time_unix_s + 3_600),
        };
        Ok(self.responder.respond(&[answer], None, time_unix_s)?)
    }

    pub(crate) fn revocation_list(
        &self,
        revoked: Vec<RevokedCertificate>,
        time_unix_s: i64,
    ) -> Result<RevocationList, Failure> {
        let template = CrlTemplate {
            issuer: Issuer::from_certificate(&self.root),
            number: 1,
            this_update_unix_s: time_unix_s,
            next_update_unix_s: time_unix_s + 3_600,
            revoked,
        };
        Ok(sign_crl(&template, &self.root_key)?)
    }

    /// Level B-LT: certificates, an OCSP response for the signer, the revocation list for the rest.
    pub(crate) fn add_validation_data(
        &self,
        plan: &SigningPlan,
        signer: &Certificate,
        time_unix_s: i64,
    ) -> Result<AppendedRevision, Failure> {
        let certificates = [
            signer.der(),
            self.root.der(),
            self.time_stamps.certificate().der(),
        ];
        let ocsp = self.ocsp(signer, CertificateStatus::Good, time_unix_s)?;
        let list = self.revocation_list(Vec::new(), time_unix_s)?;
        let data = ValidationData {
            certificates: &certificates,
            ocsp_responses: &[&ocsp],
            revocation_lists: &[list.der()],
            signatures: &[],
        };
        Ok(append_validation_data(plan, &data)?)
    }

    /// Level B-LTA: a time-stamp of the document.
    pub(crate) fn add_time_stamp(
        &self,
        plan: &SigningPlan,
        name: &str,
        time_unix_s: i64,
    ) -> Result<AppendedRevision, Failure> {
        let pending = prepare_time_stamp(plan, name, self.token_len_max())?;
        let token = self.token(&pending.digest(), time_unix_s)?;
        Ok(pending.complete(&token)?)
    }
}

/// Key and certificate of a time-stamping authority.
pub(crate) struct Stamper {
    pub(crate) key: PrivateKey,
    pub(crate) certificate: Certificate,
}
