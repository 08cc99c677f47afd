//! What the authority states after it issued a certificate: time-stamps (RFC 3161), the state of certificates (RFC 6960), and
//! revocation lists (RFC 5280 5).
//!
//! The services have keys of their own below the issuing authority, on P-256 whatever the authority itself uses: a
//! long-term signature needs three of their statements, and they must cost little beside the signature itself. Below an
//! SM2 authority their keys are SM2 too, and there is a maker of electronic seals besides (GB/T 38540).

use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::rand;
use sealpki::{
    Accuracy, AttributeKind, Certificate, CertificateId, CertificateStatus, CertificateTemplate, CrlTemplate,
    DigestAlgorithm, DistinguishedName, ElectronicSeal, Issuer, KeyAlgorithm, MessageImprint, OcspAnswer,
    OcspHash, OcspRefusal, OcspRequest, OcspResponder, PrivateKey, Profile, RevocationList,
    RevokedCertificate, SealInfo, SerialNumber, SesError, TimeStampAnswer, TimeStampAuthority,
    TimeStampFailure, TimeStampRequest, sign_certificate, sign_crl,
};

use crate::authority::{Authority, AuthorityError};
use crate::master::MasterKey;
use crate::pool::KeyPool;
use crate::store::{self, Role};

const TIME_STAMP_NAME: &str = "Qishu Embedded TSA (not a licensed TSA)";
const OCSP_NAME: &str = "Qishu Embedded OCSP responder";
const SEAL_MAKER_NAME: &str = "Qishu Embedded Seal Maker (not a licensed one)";

/// The rules our time-stamps are made by: those of ETSI EN 319 421 (best practices policy).
const TIME_STAMP_POLICY: &str = "0.4.0.2023.1.1";

const DAY_S: i64 = 86_400;
/// A responder's certificate says that nobody need ask about it (ocsp-nocheck), so it does not live long.
const OCSP_DAYS: i64 = 1_095;
/// Of the maker of electronic seals; a seal is judged at the time of the signature it stands in.
const SEAL_MAKER_DAYS: i64 = 1_095;
/// A service certificate with less left than this is made anew when the services are opened.
const RENEWAL_DAYS: i64 = 90;
/// What is said about a certificate holds for this long.
const OCSP_HOURS: i64 = 24;
const LIST_DAYS: i64 = 7;
/// The root's list says little and needs the root's key, so it holds for a year and is made anew after half of it.
const ROOT_LIST_DAYS: i64 = 366;

/// Where readers of certificates find more; addresses without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Address of the folder, such as `https://sign.example.com/pki`.
    pub base_url: String,
}

impl Publication {
    pub(crate) fn issuing_certificate(&self) -> String {
        format!("{}/issuing.cer", self.base_url)
    }

    pub(crate) fn ocsp(&self) -> String {
        format!("{}/ocsp", self.base_url)
    }

    pub(crate) fn issuing_list(&self) -> String {
        format!("{}/issuing.crl", self.base_url)
    }
}

/// An authority with its services and ready one-time keys: all that signing with one family of algorithms takes.
pub struct Hierarchy {
    /// Issues the certificates.
    pub authority: Authority,
    /// States what holds of them, and gives time-stamps.
    pub services: AuthorityServices,
    /// Ready keys.
    pub keys: Arc<KeyPool>,
}

/// The services of one authority. To be shared between threads.
pub struct AuthorityServices {
    time_stamping: TimeStampAuthority,
    ocsp: OcspResponder,
    seal_maker: Option<(PrivateKey, Certificate)>,
    digest: DigestAlgorithm,
    issuing: Certificate,
    root_list: RevocationList,
}

impl AuthorityServices {
    /// Opens the services in the authority's folder. Their keys, unlike the authority's, may be replaced at any time: they are
    /// made when they are missing, belong to another issuing authority, or end within 90 days. The root's list is made anew
    /// when half of its year is over and the root's key is there.
    ///
    /// # Errors
    /// As [`Authority::open`]; [`AuthorityError::Missing`] when there is neither a list of the root nor its key.
    pub fn open(
        folder: &Path,
        master: &MasterKey,
        authority: &Authority,
        now_ms: i64,
    ) -> Result<Self, AuthorityError> {
        let now_unix_s = now_ms.div_euclid(1000);
        let issuing = authority.issuing_certificate().clone();
        let chain = [issuing.clone()];
        let (key, certificate) = service(folder, master, authority, Role::TimeStamping, now_unix_s)?;
        let accuracy = Some(Accuracy::ONE_SECOND);
        let time_stamping = TimeStampAuthority::new(key, certificate, &chain, TIME_STAMP_POLICY, accuracy)?;
        let (key, certificate) = service(folder, master, authority, Role::OcspResponder, now_unix_s)?;
        let seal_maker = match authority.is_sm2() {
            true => Some(service(folder, master, authority, Role::SealMaker, now_unix_s)?),
            false => None,
        };
        Ok(Self {
            time_stamping,
            ocsp: OcspResponder::new(key, certificate, &issuing)?,
            seal_maker,
            digest: service_algorithm(authority).signature_algorithm().digest(),
            root_list: root_list(folder, master, authority, now_unix_s)?,
            issuing,
        })
    }

    /// A time-stamp over `imprint`: a TimeStampToken in DER. `serial_random` are fresh random bytes.
    ///
    /// # Errors
    /// [`AuthorityError::Key`] when the key operation fails.
    pub fn time_stamp(
        &self,
        imprint: MessageImprint,
        serial_random: [u8; 16],
        now_ms: i64,
    ) -> Result<Vec<u8>, AuthorityError> {
        let request = TimeStampRequest {
            imprint,
            policy: None,
            nonce: None,
            wants_certificate: true,
        };
        let serial = SerialNumber::from_random(serial_random);
        Ok(self
            .time_stamping
            .issue(&request, serial, now_ms.div_euclid(1000))?)
    }

    /// The digest its time-stamps are about: SM3 in the SM2 hierarchy, SHA-256 elsewhere.
    pub fn digest(&self) -> DigestAlgorithm {
        self.digest
    }

    /// The most bytes [`time_stamp`](Self::time_stamp) answers for an imprint by [`digest`](Self::digest).
    pub fn time_stamp_len_max(&self) -> usize {
        self.time_stamping.token_len_max(self.digest, 0)
    }

    /// Makes an electronic seal (GB/T 38540): the maker's key signs it. `None` outside the SM2 hierarchy, which has no maker.
    ///
    /// # Errors
    /// [`SesError`] when the parts of the seal do not fit together, or the key operation fails.
    pub fn make_seal(&self, info: &SealInfo) -> Option<Result<ElectronicSeal, SesError>> {
        let (key, certificate) = self.seal_maker.as_ref()?;
        Some(ElectronicSeal::sign(info, key, certificate))
    }

    /// The certificate of the maker of seals, in the SM2 hierarchy.
    pub fn seal_maker_certificate(&self) -> Option<&Certificate> {
        self.seal_maker.as_ref().map(|(_, certificate)| certificate)
    }

    /// Answers a TimeStampReq that came from outside.
    pub fn answer_time_stamp(&self, request: &[u8], serial_random: [u8; 16], now_ms: i64) -> TimeStampAnswer {
        let serial = SerialNumber::from_random(serial_random);
        self.time_stamping
            .respond(request, serial, now_ms.div_euclid(1000))
    }

    /// States that a certificate of the issuing authority is good: an OCSPResponse in DER, to be embedded beside a signature.
    /// Call it only for certificates that are not revoked.
    ///
    /// # Errors
    /// [`AuthorityError::Key`] when the key operation fails.
    pub fn state_good(&self, certificate: &Certificate, now_ms: i64) -> Result<Vec<u8>, AuthorityError> {
        let id = CertificateId::new(OcspHash::Sha1, &self.issuing, certificate.serial());
        self.state(&[(id, CertificateStatus::Good)], None, now_ms)
    }

    /// Answers an OCSPRequest that came from outside, with what `status` says about serial numbers of the issuing authority.
    /// The services' own certificates are good.
    ///
    /// # Errors
    /// [`AuthorityError::Key`] when the key operation fails.
    pub fn answer_ocsp(
        &self,
        request: &OcspRequest,
        status: impl Fn(&SerialNumber) -> CertificateStatus,
        now_ms: i64,
    ) -> Result<Vec<u8>, AuthorityError> {
        if !request
            .certificates
            .iter()
            .all(|id| id.is_issued_by(&self.issuing))
        {
            return Ok(OcspRefusal::Unauthorized.to_response());
        }
        let own: Vec<&Certificate> = [self.time_stamping.certificate(), self.ocsp.certificate()]
            .into_iter()
            .chain(self.seal_maker_certificate())
            .collect();
        let answers: Vec<(CertificateId, CertificateStatus)> = request
            .certificates
            .iter()
            .map(|id| {
                let is_own = own.iter().any(|certificate| certificate.serial() == id.serial());
                let status = if is_own {
                    CertificateStatus::Good
                } else {
                    status(id.serial())
                };
                (id.clone(), status)
            })
            .collect();
        self.state(&answers, request.nonce.as_deref(), now_ms)
    }

    fn state(
        &self,
        answers: &[(CertificateId, CertificateStatus)],
        nonce: Option<&[u8]>,
        now_ms: i64,
    ) -> Result<Vec<u8>, AuthorityError> {
        let now_unix_s = now_ms.div_euclid(1000);
        let answers: Vec<OcspAnswer> = answers
            .iter()
            .map(|(id, status)| OcspAnswer {
                id: id.clone(),
                status: *status,
                this_update_unix_s: now_unix_s,
                next_update_unix_s: Some(now_unix_s + OCSP_HOURS * 3_600),
            })
            .collect();
        Ok(self.ocsp.respond(&answers, nonce, now_unix_s)?)
    }

    /// The list of the root, about the issuing authority.
    pub fn root_list(&self) -> &RevocationList {
        &self.root_list
    }

    /// The certificate of the time-stamping authority.
    pub fn time_stamping_certificate(&self) -> &Certificate {
        self.time_stamping.certificate()
    }

    /// The certificate of the OCSP responder.
    pub fn ocsp_certificate(&self) -> &Certificate {
        self.ocsp.certificate()
    }
}

/// The TimeStampResp of a server that cannot stamp now.
pub fn refuse_time_stamp(failure: TimeStampFailure) -> Vec<u8> {
    TimeStampAuthority::refuse(failure).response
}

impl Authority {
    /// The list of revoked certificates of the issuing authority, good for seven days.
    ///
    /// # Errors
    /// [`AuthorityError::RevocationList`] for a certificate that is in it twice, or when the key fails.
    pub fn revocation_list(
        &self,
        revoked: Vec<RevokedCertificate>,
        now_ms: i64,
    ) -> Result<RevocationList, AuthorityError> {
        let now_unix_s = now_ms.div_euclid(1000);
        let template = list_template(self.issuing_certificate(), now_unix_s, LIST_DAYS, revoked);
        Ok(sign_crl(&template, self.issuing_key())?)
    }
}

/// Lists are numbered by the second they were made in.
fn list_template(
    issuer: &Certificate,
    now_unix_s: i64,
    days: i64,
    revoked: Vec<RevokedCertificate>,
) -> CrlTemplate {
    CrlTemplate {
        issuer: Issuer::from_certificate(issuer),
        number: now_unix_s.unsigned_abs(),
        this_update_unix_s: now_unix_s,
        next_update_unix_s: now_unix_s + days * DAY_S,
        revoked,
    }
}

/// The key and certificate of a service; new ones when those that are there cannot serve.
fn service(
    folder: &Path,
    master: &MasterKey,
    authority: &Authority,
    role: Role,
    now_unix_s: i64,
) -> Result<(PrivateKey, Certificate), AuthorityError> {
    let issuing = authority.issuing_certificate();
    if let Ok(certificate) = store::read_certificate(folder, role) {
        let left_s = certificate.not_after_unix_s() - now_unix_s;
        let enough_s = (RENEWAL_DAYS * DAY_S).min(issuing.not_after_unix_s() - now_unix_s);
        if certificate.verify_issued_by(issuing).is_ok()
            && left_s >= enough_s
            && let Ok(key) = store::read_key(folder, role, &certificate, master)
            && key.algorithm() == service_algorithm(authority)
        {
            return Ok((key, certificate));
        }
    }
    let key = PrivateKey::generate(service_algorithm(authority))?;
    let certificate = sign_certificate(
        &service_template(authority, role, &key, now_unix_s)?,
        authority.issuing_key(),
    )?;
    store::replace(folder, role, master, &certificate, &key)?;
    Ok((key, certificate))
}

fn service_algorithm(authority: &Authority) -> KeyAlgorithm {
    if authority.is_sm2() {
        KeyAlgorithm::Sm2
    } else {
        KeyAlgorithm::EcdsaP256
    }
}

fn service_template(
    authority: &Authority,
    role: Role,
    key: &PrivateKey,
    now_unix_s: i64,
) -> Result<CertificateTemplate, AuthorityError> {
    let issuing = authority.issuing_certificate();
    let (name, profile, not_after) = match role {
        Role::TimeStamping => (TIME_STAMP_NAME, Profile::TimeStamping, issuing.not_after_unix_s()),
        Role::SealMaker => (
            SEAL_MAKER_NAME,
            Profile::DocumentSigning,
            now_unix_s + SEAL_MAKER_DAYS * DAY_S,
        ),
        _ => (OCSP_NAME, Profile::OcspResponder, now_unix_s + OCSP_DAYS * DAY_S),
    };
    let mut random = [0; 16];
    rand::fill(&mut random).map_err(|_| AuthorityError::Random)?;
    let of_issuer = |kind| issuing.subject().first(kind).unwrap_or_default();
    let (country, organisation) = (
        of_issuer(AttributeKind::Country),
        of_issuer(AttributeKind::Organisation),
    );
    let mark = hex::encode(random.get(..4).unwrap_or_default());
    Ok(CertificateTemplate {
        serial: SerialNumber::from_random(random),
        issuer: Issuer::from_certificate(issuing),
        subject: DistinguishedName::new(&[
            (AttributeKind::Country, &country),
            (AttributeKind::Organisation, &organisation),
            (AttributeKind::CommonName, name),
            (AttributeKind::SerialNumber, &mark),
        ])?,
        not_before_unix_s: (now_unix_s - 300).max(issuing.not_before_unix_s()),
        not_after_unix_s: not_after.min(issuing.not_after_unix_s()),
        public_key: key.public_key().clone(),
        profile,
        ca_issuers_url: None,
        ocsp_url: None,
        crl_url: None,
    })
}

fn root_list(
    folder: &Path,
    master: &MasterKey,
    authority: &Authority,
    now_unix_s: i64,
) -> Result<RevocationList, AuthorityError> {
    let root = authority.root_certificate();
    let known = store::read_list(folder)?.filter(|list| list.verify(root).is_ok());
    let fresh_until = now_unix_s + ROOT_LIST_DAYS / 2 * DAY_S;
    if let Some(list) = &known
        && list.next_update_unix_s().is_some_and(|next| next > fresh_until)
    {
        return Ok(list.clone());
    }
    match (store::read_key(folder, Role::Root, root, master), known) {
        (Ok(key), _) => {
            let list = sign_crl(&list_template(root, now_unix_s, ROOT_LIST_DAYS, Vec::new()), &key)?;
            store::write_list(folder, &list)?;
            Ok(list)
        }
        // The root's key is kept elsewhere: the old list has to do.
        (Err(AuthorityError::Missing(_)), Some(list)) => Ok(list),
        (Err(error), _) => Err(error),
    }
}
