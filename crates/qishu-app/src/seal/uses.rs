//! The record of what seals were used for.

use qishu_model::id::{ActId, ContractId, SealId};
use qishu_store::seal_use::{self, SealUse};
use qishu_store::{Listed, Page, Scope, Transaction, seal};

use super::read::not_found;
use crate::{App, AppError};

/// Records the seals that one signing act put on a document; in the transaction that makes the act real.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn record_uses(
    app: &App,
    transaction: &mut Transaction,
    contract: ContractId,
    act: ActId,
    seals: &[SealId],
) -> Result<(), AppError> {
    for seal in seals {
        let used = SealUse {
            id: app.next_id(),
            seal_id: *seal,
            contract_id: contract,
            act_id: act,
            at: app.now(),
        };
        seal_use::insert(transaction, &used).await?;
    }
    Ok(())
}

/// What a seal was used for, newest first: for the operator, removed seals included.
///
/// # Errors
/// `1201`.
pub async fn seal_uses(app: &App, id: SealId, page: Page) -> Result<Listed<SealUse>, AppError> {
    let mut reader = app.store.read("seal_uses");
    if seal::find_with_removed(&mut reader, Scope::System, id)
        .await?
        .is_none()
    {
        return Err(not_found(id));
    }
    Ok(seal_use::list(&mut reader, id, page).await?)
}
