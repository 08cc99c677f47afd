//! 公章签署 and 签署法人章: `POST /v2/contract/companysign`, `POST /v2/contract/legalpersonsign`.

use qishu_model::company::Company;
use qishu_model::contract::{
    Action, ActionStatus, ActionType, Contract, ContractAddress, ContractState, IntentionConfirm, Refusal,
    Signatory, SignatoryStatus, Stamper, StamperRule, StamperType, Step,
};
use qishu_model::id::{ActionId, SealId};
use qishu_model::seal::{Seal, SealType};
use qishu_store::Reader;
use qishu_store::ledger::Actor;
use sha2::{Digest as _, Sha256};

use super::mark::Mark;
use super::pipeline::{Act, ActRequest, PlannedAct, company_subject, perform};
use super::positions::{check_type, effective_stampers, require_positions};
use crate::company::acting_company;
use crate::contract::locate_for_party;
use crate::seal::{choose_seal, load_picture};
use crate::{ApiCaller, App, AppError};

/// A signing call (`contracts` 3.15). `address.tenant_name` is the company that signs.
#[derive(Debug, Clone, PartialEq)]
pub struct SignParam {
    /// Contract and signing company.
    pub address: ContractAddress,
    /// Seal for every position without its own.
    pub seal_id: Option<SealId>,
    /// Positions.
    pub stampers: Vec<Stamper>,
    /// Every keyword must be found.
    pub locate_all_keywords: bool,
    /// Name of the initiating company, with `bizId`.
    pub draftsman_name: Option<String>,
}

/// Seals the contract for a company of the caller.
///
/// # Errors
/// `1101`, `1107` when it is not the company's turn to seal; `1106`, `1108`, `1109`, `1005` for positions; `1201`,
/// `1203` for seals.
pub async fn company_sign(app: &App, caller: &ApiCaller, param: SignParam) -> Result<Contract, AppError> {
    sign(app, caller, param, ActionType::Company).await
}

/// Puts the legal representative's seal on the contract.
///
/// # Errors
/// As [`company_sign`].
pub async fn legal_person_sign(
    app: &App,
    caller: &ApiCaller,
    param: SignParam,
) -> Result<Contract, AppError> {
    sign(app, caller, param, ActionType::Lp).await
}

async fn sign(
    app: &App,
    caller: &ApiCaller,
    param: SignParam,
    kind: ActionType,
) -> Result<Contract, AppError> {
    let arrived = app.now();
    let mut reader = app.store.read("company_sign");
    let company = acting_company(&mut reader, caller, param.address.tenant_name.as_deref()).await?;
    let located = locate_for_party(
        &mut reader,
        caller,
        &param.address,
        param.draftsman_name.as_deref(),
    )
    .await?;
    drop(reader);
    check_types(&param.stampers, kind)?;
    let act = Act {
        contract: located.contract.value.id,
        request_digest: request_digest(caller, &company, &param, kind),
        arrived,
        actor: caller.actor(),
        request: ActRequest::Company(CompanyAct {
            company,
            kind,
            action: None,
            seal_id: param.seal_id,
            stampers: param.stampers,
            locate_all_keywords: param.locate_all_keywords,
        }),
    };
    perform(app, act).await
}

/// Types a signing call may use: those that fit its step.
fn check_types(stampers: &[Stamper], kind: ActionType) -> Result<(), AppError> {
    stampers
        .iter()
        .try_for_each(|stamper| check_type(stamper.stamper_type, Some(kind)))
}

/// Two calls are the same when the same application asks the same of the same contract.
fn request_digest(caller: &ApiCaller, company: &Company, param: &SignParam, kind: ActionType) -> [u8; 32] {
    let text = format!(
        "{}|{}|{}|{param:?}",
        caller.application.id,
        company.id,
        kind.name()
    );
    Sha256::digest(text.as_bytes()).into()
}

/// A company sealing with one of its steps.
#[derive(Debug, Clone)]
pub(crate) struct CompanyAct {
    /// Who seals.
    pub(crate) company: Company,
    /// Kind of step.
    pub(crate) kind: ActionType,
    /// The very step, when the caller knows it (automatic sealing).
    pub(crate) action: Option<ActionId>,
    /// Seal for positions without their own.
    pub(crate) seal_id: Option<SealId>,
    /// Positions of the call.
    pub(crate) stampers: Vec<Stamper>,
    /// Every keyword must be found.
    pub(crate) locate_all_keywords: bool,
}

impl CompanyAct {
    /// Decides what this act does to the contract as it is now.
    pub(crate) async fn plan(
        &self,
        app: &App,
        reader: &mut Reader,
        contract: &Contract,
    ) -> Result<PlannedAct, AppError> {
        if contract.state != ContractState::Signing {
            return Err(Refusal::WrongStatus {
                status: contract.state.name(),
            }
            .into());
        }
        let (party, action) = self.step_in_turn(contract)?;
        if let Some(missing) = party.missing_attachment() {
            return Err(missing.into());
        }
        let rule = contract.stamper_rule.unwrap_or(StamperRule::Optional);
        let (stampers, given) = effective_stampers(&action.stampers, &self.stampers, rule);
        require_positions(&stampers)?;
        let mut marks = Vec::with_capacity(stampers.len());
        for stamper in stampers {
            marks.push(self.mark(app, reader, contract, action, stamper).await?);
        }
        Ok(PlannedAct {
            step: Step::Action(action.id),
            party: party.id,
            marks,
            given,
            locate_all_keywords: self.locate_all_keywords,
            subject: company_subject(&self.company),
            signer_name: self.company.name.clone(),
            performed_by: contract.creator.clone(),
            confirm: IntentionConfirm::Authorized,
            confirmation: None,
            founding: None,
        })
    }

    fn step_in_turn<'a>(&self, contract: &'a Contract) -> Result<(&'a Signatory, &'a Action), AppError> {
        let own = |party: &&Signatory| {
            party.company_id == Some(self.company.id) && party.status == SignatoryStatus::Signing
        };
        let fits = |action: &&Action| {
            let named = self.action.is_none_or(|id| id == action.id);
            named && action.action_type == self.kind && action.status == ActionStatus::Start
        };
        let mut parties = contract.signatories.iter().filter(own);
        let found = parties.find_map(|party| party.actions.iter().find(fits).map(|action| (party, action)));
        found.ok_or_else(|| Refusal::NotInTurn.into())
    }

    async fn mark(
        &self,
        app: &App,
        reader: &mut Reader,
        contract: &Contract,
        action: &Action,
        mut stamper: Stamper,
    ) -> Result<Mark, AppError> {
        if stamper.stamper_type == StamperType::Timestamp {
            return Mark::date(app, stamper);
        }
        let wanted = stamper.seal_id.or(self.seal_id);
        let seal: Seal =
            choose_seal(reader, contract, &self.company, action, wanted, self.seal_type()).await?;
        let picture = load_picture(app, &seal).await?;
        stamper.seal_id = Some(seal.id);
        Ok(Mark::seal(stamper, &seal, picture, self.company.name.clone()))
    }

    const fn seal_type(&self) -> SealType {
        match self.kind {
            ActionType::Lp => SealType::Lp,
            ActionType::Practice => SealType::PracticingSeal,
            _ => SealType::Enterprise,
        }
    }
}

/// The platform itself, as the log names it.
pub(crate) fn system_actor() -> Actor {
    Actor {
        client: Some("SYSTEM".to_owned()),
        ..Actor::default()
    }
}
