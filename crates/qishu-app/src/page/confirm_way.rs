//! How the initiator wants a party to confirm (`signValidateWay`, 3.4): with a code, with the signing password, or either.

use qishu_model::contact::User;
use qishu_model::contract::{Contract, IntentionConfirm, SignValidateWay, Signatory};
use qishu_model::time::Timestamp;
use qishu_store::Reader;

use super::person_act::Will;
use super::task::visit;
use crate::AppError;

/// What one party asks for.
pub(super) fn way_of(party: Option<&Signatory>) -> SignValidateWay {
    party
        .and_then(|party| party.sign_validate_way)
        .unwrap_or_default()
}

/// What the steps that wait for a person ask for: those of one visit ask for the same.
///
/// # Errors
/// Internal when the store fails. Somebody for whom nothing waits may confirm as usual.
pub(super) async fn way_for(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
    now: Timestamp,
) -> Result<SignValidateWay, AppError> {
    if contract
        .signatories
        .iter()
        .all(|party| way_of(Some(party)).confirms_like(SignValidateWay::default()))
    {
        return Ok(SignValidateWay::default());
    }
    match visit(reader, contract, user, now).await {
        Ok(visit) => {
            let first = visit.now.first().and_then(|task| contract.signatory(task.party));
            Ok(way_of(first))
        }
        Err(AppError::Refused(_) | AppError::AlreadySigned | AppError::NoViewPermission) => {
            Ok(SignValidateWay::default())
        }
        Err(error) => Err(error),
    }
}

/// A confirmation is one that the party asks for.
///
/// # Errors
/// [`AppError::PasswordRequired`], [`AppError::PasswordNotOffered`].
pub(super) fn check_way(party: &Signatory, will: &Will) -> Result<(), AppError> {
    let way = way_of(Some(party));
    let is_password = matches!(will, Will::Password | Will::Carried(IntentionConfirm::SignPwd));
    if is_password && !way.takes_password() {
        return Err(AppError::PasswordNotOffered);
    }
    if !is_password && !way.takes_code() {
        return Err(AppError::PasswordRequired);
    }
    Ok(())
}
