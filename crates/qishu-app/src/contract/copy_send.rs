//! 抄送合同: `POST /v2/contract/copysend`.

use qishu_model::contract::{Command, ContractAddress, CopySendReceiver};
use qishu_store::confirm::{SendLimit, SendPermit, SendSubject, count_send};

use super::build::check_contact;
use super::events::store_change;
use super::locate::locate_to_change;
use crate::{ApiCaller, App, AppError};

/// Copies are messages to people who may not expect them: this many calls per contract.
const LIMIT: SendLimit = SendLimit {
    gap_ms: 0,
    per_hour: 60,
    per_day: 200,
};

/// Gives people a copy at once, whatever the contract's own time for copies is (D-24).
///
/// # Errors
/// `1101` for drafts; `1005` for contacts that cannot be ones; `1006` when called too often; `1002` for parties that are not
/// the initiator.
pub async fn copy_send_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    receivers: Vec<CopySendReceiver>,
) -> Result<(), AppError> {
    for (index, copy) in receivers.iter().enumerate() {
        check_contact(&format!("receivers[{index}].receiver.contact"), &copy.receiver)?;
    }
    let mut transaction = app.store.begin("copy_send_contract");
    let stored = locate_to_change(&mut transaction, caller, address).await?;
    let transition = stored.value.apply(Command::CopySend { receivers }, app.now())?;
    let id = stored.value.id.to_string();
    let subject = SendSubject {
        kind: "copy",
        value: &id,
        limit: LIMIT,
    };
    let now = app.now();
    if let SendPermit::Refused { retry_at } = count_send(&mut transaction, &[subject], now).await? {
        let wait_ms = retry_at.ms().saturating_sub(now.ms());
        return Err(AppError::TooOften {
            retry_after_seconds: u32::try_from(wait_ms.div_euclid(1000) + 1).unwrap_or(u32::MAX),
        });
    }
    store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    transaction.commit().await?;
    Ok(())
}
