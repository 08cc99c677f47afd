//! 编辑印章: `POST /v2/seal/edit`.

use qishu_model::company::Company;
use qishu_model::contact::User;
use qishu_model::id::SealId;
use qishu_model::seal::{Seal, SealOwner};
use qishu_store::ledger::Entry;
use qishu_store::{Reader, Scope, Transaction, company, employee, seal, seal_edit_count};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::read::{not_found, own_seal};
use super::users::seal_users;
use crate::{ApiCaller, App, AppError};

/// What changes.
#[derive(Debug, Clone, PartialEq)]
pub struct SealEdit {
    /// The seal.
    pub seal: SealId,
    /// New name; absent = unchanged.
    pub name: Option<String>,
    /// Put the people in, or take them out.
    pub add: bool,
    /// People.
    pub users: Vec<User>,
}

/// Changes name and users of a seal. Who is named already is put in without effect, who is not is taken out without effect.
///
/// # Errors
/// `1201`; `1701`, `1702`, `1705` for people who are put in, `1701` for strangers who are taken out; `1006` while the seal is
/// locked against edits.
pub async fn edit_seal(app: &App, caller: &ApiCaller, edit: SealEdit) -> Result<(), AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("edit_seal");
    let mut stored = own_seal(&mut transaction, caller, edit.seal).await?;
    count_edit(app, &mut transaction, &edit).await?;
    let owner = owner(&mut transaction, &stored.value).await?;
    let changed = &mut stored.value;
    if let Some(name) = edit.name {
        changed.name = name;
    }
    if edit.add {
        for user in seal_users(&mut transaction, &owner, &edit.users).await? {
            if !changed.users.iter().any(|known| known.same_contact(&user)) {
                changed.users.push(user);
            }
        }
    } else {
        take_out(&mut transaction, &owner, changed, &edit.users).await?;
    }
    changed.modify_time = now;
    seal::update(&mut transaction, &stored).await?;
    transaction.record(Entry {
        at: now,
        tenant: Some(owner.id),
        kind: "SEAL_EDIT",
        subject: Some(edit.seal.get()),
        actor: caller.actor(),
        details: json!({ "name": stored.value.name, "users": stored.value.users.len() }),
    });
    transaction.commit().await?;
    Ok(())
}

/// The documented lock against the same edit again and again (D-21), for those who switched it on.
async fn count_edit(app: &App, transaction: &mut Transaction, edit: &SealEdit) -> Result<(), AppError> {
    if !app.settings.seal_edit_lock {
        return Ok(());
    }
    let now = app.now();
    let digest: [u8; 32] = Sha256::digest(format!("{edit:?}")).into();
    match seal_edit_count::count(transaction, edit.seal, &digest, now).await? {
        None => Ok(()),
        Some(until) => {
            let seconds = (until.ms() - now.ms()).max(0) / 1000;
            Err(AppError::TooOften {
                retry_after_seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
            })
        }
    }
}

/// The company a seal belongs to.
///
/// # Errors
/// `1201` for a person's signature, which these operations do not know.
pub(super) async fn owner(reader: &mut Reader, seal: &Seal) -> Result<Company, AppError> {
    let SealOwner::Company(id) = seal.owner else {
        return Err(not_found(seal.id));
    };
    let found = company::find(reader, Scope::System, id).await?;
    let found = found.ok_or_else(|| AppError::Internal(format!("seal {} has no owner", seal.id)))?;
    Ok(found.value)
}

/// People who have left can be taken out too: that is often why they are.
async fn take_out(
    reader: &mut Reader,
    owner: &Company,
    seal: &mut Seal,
    users: &[User],
) -> Result<(), AppError> {
    for user in users {
        let known =
            employee::find_by_contact(reader, Scope::Company(owner.id), user.contact_type, &user.contact)
                .await?;
        if known.is_empty() {
            return Err(AppError::EmployeeNotFound {
                contact: user.masked(),
                company: owner.name.clone(),
            });
        }
        seal.users
            .retain(|named| !known.iter().any(|employee| employee.value.is(named)));
    }
    Ok(())
}
