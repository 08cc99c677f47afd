//! The callback of an authorisation (16.5.4).

use qishu_model::authorisation::PersonalAuthorisation;
use qishu_model::contact::ContactType;
use qishu_store::request_event::Notice;
use qishu_store::{Scope, Transaction, application, company};

use crate::job::{RequestCallback, tell_request};
use crate::{App, AppError};

/// Tells that a person authorised a company.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn tell_granted(
    app: &App,
    transaction: &mut Transaction,
    granted: &PersonalAuthorisation,
) -> Result<(), AppError> {
    tell(app, transaction, granted, "AUTHORIZE").await
}

/// Tells that an authorisation is no longer in force.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn tell_withdrawn(
    app: &App,
    transaction: &mut Transaction,
    withdrawn: &PersonalAuthorisation,
) -> Result<(), AppError> {
    tell(app, transaction, withdrawn, "DEAUTHORIZE").await
}

/// To the address of the call that asked for it, else to the application's (D-55).
async fn tell(
    app: &App,
    transaction: &mut Transaction,
    about: &PersonalAuthorisation,
    item: &str,
) -> Result<(), AppError> {
    let application = application::find(transaction, about.application_id).await?;
    let Some(application) = application.map(|found| found.value) else {
        return Ok(());
    };
    let address = about
        .callback_url
        .clone()
        .or_else(|| application.callback.url.clone());
    let (Some(address), Some(user)) = (address, &about.user) else {
        return Ok(());
    };
    let company = company::find(transaction, Scope::System, about.company_id).await?;
    let assignee = company::find(transaction, Scope::System, application.company_id).await?;
    let name = |found: Option<qishu_store::Versioned<qishu_model::company::Company>>| {
        found.map(|found| found.value.name).unwrap_or_default()
    };
    let user_type = match user.contact_type {
        ContactType::Email => "EMAIL",
        // The documented spelling.
        _ => "MOBLIE",
    };
    let mut fields = vec![
        ("companyId", about.company_id.to_string()),
        ("companyName", name(company)),
        ("assignee", name(assignee)),
        ("user", user.contact.clone()),
        ("userType", user_type.to_owned()),
        ("authDeadline", about.until.date_text()),
        ("remark", about.remark.clone().unwrap_or_default()),
        ("item", item.to_owned()),
    ];
    if let Some(withdrawn) = about.withdrawn {
        fields.push(("deauthorizeDate", withdrawn.date_text()));
    }
    let notice = Notice {
        address,
        application_id: about.application_id,
        fields: fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    };
    let id = about.id.to_string();
    tell_request(app, transaction, RequestCallback::PersonalSign, id, notice).await
}
