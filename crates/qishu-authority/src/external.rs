//! One-time certificates from an authority elsewhere.
//!
//! Whoever issues certificates for signing acts stands behind [`CertificateSource`]. The embedded authority signs certificates whose serial
//! was recorded before; an authority elsewhere chooses the serial itself, so its certificate is asked for first, checked, and
//! recorded before its key signs anything. A certificate that was issued for an act that came to nothing has signed nothing,
//! and its key is gone.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sealpki::{
    AttributeKind, Certificate, DistinguishedName, IdentityError, KeyError, SignerIdentity, build_path,
    certification_request,
};

use crate::authority::{Authority, AuthorityError};
use crate::pool::OneTimeKey;
use crate::subject::VerifiedSubject;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The signing act, unique; fit for a user name.
    pub act_id: String,
    /// The subject, as it also stands in the request.
    pub subject: DistinguishedName,
    /// CertificationRequest (PKCS #10) in DER, signed by the key.
    pub pkcs10: Vec<u8>,
}

/// What an authority answers.
#[derive(Debug, Clone)]
pub struct IssuedCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// Those above it, in any order.
    pub chain: Vec<Certificate>,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExternalError {
    /// The answer is not what was asked for.
    #[error("{0} answers something else than was asked for: {1}")]
    Answer(String, String),
    /// The subject or the settings of the embedded authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// Certificate and key do not make a signer.
    #[error("the certificate cannot be used: {0}")]
    Identity(#[from] IdentityError),
    /// The key could not sign the request.
    #[error("the request for a certificate could not be signed: {0}")]
    Key(#[from] KeyError),
    /// It refuses; asking again does not help.
    #[error("{0} refuses the certificate: {1}")]
    Refused(String, String),
    /// The settings cannot work.
    #[error("the settings of the authority elsewhere cannot work: {0}")]
    Settings(String),
    /// It cannot be reached, or cannot answer now; asking again may help.
    #[error("{0} cannot be reached or cannot answer: {1}")]
    Unavailable(String, String),
}

/// What an operation of a source gives.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, ExternalError>> + Send + 'a>>;

/// An authority elsewhere. An implementation carries requests and answers and checks nothing but their form: what the certificate
/// says is checked by [`enrol`].
pub trait CertificateSource: Send + Sync {
    /// What it is called in messages.
    fn name(&self) -> &str;

    /// The roots that its certificates lead to.
    fn anchors(&self) -> &[Certificate];

    /// Has a certificate issued. It must be tried once only: the caller decides about a second time.
    fn enrol(&self, request: Enrolment) -> Answering<'_, IssuedCertificate>;

    /// What the authority states of a certificate of its own now: an OCSPResponse in DER, to be embedded beside the signature; `None`
    /// where it states nothing.
    fn state<'a>(
        &'a self,
        certificate: &'a Certificate,
        issuer: &'a Certificate,
    ) -> Answering<'a, Option<Vec<u8>>>;
}

/// Has a certificate for this key and subject issued, and checks it: this key, this common name, a path to the source's anchors,
/// valid now, allowed to sign documents. The subject is named as the embedded authority names it.
///
/// # Errors
/// [`ExternalError`]; nothing was signed then but the request.
pub async fn enrol(
    source: &Arc<dyn CertificateSource>,
    authority: &Authority,
    subject: &VerifiedSubject,
    act_id: &str,
    key: OneTimeKey,
    now_ms: i64,
) -> Result<SignerIdentity, ExternalError> {
    let key = key.into_private_key();
    let subject = authority.subject_name(subject, act_id)?;
    let request = Enrolment {
        act_id: act_id.to_owned(),
        pkcs10: certification_request(&subject, &key)?,
        subject: subject.clone(),
    };
    let issued = source.enrol(request).await?;
    let wrong = |what: &str| ExternalError::Answer(source.name().to_owned(), what.to_owned());
    let certificate = issued.certificate;
    if certificate.public_key() != key.public_key() {
        return Err(wrong("a certificate for another key"));
    }
    if certificate.subject().first(AttributeKind::CommonName) != subject.first(AttributeKind::CommonName) {
        return Err(wrong("a certificate for another name"));
    }
    let now_unix_s = now_ms.div_euclid(1000);
    if !certificate.is_valid_at(now_unix_s) {
        return Err(wrong("a certificate that is not valid now"));
    }
    let path = build_path(&certificate, &issued.chain, source.anchors(), now_unix_s).map_err(|error| {
        wrong(&format!(
            "a certificate that does not lead to its anchors: {error}"
        ))
    })?;
    let chain = path.into_iter().skip(1).collect();
    Ok(SignerIdentity::new(key, certificate, chain)?)
}
