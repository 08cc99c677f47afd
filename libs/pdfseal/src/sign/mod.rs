//! Signing by incremental update.
//!
//! [`SigningPlan::prepare`] reads a document once. [`prepare_signature`] then needs only the plan: it writes the bytes to
//! append, with room for the CMS, and computes the digest by continuing the stored digest state, so that a signature
//! costs the same on a file of any size. [`PendingSignature::complete`] puts a CMS made anywhere into the room and gives the
//! plan for the next signature.
//!
//! Long-term validation (ETSI EN 319 142-1, 6.3) goes the same way: a time-stamp of the signature is part of the CMS the
//! caller makes, so that reserving room for it is all there is to do (B-T); [`append_validation_data`] adds certificates,
//! OCSP responses and revocation lists (B-LT), [`prepare_time_stamp`] a time-stamp of the whole document (B-LTA), which is
//! renewed by doing both again.
//!
//! Nothing already in the file is ever changed (ISO 32000-2, 7.5.6): objects that must grow (a page's annotation array, the
//! list of fields) are written again with every untouched byte as it was.

mod augment;
mod codec;
mod error;
mod locks;
mod pages;
mod plan;
mod prepare;
mod request;
mod signature;
mod store;
mod text;
mod update;

pub use {
    augment::{append_validation_data, prepare_time_stamp},
    error::{PlanError, SignError},
    plan::SigningPlan,
    request::{Certification, Lock, SignOptions, SignRequest, SignatureFormat, SigningTime},
    signature::{AppendedRevision, PendingSignature, prepare_signature, prepare_signature_with},
    store::{SignatureEvidence, ValidationData, evidence_key},
};
