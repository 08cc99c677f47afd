//! Commands that change what a contract holds rather than where it stands: parties, people, copies, files.

use super::{Decision, Refusal};
use crate::contact::User;
use crate::contract::{
    ActionStatus, ActionType, Contract, ContractChange, ContractState, CopySendReceiver, Document, Event,
    HandedIn, PartyChange, Signatory, SignatoryStatus, StoredFile, TemplateParam, TenantType,
};
use crate::id::{ActionId, AttachmentId, DocumentId, SignatoryId};
use crate::log::OperateType;
use crate::time::Timestamp;

impl Contract {
    /// The receiver of a company opened the contract. Idempotent.
    pub(super) fn accept(&mut self, id: SignatoryId, now: Timestamp) -> Decision {
        if !self.state.is_open() {
            return Err(self.wrong_status());
        }
        let party = self.party_mut(id)?;
        if !party.tenant_type.is_company() || !party.status.is_open() {
            return Err(Refusal::NotInTurn);
        }
        party.accepted.get_or_insert(now);
        Ok(modified(id))
    }

    /// Corrects or completes a party (4.7, 4.8, D-25).
    pub(super) fn edit_party(&mut self, id: SignatoryId, change: PartyChange) -> Decision {
        if !matches!(
            self.state,
            ContractState::Draft | ContractState::Filling | ContractState::Signing
        ) {
            return Err(self.wrong_status());
        }
        let party = self.party_mut(id)?;
        if party.is_locked() {
            return Err(Refusal::PartyLocked { name: party.label() });
        }
        party.take(change);
        self.check_parties()?;
        self.start_turns();
        Ok(modified(id))
    }

    /// Takes a place that was kept free (4.26). Who joined a company has taken the contract up with it.
    pub(super) fn join(&mut self, id: SignatoryId, change: PartyChange, now: Timestamp) -> Decision {
        if !self.state.is_open() {
            return Err(self.wrong_status());
        }
        let party = self.party_mut(id)?;
        if !party.is_awaited() {
            return Err(Refusal::PartyLocked { name: party.label() });
        }
        party.take(change);
        if party.tenant_type.is_company() {
            party.accepted = Some(now);
        }
        self.check_parties()?;
        self.start_turns();
        Ok(modified(id))
    }

    /// A party that was completed while it is in turn starts with its first step.
    fn start_turns(&mut self) {
        if self.state == ContractState::Signing {
            self.advance_turns();
        }
    }

    /// Exchanges the people of a step that is not done (4.9).
    pub(super) fn edit_operators(&mut self, id: ActionId, operators: Vec<User>) -> Decision {
        if !matches!(
            self.state,
            ContractState::Draft | ContractState::Filling | ContractState::Signing
        ) {
            return Err(self.wrong_status());
        }
        let holds = |party: &&mut Signatory| party.action(id).is_some();
        let party = self
            .signatories
            .iter_mut()
            .find(holds)
            .ok_or(Refusal::UnknownStep)?;
        let name = party.label();
        let action = party.actions.iter_mut().find(|action| action.id == id);
        let action = action.ok_or(Refusal::UnknownStep)?;
        if !action.status.is_open() {
            return Err(Refusal::NotInTurn);
        }
        if operators.is_empty() && action.action_type == ActionType::Audit {
            let action = action.name.clone();
            return Err(Refusal::AuditOperatorRequired { name, action });
        }
        action.operators = operators;
        Ok(modified(party.id))
    }

    /// Adds people who get a copy at once (4.6, D-24).
    pub(super) fn copy_send(&mut self, receivers: Vec<CopySendReceiver>, now: Timestamp) -> Decision {
        if matches!(self.state, ContractState::Draft | ContractState::Deleted) {
            return Err(self.wrong_status());
        }
        for mut receiver in receivers {
            let known = self
                .copy_send_receivers
                .iter_mut()
                .find(|known| known.receiver.same_contact(&receiver.receiver));
            // Somebody who was to get a copy later gets it now.
            if let Some(known) = known {
                known.send = true;
                continue;
            }
            receiver.create_time = Some(now);
            receiver.send = true;
            self.copy_send_receivers.push(receiver);
        }
        Ok(vec![Event::silent(OperateType::CopySend, None)])
    }

    /// Changes the contract's own data (4.24, D-38).
    pub(super) fn modify(&mut self, change: ContractChange) -> Decision {
        let allowed = match self.state {
            ContractState::Draft => true,
            ContractState::Filling => change.documents.is_none(),
            _ => false,
        };
        if !allowed {
            return Err(self.wrong_status());
        }
        if let Some(kept) = change.documents {
            self.keep_documents(&kept)?;
        }
        if let Some(subject) = change.subject {
            self.subject = subject;
        }
        self.expire_time = change.expire_time.or(self.expire_time);
        self.end_time = change.end_time.or(self.end_time);
        for param in change.template_params {
            set_param(&mut self.template_params, param);
        }
        Ok(vec![Event::silent(OperateType::Modify, None)])
    }

    /// Keeps these documents in this order, and drops the positions of the others.
    fn keep_documents(&mut self, kept: &[DocumentId]) -> Result<(), Refusal> {
        let mut documents: Vec<Document> = Vec::with_capacity(kept.len());
        for id in kept {
            if documents.iter().any(|document| document.id == *id) {
                continue;
            }
            let document = self.document(*id).cloned();
            let mut document = document.ok_or(Refusal::UnknownDocument { id: *id })?;
            document.sort = i32::try_from(documents.len()).ok();
            documents.push(document);
        }
        let dropped: Vec<u64> = self
            .documents
            .iter()
            .map(|document| document.id)
            .filter(|id| !kept.contains(id))
            .map(DocumentId::get)
            .collect();
        for party in &mut self.signatories {
            let of_steps = party.actions.iter_mut().map(|action| &mut action.stampers);
            for stampers in of_steps.chain([&mut party.stampers]) {
                for stamper in stampers.iter_mut() {
                    stamper.document_ids.retain(|id| !dropped.contains(id));
                }
                stampers.retain(|stamper| stamper.document_id.is_none_or(|id| !dropped.contains(&id)));
            }
        }
        self.documents = documents;
        Ok(())
    }

    /// Takes a file that was demanded; a later one replaces it until the party has signed.
    pub(super) fn hand_in(&mut self, id: SignatoryId, attachment: AttachmentId, file: HandedIn) -> Decision {
        if !self.state.is_open() {
            return Err(self.wrong_status());
        }
        let party = self.party_mut(id)?;
        if !party.status.is_open() {
            return Err(Refusal::NotInTurn);
        }
        let demand = party
            .attachments
            .iter_mut()
            .find(|demand| demand.id == attachment);
        let demand = demand.ok_or(Refusal::UnknownAttachment)?;
        let is_signed = demand
            .file
            .as_ref()
            .and_then(|file| file.document.as_ref())
            .is_some_and(|document| document.revision > 0);
        if is_signed {
            return Err(Refusal::NotInTurn);
        }
        demand.file = Some(file);
        Ok(modified(id))
    }

    /// Keeps a file for the end by force (4.18, D-33).
    pub(super) fn add_force_end_file(&mut self, file: StoredFile) -> Decision {
        if !self.state.is_open() && !matches!(self.state, ContractState::ForceEnd { .. }) {
            return Err(self.wrong_status());
        }
        self.force_end_files.push(file);
        Ok(vec![Event::silent(OperateType::Modify, None)])
    }
}

fn modified(party: SignatoryId) -> Vec<Event> {
    vec![Event::silent(OperateType::Modify, Some(party))]
}

/// A value replaces the one of the same name.
fn set_param(params: &mut Vec<TemplateParam>, param: TemplateParam) {
    match params.iter_mut().find(|known| known.name == param.name) {
        Some(known) => *known = param,
        None => params.push(param),
    }
}

impl Signatory {
    /// A demanded file that is not there yet, as a refusal: the party cannot sign before.
    #[must_use]
    pub fn missing_attachment(&self) -> Option<Refusal> {
        let missing = self
            .attachments
            .iter()
            .find(|demand| demand.required && demand.file.is_none())?;
        Some(Refusal::AttachmentRequired {
            title: missing.title.clone(),
        })
    }

    /// Signed, or a company whose handler has taken the contract up (D-25).
    fn is_locked(&self) -> bool {
        let began = |party: &Self| {
            party
                .actions
                .iter()
                .any(|action| action.status == ActionStatus::Finish)
        };
        let taken_up = self.tenant_type.is_company() && (self.accepted.is_some() || began(self));
        self.status == SignatoryStatus::Signed || taken_up
    }

    fn take(&mut self, change: PartyChange) {
        if let Some(name) = change.name {
            self.tenant_name = Some(name.name);
            if self.tenant_type.is_company() {
                self.company_id = name.company_id;
                self.sponsor = name.sponsor;
            }
        }
        self.receiver = change.receiver.or(self.receiver.take());
        self.sign_validate_way = change.sign_validate_way.or(self.sign_validate_way);
        if self.tenant_type.is_company() && self.actions.is_empty() {
            self.actions = change.actions;
        }
        if self.receiver.is_some() {
            self.tenant_type = match self.tenant_type {
                TenantType::Company | TenantType::CNoReceiver => TenantType::Company,
                TenantType::Personal | TenantType::PNoReceiver => TenantType::Personal,
            };
        }
        self.delay_set = self.is_awaited();
    }
}
