//! The state machine of a contract, its parties and its steps (`contracts` chapter 6).
//!
//! [`Contract::apply`] takes a command and a time and answers the next contract with the events that follow,
//! or a refusal; the contract it was called on is untouched. Rights, seals, positions and identity are judged
//! by the caller before; the machine judges status, turn and completeness.

mod change;
mod table;

use super::{
    Action, ActionStatus, ActionType, CallbackType, Command, Contract, ContractState, Event,
    IntentionConfirm, OpenStatus, SignFlowStrategy, Signatory, SignatoryStatus, Step, VoidFailure,
    VoidRequest,
};
use crate::contact::User;
use crate::id::{ActionId, SignatoryId};
use crate::log::OperateType;
use crate::time::Timestamp;

#[cfg(test)]
pub(crate) use table::draft as example;
pub use table::state_table;

/// Where a command leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// The contract afterwards; `None` when nothing of it is to stay.
    pub contract: Option<Contract>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// Why a command is refused; nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `1101`
    #[error("the contract is {status}, which does not allow this")]
    WrongStatus {
        /// Wire name of the status.
        status: &'static str,
    },
    /// `1107`
    #[error("it is not the turn of this step, or it is already done")]
    NotInTurn,
    /// `1113`
    #[error("the contract has no signatory")]
    NoSignatory,
    /// `1401`
    #[error("the contract has no document")]
    NoDocument,
    /// `1103`
    #[error("company {name} has no step to perform")]
    ActionRequired {
        /// Name of the party.
        name: String,
    },
    /// `1105`
    #[error("approval step {action} of {name} has nobody who performs it")]
    AuditOperatorRequired {
        /// Name of the party.
        name: String,
        /// Name of the step.
        action: String,
    },
    /// `1111`
    #[error("{name} has a step for its handler, but no receiver")]
    OperatorRequired {
        /// Name of the party.
        name: String,
    },
    /// `1102`
    #[error("{name} is a party twice")]
    RepeatedSignatory {
        /// Name of the party.
        name: String,
    },
    /// The party is not one of this contract.
    #[error("no such party in this contract")]
    UnknownParty,
    /// The step is not one of this contract.
    #[error("no such step in this contract")]
    UnknownStep,
    /// `1101`, D-25
    #[error("{name} has signed or taken the contract up and cannot be changed")]
    PartyLocked {
        /// Name of the party.
        name: String,
    },
    /// `1402`
    #[error("document {id} is not one of this contract")]
    UnknownDocument {
        /// Which one.
        id: crate::id::DocumentId,
    },
    /// `1404`
    #[error("no such attachment is demanded from this party")]
    UnknownAttachment,
    /// `1404`
    #[error("{title} has to be handed in before signing")]
    AttachmentRequired {
        /// Title of the demand.
        title: String,
    },
}

type Decision = Result<Vec<Event>, Refusal>;

impl Contract {
    /// Decides what `command` does to this contract at `now`.
    ///
    /// # Errors
    /// A [`Refusal`] when status, turn or completeness do not allow it.
    pub fn apply(&self, command: Command, now: Timestamp) -> Result<Transition, Refusal> {
        if matches!(command, Command::Delete) {
            return self.delete();
        }
        let mut next = self.clone();
        let events = next.decide(command, now)?;
        Ok(Transition {
            contract: Some(next),
            events,
        })
    }

    fn decide(&mut self, command: Command, now: Timestamp) -> Decision {
        match command {
            Command::Send { fillers } => self.send(&fillers, now),
            Command::Fill { party } => self.fill(party),
            Command::Finish { step, by, confirm } => self.finish(step, by, confirm, now),
            Command::Approve {
                action,
                by,
                confirm,
                comments,
            } => self.approve(action, by, confirm, comments, now),
            Command::RefuseAudit { action, by, comments } => self.refuse_audit(action, by, comments, now),
            Command::Reject { party, reason } => self.reject(party, reason),
            Command::Recall { reason } => self.recall(reason),
            Command::Expire => self.expire(),
            Command::ForceEnd { reason } => self.force_end(reason),
            Command::Delay { until } => self.delay(until),
            Command::AddParty { party } => self.add_party(*party),
            Command::Accept { party } => self.accept(party, now),
            Command::EditParty { party, change } => self.edit_party(party, *change),
            Command::Join { party, change } => self.join(party, *change, now),
            Command::EditOperators { action, operators } => self.edit_operators(action, operators),
            Command::CopySend { receivers } => self.copy_send(receivers, now),
            Command::Modify { change } => self.modify(*change),
            Command::HandIn {
                party,
                attachment,
                file,
            } => self.hand_in(party, attachment, *file),
            Command::AddForceEndFile { file } => self.add_force_end_file(file),
            Command::StartVoid { request } => self.start_void(request),
            Command::SignVoid { party } => self.sign_void(party),
            Command::RefuseVoid { party, reason } => self.refuse_void(party, reason),
            Command::CancelVoid => self.cancel_void(),
            Command::Delete => Err(self.wrong_status()),
        }
    }

    /// Whether the draft could be sent: parties, steps, people and documents are complete.
    ///
    /// # Errors
    /// The first thing that is missing, as a [`Refusal`].
    pub fn check_sendable(&self) -> Result<(), Refusal> {
        if self.signatories.is_empty() {
            return Err(Refusal::NoSignatory);
        }
        self.check_parties()?;
        if self.documents.is_empty() {
            Err(Refusal::NoDocument)
        } else {
            Ok(())
        }
    }

    /// Whether parties and steps are well formed; checked when drafting and again when sending.
    ///
    /// # Errors
    /// `1102`, `1103`, `1105`, `1111` as a [`Refusal`].
    pub fn check_parties(&self) -> Result<(), Refusal> {
        for (index, party) in self.signatories.iter().enumerate() {
            if self.signatories[..index]
                .iter()
                .any(|other| other.same_party(party))
            {
                return Err(Refusal::RepeatedSignatory { name: party.label() });
            }
            party.check()?;
        }
        Ok(())
    }

    fn send(&mut self, fillers: &[SignatoryId], now: Timestamp) -> Decision {
        if self.state != ContractState::Draft {
            return Err(self.wrong_status());
        }
        self.check_sendable()?;
        self.publish_time = Some(now);
        for party in &mut self.signatories {
            let fills = fillers.contains(&party.id);
            party.status = if fills {
                SignatoryStatus::Filling
            } else {
                SignatoryStatus::Waiting
            };
        }
        let callback = if fillers.is_empty() {
            self.state = ContractState::Signing;
            self.advance_turns();
            CallbackType::SendSigning
        } else {
            self.state = ContractState::Filling;
            CallbackType::SendFilling
        };
        Ok(vec![self.event(OperateType::Send, callback, None)])
    }

    fn fill(&mut self, id: SignatoryId) -> Decision {
        if self.state != ContractState::Filling {
            return Err(self.wrong_status());
        }
        let party = self.party_mut(id)?;
        if party.status != SignatoryStatus::Filling {
            return Err(Refusal::NotInTurn);
        }
        party.status = SignatoryStatus::Waiting;
        if self
            .signatories
            .iter()
            .any(|party| party.status == SignatoryStatus::Filling)
        {
            return Ok(vec![Event::silent(OperateType::Fill, Some(id))]);
        }
        self.state = ContractState::Signing;
        self.advance_turns();
        Ok(vec![self.event(
            OperateType::Fill,
            CallbackType::Filled,
            Some(id),
        )])
    }

    fn finish(
        &mut self,
        step: Step,
        by: Option<User>,
        confirm: Option<IntentionConfirm>,
        now: Timestamp,
    ) -> Decision {
        if self.state != ContractState::Signing {
            return Err(self.wrong_status());
        }
        let (party, kind) = match step {
            Step::Action(action) => self.finish_action(action, by, confirm, now)?,
            Step::Personal(party) => self.finish_personal(party, confirm, now)?,
            // Void documents are signed by their own command.
            Step::Void(_) => return Err(Refusal::NotInTurn),
        };
        let operate = if kind == Some(ActionType::Audit) {
            OperateType::Audit
        } else {
            OperateType::Sign
        };
        let callback = kind.map_or(CallbackType::Personal, CallbackType::of_step);
        self.advance_turns();
        let mut events = vec![self.event(operate, callback, Some(party))];
        if self.is_fully_signed() {
            self.complete(now);
            events.push(self.event(OperateType::Complete, CallbackType::Complete, None));
        }
        Ok(events)
    }

    fn finish_action(
        &mut self,
        id: ActionId,
        by: Option<User>,
        confirm: Option<IntentionConfirm>,
        now: Timestamp,
    ) -> Result<(SignatoryId, Option<ActionType>), Refusal> {
        let party = self.party_of_action_mut(id)?;
        let missing = party.missing_attachment();
        let action = party
            .actions
            .iter_mut()
            .find(|action| action.id == id)
            .ok_or(Refusal::NotInTurn)?;
        if action.status != ActionStatus::Start {
            return Err(Refusal::NotInTurn);
        }
        if let Some(missing) = missing.filter(|_| action.action_type.signs()) {
            return Err(missing);
        }
        action.status = ActionStatus::Finish;
        action.complete_time = Some(now);
        action.performed_by = by;
        action.intention_confirm = confirm;
        let kind = action.action_type;
        if party.all_steps_finished() {
            party.status = SignatoryStatus::Signed;
            party.complete_time = Some(now);
        }
        Ok((party.id, Some(kind)))
    }

    fn finish_personal(
        &mut self,
        id: SignatoryId,
        confirm: Option<IntentionConfirm>,
        now: Timestamp,
    ) -> Result<(SignatoryId, Option<ActionType>), Refusal> {
        let party = self.party_mut(id)?;
        if party.status != SignatoryStatus::Signing || party.tenant_type.is_company() {
            return Err(Refusal::NotInTurn);
        }
        if let Some(missing) = party.missing_attachment() {
            return Err(missing);
        }
        party.status = SignatoryStatus::Signed;
        party.complete_time = Some(now);
        party.intention_confirm = confirm;
        Ok((id, None))
    }

    fn approve(
        &mut self,
        id: ActionId,
        by: Option<User>,
        confirm: IntentionConfirm,
        comments: Option<String>,
        now: Timestamp,
    ) -> Decision {
        let is_approval = |action: &Action| action.action_type == ActionType::Audit;
        if self.state == ContractState::Signing && self.action(id).is_some_and(|found| !is_approval(found.1))
        {
            return Err(Refusal::NotInTurn);
        }
        let step = Step::Action(id);
        let mut events = self.finish(step, by, Some(confirm), now)?;
        if let Some(first) = events.first_mut() {
            first.comments = comments;
        }
        Ok(events)
    }

    fn refuse_audit(
        &mut self,
        id: ActionId,
        by: Option<User>,
        comments: Option<String>,
        now: Timestamp,
    ) -> Decision {
        if self.state != ContractState::Signing {
            return Err(self.wrong_status());
        }
        let party = self.party_of_action_mut(id)?;
        let action = party
            .actions
            .iter_mut()
            .find(|action| action.id == id)
            .ok_or(Refusal::NotInTurn)?;
        if action.status != ActionStatus::Start || action.action_type != ActionType::Audit {
            return Err(Refusal::NotInTurn);
        }
        action.status = ActionStatus::Stop;
        action.complete_time = Some(now);
        action.performed_by = by;
        let party = party.id;
        self.return_contract(party, comments);
        Ok(vec![self.event(
            OperateType::Audit,
            CallbackType::Rejected,
            Some(party),
        )])
    }

    fn reject(&mut self, id: SignatoryId, reason: Option<String>) -> Decision {
        if !self.state.is_open() {
            return Err(self.wrong_status());
        }
        let status = self.party_mut(id)?.status;
        if !matches!(status, SignatoryStatus::Signing | SignatoryStatus::Filling) {
            return Err(Refusal::NotInTurn);
        }
        self.return_contract(id, reason);
        Ok(vec![self.event(
            OperateType::Reject,
            CallbackType::Rejected,
            Some(id),
        )])
    }

    fn return_contract(&mut self, by: SignatoryId, comments: Option<String>) {
        for party in self.signatories.iter_mut().filter(|party| party.status.is_open()) {
            party.status = if party.id == by {
                SignatoryStatus::Rejected
            } else {
                SignatoryStatus::Closed
            };
            party.end_steps(ActionStatus::Stop);
        }
        self.state = ContractState::Rejected { comments };
    }

    fn recall(&mut self, reason: Option<String>) -> Decision {
        if !self.state.is_open() {
            return Err(self.wrong_status());
        }
        self.close_open_parties(SignatoryStatus::Recalled, ActionStatus::Stop);
        self.state = ContractState::Recalled { comments: reason };
        Ok(vec![self.event(
            OperateType::Recall,
            CallbackType::Recalled,
            None,
        )])
    }

    fn expire(&mut self) -> Decision {
        let from = match self.state {
            ContractState::Filling => OpenStatus::Filling,
            ContractState::Signing => OpenStatus::Signing,
            _ => return Err(self.wrong_status()),
        };
        for party in self.signatories.iter_mut().filter(|party| party.status.is_open()) {
            party.status_before_expiry = Some(party.status);
            party.status = SignatoryStatus::Expired;
        }
        self.state = ContractState::Expired { from };
        Ok(vec![self.event(OperateType::Expire, CallbackType::Expired, None)])
    }

    fn force_end(&mut self, reason: String) -> Decision {
        if !self.state.is_open() {
            return Err(self.wrong_status());
        }
        self.close_open_parties(SignatoryStatus::ForceEnd, ActionStatus::End);
        self.state = ContractState::ForceEnd { reason };
        Ok(vec![self.event(
            OperateType::ForceEnd,
            CallbackType::Unknown,
            None,
        )])
    }

    fn delay(&mut self, until: Timestamp) -> Decision {
        match self.state {
            ContractState::Signing => {}
            ContractState::Expired { from } => {
                for party in &mut self.signatories {
                    if let Some(before) = party.status_before_expiry.take() {
                        party.status = before;
                    }
                }
                self.state = match from {
                    OpenStatus::Filling => ContractState::Filling,
                    OpenStatus::Signing => ContractState::Signing,
                };
            }
            _ => return Err(self.wrong_status()),
        }
        self.expire_time = Some(until);
        Ok(vec![Event::silent(OperateType::Delay, None)])
    }

    fn add_party(&mut self, party: Signatory) -> Decision {
        let sent = match self.state {
            ContractState::Draft => false,
            ContractState::Signing | ContractState::Complete { .. } => true,
            _ => return Err(self.wrong_status()),
        };
        if self.signatories.iter().any(|other| other.same_party(&party)) {
            return Err(Refusal::RepeatedSignatory { name: party.label() });
        }
        party.check()?;
        let was_complete = matches!(self.state, ContractState::Complete { .. });
        let id = party.id;
        self.signatories.push(party);
        if !sent {
            return Ok(vec![Event::silent(OperateType::Modify, Some(id))]);
        }
        self.party_mut(id)?.status = SignatoryStatus::Waiting;
        self.state = ContractState::Signing;
        self.advance_turns();
        let callback = was_complete.then_some((CallbackType::SendSigning, self.state.name()));
        Ok(vec![Event {
            callback,
            ..Event::silent(OperateType::Modify, Some(id))
        }])
    }

    fn start_void(&mut self, request: VoidRequest) -> Decision {
        let ContractState::Complete { time, .. } = self.state else {
            return Err(self.wrong_status());
        };
        let alone = self.counting_parties().count() == 1;
        let mut signed = 0_usize;
        for party in self
            .signatories
            .iter_mut()
            .filter(|party| party.status == SignatoryStatus::Signed)
        {
            party.status = SignatoryStatus::Invaliding;
            party.reject_invalid_reason = None;
            signed += 1;
        }
        if signed == 0 {
            return Err(Refusal::NoSignatory);
        }
        // Whoever is alone and signs at once is told once, that the contract is void (6.1).
        let told = !(alone && request.auto_sign);
        self.state = ContractState::Invaliding { time, request };
        let mut event = self.event(OperateType::Invalid, CallbackType::SendInvalid, None);
        event.callback = event.callback.filter(|_| told);
        Ok(vec![event])
    }

    fn sign_void(&mut self, id: SignatoryId) -> Decision {
        let ContractState::Invaliding { request, .. } = &self.state else {
            return Err(self.wrong_status());
        };
        let request = request.clone();
        let single = self.counting_parties().count() == 1;
        let party = self.party_mut(id)?;
        if party.status != SignatoryStatus::Invaliding {
            return Err(Refusal::NotInTurn);
        }
        party.status = SignatoryStatus::Invalided;
        let open = self
            .signatories
            .iter()
            .any(|party| party.status == SignatoryStatus::Invaliding);
        if open {
            return Ok(vec![self.event(
                OperateType::Invalid,
                CallbackType::Invaliding,
                Some(id),
            )]);
        }
        let mut events = Vec::new();
        if !single {
            events.push(self.event(OperateType::Invalid, CallbackType::Invaliding, Some(id)));
        }
        self.state = ContractState::Invalided { request };
        events.push(self.event(OperateType::Invalid, CallbackType::Invalided, None));
        Ok(events)
    }

    fn refuse_void(&mut self, id: SignatoryId, reason: Option<String>) -> Decision {
        let ContractState::Invaliding { time, .. } = self.state else {
            return Err(self.wrong_status());
        };
        let party = self.party_mut(id)?;
        if party.status != SignatoryStatus::Invaliding {
            return Err(Refusal::NotInTurn);
        }
        party.reject_invalid_reason = reason;
        self.restore_complete(time, VoidFailure::InvalidRejected);
        Ok(vec![self.event(
            OperateType::Invalid,
            CallbackType::InvalidRejected,
            Some(id),
        )])
    }

    fn cancel_void(&mut self) -> Decision {
        let ContractState::Invaliding { time, .. } = self.state else {
            return Err(self.wrong_status());
        };
        self.restore_complete(time, VoidFailure::InvalidCancel);
        Ok(vec![self.event(
            OperateType::Invalid,
            CallbackType::Complete,
            None,
        )])
    }

    fn restore_complete(&mut self, time: Timestamp, failure: VoidFailure) {
        for party in &mut self.signatories {
            if matches!(
                party.status,
                SignatoryStatus::Invaliding | SignatoryStatus::Invalided
            ) {
                party.status = SignatoryStatus::Signed;
            }
        }
        self.state = ContractState::Complete {
            time,
            void_failure: Some(failure),
        };
    }

    /// A draft vanishes; what had been sent stays as a trace that nobody is shown, and gives its `bizId` free.
    fn delete(&self) -> Result<Transition, Refusal> {
        let event = Event::silent(OperateType::Modify, None);
        let contract = match self.state {
            ContractState::Draft => None,
            ContractState::Expired { .. }
            | ContractState::Recalled { .. }
            | ContractState::Rejected { .. } => {
                let mut trace = self.clone();
                trace.state = ContractState::Deleted;
                trace.biz_id = None;
                Some(trace)
            }
            _ => return Err(self.wrong_status()),
        };
        Ok(Transition {
            contract,
            events: vec![event],
        })
    }

    fn is_fully_signed(&self) -> bool {
        let done =
            |party: &Signatory| matches!(party.status, SignatoryStatus::Signed | SignatoryStatus::Closed);
        match self.sign_flow_strategy {
            SignFlowStrategy::AllSignFinish => self.signatories.iter().all(done),
            SignFlowStrategy::AnySignFinish => {
                let mut receivers = self.signatories.iter().filter(|party| !party.sponsor).peekable();
                let any_receiver = receivers.peek().is_none()
                    || receivers.any(|party| party.status == SignatoryStatus::Signed);
                any_receiver && self.signatories.iter().filter(|party| party.sponsor).all(done)
            }
        }
    }

    fn complete(&mut self, now: Timestamp) {
        self.close_open_parties(SignatoryStatus::Closed, ActionStatus::Stop);
        self.state = ContractState::Complete {
            time: now,
            void_failure: None,
        };
    }

    fn close_open_parties(&mut self, status: SignatoryStatus, steps: ActionStatus) {
        for party in self.signatories.iter_mut().filter(|party| party.status.is_open()) {
            party.status = status;
            party.end_steps(steps);
        }
    }

    fn party_mut(&mut self, id: SignatoryId) -> Result<&mut Signatory, Refusal> {
        self.signatories
            .iter_mut()
            .find(|party| party.id == id)
            .ok_or(Refusal::UnknownParty)
    }

    fn party_of_action_mut(&mut self, id: ActionId) -> Result<&mut Signatory, Refusal> {
        let holds = |party: &&mut Signatory| party.actions.iter().any(|action| action.id == id);
        let party = self
            .signatories
            .iter_mut()
            .find(holds)
            .ok_or(Refusal::NotInTurn)?;
        if party.status == SignatoryStatus::Signing {
            Ok(party)
        } else {
            Err(Refusal::NotInTurn)
        }
    }

    fn event(&self, operate: OperateType, callback: CallbackType, party: Option<SignatoryId>) -> Event {
        Event {
            operate,
            callback: Some((callback, self.state.name())),
            party,
            comments: None,
        }
    }
}

impl Signatory {
    fn label(&self) -> String {
        let name = self.tenant_name.clone();
        name.or_else(|| self.receiver.as_ref().map(User::masked))
            .unwrap_or_else(|| self.id.to_string())
    }

    /// `1103`, `1105`, `1111` of one party.
    fn check(&self) -> Result<(), Refusal> {
        if !self.tenant_type.is_company() {
            return Ok(());
        }
        if self.actions.is_empty() && !self.delay_set {
            return Err(Refusal::ActionRequired { name: self.label() });
        }
        let unattended =
            |action: &&Action| action.action_type == ActionType::Audit && action.operators.is_empty();
        if let Some(action) = self.actions.iter().find(unattended) {
            return Err(Refusal::AuditOperatorRequired {
                name: self.label(),
                action: action.name.clone(),
            });
        }
        let needs_handler = self
            .actions
            .iter()
            .any(|action| action.action_type == ActionType::Operator);
        if needs_handler && self.receiver.is_none() && !self.delay_set {
            return Err(Refusal::OperatorRequired { name: self.label() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
