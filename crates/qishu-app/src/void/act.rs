//! A company signing the void document.

use qishu_model::company::Company;
use qishu_model::contract::{
    Contract, IntentionConfirm, Refusal, Signatory, SignatoryStatus, Stamper, StamperType, Step,
};
use qishu_model::id::{SealId, SignatoryId};
use qishu_model::seal::SealType;
use qishu_store::act::{self, ActState};
use qishu_store::{Reader, Scope, seal};

use super::check_type;
use crate::seal::{load_picture, require_seal};
use crate::signing::{Mark, PlannedAct, company_subject, require_positions};
use crate::{App, AppError};

/// A company of the caller signs the void document as one of its parties.
#[derive(Debug, Clone)]
pub(crate) struct VoidAct {
    /// Who signs.
    pub(crate) company: Company,
    /// As which party.
    pub(crate) party: SignatoryId,
    /// Seal for positions without their own; absent = the one the party used in the contract.
    pub(crate) seal_id: Option<SealId>,
    /// Positions, if none were given for the party when voiding began.
    pub(crate) stampers: Vec<Stamper>,
    /// Every keyword must be found.
    pub(crate) locate_all_keywords: bool,
}

impl VoidAct {
    /// Decides what this act does to the contract as it is now.
    pub(crate) async fn plan(
        &self,
        app: &App,
        reader: &mut Reader,
        contract: &Contract,
    ) -> Result<PlannedAct, AppError> {
        let request = contract.void_request().ok_or_else(|| Refusal::WrongStatus {
            status: contract.state.name(),
        })?;
        let party = contract.signatory(self.party).ok_or(Refusal::NotInTurn)?;
        if party.status != SignatoryStatus::Invaliding {
            return Err(Refusal::NotInTurn.into());
        }
        let fixed = request.stampers_of(party.id);
        let given = fixed.len();
        let stampers = if fixed.is_empty() {
            self.own_stampers(contract)?
        } else {
            fixed
        };
        require_positions(&stampers)?;
        let preset = request.seal_id.filter(|_| party.sponsor);
        let seal = self.seal_id.or(preset);
        let mut marks = Vec::with_capacity(stampers.len());
        for stamper in stampers {
            marks.push(self.mark(app, reader, contract, party, seal, stamper).await?);
        }
        Ok(PlannedAct {
            founding: None,
            step: Step::Void(party.id),
            party: party.id,
            marks,
            given,
            locate_all_keywords: self.locate_all_keywords,
            subject: company_subject(&self.company),
            signer_name: self.company.name.clone(),
            performed_by: contract.creator.clone(),
            confirm: IntentionConfirm::Authorized,
            confirmation: None,
        })
    }

    /// Positions of the call; there is one document they can be on.
    fn own_stampers(&self, contract: &Contract) -> Result<Vec<Stamper>, AppError> {
        let document = contract.void_request().and_then(|request| request.document);
        let mut stampers = self.stampers.clone();
        for stamper in &mut stampers {
            check_type(stamper, true)?;
            stamper.document_id = document.map(qishu_model::id::DocumentId::get);
        }
        Ok(stampers)
    }

    async fn mark(
        &self,
        app: &App,
        reader: &mut Reader,
        contract: &Contract,
        party: &Signatory,
        wanted: Option<SealId>,
        stamper: Stamper,
    ) -> Result<Mark, AppError> {
        if stamper.stamper_type == StamperType::Timestamp {
            return Mark::date(app, stamper);
        }
        let id = match stamper.seal_id.or(wanted) {
            Some(id) => id,
            None => used_seal(reader, contract, party)
                .await?
                .ok_or_else(seal_required)?,
        };
        let seal = require_seal(reader, self.company.id, id).await?;
        let picture = load_picture(app, &seal).await?;
        Ok(Mark::seal(stamper, &seal, picture, self.company.name.clone()))
    }
}

/// `1005`: nothing tells which seal is meant.
pub(super) fn seal_required() -> AppError {
    AppError::invalid(
        "sealId",
        "required, the company has not put a seal on this contract",
    )
}

/// The seal that a party put on the contract: its last company seal, else any other seal of it.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn used_seal(
    reader: &mut Reader,
    contract: &Contract,
    party: &Signatory,
) -> Result<Option<SealId>, AppError> {
    let acts = act::list(reader, contract.id).await?;
    let own = acts
        .iter()
        .map(|act| &act.value)
        .filter(|act| act.signatory_id == party.id && act.state == ActState::Done);
    let used: Vec<SealId> = own
        .rev()
        .flat_map(|act| {
            act.details
                .get("seals")
                .and_then(|seals| seals.as_array())
                .into_iter()
                .flatten()
        })
        .filter_map(|id| id.as_str()?.parse().ok())
        .collect();
    let mut other = None;
    for id in used {
        let found = seal::find(reader, Scope::System, id).await?;
        match found.map(|found| found.value.seal_type) {
            Some(SealType::Enterprise) => return Ok(Some(id)),
            Some(_) => other = other.or(Some(id)),
            None => {}
        }
    }
    Ok(other)
}
