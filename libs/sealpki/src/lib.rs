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
mod tsp;

pub use certificate::{
    BasicConstraints, BuildError, Certificate, CertificateError, CertificateTemplate, Issuer, IssuerError,
    KeyUsage, LintError, Profile, SerialNumber, lint, lint_to_be_signed, sign_certificate, to_be_signed,
};
pub use cms::{
    CmsError, IdentityError, SignerIdentity, UnsignedAttribute, VerifiedSigner, add_signature_time_stamp,
    verify_detached,
};
pub use crl::{CrlError, CrlTemplate, RevocationList, RevocationReason, RevokedCertificate, sign_crl};
pub use der::{DerError, element_len};
pub use digest::{DigestAlgorithm, Sha256State, StateError, sha256};
pub use key::{
    KeyAlgorithm, KeyError, PrivateKey, PublicKey, SecretBytes, SignatureAlgorithm, SignatureError,
};
pub use name::{AttributeKind, DistinguishedName, NameAttribute, NameError};
pub use ocsp::{
    CertificateId, CertificateStatus, OcspAnswer, OcspError, OcspHash, OcspRefusal, OcspRequest,
    OcspResponder, VerifiedOcspResponse, verify_ocsp_response,
};
pub use path::{PathError, build_path};
pub use tsp::{
    Accuracy, MessageImprint, TimeStampAnswer, TimeStampAuthority, TimeStampError, TimeStampFailure,
    TimeStampInfo, TimeStampRequest, VerifiedTimeStamp, time_stamp_token, verify_time_stamp,
};
