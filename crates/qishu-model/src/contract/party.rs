//! Parties of a contract.

use serde::{Deserialize, Serialize};

use super::{Action, HandedIn, IntentionConfirm, Stamper};
use crate::contact::User;
use crate::id::{ActionId, AttachmentId, CategoryId, CompanyId, SignatoryId};
use crate::time::Timestamp;

/// Person or company, and whether it is known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TenantType {
    /// A company whose handler is not yet known.
    CNoReceiver,
    /// A company.
    Company,
    /// A person.
    Personal,
    /// A person not yet known.
    PNoReceiver,
}

impl TenantType {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CNoReceiver => "C_NO_RECEIVER",
            Self::Company => "COMPANY",
            Self::Personal => "PERSONAL",
            Self::PNoReceiver => "P_NO_RECEIVER",
        }
    }

    /// A company, known or not.
    #[must_use]
    pub const fn is_company(self) -> bool {
        matches!(self, Self::Company | Self::CNoReceiver)
    }
}

/// Where a party stands (6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SignatoryStatus {
    /// No longer needed.
    Closed,
    /// The contract is a draft.
    Draft,
    /// The contract expired while the party was open.
    Expired,
    /// Must fill parameters.
    Filling,
    /// The contract was ended by force while the party was open.
    ForceEnd,
    /// Signed the void document.
    Invalided,
    /// Has to sign the void document.
    Invaliding,
    /// The contract was recalled while the party was open.
    Recalled,
    /// Returned the contract.
    Rejected,
    /// Every step is finished.
    Signed,
    /// In turn.
    Signing,
    /// Sent, not yet in turn.
    Waiting,
}

impl SignatoryStatus {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "CLOSED",
            Self::Draft => "DRAFT",
            Self::Expired => "EXPIRED",
            Self::Filling => "FILLING",
            Self::ForceEnd => "FORCE_END",
            Self::Invalided => "INVALIDED",
            Self::Invaliding => "INVALIDING",
            Self::Recalled => "RECALLED",
            Self::Rejected => "REJECTED",
            Self::Signed => "SIGNED",
            Self::Signing => "SIGNING",
            Self::Waiting => "WAITING",
        }
    }

    /// Chinese name, as people see it.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Closed => "无需签署",
            Self::Draft => "草稿",
            Self::Expired => "已过期",
            Self::Filling => "拟定中",
            Self::ForceEnd => "已终止",
            Self::Invalided => "已签作废",
            Self::Invaliding => "待签作废",
            Self::Recalled => "已撤回",
            Self::Rejected => "已退回",
            Self::Signed => "已签署",
            Self::Signing => "签署中",
            Self::Waiting => "等待中",
        }
    }

    /// The party still has to act in an open contract.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Filling | Self::Waiting | Self::Signing)
    }
}

/// How a signer must confirm (SaaS mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SignValidateWay {
    /// The platform's own default.
    #[serde(rename = "DEFAULT")]
    Default,
    /// Face check.
    #[serde(rename = "FACE")]
    Face,
    /// Face check preferred.
    #[serde(rename = "FACE_DEFAULT")]
    FaceDefault,
    /// Code sent to the contact.
    #[serde(rename = "PIN")]
    Pin,
    /// As configured for the platform.
    #[default]
    #[serde(rename = "SAAS_CONFIG")]
    SaasConfig,
    /// Signing password.
    #[serde(rename = "SIGNPWD")]
    SignPwd,
}

impl SignValidateWay {
    /// Every way.
    pub const ALL: [Self; 6] = [
        Self::Default,
        Self::Face,
        Self::FaceDefault,
        Self::Pin,
        Self::SaasConfig,
        Self::SignPwd,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "DEFAULT",
            Self::Face => "FACE",
            Self::FaceDefault => "FACE_DEFAULT",
            Self::Pin => "PIN",
            Self::SaasConfig => "SAAS_CONFIG",
            Self::SignPwd => "SIGNPWD",
        }
    }

    /// A code from a message may confirm.
    #[must_use]
    pub const fn takes_code(self) -> bool {
        !matches!(self, Self::SignPwd)
    }

    /// What confirms the one confirms the other.
    #[must_use]
    pub const fn confirms_like(self, other: Self) -> bool {
        self.takes_code() == other.takes_code() && self.takes_password() == other.takes_password()
    }

    /// The signing password may confirm.
    #[must_use]
    pub const fn takes_password(self) -> bool {
        !matches!(self, Self::Pin)
    }
}

/// Field of the identity data that the signer may correct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ModifyField {
    /// Phone known to the bank.
    BankMobile,
    /// Bank card.
    BankNo,
    /// Identity number.
    IdCardNo,
    /// Mobile.
    Mobile,
    /// Name.
    UserName,
}

impl ModifyField {
    /// Every field.
    pub const ALL: [Self; 5] = [
        Self::BankMobile,
        Self::BankNo,
        Self::IdCardNo,
        Self::Mobile,
        Self::UserName,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BankMobile => "BANKMOBILE",
            Self::BankNo => "BANKNO",
            Self::IdCardNo => "IDCARDNO",
            Self::Mobile => "MOBILE",
            Self::UserName => "USERNAME",
        }
    }
}

/// Identity data a person must match.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UserAuthInfo {
    /// Identity number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_card_no: Option<String>,
    /// Bank card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_no: Option<String>,
    /// Phone known to the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_mobile: Option<String>,
    /// What the signer may correct.
    #[serde(default)]
    pub modify_fields: Vec<ModifyField>,
}

/// A file the party must hand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentDemand {
    /// Id.
    pub id: AttachmentId,
    /// What it is.
    pub title: String,
    /// Signing needs it.
    pub required: bool,
    /// The file must be signed too.
    pub need_sign: bool,
    /// What was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<HandedIn>,
}

/// A party of a contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signatory {
    /// Id.
    pub id: SignatoryId,
    /// Person or company.
    pub tenant_type: TenantType,
    /// Where it stands.
    pub status: SignatoryStatus,
    /// Status before the contract expired; a delay restores it (D-35).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_before_expiry: Option<SignatoryStatus>,
    /// Name of the company or person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_name: Option<String>,
    /// Our company, when the party is the platform company or a subsidiary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_id: Option<CompanyId>,
    /// Handler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<User>,
    /// Order among parties; equal numbers run in parallel.
    pub serial_no: i32,
    /// The initiator.
    pub sponsor: bool,
    /// Steps of a company.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Positions of a person.
    #[serde(default)]
    pub stampers: Vec<Stamper>,
    /// Files to hand in.
    #[serde(default)]
    pub attachments: Vec<AttachmentDemand>,
    /// Identity data to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_auth_info: Option<UserAuthInfo>,
    /// Category of an internal receiver's own flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_id: Option<CategoryId>,
    /// Use its default receiving category.
    #[serde(default)]
    pub default_category_accepted: bool,
    /// Party data come later.
    #[serde(default)]
    pub delay_set: bool,
    /// Steps are exactly those of the request.
    #[serde(default)]
    pub fixed_flow: bool,
    /// When the receiver of a company took the contract up; from then on the party cannot be exchanged (D-25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Timestamp>,
    /// The caller's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory_no: Option<String>,
    /// How the signer confirms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_validate_way: Option<SignValidateWay>,
    /// When finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_time: Option<Timestamp>,
    /// Why it refused to void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_invalid_reason: Option<String>,
    /// How a personal party confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intention_confirm: Option<IntentionConfirm>,
}

impl Signatory {
    /// The step with this id.
    #[must_use]
    pub fn action(&self, id: ActionId) -> Option<&Action> {
        self.actions.iter().find(|action| action.id == id)
    }

    /// The party's place is still free: its data were to come later, and name or receiver are missing.
    #[must_use]
    pub const fn is_awaited(&self) -> bool {
        let nobody = self.receiver.is_none() && !self.sponsor;
        self.delay_set && (self.tenant_name.is_none() || nobody)
    }

    /// Every position of the party: its own and those of its steps.
    pub fn all_stampers(&self) -> impl Iterator<Item = &Stamper> {
        self.stampers
            .iter()
            .chain(self.actions.iter().flat_map(|action| &action.stampers))
    }

    /// The same party in the sense of `1102`: same type and same name and contact.
    #[must_use]
    pub fn same_party(&self, other: &Self) -> bool {
        if self.delay_set || other.delay_set || self.tenant_type != other.tenant_type {
            return false;
        }
        if self.tenant_type.is_company() {
            return self.tenant_name.is_some() && self.tenant_name == other.tenant_name;
        }
        match (&self.receiver, &other.receiver) {
            (Some(a), Some(b)) => a.same_contact(b),
            _ => false,
        }
    }
}
