//! The authority: a root, an issuing authority below it, and certificates for one signing act each.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use aws_lc_rs::rand;
use sealpki::{
    BuildError, Certificate, CertificateTemplate, DistinguishedName, IdentityError, Issuer, KeyAlgorithm,
    KeyError, NameError, PrivateKey, Profile, SerialNumber, SignerIdentity, sign_certificate,
};

use crate::master::{MasterKey, SealError};
use crate::pool::OneTimeKey;
use crate::services::Publication;
use crate::store::{self, Role};
use crate::subject::{self, Digester, SubjectError, VerifiedSubject};

/// The common names say what the authority is not.
const ROOT_NAME: &str = "Qishu Embedded Root CA (not a licensed CA)";
const ISSUING_NAME: &str = "Qishu Embedded Issuing CA (not a licensed CA)";
const SM2_ROOT_NAME: &str = "Qishu Embedded SM2 Root CA (not a licensed CA)";
const SM2_ISSUING_NAME: &str = "Qishu Embedded SM2 Issuing CA (not a licensed CA)";

const DAY_S: i64 = 86_400;
const ROOT_DAYS: i64 = 20 * 365;
const ISSUING_DAYS: i64 = 10 * 365;
/// Certificates begin a little earlier than now, for readers whose clock is behind.
const AUTHORITY_BACKDATE_S: i64 = 3_600;
const CERTIFICATE_BACKDATE_S: i64 = 300;
/// Validity of a one-time certificate when nothing else is set, in hours.
const CERTIFICATE_HOURS: u32 = 24;
/// The longest validity that can be set: three years, as the lint rules allow.
const CERTIFICATE_HOURS_MAX: u32 = 3 * 365 * 24;

/// Who runs the authority. It becomes part of the names of root and issuing authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityNames {
    /// The organisation that runs this installation, at most 64 characters.
    pub organisation: String,
    /// Its country, two capital letters of ISO 3166; also the country in the certificates it issues.
    pub country: String,
}

/// Why the authority cannot be made, opened or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// Where the new authority should be made there is one, or something else.
    #[error("{} is not empty; keys are never made over existing data", .0.display())]
    AlreadyExists(PathBuf),
    /// A certificate could not be made.
    #[error("the certificate could not be issued: {0}")]
    Build(#[from] BuildError),
    /// The clock is before the beginning of the issuing authority's validity.
    #[error("the clock is before the beginning of the authority's validity; check the clock of this machine")]
    ClockBehind,
    /// A stored file is damaged or belongs to another authority.
    #[error("{} cannot be used: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A revocation list could not be made.
    #[error("the revocation list could not be made: {0}")]
    RevocationList(#[from] sealpki::CrlError),
    /// The issuing authority's validity is over.
    #[error(
        "the validity of the issuing authority is over; it must be renewed before anything can be signed"
    )]
    Expired,
    /// Certificate and key do not make a signer.
    #[error("the one-time certificate cannot be used: {0}")]
    Identity(#[from] IdentityError),
    /// A file cannot be read or written.
    #[error("{} cannot be read or written: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A key could not be made or used.
    #[error("a key of the authority could not be made or used: {0}")]
    Key(#[from] KeyError),
    /// There is no authority in this folder.
    #[error("there is no authority in {}: a file of it is missing", .0.display())]
    Missing(PathBuf),
    /// The names for the authority cannot be part of a certificate.
    #[error("the names of the authority cannot be part of a certificate: {0}")]
    Names(#[from] NameError),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a serial number")]
    Random,
    /// The key could not be sealed, or does not open.
    #[error("the sealed key {} does not open: {source}", path.display())]
    Sealed {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SealError,
    },
    /// The subject is not acceptable.
    #[error("no certificate can be issued for this signer: {0}")]
    Subject(#[from] SubjectError),
}

/// A certificate that is decided on but not signed. Its serial number has to be recorded durably before
/// [`Authority::issue`] is called (R-53, P11), so that no certificate exists that nobody knows of.
#[derive(Debug)]
pub struct PreparedCertificate {
    act_id: String,
    serial: SerialNumber,
    subject: DistinguishedName,
    issuer: Issuer,
    not_before_unix_s: i64,
    not_after_unix_s: i64,
}

impl PreparedCertificate {
    /// The signing act it is for.
    pub fn act_id(&self) -> &str {
        &self.act_id
    }

    /// The serial number to record.
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// The subject it will have.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// The issuer it will have.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer.name
    }

    /// First and last second of its validity, in seconds since 1970-01-01T00:00:00Z.
    pub fn validity_unix_s(&self) -> (i64, i64) {
        (self.not_before_unix_s, self.not_after_unix_s)
    }
}

/// The embedded authority of one data folder. To be shared between threads.
///
/// In memory it has the key of the issuing authority only. The key of the root is used once, when the authority is
/// made; its sealed file may be kept elsewhere afterwards.
pub struct Authority {
    root: Certificate,
    issuing: Certificate,
    issuing_key: PrivateKey,
    country: String,
    digester: Digester,
    certificate_s: i64,
    publication: Option<Publication>,
}

impl Authority {
    /// Makes a new authority in `folder`, which must not be there or be empty: keys, a root valid for 20 years and an
    /// issuing authority valid for 10. All its keys have this algorithm; with SM2 every signature in the hierarchy, those of
    /// its services included, is SM2 with SM3 (GM/T 0015). The folder appears complete or not at all; what a crash leaves behind is a
    /// folder with another name that nothing refers to.
    ///
    /// # Errors
    /// [`AuthorityError::AlreadyExists`] when there is anything in the folder: keys are never replaced.
    pub fn create(
        folder: &Path,
        master: &MasterKey,
        names: &AuthorityNames,
        algorithm: KeyAlgorithm,
        now_ms: i64,
    ) -> Result<Self, AuthorityError> {
        store::refuse_existing(folder)?;
        let now_unix_s = now_ms.div_euclid(1000);
        let (root_key, issuing_key) = (PrivateKey::generate(algorithm)?, PrivateKey::generate(algorithm)?);
        let mark = hex::encode(root_key.public_key().key_id().get(..8).unwrap_or_default());
        let (root_name, issuing_name) = match algorithm {
            KeyAlgorithm::Sm2 => (SM2_ROOT_NAME, SM2_ISSUING_NAME),
            _ => (ROOT_NAME, ISSUING_NAME),
        };
        let root = root_template(&authority_name(names, root_name, &mark)?, &root_key, now_unix_s)?;
        let root = sign_certificate(&root, &root_key)?;
        let issuing_name = authority_name(names, issuing_name, &mark)?;
        let issuing = issuing_template(&issuing_name, &issuing_key, &root, now_unix_s)?;
        let issuing = sign_certificate(&issuing, &root_key)?;
        store::write(
            folder,
            &mark,
            master,
            &[
                (Role::Root, &root, &root_key),
                (Role::Issuing, &issuing, &issuing_key),
            ],
        )?;
        Self::open(folder, master)
    }

    /// Opens the authority in `folder`. Nothing is ever made or changed here: without the right master key or with a
    /// file missing it refuses.
    ///
    /// # Errors
    /// [`AuthorityError::Missing`], [`AuthorityError::Sealed`] for another master key, [`AuthorityError::Damaged`].
    pub fn open(folder: &Path, master: &MasterKey) -> Result<Self, AuthorityError> {
        let root = store::read_certificate(folder, Role::Root)?;
        let issuing = store::read_certificate(folder, Role::Issuing)?;
        let damaged = |role: Role, reason: String| AuthorityError::Damaged {
            path: folder.join(role.certificate_file()),
            reason,
        };
        sealpki::lint(&root, Profile::Root).map_err(|error| damaged(Role::Root, error.to_string()))?;
        root.verify_issued_by(&root)
            .map_err(|error| damaged(Role::Root, error.to_string()))?;
        sealpki::lint(&issuing, Profile::IssuingCa)
            .map_err(|error| damaged(Role::Issuing, error.to_string()))?;
        issuing
            .verify_issued_by(&root)
            .map_err(|error| damaged(Role::Issuing, error.to_string()))?;
        let issuing_key = store::read_key(folder, Role::Issuing, &issuing, master)?;
        let country = root
            .subject()
            .first(sealpki::AttributeKind::Country)
            .unwrap_or_default();
        Ok(Self {
            root,
            issuing,
            issuing_key,
            country,
            digester: Digester::new(master),
            certificate_s: i64::from(CERTIFICATE_HOURS) * 3_600,
            publication: None,
        })
    }

    /// Sets where its certificate, its revocation list and the state of certificates can be asked for. New certificates then
    /// carry these addresses.
    #[must_use]
    pub fn with_publication(mut self, publication: Publication) -> Self {
        self.publication = Some(publication);
        self
    }

    pub(crate) fn issuing_key(&self) -> &PrivateKey {
        &self.issuing_key
    }

    /// The algorithm of the issuing authority's key.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.issuing_key.algorithm()
    }

    /// Whether it belongs to the SM2 hierarchy, whose certificates, statements and time-stamps are signed by SM2 with SM3.
    pub fn is_sm2(&self) -> bool {
        self.algorithm() == KeyAlgorithm::Sm2
    }

    /// Sets how long one-time certificates are valid, in hours: 1 hour to 3 years, 24 hours when not set. The key is
    /// gone after the act in any case; the validity decides how long readers accept a signature without a time-stamp.
    #[must_use]
    pub fn with_certificate_hours(mut self, hours: u32) -> Self {
        self.certificate_s = i64::from(hours.clamp(1, CERTIFICATE_HOURS_MAX)) * 3_600;
        self
    }

    /// Decides on a certificate for one signing act, without signing anything. `serial_random` are fresh random bytes;
    /// 126 of their bits become the serial number. The validity begins 5 minutes before now and stays within that of
    /// the issuing authority.
    ///
    /// # Errors
    /// [`AuthorityError::Subject`] for a subject that cannot be certified, [`AuthorityError::ClockBehind`] and
    /// [`AuthorityError::Expired`] outside the validity of the issuing authority.
    pub fn prepare(
        &self,
        subject: &VerifiedSubject,
        act_id: &str,
        serial_random: [u8; 16],
        now_ms: i64,
    ) -> Result<PreparedCertificate, AuthorityError> {
        let now_unix_s = now_ms.div_euclid(1000);
        if now_unix_s < self.issuing.not_before_unix_s() {
            return Err(AuthorityError::ClockBehind);
        }
        if now_unix_s >= self.issuing.not_after_unix_s() {
            return Err(AuthorityError::Expired);
        }
        let not_before = now_unix_s - CERTIFICATE_BACKDATE_S;
        let not_after = now_unix_s + self.certificate_s;
        Ok(PreparedCertificate {
            act_id: act_id.to_owned(),
            serial: SerialNumber::from_random(serial_random),
            subject: subject::subject_name(subject, act_id, &self.country, &self.digester)?,
            issuer: Issuer::from_certificate(&self.issuing),
            not_before_unix_s: not_before.max(self.issuing.not_before_unix_s()),
            not_after_unix_s: not_after.min(self.issuing.not_after_unix_s()),
        })
    }

    /// Lints and signs a prepared certificate for a one-time key, and returns the signer, with the issuing authority
    /// and the root as its chain. Call it only after the serial number is recorded.
    ///
    /// # Errors
    /// [`AuthorityError::Build`] when a rule is broken or the key of the authority fails.
    pub fn issue(
        &self,
        prepared: PreparedCertificate,
        key: OneTimeKey,
    ) -> Result<SignerIdentity, AuthorityError> {
        let key = key.into_private_key();
        let template = CertificateTemplate {
            serial: prepared.serial,
            issuer: prepared.issuer,
            subject: prepared.subject,
            not_before_unix_s: prepared.not_before_unix_s,
            not_after_unix_s: prepared.not_after_unix_s,
            public_key: key.public_key().clone(),
            profile: Profile::DocumentSigning,
            ca_issuers_url: self.publication.as_ref().map(Publication::issuing_certificate),
            ocsp_url: self.publication.as_ref().map(Publication::ocsp),
            crl_url: self.publication.as_ref().map(Publication::issuing_list),
        };
        let certificate = sign_certificate(&template, &self.issuing_key)?;
        Ok(SignerIdentity::new(
            key,
            certificate,
            vec![self.issuing.clone(), self.root.clone()],
        )?)
    }

    /// The root, which readers of documents have to trust.
    pub fn root_certificate(&self) -> &Certificate {
        &self.root
    }

    /// The issuing authority.
    pub fn issuing_certificate(&self) -> &Certificate {
        &self.issuing
    }

    /// DER of the root.
    pub fn root_certificate_der(&self) -> &[u8] {
        self.root.der()
    }

    /// DER of issuing authority and root, in this order.
    pub fn chain_der(&self) -> [&[u8]; 2] {
        [self.issuing.der(), self.root.der()]
    }

    /// PEM of the root, to be handed out.
    pub fn root_certificate_pem(&self) -> String {
        store::to_pem(&self.root)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authority")
            .field("issuing", &self.issuing)
            .finish_non_exhaustive()
    }
}

/// The mark, a part of the root's key identifier, keeps authorities of the same organisation apart.
fn authority_name(
    names: &AuthorityNames,
    common_name: &str,
    mark: &str,
) -> Result<DistinguishedName, NameError> {
    use sealpki::AttributeKind::{CommonName, Country, Organisation, SerialNumber};
    DistinguishedName::new(&[
        (Country, &names.country),
        (Organisation, &names.organisation),
        (CommonName, common_name),
        (SerialNumber, mark),
    ])
}

fn root_template(
    name: &DistinguishedName,
    key: &PrivateKey,
    now_unix_s: i64,
) -> Result<CertificateTemplate, AuthorityError> {
    let issuer = Issuer {
        name: name.clone(),
        key_id: key.public_key().key_id().to_vec(),
    };
    authority_template(name, issuer, key, Profile::Root, (now_unix_s, ROOT_DAYS))
}

fn issuing_template(
    name: &DistinguishedName,
    key: &PrivateKey,
    root: &Certificate,
    now_unix_s: i64,
) -> Result<CertificateTemplate, AuthorityError> {
    let issuer = Issuer::from_certificate(root);
    authority_template(name, issuer, key, Profile::IssuingCa, (now_unix_s, ISSUING_DAYS))
}

fn authority_template(
    name: &DistinguishedName,
    issuer: Issuer,
    key: &PrivateKey,
    profile: Profile,
    (now_unix_s, days): (i64, i64),
) -> Result<CertificateTemplate, AuthorityError> {
    let mut random = [0; 16];
    rand::fill(&mut random).map_err(|_| AuthorityError::Random)?;
    Ok(CertificateTemplate {
        serial: SerialNumber::from_random(random),
        issuer,
        subject: name.clone(),
        not_before_unix_s: now_unix_s - AUTHORITY_BACKDATE_S,
        not_after_unix_s: now_unix_s + days * DAY_S,
        public_key: key.public_key().clone(),
        profile,
        ca_issuers_url: None,
        ocsp_url: None,
        crl_url: None,
    })
}
