//! 签署个人签名: `POST /v2/contract/personalsign`.

use pdfseal::appearance::StampPicture;
use qishu_model::company::{Company, Employee, Person};
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{
    ActionType, Contract, ContractState, IntentionConfirm, Refusal, Signatory, SignatoryStatus, Stamper,
    StamperRule, StamperType, Step,
};
use qishu_model::id::{CompanyId, SealId};
use qishu_model::seal::SealStatus;
use qishu_store::{Reader, Scope, company, person, seal};
use sha2::{Digest as _, Sha256};

use super::company_sign::SignParam;
use super::mark::Mark;
use super::pipeline::{Act, ActRequest, PlannedAct, perform};
use super::positions::{check_type, effective_stampers, require_positions};
use crate::authorisation::in_force;
use crate::company::{acting_company, find_employee};
use crate::contract::locate_for_party;
use crate::page::{person_subject, proven_identity};
use crate::{ApiCaller, App, AppError};

/// A person's signature by API (`contracts` 5.12).
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalSign {
    /// Contract, signature picture and positions; `tenant_name` is the company the person has authorised.
    pub sign: SignParam,
    /// Who signs.
    pub user: User,
    /// Sign a step of this company instead of a party of the person's own.
    pub company: Option<CompanyChoice>,
}

/// A company of the caller by id or name; the id wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyChoice {
    /// Id.
    pub id: Option<CompanyId>,
    /// Name.
    pub name: Option<String>,
}

/// Signs for a person who has authorised the company.
///
/// # Errors
/// `1002` without an authorisation in force (D-48); `1101`, `1107` when it is not the person's turn; `1106`, `1108`, `1109`,
/// `1005` for positions; `1201`, `1203` for the picture; `1801`, `1802` for companies.
pub async fn personal_sign(
    app: &App,
    caller: &ApiCaller,
    request: PersonalSign,
) -> Result<Contract, AppError> {
    let arrived = app.now();
    let mut reader = app.store.read("personal_sign");
    let param = &request.sign;
    let acting = acting_company(&mut reader, caller, param.address.tenant_name.as_deref()).await?;
    let within = match &request.company {
        Some(choice) => Some(own_company(&mut reader, caller, choice).await?),
        None => None,
    };
    let draftsman = param.draftsman_name.as_deref();
    let located = locate_for_party(&mut reader, caller, &param.address, draftsman).await?;
    let employer = within.as_ref().unwrap_or(&acting).id;
    let employee = find_employee(&mut reader, employer, &request.user).await?;
    let person = match &employee {
        Some(employee) => person::find(&mut reader, employee.person_id).await?,
        None => {
            let user = &request.user;
            person::find_by_contact(&mut reader, user.contact_type, &user.contact).await?
        }
    };
    drop(reader);
    let person = person.ok_or_else(not_authorised)?.value;
    let act = Act {
        contract: located.contract.value.id,
        request_digest: request_digest(caller, &acting, &request),
        arrived,
        actor: caller.actor_for(Some(&request.user)),
        request: ActRequest::Authorised(Box::new(AuthorisedAct {
            user: request.user,
            person,
            employee,
            acting: acting.id,
            within,
            seal_id: param.seal_id,
            stampers: param.stampers.clone(),
            locate_all_keywords: param.locate_all_keywords,
        })),
    };
    perform(app, act).await
}

async fn own_company(
    reader: &mut Reader,
    caller: &ApiCaller,
    choice: &CompanyChoice,
) -> Result<Company, AppError> {
    let Some(id) = choice.id else {
        return acting_company(reader, caller, choice.name.as_deref()).await;
    };
    let found = company::find(reader, Scope::Platform(caller.company.id), id).await?;
    found
        .map(|found| found.value)
        .ok_or_else(|| AppError::CompanyNotFound { name: id.to_string() })
}

fn request_digest(caller: &ApiCaller, acting: &Company, request: &PersonalSign) -> [u8; 32] {
    let text = format!("personal|{}|{}|{request:?}", caller.application.id, acting.id);
    Sha256::digest(text.as_bytes()).into()
}

const fn not_authorised() -> AppError {
    AppError::PermissionDenied {
        reason: "PERSONAL SIGN NOT AUTHORIZED",
    }
}

/// An authorised signature, planned anew on every attempt.
pub(crate) struct AuthorisedAct {
    user: User,
    person: Person,
    employee: Option<Employee>,
    /// Company that calls.
    acting: CompanyId,
    /// Company whose step is signed; absent = a party of the person's own.
    within: Option<Company>,
    seal_id: Option<SealId>,
    stampers: Vec<Stamper>,
    locate_all_keywords: bool,
}

/// What the person signs: the step, its party, and the positions given before.
struct Turn<'a> {
    step: Step,
    party: &'a Signatory,
    given: &'a [Stamper],
}

impl AuthorisedAct {
    /// Decides what this act does to the contract as it is now.
    pub(crate) async fn plan(
        &self,
        app: &App,
        reader: &mut Reader,
        contract: &Contract,
    ) -> Result<PlannedAct, AppError> {
        self.require_authorisation(app, reader).await?;
        if contract.state != ContractState::Signing {
            return Err(contract.wrong_status().into());
        }
        let turn = self.turn(contract)?;
        if let Some(missing) = turn.party.missing_attachment() {
            return Err(missing.into());
        }
        let kind = self.within.as_ref().map(|_| ActionType::Personal);
        for stamper in &self.stampers {
            check_type(stamper.stamper_type, kind)?;
        }
        let rule = contract.stamper_rule.unwrap_or(StamperRule::Optional);
        let (stampers, given) = effective_stampers(turn.given, &self.stampers, rule);
        let name = self.name(turn.party);
        let marks = self.marks(app, reader, stampers, &name).await?;
        let proven = proven_identity(reader, self.person.id).await?;
        Ok(PlannedAct {
            founding: None,
            step: turn.step,
            party: turn.party.id,
            marks,
            given,
            locate_all_keywords: self.locate_all_keywords,
            subject: person_subject(app, &name, &self.contact(), proven.as_ref()),
            signer_name: name,
            performed_by: Some(self.user.clone()),
            confirm: IntentionConfirm::Authorized,
            confirmation: None,
        })
    }

    /// The person allowed it to the calling company, or to the one whose step it is; signing as a party of one's own must be
    /// allowed expressly.
    async fn require_authorisation(&self, app: &App, reader: &mut Reader) -> Result<(), AppError> {
        let within = self.within.as_ref().map(|company| company.id);
        for company in [Some(self.acting), within].into_iter().flatten() {
            let granted = in_force(reader, self.person.id, company, app.now()).await?;
            if granted
                .iter()
                .any(|grant| within.is_some() || grant.allow_personal_auto)
            {
                return Ok(());
            }
        }
        Err(not_authorised())
    }

    fn turn<'a>(&self, contract: &'a Contract) -> Result<Turn<'a>, AppError> {
        let mut waiting = contract
            .signatories
            .iter()
            .filter(|party| party.status == SignatoryStatus::Signing);
        let found = match &self.within {
            None => waiting
                .find(|party| {
                    !party.tenant_type.is_company()
                        && party.receiver.as_ref().is_some_and(|user| self.is(user))
                })
                .map(|party| Turn {
                    step: Step::Personal(party.id),
                    party,
                    given: &party.stampers,
                }),
            Some(company) => waiting
                .filter(|party| party.company_id == Some(company.id))
                .find_map(|party| {
                    let mut steps = party.started_actions();
                    let step = steps.find(|step| {
                        step.action_type == ActionType::Personal
                            && step.operators.iter().any(|user| self.is(user))
                    })?;
                    Some(Turn {
                        step: Step::Action(step.id),
                        party,
                        given: &step.stampers,
                    })
                }),
        };
        found.ok_or_else(|| Refusal::NotInTurn.into())
    }

    /// Whether a contact of the contract is the person's.
    fn is(&self, other: &User) -> bool {
        let own = match other.contact_type {
            ContactType::Mobile => self.person.mobile.as_ref(),
            ContactType::Email => self.person.email.as_ref(),
            ContactType::BizId | ContactType::EmployeeId | ContactType::Number => None,
        };
        other.same_contact(&self.user)
            || own.is_some_and(|own| *own == other.normalised())
            || self.employee.as_ref().is_some_and(|employee| employee.is(other))
    }

    /// The verified name, else the one the contract has.
    fn name(&self, party: &Signatory) -> String {
        let verified = self.person.verified.then(|| self.person.name.clone());
        let of_party = party
            .tenant_name
            .clone()
            .filter(|_| !party.tenant_type.is_company());
        verified
            .or(of_party)
            .or_else(|| self.user.name.clone())
            .unwrap_or_else(|| self.person.name.clone())
    }

    fn contact(&self) -> String {
        let own = self.person.mobile.clone().or_else(|| self.person.email.clone());
        own.unwrap_or_else(|| self.user.normalised())
    }

    async fn marks(
        &self,
        app: &App,
        reader: &mut Reader,
        stampers: Vec<Stamper>,
        name: &str,
    ) -> Result<Vec<Mark>, AppError> {
        let picture = self.picture(app, reader).await?;
        require_positions(&stampers)?;
        let mut marks = Vec::with_capacity(stampers.len());
        for mut stamper in stampers {
            if stamper.stamper_type == StamperType::Timestamp {
                marks.push(Mark::date(app, stamper)?);
                continue;
            }
            stamper.seal_id = Some(picture.0);
            marks.push(Mark::picture(stamper, picture.1.clone(), name.to_owned()));
        }
        Ok(marks)
    }

    /// The chosen signature of the person, else the newest.
    async fn picture(&self, app: &App, reader: &mut Reader) -> Result<(SealId, StampPicture), AppError> {
        let found = match self.seal_id {
            Some(id) => seal::find_of_person(reader, self.person.id, id).await?,
            None => {
                let all = seal::list_of_person(reader, self.person.id).await?;
                all.into_iter()
                    .find(|seal| seal.value.status == SealStatus::Normal)
            }
        };
        let seal = found.ok_or_else(|| AppError::SealNotFound {
            detail: self.seal_id.map_or_else(
                || "the person has kept no signature".to_owned(),
                |id| format!("{id} is no signature of this person"),
            ),
        })?;
        let seal = seal.value;
        if seal.status != SealStatus::Normal {
            return Err(AppError::SealDisabled { name: seal.name });
        }
        Ok((seal.id, crate::seal::load_picture(app, &seal).await?))
    }
}
