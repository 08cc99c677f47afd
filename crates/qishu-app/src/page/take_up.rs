//! Taking a contract up: the receiver of a company opened it.

use qishu_model::contact::User;
use qishu_model::contract::{Command, Contract, Signatory};

use super::session::PageSession;
use crate::contract::{for_change, store_change};
use crate::{App, AppError};

/// Remembers that the receiver of a company party has opened the contract; the party cannot be exchanged any more (D-25).
/// Somebody who is no such receiver changes nothing.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn take_up(app: &App, session: &PageSession) -> Result<(), AppError> {
    let Ok(user) = session.person() else { return Ok(()) };
    let mut transaction = app.store.begin("take_up_contract");
    let stored = for_change(&mut transaction, session.contract).await?;
    let Some(party) = received_by(&stored.value, user) else {
        return Ok(());
    };
    let command = Command::Accept { party: party.id };
    // Whoever opens a contract that is over takes nothing up.
    let Ok(transition) = stored.value.apply(command, app.now()) else {
        return Ok(());
    };
    store_change(app, &mut transaction, &stored, transition, session.actor()).await?;
    transaction.commit().await?;
    Ok(())
}

/// A company that this person receives for and that nobody has taken up.
fn received_by<'a>(contract: &'a Contract, user: &User) -> Option<&'a Signatory> {
    let is_receiver = |party: &&Signatory| {
        let receiver = party.receiver.as_ref();
        let open = party.tenant_type.is_company() && party.accepted.is_none() && party.status.is_open();
        open && receiver.is_some_and(|receiver| receiver.same_contact(user))
    };
    contract.signatories.iter().find(is_receiver)
}
