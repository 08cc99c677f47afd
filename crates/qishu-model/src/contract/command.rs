//! What can be asked of a contract.

use serde::{Deserialize, Serialize};

use super::{
    Action, CopySendReceiver, HandedIn, IntentionConfirm, SignValidateWay, Signatory, StoredFile,
    TemplateParam, VoidRequest,
};
use crate::contact::User;
use crate::id::{ActionId, AttachmentId, CompanyId, DocumentId, SignatoryId};
use crate::time::Timestamp;

/// The step somebody performs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// A step of a company party.
    Action(ActionId),
    /// The signature of a personal party.
    Personal(SignatoryId),
    /// The signature of a party on the document that voids the contract.
    Void(SignatoryId),
}

/// New data of a party; what is absent stays.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartyChange {
    /// Name, with the company of ours that it names and whether that is the initiator.
    pub name: Option<PartyName>,
    /// Handler or person.
    pub receiver: Option<User>,
    /// How the signer confirms.
    pub sign_validate_way: Option<SignValidateWay>,
    /// Steps for a company that has none yet.
    pub actions: Vec<Action>,
}

/// A party's name and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyName {
    /// The name.
    pub name: String,
    /// Our company of that name.
    pub company_id: Option<CompanyId>,
    /// It is the initiating company.
    pub sponsor: bool,
}

/// New data of a contract; what is absent stays.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContractChange {
    /// Title.
    pub subject: Option<String>,
    /// Signing deadline; the caller has checked its limits.
    pub expire_time: Option<Timestamp>,
    /// End of validity.
    pub end_time: Option<Timestamp>,
    /// Documents to keep, in this order; drafts only.
    pub documents: Option<Vec<DocumentId>>,
    /// Values of template parameters; those of other names stay.
    pub template_params: Vec<TemplateParam>,
}

/// What somebody wants to do with a contract.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Send the draft. `fillers` still have to fill parameters.
    Send {
        /// Receivers with mandatory parameters to fill.
        fillers: Vec<SignatoryId>,
    },
    /// A party filled its parameters.
    Fill {
        /// The party.
        party: SignatoryId,
    },
    /// A step was performed: sealed, signed, approved.
    Finish {
        /// Which one.
        step: Step,
        /// Who did it.
        by: Option<User>,
        /// How the will was confirmed.
        confirm: Option<IntentionConfirm>,
    },
    /// An approval step agrees.
    Approve {
        /// The step.
        action: ActionId,
        /// Who agreed.
        by: Option<User>,
        /// How they confirmed; an application that vouches for them: [`IntentionConfirm::Authorized`].
        confirm: IntentionConfirm,
        /// Remark.
        comments: Option<String>,
    },
    /// An approval step refuses.
    RefuseAudit {
        /// The step.
        action: ActionId,
        /// Who refused.
        by: Option<User>,
        /// Why.
        comments: Option<String>,
    },
    /// A party returns the contract.
    Reject {
        /// The party.
        party: SignatoryId,
        /// Why.
        reason: Option<String>,
    },
    /// The initiator takes it back.
    Recall {
        /// Why.
        reason: Option<String>,
    },
    /// The deadline passed.
    Expire,
    /// The initiator ends it.
    ForceEnd {
        /// Why.
        reason: String,
    },
    /// The deadline moves.
    Delay {
        /// New deadline; the caller has checked its limits.
        until: Timestamp,
    },
    /// Another party joins.
    AddParty {
        /// The party, with status `DRAFT` and steps `INIT`.
        party: Box<Signatory>,
    },
    /// The receiver of a company takes the contract up.
    Accept {
        /// The party.
        party: SignatoryId,
    },
    /// A party gets other data.
    EditParty {
        /// The party.
        party: SignatoryId,
        /// The data.
        change: Box<PartyChange>,
    },
    /// Somebody takes the place that was kept free.
    Join {
        /// The party.
        party: SignatoryId,
        /// Who it is.
        change: Box<PartyChange>,
    },
    /// A step gets other people.
    EditOperators {
        /// The step.
        action: ActionId,
        /// Everybody who may perform it from now on.
        operators: Vec<User>,
    },
    /// More people get a copy.
    CopySend {
        /// Who; a contact that has one already is left out.
        receivers: Vec<CopySendReceiver>,
    },
    /// The contract itself gets other data.
    Modify {
        /// The data.
        change: Box<ContractChange>,
    },
    /// A party hands in a file that was demanded.
    HandIn {
        /// The party.
        party: SignatoryId,
        /// Which demand.
        attachment: AttachmentId,
        /// The file.
        file: Box<HandedIn>,
    },
    /// The initiator adds a file that explains a forced end.
    AddForceEndFile {
        /// The file.
        file: StoredFile,
    },
    /// Voiding starts.
    StartVoid {
        /// The request.
        request: VoidRequest,
    },
    /// A party signed the void document.
    SignVoid {
        /// The party.
        party: SignatoryId,
    },
    /// A party refuses to void.
    RefuseVoid {
        /// The party.
        party: SignatoryId,
        /// Why.
        reason: Option<String>,
    },
    /// Voiding is cancelled, or its deadline passed.
    CancelVoid,
    /// Remove the contract.
    Delete,
}
