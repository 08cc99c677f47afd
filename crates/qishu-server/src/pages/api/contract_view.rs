//! The page's picture of a contract, as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_app::page::{PageContract, PageSession, PageTask, Purpose, TaskView, return_page};
use qishu_app::signing::Found;
use qishu_model::contract::{Action, ActionType, ContractState, Signatory, StamperType, Step, VoidRequest};
use serde_json::{Value, json};

/// Everything the page shows. No other person's contact, link or token is in it.
pub(super) fn view(session: &PageSession, shown: &PageContract) -> Value {
    let contract = &shown.contract;
    let options = &session.options;
    let user = session.user.as_ref();
    let name = own_party(shown)
        .filter(|party| !party.tenant_type.is_company())
        .and_then(|party| party.tenant_name.clone())
        .or_else(|| shown.my_name.clone())
        .or_else(|| user.and_then(|user| user.name.clone()));
    let signing = session.purpose == Purpose::Sign;
    json!({
        "contract": {
            "id": contract.id,
            "subject": contract.subject,
            "status": contract.state.name(),
            "statusText": contract.state.chinese(),
            "sponsorName": contract.tenant_name,
            "expireTime": contract.expire_time.map(|time| time.date_time_text()),
            "sn": contract.sn,
            "description": contract.description,
            "reason": ending_reason(&contract.state),
        },
        "void": contract.void_request().map(void),
        "purpose": session.purpose.name(),
        "me": { "name": name.unwrap_or_default(), "contact": user.map(|user| user.masked()).unwrap_or_default() },
        "parties": contract.signatories.iter().map(|one| party(session, shown, one)).collect::<Vec<_>>(),
        "documents": shown.documents.iter().map(|document| json!({
            "id": document.id,
            "title": document.title,
            "pageCount": document.pages.len(),
            "revision": document.revision,
            "pages": document.pages.iter().map(|(width, height)| json!({ "width": width, "height": height })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "placements": placements(shown),
        "fill": super::fill::view(session, contract),
        "step": signing.then(|| step(session, shown)),
        "tasks": shown.tasks.iter().map(task).collect::<Vec<_>>(),
        "later": shown.later.iter().map(|task| type_name(task)).collect::<Vec<_>>(),
        "attachments": attachments(shown),
        "signatures": shown.signatures.iter().enumerate().map(|(index, kept)| json!({
            "id": kept.id,
            "dataUrl": format!("data:image/png;base64,{}", STANDARD.encode(&kept.png)),
            "isDefault": index == 0,
        })).collect::<Vec<_>>(),
        "buttons": buttons(session, shown),
        "password": {
            "usable": shown.password.usable,
            "isSet": shown.password.is_set,
            "maySet": shown.password.may_set,
            "required": shown.password.required,
        },
        "callbackPage": return_page(session),
        "callbackTrusted": options.callback_trusted,
        "simulated": shown.simulated,
        "lang": options.lang.as_deref().unwrap_or("cn"),
        "themeColor": options.theme_color,
        "openDocumentId": contract.void_request().and_then(|request| request.document).or(options.document),
        "pageType": (!options.page_type.is_empty()).then_some(&options.page_type),
    })
}

/// What is to be agreed to: the page shows it above the document that voids the contract.
fn void(request: &VoidRequest) -> Value {
    json!({
        "documentId": request.document,
        "reason": request.reason,
        "expireTime": request.expire_time.map(|time| time.date_time_text()),
    })
}

fn own_party(shown: &PageContract) -> Option<&Signatory> {
    let first = shown.tasks.first()?;
    shown.contract.signatory(first.task.party)
}

fn buttons(session: &PageSession, shown: &PageContract) -> Value {
    let options = &session.options;
    let signing = session.purpose == Purpose::Sign;
    let manages = signing && shown.is_initiator && shown.contract.state.is_open();
    json!({
        "download": options.download,
        "print": options.print,
        "return": !options.hide_return,
        "reject": signing && (!options.hide_reject || shown.contract.void_request().is_some()),
        "recall": manages && !options.hide_recall,
        "end": manages && !options.hide_end,
        "resend": signing && shown.is_initiator && options.show_resend && came_to_nothing(&shown.contract.state),
        "state": signing && !options.hide_state,
    })
}

/// A party. The steps inside a company are shown to the company itself and to the initiator, where the link offers the state
/// of signing at all.
fn party(session: &PageSession, shown: &PageContract, party: &Signatory) -> Value {
    let kind = if party.tenant_type.is_company() {
        "COMPANY"
    } else {
        "PERSONAL"
    };
    let user = session.user.as_ref();
    let own = shown.tasks.iter().any(|task| task.task.party == party.id)
        || party
            .receiver
            .as_ref()
            .zip(user)
            .is_some_and(|(receiver, user)| receiver.same_contact(user));
    let offered = session.purpose == Purpose::Sign && !session.options.hide_state;
    let steps: Vec<Value> = if offered && (own || shown.is_initiator) {
        party.actions.iter().map(inner_step).collect()
    } else {
        Vec::new()
    };
    json!({
        "name": party.tenant_name.clone().unwrap_or_default(),
        "type": kind,
        "status": party.status.name(),
        "sponsor": party.sponsor,
        "order": party.serial_no,
        "completeTime": party.complete_time.map(|time| time.date_time_text()),
        "steps": steps,
    })
}

fn inner_step(action: &Action) -> Value {
    json!({
        "type": action.action_type.name(),
        "name": action.name,
        "status": action.status.name(),
        "completeTime": action.complete_time.map(|time| time.date_time_text()),
        "by": action.performed_by.as_ref().and_then(|user| user.name.clone()),
    })
}

fn step(session: &PageSession, shown: &PageContract) -> Value {
    let first = shown.tasks.first();
    let can_sign = first.is_some();
    // Whoever is asked to void a contract may always refuse.
    let void = shown.contract.void_request().is_some();
    json!({
        "type": first.map_or("PERSONAL", |task| type_name(&task.task)),
        "needsPicture": shown.tasks.iter().any(|task| task.needs_picture),
        "needsPlacement": shown.tasks.iter().any(|task| task.needs_placement),
        "canSign": can_sign,
        "canReject": can_sign && (!session.options.hide_reject || void),
        "refusalCode": shown.refusal,
    })
}

/// Name of a kind of step; the signature of a personal party is `SIGNATURE`, that of anybody on a void document `VOID`.
const fn type_name(task: &PageTask) -> &'static str {
    if matches!(task.step, Step::Void(_)) {
        return "VOID";
    }
    match task.action_type {
        None => "SIGNATURE",
        Some(kind) => kind.name(),
    }
}

fn task(view: &TaskView) -> Value {
    json!({
        "id": view.task.id().to_string(),
        "type": type_name(&view.task),
        "name": view.name,
        "partyName": view.party_name,
        "needsPicture": view.needs_picture,
        "needsPlacement": view.needs_placement,
        "mayAddPlaces": view.may_add_places,
        "placementKind": placement_kind(view.task.action_type),
        "seals": view.seals.iter().map(|seal| json!({
            "id": seal.id,
            "name": seal.name,
            "width": seal.width,
            "height": seal.height,
        })).collect::<Vec<_>>(),
        "company": view.company.as_ref().map(|company| json!({
            "name": company.name,
            "needsLegalPerson": company.needs_legal_person,
        })),
        "datePatterns": view.date_patterns,
    })
}

const fn placement_kind(kind: Option<ActionType>) -> &'static str {
    match kind {
        Some(ActionType::Company | ActionType::Practice) => "COMPANY",
        Some(ActionType::Lp) => "LP",
        _ => "PERSONAL",
    }
}

/// Where this person's marks will be.
fn placements(shown: &PageContract) -> Vec<Value> {
    let mut placements = Vec::new();
    for view in &shown.tasks {
        let action = match view.task.step {
            Step::Action(id) => Some(id),
            Step::Personal(_) | Step::Void(_) => None,
        };
        let here = |found: &&Found| found.party == view.task.party && found.action == action;
        placements.extend(
            shown
                .places
                .iter()
                .filter(here)
                .map(|found| placement(view, found)),
        );
    }
    placements
}

fn placement(view: &TaskView, found: &Found) -> Value {
    let kind = match found.stamper.stamper_type {
        StamperType::Company => "COMPANY",
        StamperType::Lp => "LP",
        StamperType::Personal => "PERSONAL",
        StamperType::Timestamp => "TIMESTAMP",
        _ => "ACROSS_PAGE",
    };
    json!({
        "stepId": view.task.id().to_string(),
        "documentId": found.document,
        "page": found.page,
        "x": found.x,
        "y": found.y,
        "width": found.width,
        "height": found.height,
        "kind": kind,
        "label": view.party_name,
    })
}

/// Whether "start again" makes sense (D-39).
const fn came_to_nothing(state: &ContractState) -> bool {
    matches!(
        state,
        ContractState::Recalled { .. }
            | ContractState::Rejected { .. }
            | ContractState::Expired { .. }
            | ContractState::ForceEnd { .. }
            | ContractState::Invalided { .. }
    )
}

/// Files this person's parties have to hand in.
fn attachments(shown: &PageContract) -> Vec<Value> {
    let own = |party: &&Signatory| shown.tasks.iter().any(|task| task.task.party == party.id);
    let parties = shown.contract.signatories.iter().filter(own);
    let demands = parties.flat_map(|party| &party.attachments);
    let demands = demands.map(|demand| {
        json!({
            "id": demand.id,
            "title": demand.title,
            "required": demand.required,
            "needSign": demand.need_sign,
            "isHandedIn": demand.file.is_some(),
        })
    });
    demands.collect()
}

/// Why the contract came to an end, in the words of the one who ended it.
fn ending_reason(state: &ContractState) -> Option<&str> {
    match state {
        ContractState::Rejected { comments } | ContractState::Recalled { comments } => comments.as_deref(),
        ContractState::ForceEnd { reason } => Some(reason),
        _ => None,
    }
}
