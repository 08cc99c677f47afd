//! Signing by incremental update.
//!
//! [`SigningPlan::prepare`] reads a document once. [`prepare_signature`] then needs only the plan: it writes the bytes to
//! append, with room for the CMS, and computes the digest by continuing the stored digest state, so that a signature
//! costs the same on a file of any size. [`PendingSignature::complete`] puts a CMS made anywhere into the room and gives the
//! plan for the next signature.
//!
//! Nothing already in the file is ever changed (ISO 32000-2, 7.5.6): objects that must grow (a page's annotation array, the
//! list of fields) are written again with every untouched byte as it was.

mod codec;
mod error;
mod locks;
mod plan;
mod prepare;
mod request;
mod signature;
mod update;

pub use {
    error::{PlanError, SignError},
    plan::SigningPlan,
    request::{SignRequest, SigningTime},
    signature::{AppendedRevision, PendingSignature, prepare_signature},
};
