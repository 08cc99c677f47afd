//! What can be asked of a contract.

use serde::{Deserialize, Serialize};

use super::{IntentionConfirm, Signatory, VoidRequest};
use crate::contact::User;
use crate::id::{ActionId, SignatoryId};
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
