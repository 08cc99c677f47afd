//! Turning requested parties into parties of a contract.

use qishu_model::company::Company;
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::draft::{ActionDraft, SignatoryDraft};
use qishu_model::contract::{
    Action, ActionStatus, ActionType, AttachmentDemand, SignValidateWay, Signatory, SignatoryStatus,
    TenantType,
};
use qishu_model::id::{ActionId, AttachmentId, SignatoryId};
use qishu_store::{Reader, Scope, company};

use crate::company::require_employee;
use crate::seal::require_seal;
use crate::signing::check_type;
use crate::{ApiCaller, App, AppError};

/// A party of the draft, with a check of everything that names our companies, people and seals.
pub(crate) struct PartyBuilder<'a> {
    pub(crate) app: &'a App,
    pub(crate) caller: &'a ApiCaller,
    /// Initiating company.
    pub(crate) company: &'a Company,
}

impl PartyBuilder<'_> {
    /// Builds the party that the request names at `place`; it is the `index`-th of the contract, counted from 0.
    ///
    /// # Errors
    /// `1005` naming the missing field; `1106` for positions of a wrong type; `1201`/`1203` for seals,
    /// `1701`/`1702`/`1705` for people.
    pub(crate) async fn build(
        &self,
        reader: &mut Reader,
        place: &str,
        index: usize,
        draft: SignatoryDraft,
    ) -> Result<Signatory, AppError> {
        let own = self.own_company(reader, &draft).await?;
        let sponsor = own.as_ref().is_some_and(|own| own.id == self.company.id);
        check_identity(place, &draft, sponsor)?;
        check_validate_way(&format!("{place}.signValidateWay"), draft.sign_validate_way)?;
        check_steps(place, &draft, sponsor)?;
        let steps = ordered_steps(&draft, own.is_some());
        let mut actions = Vec::with_capacity(steps.len());
        for (position, step) in steps.into_iter().enumerate() {
            actions.push(self.build_action(reader, own.as_ref(), position, step).await?);
        }
        let attachments = draft.attachments.into_iter().map(|attachment| AttachmentDemand {
            id: AttachmentId::new(self.app.next_id()),
            title: attachment.title,
            required: attachment.required,
            need_sign: attachment.need_sign,
            file: None,
        });
        Ok(Signatory {
            id: SignatoryId::new(self.app.next_id()),
            tenant_type: effective_type(draft.tenant_type, draft.delay_set && draft.receiver.is_none()),
            status: SignatoryStatus::Draft,
            status_before_expiry: None,
            tenant_name: draft.tenant_name,
            company_id: own.map(|own| own.id),
            receiver: draft.receiver,
            serial_no: draft
                .serial_no
                .unwrap_or_else(|| i32::try_from(index + 1).unwrap_or(i32::MAX)),
            sponsor,
            actions,
            stampers: draft.stampers,
            attachments: attachments.collect(),
            user_auth_info: draft.user_auth_info,
            category_id: draft.category.and_then(|category| category.id),
            default_category_accepted: draft.default_category_accepted,
            delay_set: draft.delay_set,
            fixed_flow: draft.fixed_flow,
            accepted: None,
            signatory_no: draft.signatory_no,
            sign_validate_way: draft.sign_validate_way,
            complete_time: None,
            reject_invalid_reason: None,
            intention_confirm: None,
        })
    }

    /// The caller's own company that a company party is, if it is one.
    async fn own_company(
        &self,
        reader: &mut Reader,
        draft: &SignatoryDraft,
    ) -> Result<Option<Company>, AppError> {
        let Some(name) = draft
            .tenant_name
            .as_deref()
            .filter(|_| draft.tenant_type == TenantType::Company)
        else {
            return Ok(None);
        };
        let own = Scope::Platform(self.caller.company.id);
        Ok(company::find_by_name(reader, own, name)
            .await?
            .map(|found| found.value))
    }

    async fn build_action(
        &self,
        reader: &mut Reader,
        own: Option<&Company>,
        position: usize,
        draft: ActionDraft,
    ) -> Result<Action, AppError> {
        if let Some(own) = own {
            for seal in &draft.seal_ids {
                require_seal(reader, own.id, *seal).await?;
            }
            for user in &draft.operators {
                require_employee(reader, own, user).await?;
            }
        }
        // Seals and people are only effective for the initiator and internal receivers (3.5).
        let (seal_ids, operators) = if own.is_some() {
            (draft.seal_ids, draft.operators)
        } else {
            Default::default()
        };
        let draft = ActionDraft {
            seal_ids,
            operators,
            ..draft
        };
        Ok(new_action(self.app, position, draft))
    }
}

/// A step as requested, not reached yet.
fn new_action(app: &App, position: usize, draft: ActionDraft) -> Action {
    Action {
        id: ActionId::new(app.next_id()),
        action_type: draft.action_type,
        status: ActionStatus::Init,
        name: draft
            .name
            .unwrap_or_else(|| draft.action_type.chinese().to_owned()),
        serial_no: draft
            .serial_no
            .unwrap_or_else(|| i32::try_from(position).unwrap_or(i32::MAX)),
        seal_ids: draft.seal_ids,
        operators: draft.operators,
        auto_sign: draft.auto_sign,
        stampers: draft.stampers,
        action_no: draft.action_no,
        complete_time: None,
        performed_by: None,
        intention_confirm: None,
    }
}

/// How a signer confirms is something that pages can ask for.
///
/// # Errors
/// `1005` for a face check: pages have none. Where it is only preferred, the usual confirmation does.
pub(super) fn check_validate_way(field: &str, way: Option<SignValidateWay>) -> Result<(), AppError> {
    if way == Some(SignValidateWay::Face) {
        let reason = "signing pages have no face check; FACE_DEFAULT, PIN or SIGNPWD is expected";
        return Err(AppError::invalid(field, reason));
    }
    Ok(())
}

/// The one step of an external company that nobody gave any (D-12).
pub(super) fn seal_action(app: &App) -> Action {
    new_action(app, 0, seal_step())
}

/// What a step may ask for depends on whose it is (3.5); positions must fit their step (7.7).
fn check_steps(place: &str, draft: &SignatoryDraft, sponsor: bool) -> Result<(), AppError> {
    for stamper in &draft.stampers {
        if draft.tenant_type == TenantType::Personal {
            check_type(stamper.stamper_type, None)?;
        }
    }
    for (index, step) in draft.actions.iter().enumerate() {
        let field = |name: &str| format!("{place}.actions[{index}].{name}");
        if step.auto_sign && !(sponsor && step.action_type == ActionType::Company) {
            let reason = "only company seal steps of the initiator can seal themselves";
            return Err(AppError::invalid(field("autoSign"), reason));
        }
        if step.action_type == ActionType::Practice && !sponsor {
            return Err(AppError::invalid(
                field("type"),
                "PRACTICE is for the initiator only",
            ));
        }
        for stamper in &step.stampers {
            check_type(stamper.stamper_type, Some(step.action_type))?;
        }
    }
    Ok(())
}

const fn effective_type(given: TenantType, unknown: bool) -> TenantType {
    match (given, unknown) {
        (TenantType::Company, true) => TenantType::CNoReceiver,
        (TenantType::Personal, true) => TenantType::PNoReceiver,
        (given, _) => given,
    }
}

fn check_identity(place: &str, draft: &SignatoryDraft, sponsor: bool) -> Result<(), AppError> {
    if draft.delay_set {
        return Ok(());
    }
    if draft.tenant_name.is_none() {
        return Err(AppError::invalid(
            format!("{place}.tenantName"),
            "required unless delaySet",
        ));
    }
    let Some(receiver) = &draft.receiver else {
        let missing = AppError::invalid(format!("{place}.receiver"), "required unless delaySet");
        return if sponsor { Ok(()) } else { Err(missing) };
    };
    check_contact(&format!("{place}.receiver.contact"), receiver)
}

/// Mobile numbers and mail addresses must look like ones, so that nobody waits for a message that cannot arrive.
pub(crate) fn check_contact(field: &str, user: &User) -> Result<(), AppError> {
    let contact = user.normalised();
    let plausible = match user.contact_type {
        ContactType::Mobile => {
            let digits = contact.strip_prefix('+').unwrap_or(&contact);
            (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        ContactType::Email => contact.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !contact.contains(char::is_whitespace)
        }),
        ContactType::BizId | ContactType::EmployeeId | ContactType::Number => !contact.is_empty(),
    };
    if plausible {
        Ok(())
    } else {
        Err(AppError::invalid(field, "not a mobile number or mail address"))
    }
}

/// Steps of a party. An external company runs OPERATOR, LP, COMPANY in this order, and one seal step when the request has
/// none (6.3, D-12); our own companies run what was asked for.
fn ordered_steps(draft: &SignatoryDraft, own: bool) -> Vec<ActionDraft> {
    if draft.tenant_type != TenantType::Company {
        return Vec::new();
    }
    let mut steps = draft.actions.clone();
    if own {
        return steps;
    }
    if steps.is_empty() && !draft.delay_set {
        steps.push(seal_step());
    }
    if !draft.fixed_flow {
        steps.sort_by_key(|step| (inner_order(step.action_type), step.serial_no));
        for (position, step) in steps.iter_mut().enumerate() {
            step.serial_no = i32::try_from(position).ok();
        }
    }
    steps
}

const fn inner_order(kind: ActionType) -> u8 {
    match kind {
        ActionType::Audit => 0,
        ActionType::Personal => 1,
        ActionType::Operator => 2,
        ActionType::Practice => 3,
        ActionType::Lp => 4,
        ActionType::Company => 5,
    }
}

const fn seal_step() -> ActionDraft {
    ActionDraft {
        action_type: ActionType::Company,
        name: None,
        serial_no: None,
        seal_ids: Vec::new(),
        operators: Vec::new(),
        auto_sign: false,
        stampers: Vec::new(),
        action_no: None,
    }
}
