//! What follows from a step: the callback, the log and, at the end, the company with its administrator.

use qishu_model::company::{Company, CompanyStatus, Role};
use qishu_model::company_auth::{CompanyAuth, CompanyAuthState, CompanyNews};
use qishu_model::id::CompanyId;
use qishu_store::ledger::{Actor, Entry};
use qishu_store::request_event::Notice;
use qishu_store::{Scope, Transaction, Versioned, category, company, company_auth};
use serde_json::json;

use crate::demo::plain_category;
use crate::employee::{Wanted, place};
use crate::job::{RequestCallback, tell_request};
use crate::{App, AppError};

/// Records a step in the log; names and numbers are in the row, not here.
pub(super) fn log(
    app: &App,
    transaction: &mut Transaction,
    auth: &CompanyAuth,
    kind: &'static str,
    actor: Actor,
) {
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(auth.platform_id),
        kind,
        subject: Some(auth.id.get()),
        actor,
        details: json!({ "state": auth.state.name() }),
    });
}

/// Stores a step with everything that follows from it.
///
/// # Errors
/// [`AppError::Busy`] when somebody else was faster.
pub(super) async fn apply(
    app: &App,
    transaction: &mut Transaction,
    stored: &Versioned<CompanyAuth>,
    news: &[CompanyNews],
    kind: &'static str,
    actor: Actor,
) -> Result<(), AppError> {
    let auth = &stored.value;
    company_auth::update(transaction, stored).await?;
    log(app, transaction, auth, kind, actor.clone());
    let mut company = None;
    if news.contains(&CompanyNews::Passed) {
        company = Some(found(app, transaction, auth, actor).await?);
    }
    for one in news {
        tell(app, transaction, auth, *one, company).await?;
    }
    Ok(())
}

/// The company is authenticated from now on, and the applicant administers it.
async fn found(
    app: &App,
    transaction: &mut Transaction,
    auth: &CompanyAuth,
    actor: Actor,
) -> Result<CompanyId, AppError> {
    let CompanyAuthState::Passed { until, .. } = auth.state else {
        return Err(AppError::Internal(format!(
            "authentication {} has not passed",
            auth.request_id
        )));
    };
    let known = company::find_by_name(transaction, Scope::System, &auth.data.name).await?;
    let company = match known {
        Some(mut known) => {
            known.value.status = CompanyStatus::AuthSuccess;
            known.value.register_no = auth.data.register_no.clone().or(known.value.register_no);
            known.value.legal_person = auth.data.legal_person.clone().or(known.value.legal_person);
            known.value.auth_end = Some(until);
            company::update(transaction, &known).await?;
            known.value
        }
        None => {
            let company = Company {
                id: CompanyId::new(app.next_id()),
                name: auth.data.name.clone(),
                register_no: auth.data.register_no.clone(),
                legal_person: auth.data.legal_person.clone(),
                status: CompanyStatus::AuthSuccess,
                parent: None,
                auth_end: Some(until),
                create_time: app.now(),
            };
            company::insert(transaction, &company).await?;
            category::insert(transaction, &plain_category(app, company.id)).await?;
            company
        }
    };
    let wanted = Wanted {
        user: &auth.applicant,
        number: None,
        roles: &[Role::SystemAdmin],
    };
    place(app, transaction, &company, &wanted, actor).await?;
    Ok(company.id)
}

/// Tells the integrator, when it wants to be told (16.5.1, D-54).
async fn tell(
    app: &App,
    transaction: &mut Transaction,
    auth: &CompanyAuth,
    news: CompanyNews,
    company: Option<CompanyId>,
) -> Result<(), AppError> {
    let Some(address) = auth.callback_url.clone() else {
        return Ok(());
    };
    let mut fields = vec![
        ("status", news.status().to_string()),
        ("actionEvent", news.action_event().to_string()),
        ("requestId", auth.request_id.clone()),
        ("authInfo", auth_info(auth).to_string()),
        ("companyName", auth.data.name.clone()),
    ];
    let optional = [
        ("companyId", company.map(|id| id.to_string())),
        ("registerNo", auth.data.register_no.clone()),
        ("legalPerson", auth.data.legal_person.clone()),
    ];
    fields.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let notice = Notice {
        address,
        application_id: auth.application_id,
        fields: fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    };
    tell_request(
        app,
        transaction,
        RequestCallback::CompanyAuth,
        auth.request_id.clone(),
        notice,
    )
    .await
}

/// All five keys, always: integrators compare them with their own record (D-54).
pub(super) fn auth_info(auth: &CompanyAuth) -> serde_json::Value {
    json!({
        "name": auth.data.name,
        "registerNo": auth.data.register_no.as_deref().unwrap_or_default(),
        "legalPerson": auth.data.legal_person.as_deref().unwrap_or_default(),
        "applicantName": auth.applicant.name.as_deref().unwrap_or_default(),
        "applicantPhone": auth.applicant.contact,
    })
}
