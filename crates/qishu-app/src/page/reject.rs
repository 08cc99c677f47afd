//! Returning the contract from the page, or refusing to void it.

use qishu_model::contract::{Command, Contract, Refusal};

use super::session::PageSession;
use super::task::visit;
use crate::contract::{load_contract, store_change};
use crate::{App, AppError};

/// Longest reason.
const MOST_CHARACTERS: usize = 200;

/// Returns the contract, or refuses to void it, with a reason.
///
/// # Errors
/// `1005` without a reason or with one of more than 200 characters; `1101`, `1107`; `1002` when the link does not offer it.
pub async fn reject_on_page(app: &App, session: &PageSession, reason: &str) -> Result<Contract, AppError> {
    let user = session.person()?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MOST_CHARACTERS {
        return Err(AppError::invalid("reason", "1 to 200 characters"));
    }
    let _turn = app.lock_contract(session.contract).await;
    let mut transaction = app.store.begin("reject_contract");
    let stored = load_contract(&mut transaction, session.contract).await?;
    let void = stored.value.void_request().is_some();
    // Nobody can be kept from refusing to void a contract that holds.
    if session.options.hide_reject && !void {
        return Err(AppError::PermissionDenied {
            reason: "the initiator does not offer to return this contract",
        });
    }
    let visit = visit(&mut transaction, &stored.value, user, app.now()).await?;
    let party = visit.now.first().ok_or(Refusal::NotInTurn)?.party;
    let reason = Some(reason.to_owned());
    let command = if void {
        Command::RefuseVoid { party, reason }
    } else {
        Command::Reject { party, reason }
    };
    let transition = stored.value.apply(command, app.now())?;
    let changed = store_change(app, &mut transaction, &stored, transition, session.actor()).await?;
    transaction.commit().await?;
    changed.ok_or_else(|| AppError::Internal("returning deleted the contract".to_owned()))
}
