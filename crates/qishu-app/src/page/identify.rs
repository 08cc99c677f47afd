//! Real-name authentication on the way to a signature: a party of a person that came with identity data (`userAuthInfo`) signs
//! only as exactly that person.

use qishu_model::contact::User;
use qishu_model::contract::{Contract, ModifyField, Signatory};
use qishu_model::person_auth::{AuthMode, PaperType, PersonData, WantedMode};
use qishu_store::{Reader, person_key};

use super::link::{PageOptions, store_sign_link};
use super::person::find_person;
use super::session::PageSession;
use super::task::visit;
use crate::contract::load_contract;
use crate::person_auth::{NestedAuth, nested_auth_url};
use crate::{App, AppError};

/// Whether the person must be, and is, known for sure as the one the initiator named.
///
/// # Errors
/// [`AppError::AuthRequired`] until they are; `1703` when they are somebody else.
pub(super) async fn require_identity(
    reader: &mut Reader,
    contract: &Contract,
    party: &Signatory,
    user: &User,
) -> Result<(), AppError> {
    let demanded = party.user_auth_info.as_ref();
    let Some(info) = demanded.filter(|_| !party.tenant_type.is_company()) else {
        return Ok(());
    };
    let proven = match find_person(reader, contract, user).await? {
        Some(person) => person_key::digest_of(reader, person).await?,
        None => None,
    };
    let proven = proven.ok_or(AppError::AuthRequired)?;
    let fixed = info
        .id_card_no
        .as_ref()
        .filter(|_| !info.modify_fields.contains(&ModifyField::IdCardNo));
    match fixed {
        Some(number) if person_key::number_digest(reader, number) != proven => Err(AppError::NameMismatch {
            contact: user.masked(),
        }),
        _ => Ok(()),
    }
}

/// A link to the authentication, filled in with what the initiator gave; it comes back to the signing page.
///
/// # Errors
/// `1110` for a view link; `1107` when it is not this person's turn; `1002` when none is demanded.
pub async fn signer_auth_url(app: &App, session: &PageSession) -> Result<String, AppError> {
    let user = session.person()?;
    let mut transaction = app.store.begin("signer_auth_url");
    let contract = load_contract(&mut transaction, session.contract).await?.value;
    let visit = visit(&mut transaction, &contract, user, app.now()).await?;
    let party = visit.now.first().and_then(|task| contract.signatory(task.party));
    let demanded = party.and_then(|party| Some((party, party.user_auth_info.clone()?)));
    let Some((party, info)) = demanded else {
        return Err(AppError::PermissionDenied {
            reason: "no authentication is demanded",
        });
    };
    let back = store_sign_link(app, &mut transaction, &contract, user, &session.options).await?;
    let nested = NestedAuth {
        user: user.clone(),
        platform: contract.company_id,
        for_company: None,
        mode: WantedMode::Any,
        fresh: false,
        paper_type: PaperType::IdCard,
        other_modes: vec![AuthMode::Manual],
        prefill: PersonData {
            name: party.tenant_name.clone(),
            id_card_no: info.id_card_no,
            mobile: None,
            bank_no: info.bank_no,
            bank_mobile: info.bank_mobile,
        },
        modify_fields: info.modify_fields,
        options: PageOptions {
            lang: session.options.lang.clone(),
            theme_color: session.options.theme_color.clone(),
            callback_page: Some(back),
            callback_trusted: true,
            ..PageOptions::default()
        },
        actor: session.actor(),
    };
    let link = nested_auth_url(app, &mut transaction, nested).await?;
    transaction.commit().await?;
    Ok(link.url)
}
