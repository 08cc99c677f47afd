//! Chinese electronic seals and signatures with them: GM/T 0031-2014 (version 1), GB/T 38540-2020 (version 4) and its
//! successor in use (version 5).
//!
//! A seal is a picture with a name that its maker signed together with the certificates of those who may use it. A
//! signature with a seal holds the whole seal, the digest of the document, and where to find it. What a document is does
//! not matter here.

mod error;
mod info;
mod seal;
mod signature;

pub use error::SesError;
pub use info::{SealInfo, SealPicture, SealSigners, SesExtension, SesVersion};
pub use seal::ElectronicSeal;
pub use signature::{SealSignature, SealSignatureTemplate, SealTime, VerifiedSealSignature};
