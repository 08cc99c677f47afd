//! Authentication of a company: the applicant's page and the legal representative's.

use axum::body::Bytes;
use axum::extract::State;
use qishu_app::company_auth::{
    BasicData, CompanyAuthView, LEGAL_CONSENT, LegalView, add_letter, add_license, applicant_auth_url,
    authorise_as_legal_person, confirm_amount, invite_legal_person, legal_auth_url, pay_company,
    send_legal_code, submit_basics,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, fresh, go, read, sent, shown};
use crate::Shared;
use crate::pages::session::OnIdentityPage;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BasicsBody {
    company_name: Option<String>,
    register_no: Option<String>,
    legal_person: Option<String>,
    legal_contact: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentBody {
    account_no: String,
    bank_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AmountBody {
    amount_fen: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LegalBody {
    legal_contact: Option<String>,
}

#[derive(Deserialize)]
struct AuthoriseBody {
    code: String,
    consent: String,
}

pub(super) fn view(view: &CompanyAuthView) -> Value {
    json!({
        "state": view.state,
        "reason": view.reason,
        "companyName": view.name,
        "registerNo": view.register_no,
        "legalPerson": view.legal_person,
        "legalContact": view.legal_contact,
        "license": view.license,
        "locked": view.locked,
        "applicant": view.applicant,
        "contact": view.contact,
        "applicantProven": view.applicant_proven,
        "letter": view.letter,
        "payment": view.payment,
        "paymentAsked": view.payment_asked,
        "open": view.open,
        "simulated": view.simulated,
    })
}

pub(super) fn legal(view: &LegalView) -> Value {
    json!({
        "companyName": view.company,
        "registerNo": view.register_no,
        "legalPerson": view.legal_person,
        "applicant": view.applicant,
        "contact": view.contact,
        "proven": view.proven,
        "somebodyElse": view.somebody_else,
        "open": view.open,
        "passed": view.passed,
        "consent": LEGAL_CONSENT,
    })
}

/// A link to the authentication of the applicant.
pub(crate) async fn applicant(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
) -> Answer {
    Ok(go(&applicant_auth_url(&shared.app, &session).await?))
}

/// Takes the business licence.
pub(crate) async fn license(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    add_license(&shared.app, &session, body).await?;
    shown(&shared, &session).await
}

/// Takes the basic data.
pub(crate) async fn basics(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let body: BasicsBody = read(&body)?;
    let data = BasicData {
        name: body.company_name,
        register_no: body.register_no,
        legal_person: body.legal_person,
        legal_contact: body.legal_contact,
    };
    submit_basics(&shared.app, &session, &data).await?;
    shown(&shared, &session).await
}

/// Takes the stamped letter.
pub(crate) async fn letter(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    add_letter(&shared.app, &session, body).await?;
    shown(&shared, &session).await
}

/// Pays a small amount to the company.
pub(crate) async fn payment(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let body: PaymentBody = read(&body)?;
    let simulated = pay_company(&shared.app, &session, &body.account_no, &body.bank_name).await?;
    Ok(fresh(json!({ "simulatedFen": simulated })))
}

/// Takes the amount that arrived.
pub(crate) async fn amount(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let body: AmountBody = read(&body)?;
    let right = confirm_amount(&shared.app, &session, body.amount_fen).await?;
    Ok(fresh(json!({ "right": right })))
}

/// Asks the legal representative.
pub(crate) async fn invite(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let body: LegalBody = read(&body)?;
    invite_legal_person(&shared.app, &session, body.legal_contact.as_deref()).await?;
    shown(&shared, &session).await
}

/// A link to the authentication of the legal representative.
pub(crate) async fn legal_auth(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
) -> Answer {
    Ok(go(&legal_auth_url(&shared.app, &session).await?))
}

/// Sends the code that confirms the letter.
pub(crate) async fn legal_code(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
) -> Answer {
    Ok(sent(&send_legal_code(&shared.app, &session).await?))
}

/// The legal representative authorises the applicant.
pub(crate) async fn legal_authorise(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let AuthoriseBody { code, consent } = read(&body)?;
    authorise_as_legal_person(&shared.app, &session, &consent, &code).await?;
    shown(&shared, &session).await
}
