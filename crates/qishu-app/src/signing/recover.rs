//! What a crash leaves behind: intents without a result.

use qishu_model::time::Timestamp;
use qishu_store::act::{ActState, list_open};
use qishu_store::ledger::Entry;
use serde_json::json;

use super::company_sign::system_actor;
use super::pipeline::settle;
use crate::{App, AppError};

/// An intent older than this has no process any more that could still finish it.
const ABANDONED_AFTER_MS: i64 = 60_000;

/// Intents closed in one run.
const BATCH: u32 = 500;

/// Closes abandoned intents; runs at start-up and every 30 s. `alone` tells that no other process can be at work, so
/// that every open intent is abandoned. Answers how many were closed.
///
/// Nothing of an unfinished act is visible, so closing it is all there is to do: the contract stands where it stood,
/// nobody was told that it was signed, and the step can be performed again. The row version keeps a slow process from
/// finishing an act that was closed here.
///
/// # Errors
/// Internal when the store fails.
pub async fn recover_acts(app: &App, alone: bool) -> Result<usize, AppError> {
    let now = app.now();
    let before: Timestamp = if alone {
        now.plus_ms(1)
    } else {
        now.plus_ms(-ABANDONED_AFTER_MS)
    };
    let abandoned = list_open(&mut app.store.read("find_abandoned_acts"), before, BATCH).await?;
    let mut closed = 0;
    for act in abandoned {
        let mut transaction = app.store.begin("close_abandoned_act");
        transaction.record(Entry {
            at: now,
            tenant: None,
            kind: "SIGN_UNDONE",
            subject: Some(act.value.contract_id.get()),
            actor: system_actor(),
            details: json!({ "acts": [act.value.id] }),
        });
        let settled = settle(&mut transaction, act.value, ActState::Undone, now).await;
        let settled = match settled {
            Ok(()) => transaction.commit().await.map_err(AppError::from),
            refused => refused,
        };
        match settled {
            Ok(()) => closed += 1,
            // Finished or closed by somebody else meanwhile.
            Err(AppError::Busy) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(closed)
}
