//! Parties and their steps (3.4, 3.5, 3.9, 3.18).

use qishu_model::contract::{Action, ActionStatus, AttachmentDemand, Signatory, Stamper};
use qishu_model::id::{ActionId, AttachmentId, DocumentId, SealId, SignatoryId};
use serde::Serialize;

use super::contract::{CategoryRefAnswer, DetailView, Owner};
use super::stamper::StamperAnswer;
use super::time_text;
use super::user::{UserAnswer, users};

/// A party.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatoryAnswer {
    /// Id.
    pub id: SignatoryId,
    /// `COMPANY`, `PERSONAL`, `C_NO_RECEIVER` or `P_NO_RECEIVER`.
    pub tenant_type: &'static str,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_name: Option<String>,
    /// Order.
    pub serial_no: i32,
    /// The initiator.
    pub sponsor: bool,
    /// Where it stands.
    pub status: &'static str,
    /// Party data come later.
    pub delay_set: bool,
    /// Handler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver: Option<UserAnswer>,
    /// Steps; empty for persons.
    pub actions: Vec<ActionAnswer>,
    /// Positions of a person; present when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stampers: Option<Vec<StamperAnswer>>,
    /// Files to hand in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentAnswer>,
    /// Category of an internal receiver's own flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryRefAnswer>,
    /// Steps are exactly those of the request; left out when false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_flow: Option<bool>,
    /// The caller's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatory_no: Option<String>,
    /// How the signer confirms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_validate_way: Option<&'static str>,
    /// When finished, in the spelling of the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complate_time: Option<String>,
    /// When finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete_time: Option<String>,
    /// Positions exist.
    pub has_location: bool,
    /// Link under which a party that is not yet known joins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Why it refused to void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject_invalid_reason: Option<String>,
    /// Counts of its seals; present when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal_statistics_infos: Option<Vec<SealStatAnswer>>,
    /// How the signer confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intention_confirm: Option<&'static str>,
}

impl SignatoryAnswer {
    /// A party with the extras that `view` asks for.
    #[must_use]
    pub fn new(party: &Signatory, view: &DetailView<'_>) -> Self {
        let owner = Owner::Signatory(party.id);
        let finished = time_text(party.complete_time);
        let is_internal = party.company_id.is_some();
        Self {
            id: party.id,
            tenant_type: party.tenant_type.name(),
            tenant_name: party.tenant_name.clone(),
            serial_no: party.serial_no,
            sponsor: party.sponsor,
            status: party.status.name(),
            delay_set: party.delay_set,
            receiver: party.receiver.as_ref().map(UserAnswer::from),
            actions: party
                .actions
                .iter()
                .map(|action| ActionAnswer::new(action, is_internal, view))
                .collect(),
            stampers: stampers(owner, &party.stampers, view),
            attachments: party.attachments.iter().map(AttachmentAnswer::from).collect(),
            category: party.category_id.map(|id| CategoryRefAnswer { id, name: None }),
            fixed_flow: party.fixed_flow.then_some(true),
            signatory_no: party.signatory_no.clone(),
            sign_validate_way: party.sign_validate_way.map(|way| way.name()),
            complate_time: finished.clone(),
            complete_time: finished,
            has_location: party.all_stampers().next().is_some(),
            link: None,
            reject_invalid_reason: party.reject_invalid_reason.clone(),
            seal_statistics_infos: view.seal_stats.map(|stats| stats(owner)),
            intention_confirm: party.intention_confirm.map(|way| way.name()),
        }
    }
}

/// Result of `signatory/add`: the party, and once more under `signatory` for a library that looks there (D-27).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AddedSignatoryAnswer {
    #[serde(flatten)]
    party: SignatoryAnswer,
    signatory: SignatoryAnswer,
}

impl AddedSignatoryAnswer {
    /// From the party.
    #[must_use]
    pub fn new(party: &Signatory) -> Self {
        let party = SignatoryAnswer::new(party, &DetailView::default());
        Self {
            signatory: party.clone(),
            party,
        }
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionAnswer {
    /// Id.
    pub id: ActionId,
    /// Kind.
    #[serde(rename = "type")]
    pub action_type: &'static str,
    /// Where it stands.
    pub status: &'static str,
    /// Name.
    pub name: String,
    /// Order.
    pub serial_no: i32,
    /// First seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal_id: Option<SealId>,
    /// Seals that may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seal_ids: Vec<SealId>,
    /// Who is to do the step, or did it; present when asked for and the party is the caller's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operators: Option<Vec<UserAnswer>>,
    /// Seals automatically; left out when false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_sign: Option<bool>,
    /// Positions; present when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stampers: Option<Vec<StamperAnswer>>,
    /// The caller's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_no: Option<String>,
    /// When done, in the spelling of the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complate_time: Option<String>,
    /// When done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete_time: Option<String>,
    /// Positions exist.
    pub has_location: bool,
    /// Counts of its seals; present when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal_act_statistics_infos: Option<Vec<SealStatAnswer>>,
    /// How the signer confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intention_confirm: Option<&'static str>,
}

impl ActionAnswer {
    fn new(action: &Action, is_internal: bool, view: &DetailView<'_>) -> Self {
        let owner = Owner::Action(action.id);
        let finished = time_text(action.complete_time);
        Self {
            id: action.id,
            action_type: action.action_type.name(),
            status: action.status.name(),
            name: action.name.clone(),
            serial_no: action.serial_no,
            seal_id: action.seal_ids.first().copied(),
            seal_ids: action.seal_ids.clone(),
            operators: (view.operators && is_internal).then(|| visible_operators(action)),
            auto_sign: action.auto_sign.then_some(true),
            stampers: stampers(owner, &action.stampers, view),
            action_no: action.action_no.clone(),
            complate_time: finished.clone(),
            complete_time: finished,
            has_location: !action.stampers.is_empty(),
            seal_act_statistics_infos: view.seal_stats.map(|stats| stats(owner)),
            intention_confirm: action.intention_confirm.map(|way| way.name()),
        }
    }
}

/// A step that waits shows who may do it, one that is done who did it (4.12).
fn visible_operators(action: &Action) -> Vec<UserAnswer> {
    match action.status {
        ActionStatus::Start => users(&action.operators),
        ActionStatus::Finish => action.performed_by.iter().map(UserAnswer::from).collect(),
        ActionStatus::Init | ActionStatus::Stop | ActionStatus::End => Vec::new(),
    }
}

/// Positions, resolved where `view` knows their places; a keyword with several hits becomes several rows.
fn stampers(owner: Owner, stampers: &[Stamper], view: &DetailView<'_>) -> Option<Vec<StamperAnswer>> {
    if !view.locations {
        return None;
    }
    let mut answers = Vec::new();
    for (index, stamper) in stampers.iter().enumerate() {
        let answer = StamperAnswer::from(stamper).of(owner);
        let places = view.places.map_or_else(Vec::new, |places| places(owner, index));
        if places.is_empty() {
            answers.push(answer);
        } else {
            answers.extend(places.into_iter().map(|place| answer.clone().at(place)));
        }
    }
    Some(answers)
}

/// A file a party must hand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentAnswer {
    /// Id.
    pub id: AttachmentId,
    /// What it is.
    pub title: String,
    /// Signing needs it.
    pub required: bool,
    /// The file must be signed too.
    pub need_sign: bool,
}

impl From<&AttachmentDemand> for AttachmentAnswer {
    fn from(demand: &AttachmentDemand) -> Self {
        Self {
            id: demand.id,
            title: demand.title.clone(),
            required: demand.required,
            need_sign: demand.need_sign,
        }
    }
}

/// How often a seal was put on a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SealStatAnswer {
    /// Document.
    pub document_id: DocumentId,
    /// How often.
    pub count: u32,
    /// Kind of position.
    pub seal_type: &'static str,
    /// Seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal_id: Option<SealId>,
}
