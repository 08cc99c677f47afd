//! What happened to a contract, and how integrators are told.

use serde::{Deserialize, Serialize};

use super::ActionType;
use crate::id::SignatoryId;
use crate::log::OperateType;

/// What the integrator is told (`callbackType`, 4.3 of the protocol).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(
    missing_docs,
    reason = "the wire names say it; the list with meanings is in the callback documentation"
)]
pub enum CallbackType {
    Audit,
    AuditSign,
    Complete,
    ConfigFlow,
    Expired,
    Filled,
    Invalided,
    Invaliding,
    InvalidRejected,
    LegalPerson,
    Operator,
    Personal,
    Recalled,
    Rejected,
    Seal,
    SendFilling,
    SendInvalid,
    SendSigning,
    Unknown,
}

impl CallbackType {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audit => "AUDIT",
            Self::AuditSign => "AUDIT_SIGN",
            Self::Complete => "COMPLETE",
            Self::ConfigFlow => "CONFIG_FLOW",
            Self::Expired => "EXPIRED",
            Self::Filled => "FILLED",
            Self::Invalided => "INVALIDED",
            Self::Invaliding => "INVALIDING",
            Self::InvalidRejected => "INVALID_REJECTED",
            Self::LegalPerson => "LEGAL_PERSON",
            Self::Operator => "OPERATOR",
            Self::Personal => "PERSONAL",
            Self::Recalled => "RECALLED",
            Self::Rejected => "REJECTED",
            Self::Seal => "SEAL",
            Self::SendFilling => "SEND_FILLING",
            Self::SendInvalid => "SEND_INVALID",
            Self::SendSigning => "SEND_SIGNING",
            Self::Unknown => "UNKNOWN",
        }
    }

    pub(super) const fn of_step(kind: ActionType) -> Self {
        match kind {
            ActionType::Audit => Self::Audit,
            ActionType::Company | ActionType::Practice => Self::Seal,
            ActionType::Lp => Self::LegalPerson,
            ActionType::Operator => Self::Operator,
            ActionType::Personal => Self::AuditSign,
        }
    }
}

/// Something that happened: one log entry, and a callback unless the documents know none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Entry of the contract's log.
    pub operate: OperateType,
    /// Callback, with the status the contract had right after this event.
    pub callback: Option<(CallbackType, &'static str)>,
    /// Party concerned; absent = the initiator (D25).
    pub party: Option<SignatoryId>,
    /// Remark of whoever did it.
    pub comments: Option<String>,
}

impl Event {
    /// An event that integrators are not told.
    #[must_use]
    pub(super) const fn silent(operate: OperateType, party: Option<SignatoryId>) -> Self {
        Self {
            operate,
            callback: None,
            party,
            comments: None,
        }
    }
}
