//! "Start again" on the page: a contract that came to nothing becomes a new draft, which opens on the page for drafts.

use qishu_model::contract::draft::ContractResend;
use qishu_model::contract::{Contract, ContractAddress};
use qishu_model::rights::Operation;

use super::appoint::application_of;
use super::initiator::may_govern;
use super::link::{AppointMode, AppointOptions, Lifetime, PageOptions, insert_draft_link};
use super::session::PageSession;
use crate::contract::{load_contract, resend_contract};
use crate::{App, AppError};

/// Makes the new draft and answers the address of the page that prepares it.
///
/// # Errors
/// `1002` where the link does not offer it or the person is not the initiator's; `1101` while the contract is still needed.
pub async fn resend_on_page(app: &App, session: &PageSession) -> Result<String, AppError> {
    let user = session.person()?;
    let mut reader = app.store.read("resend_on_page");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    let resend = Operation::ResendContract;
    if !session.options.show_resend || !may_govern(&mut reader, &contract, user, resend).await? {
        return Err(AppError::PermissionDenied {
            reason: "this page does not offer to start again",
        });
    }
    let caller = application_of(&mut reader, session, &contract).await?;
    drop(reader);
    let address = ContractAddress {
        contract_id: Some(contract.id),
        biz_id: None,
        tenant_name: None,
    };
    let made = resend_contract(app, &caller, &address, ContractResend::default()).await?;
    draft_page(app, session, &made).await
}

async fn draft_page(app: &App, session: &PageSession, draft: &Contract) -> Result<String, AppError> {
    let options = PageOptions {
        platform_name: None,
        appoint: Some(AppointOptions {
            mode: AppointMode::Draft,
            send: true,
            save: true,
            locations: true,
            params: true,
        }),
        page_type: String::new(),
        ..session.options.clone()
    };
    let mut transaction = app.store.begin("open_resent_draft");
    let address =
        insert_draft_link(app, &mut transaction, draft, options, Lifetime::new(None, false)?).await?;
    transaction.commit().await?;
    Ok(address)
}
