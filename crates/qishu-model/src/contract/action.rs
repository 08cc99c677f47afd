//! Steps inside a company party.

use serde::{Deserialize, Serialize};

use super::Stamper;
use crate::contact::User;
use crate::id::{ActionId, SealId};
use crate::time::Timestamp;

/// Kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ActionType {
    /// Approval.
    Audit,
    /// Company seal.
    Company,
    /// Seal of the legal representative.
    Lp,
    /// Handler's signature.
    Operator,
    /// Personal signature of an employee (approve and sign).
    Personal,
    /// Personal professional seal; initiator only.
    Practice,
}

impl ActionType {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Audit,
        Self::Company,
        Self::Lp,
        Self::Operator,
        Self::Personal,
        Self::Practice,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audit => "AUDIT",
            Self::Company => "COMPANY",
            Self::Lp => "LP",
            Self::Operator => "OPERATOR",
            Self::Personal => "PERSONAL",
            Self::Practice => "PRACTICE",
        }
    }

    /// Chinese name; a step without a name is called so.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Audit => "审批",
            Self::Company => "公章签署",
            Self::Lp => "法定代表人签字",
            Self::Operator => "经办人签字",
            Self::Personal => "审批签字",
            Self::Practice => "执业章签署",
        }
    }

    /// Whether the step puts something on the document.
    #[must_use]
    pub const fn signs(self) -> bool {
        !matches!(self, Self::Audit)
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ActionStatus {
    /// Not reached.
    Init,
    /// Waiting for its people.
    Start,
    /// Done.
    Finish,
    /// Refused, or the contract was recalled, returned or voided.
    Stop,
    /// The contract was ended by force.
    End,
}

impl ActionStatus {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Init => "INIT",
            Self::Start => "START",
            Self::Finish => "FINISH",
            Self::Stop => "STOP",
            Self::End => "END",
        }
    }

    /// Not yet done and not ended.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Init | Self::Start)
    }
}

/// How a signer confirmed the will to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum IntentionConfirm {
    /// By an authorisation given before (also every call of the API by the company itself).
    Authorized,
    /// Code sent by mail.
    Email,
    /// Face check.
    Face,
    /// Signing password.
    SignPwd,
    /// Code sent by SMS.
    Sms,
}

impl IntentionConfirm {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorized => "AUTHORIZED",
            Self::Email => "EMAIL",
            Self::Face => "FACE",
            Self::SignPwd => "SIGNPWD",
            Self::Sms => "SMS",
        }
    }

    /// Chinese name, as people see it.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Authorized => "授权签署",
            Self::Email => "邮件验证码",
            Self::Face => "人脸识别",
            Self::SignPwd => "签署密码",
            Self::Sms => "短信验证码",
        }
    }
}

/// A step of a company party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Id.
    pub id: ActionId,
    /// Kind.
    pub action_type: ActionType,
    /// Where it stands.
    pub status: ActionStatus,
    /// Name.
    pub name: String,
    /// Order within the party; equal numbers run in parallel.
    pub serial_no: i32,
    /// Seals the signer may use; empty = any of the company.
    #[serde(default)]
    pub seal_ids: Vec<SealId>,
    /// People who perform it.
    #[serde(default)]
    pub operators: Vec<User>,
    /// Seal automatically when reached.
    #[serde(default)]
    pub auto_sign: bool,
    /// Positions.
    #[serde(default)]
    pub stampers: Vec<Stamper>,
    /// The caller's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_no: Option<String>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_time: Option<Timestamp>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performed_by: Option<User>,
    /// How the signer confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intention_confirm: Option<IntentionConfirm>,
}
