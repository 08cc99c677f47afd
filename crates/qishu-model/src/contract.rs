//! The contract: its parties, their steps, its documents, and what may happen to it.
//!
//! [`machine`] is the only place that changes a status. [`turn`] decides who may act now. [`draft`] holds what
//! a caller asks for, before anything is decided.

mod action;
mod command;
mod document;
pub mod draft;
mod event;
mod handover;
pub mod machine;
mod party;
mod stamper;
mod turn;
pub mod watermark;

use serde::{Deserialize, Serialize};

pub use action::{Action, ActionStatus, ActionType, IntentionConfirm};
pub use command::{Command, ContractChange, PartyChange, PartyName, Step};
pub use document::{ContentType, Document, DocumentParam, DocumentTemplate, HandedIn, StoredFile};
pub use draft::{ContractAddress, ContractDraft, ContractResend};
pub use event::{CallbackType, Event};
#[cfg(test)]
pub(crate) use machine::example;
pub use machine::{Refusal, Transition};
pub use party::{
    AttachmentDemand, ModifyField, SignValidateWay, Signatory, SignatoryStatus, TenantType, UserAuthInfo,
};
pub use stamper::{AcrossType, DatePattern, Stamper, StamperRule, StamperType};
pub use watermark::Watermark;

use crate::contact::User;
use crate::id::{ApplicationId, CategoryId, CompanyId, ContractId, DocumentId, SealId, SignatoryId};
use crate::time::Timestamp;

/// When a contract counts as signed by all; wire names `ALL_SIGN_FINISH`, `ANY_SIGN_FINISH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SignFlowStrategy {
    /// Every party signed.
    #[default]
    AllSignFinish,
    /// The initiator and any one receiver signed (D-50).
    AnySignFinish,
}

impl SignFlowStrategy {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllSignFinish => "ALL_SIGN_FINISH",
            Self::AnySignFinish => "ANY_SIGN_FINISH",
        }
    }
}

/// When copies go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CopySendTime {
    /// After completion.
    Finish,
    /// When the contract is sent.
    Send,
}

/// Someone who gets a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopySendReceiver {
    /// Label, e.g. a company's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The person.
    pub receiver: User,
    /// What they may not do with the copy; stored as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prohibit_type: Option<String>,
    /// Kind of receiver; stored as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_send_person_type: Option<String>,
    /// When added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_time: Option<Timestamp>,
    /// The copy went out.
    #[serde(default)]
    pub send: bool,
}

/// Value of a custom field; `key` or `name` tells which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// Key of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Name of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// Value for a template parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateParam {
    /// Name of the parameter; every parameter of that name gets the value.
    pub name: String,
    /// The value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The filler may not change it.
    #[serde(default)]
    pub read_only: bool,
    /// Party that fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory_id: Option<SignatoryId>,
}

/// The category a contract belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryRef {
    /// Id.
    pub id: CategoryId,
    /// Name at the time of drafting.
    pub name: String,
}

/// The two statuses in which parties act, remembered by an expired contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum OpenStatus {
    /// Receivers fill parameters.
    Filling,
    /// Parties sign.
    Signing,
}

/// Why the last attempt to void failed; wire names `INVALID_REJECTED`, `INVALID_CANCEL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VoidFailure {
    /// Cancelled, or its deadline passed.
    InvalidCancel,
    /// A party refused.
    InvalidRejected,
}

impl VoidFailure {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidCancel => "INVALID_CANCEL",
            Self::InvalidRejected => "INVALID_REJECTED",
        }
    }
}

/// A running request to void the contract.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VoidRequest {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// After this the contract is complete again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_time: Option<Timestamp>,
    /// Delete the contract's files once it is void.
    pub delete_doc: bool,
    /// The document that is signed to void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
    /// Places on it, each bound to a party by `signatory_id`.
    #[serde(default)]
    pub stampers: Vec<Stamper>,
    /// The initiator signs at once, so that nobody has to be asked for its signature.
    #[serde(default)]
    pub auto_sign: bool,
    /// Seal of the initiator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_id: Option<SealId>,
    /// People who are told when the contract is void.
    #[serde(default)]
    pub receivers: Vec<CopySendReceiver>,
}

impl VoidRequest {
    /// Places of one party.
    #[must_use]
    pub fn stampers_of(&self, party: SignatoryId) -> Vec<Stamper> {
        let own = |stamper: &&Stamper| stamper.signatory_id == Some(party);
        self.stampers.iter().filter(own).cloned().collect()
    }
}

/// What a contract is going through; each state carries what only it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContractState {
    /// Being prepared.
    Draft,
    /// Sent; receivers still fill parameters.
    Filling,
    /// Signatures are being collected.
    Signing,
    /// All needed signatures are there.
    Complete {
        /// When the last one came.
        time: Timestamp,
        /// Why the last attempt to void failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        void_failure: Option<VoidFailure>,
    },
    /// Returned by a party or an approval.
    Rejected {
        /// Reason given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comments: Option<String>,
    },
    /// Taken back by the initiator.
    Recalled {
        /// Reason given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comments: Option<String>,
    },
    /// The signing deadline passed.
    Expired {
        /// Where a delay leads back to.
        from: OpenStatus,
    },
    /// A void document is being signed.
    Invaliding {
        /// When the contract had been completed.
        time: Timestamp,
        /// The request.
        request: VoidRequest,
    },
    /// Void.
    Invalided {
        /// The request that succeeded.
        request: VoidRequest,
    },
    /// Ended by the initiator before completion.
    ForceEnd {
        /// Reason given.
        reason: String,
    },
    /// Deleted after it had been sent: kept for the log and the proofs, never shown again.
    Deleted,
}

impl ContractState {
    /// Wire name of the status.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Filling => "FILLING",
            Self::Signing => "SIGNING",
            Self::Complete { .. } => "COMPLETE",
            Self::Rejected { .. } => "REJECTED",
            Self::Recalled { .. } => "RECALLED",
            Self::Expired { .. } => "EXPIRED",
            Self::Invaliding { .. } => "INVALIDING",
            Self::Invalided { .. } => "INVALIDED",
            Self::ForceEnd { .. } => "FORCE_END",
            Self::Deleted => "DELETED",
        }
    }

    /// Chinese name, as people see it.
    #[must_use]
    pub const fn chinese(&self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Filling => "拟定中",
            Self::Signing => "签署中",
            Self::Complete { .. } => "已完成",
            Self::Rejected { .. } => "已退回",
            Self::Recalled { .. } => "已撤回",
            Self::Expired { .. } => "已过期",
            Self::Invaliding { .. } => "作废中",
            Self::Invalided { .. } => "已作废",
            Self::ForceEnd { .. } => "已终止",
            Self::Deleted => "已删除",
        }
    }

    /// Wire names of every status that is ever shown.
    pub const NAMES: [&'static str; 10] = [
        "DRAFT",
        "FILLING",
        "SIGNING",
        "COMPLETE",
        "REJECTED",
        "RECALLED",
        "EXPIRED",
        "INVALIDING",
        "INVALIDED",
        "FORCE_END",
    ];

    /// Parties act: `FILLING` or `SIGNING`.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Filling | Self::Signing)
    }
}

/// A contract with its parties and documents: loaded, decided on and stored as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// Id.
    pub id: ContractId,
    /// The caller's own id, unique per initiating company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_id: Option<String>,
    /// Initiating company.
    pub company_id: CompanyId,
    /// Its name.
    pub tenant_name: String,
    /// Application that made it; its settings decide on callbacks and pages.
    pub application_id: ApplicationId,
    /// Title.
    pub subject: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Contract number.
    pub sn: String,
    /// Signing deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_time: Option<Timestamp>,
    /// End of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    /// Parties act one after the other.
    pub ordinal: bool,
    /// Category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryRef>,
    /// Employee who made it; absent for the virtual user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<User>,
    /// Where it stands.
    pub state: ContractState,
    /// Parties.
    pub signatories: Vec<Signatory>,
    /// When it counts as signed.
    pub sign_flow_strategy: SignFlowStrategy,
    /// Values of template parameters.
    #[serde(default)]
    pub template_params: Vec<TemplateParam>,
    /// Documents in order.
    pub documents: Vec<Document>,
    /// Marks drawn over every page of its documents.
    #[serde(default)]
    pub watermarks: Vec<Watermark>,
    /// Its files were deleted with the recall: nobody is shown them, their rows and bytes stay for the proofs.
    #[serde(default)]
    pub files_deleted: bool,
    /// Files that explain a forced end; given out once the contract is ended (D-33).
    #[serde(default)]
    pub force_end_files: Vec<StoredFile>,
    /// People who get a copy.
    #[serde(default)]
    pub copy_send_receivers: Vec<CopySendReceiver>,
    /// When copies go out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_send_time: Option<CopySendTime>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Related contracts.
    #[serde(default)]
    pub related_contract_ids: Vec<ContractId>,
    /// Custom fields.
    #[serde(default)]
    pub custom_fields: Vec<CustomField>,
    /// Opaque text of the caller; comes back in detail and callbacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_data: Option<String>,
    /// Tell the initiator's operator when sending.
    #[serde(default)]
    pub notify_sponsor: bool,
    /// Address of this contract's callbacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Rule for positions; absent = category's, else `OPTIONAL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamper_rule: Option<StamperRule>,
    /// A receiver may sign although the real name differs.
    #[serde(default)]
    pub allow_name_mismatch: bool,
    /// When drafted.
    pub create_time: Timestamp,
    /// When sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_time: Option<Timestamp>,
}

impl Contract {
    /// The party with this id.
    #[must_use]
    pub fn signatory(&self, id: SignatoryId) -> Option<&Signatory> {
        self.signatories.iter().find(|party| party.id == id)
    }

    /// The party that is the initiator.
    #[must_use]
    pub fn sponsor(&self) -> Option<&Signatory> {
        self.signatories.iter().find(|party| party.sponsor)
    }

    /// The party and step with this action id.
    #[must_use]
    pub fn action(&self, id: crate::id::ActionId) -> Option<(&Signatory, &Action)> {
        self.signatories
            .iter()
            .find_map(|party| party.action(id).map(|action| (party, action)))
    }

    /// The document with this id.
    #[must_use]
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// Everything that signatures are appended to: the documents, and the files handed in by parties that were read as
    /// documents.
    pub fn signed_documents(&self) -> impl Iterator<Item = &Document> {
        let handed_in = self
            .signatories
            .iter()
            .flat_map(|party| &party.attachments)
            .filter_map(|demand| demand.file.as_ref())
            .filter_map(|file| file.document.as_ref());
        self.documents.iter().chain(handed_in)
    }

    /// [`Contract::signed_documents`], to point them to a new revision.
    pub fn signed_documents_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        let handed_in = self
            .signatories
            .iter_mut()
            .flat_map(|party| &mut party.attachments)
            .filter_map(|demand| demand.file.as_mut())
            .filter_map(|file| file.document.as_mut());
        self.documents.iter_mut().chain(handed_in)
    }

    /// When the state that the contract is in ends by itself: the signing deadline, or that of a running void request.
    #[must_use]
    pub const fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            ContractState::Invaliding { request, .. } => request.expire_time,
            _ => self.expire_time,
        }
    }

    /// `1101` with the present status.
    #[must_use]
    pub const fn wrong_status(&self) -> Refusal {
        Refusal::WrongStatus {
            status: self.state.name(),
        }
    }

    /// Documents that people see: the ordinary ones unless they were deleted, and the void document of the request that runs
    /// or succeeded. Those of failed requests stay stored for the proofs.
    pub fn shown_documents(&self) -> impl Iterator<Item = &Document> {
        let (void_document, deleted) = match &self.state {
            ContractState::Invaliding { request, .. } => (request.document, false),
            ContractState::Invalided { request } => (request.document, request.delete_doc),
            _ => (None, self.files_deleted),
        };
        self.documents
            .iter()
            .filter(move |document| match document.content_type {
                ContentType::Contract => !deleted,
                ContentType::Invalid => Some(document.id) == void_document,
            })
    }

    /// Its files were deleted, with the recall or with the voiding: nobody is given them any more.
    #[must_use]
    pub const fn hides_files(&self) -> bool {
        match &self.state {
            ContractState::Invalided { request } => request.delete_doc,
            _ => self.files_deleted,
        }
    }

    /// The document with this id, if people see it.
    #[must_use]
    pub fn shown_document(&self, id: DocumentId) -> Option<&Document> {
        self.shown_documents().find(|document| document.id == id)
    }

    /// The request to void it that runs now.
    #[must_use]
    pub const fn void_request(&self) -> Option<&VoidRequest> {
        match &self.state {
            ContractState::Invaliding { request, .. } => Some(request),
            _ => None,
        }
    }

    /// Parties that count: those that were not needed for completion do not.
    pub fn counting_parties(&self) -> impl Iterator<Item = &Signatory> {
        self.signatories
            .iter()
            .filter(|party| party.status != SignatoryStatus::Closed)
    }

    /// Puts a document at its place: ascending sort number, ties by time of adding, none = last (D-20).
    pub fn add_document(&mut self, document: Document) {
        let key = |document: &Document| document.sort.map_or(i64::MAX, i64::from);
        let place = self
            .documents
            .iter()
            .position(|other| key(other) > key(&document));
        self.documents
            .insert(place.unwrap_or(self.documents.len()), document);
    }
}
