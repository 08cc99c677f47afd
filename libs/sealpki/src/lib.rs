#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod certificate;
mod cms;
mod crl;
mod der;
mod digest;
mod extension;
mod key;
mod name;
mod ocsp;
mod path;
mod pkcs12;
mod ses;
mod tsp;

pub use certificate::{
    BasicConstraints, BuildError, Certificate, CertificateError, CertificateTemplate, Issuer, IssuerError,
    KeyUsage, LintError, Profile, SerialNumber, lint, lint_to_be_signed, sign_certificate, to_be_signed,
};
pub use cms::{
    CmsError, CmsLayout, CmsOptions, IdentityError, SignerIdentity, UnsignedAttribute, VerifiedSigner,
    add_signature_time_stamp, verify_detached,
};
pub use crl::{CrlError, CrlTemplate, RevocationList, RevocationReason, RevokedCertificate, sign_crl};
pub use der::{DerError, element_len};
pub use digest::{DigestAlgorithm, Sha256State, Sm3State, StateError, UnacceptedAlgorithm, sha256};
pub use key::{
    KeyAlgorithm, KeyError, PrivateKey, PublicKey, SecretBytes, SignatureAlgorithm, SignatureError,
    Sm2Identifier,
};
pub use name::{AttributeKind, DistinguishedName, NameAttribute, NameError};
pub use ocsp::{
    CertificateId, CertificateStatus, OcspAnswer, OcspError, OcspHash, OcspRefusal, OcspRequest,
    OcspResponder, VerifiedOcspResponse, verify_ocsp_response,
};
pub use path::{
    PathError, PathMaterial, PathRules, RevocationEvidence, RevocationRule, SubIndication, ValidatedPath,
    build_path, validate_path,
};
pub use pkcs12::{Pkcs12, Pkcs12Error, import_pkcs12};
pub use ses::{
    ElectronicSeal, SealInfo, SealPicture, SealSignature, SealSignatureTemplate, SealSigners, SealTime,
    SesError, SesExtension, SesVersion, VerifiedSealSignature,
};
pub use tsp::{
    Accuracy, MessageImprint, TimeStampAnswer, TimeStampAuthority, TimeStampError, TimeStampFailure,
    TimeStampInfo, TimeStampRequest, VerifiedTimeStamp, read_time_stamp, time_stamp_token, verify_time_stamp,
};
