//! The page's picture of a contract, as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_app::page::{PageContract, PageSession, Purpose, return_page};
use qishu_app::signing::Found;
use qishu_model::contract::{Signatory, StamperType, VoidRequest};
use serde_json::{Value, json};

/// Everything the page shows. No other person's contact, link or token is in it.
pub(super) fn view(session: &PageSession, shown: &PageContract) -> Value {
    let contract = &shown.contract;
    let options = &session.options;
    let user = session.user.as_ref();
    let own = shown.party.as_ref();
    let name = own
        .and_then(|party| party.tenant_name.clone())
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
        },
        "void": contract.void_request().map(void),
        "purpose": session.purpose.name(),
        "me": { "name": name.unwrap_or_default(), "contact": user.map(|user| user.masked()).unwrap_or_default() },
        "parties": contract.signatories.iter().map(party).collect::<Vec<_>>(),
        "documents": shown.documents.iter().map(|document| json!({
            "id": document.id,
            "title": document.title,
            "pageCount": document.pages.len(),
            "revision": document.revision,
            "pages": document.pages.iter().map(|(width, height)| json!({ "width": width, "height": height })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "placements": placements(shown),
        "step": signing.then(|| step(session, shown)),
        "signatures": shown.signatures.iter().enumerate().map(|(index, kept)| json!({
            "id": kept.id,
            "dataUrl": format!("data:image/png;base64,{}", STANDARD.encode(&kept.png)),
            "isDefault": index == 0,
        })).collect::<Vec<_>>(),
        "buttons": {
            "download": options.download,
            "print": options.print,
            "return": !options.hide_return,
            "reject": signing && (!options.hide_reject || contract.void_request().is_some()),
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

fn party(party: &Signatory) -> Value {
    let kind = if party.tenant_type.is_company() {
        "COMPANY"
    } else {
        "PERSONAL"
    };
    json!({ "name": party.tenant_name.clone().unwrap_or_default(), "type": kind, "status": party.status.name() })
}

fn step(session: &PageSession, shown: &PageContract) -> Value {
    let can_sign = shown.party.is_some();
    // Whoever is asked to void a contract may always refuse.
    let void = shown.contract.void_request().is_some();
    json!({
        "type": "PERSONAL",
        "needsPicture": shown.needs_picture,
        "needsPlacement": shown.needs_placement,
        "canSign": can_sign,
        "canReject": can_sign && (!session.options.hide_reject || void),
        "refusalCode": shown.refusal,
    })
}

/// Where this person's marks will be.
fn placements(shown: &PageContract) -> Vec<Value> {
    let Some(own) = &shown.party else {
        return Vec::new();
    };
    shown
        .places
        .iter()
        .filter(|found| found.party == own.id)
        .map(|found| placement(own, found))
        .collect()
}

fn placement(own: &Signatory, found: &Found) -> Value {
    let kind = match found.stamper.stamper_type {
        StamperType::Company => "COMPANY",
        StamperType::Lp => "LP",
        StamperType::Personal => "PERSONAL",
        StamperType::Timestamp => "TIMESTAMP",
        _ => "ACROSS_PAGE",
    };
    json!({
        "documentId": found.document,
        "page": found.page,
        "x": found.x,
        "y": found.y,
        "width": found.width,
        "height": found.height,
        "kind": kind,
        "label": own.tenant_name,
    })
}
