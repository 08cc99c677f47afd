//! 强制结束合同: `POST /v2/contract/forceend`; 上传强制结束附件: `POST /v2/contract/forceend/addattachment`.

use qishu_model::contract::{Command, ContractAddress, ContractState, StoredFile};
use qishu_model::id::AttachmentId;

use super::events::store_change;
use super::locate::{for_change, locate_initiated, locate_to_change};
use crate::document::{Upload, store_upload};
use crate::{ApiCaller, App, AppError};

/// Ends an open contract before it is complete.
///
/// # Errors
/// `1101` for contracts that are not open; `1002` for parties that are not the initiator.
pub async fn force_end_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    reason: String,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("force_end_contract");
    let stored = locate_to_change(&mut transaction, caller, address).await?;
    let transition = stored.value.apply(Command::ForceEnd { reason }, app.now())?;
    store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    transaction.commit().await?;
    Ok(())
}

/// Adds a file that explains the forced end; before the end it is kept for it (D-33).
///
/// # Errors
/// `1101` by status; `1010`, `1402`, `1403` for the file.
pub async fn add_force_end_file(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    title: String,
    upload: Upload,
) -> Result<AttachmentId, AppError> {
    // Nothing is stored for a caller who may not, or for a contract that has no use for it.
    let mut reader = app.store.read("add_force_end_file");
    let contract = locate_initiated(&mut reader, caller, address).await?.value;
    drop(reader);
    if !contract.state.is_open() && !matches!(contract.state, ContractState::ForceEnd { .. }) {
        return Err(contract.wrong_status().into());
    }
    let (kind, digest) = store_upload(app, &upload).await?;
    let file = StoredFile {
        id: AttachmentId::new(app.next_id()),
        title,
        suffix: kind.label().to_owned(),
        upload: digest.to_string(),
        create_time: app.now(),
    };
    let id = file.id;
    let mut transaction = app.store.begin("add_force_end_file");
    let stored = for_change(&mut transaction, contract.id).await?;
    let transition = stored.value.apply(Command::AddForceEndFile { file }, app.now())?;
    store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    transaction.commit().await?;
    Ok(id)
}
