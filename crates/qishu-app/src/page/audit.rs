//! Approving on the page: nothing is put on the document, but the decision is confirmed like a signature.

use qishu_model::contract::{Command, Contract, IntentionConfirm, Refusal, SignValidateWay, Step};
use qishu_store::confirm;

use super::code::code_channel;
use super::confirm_way::way_of;
use super::password::{check_password, open_window};
use super::person_act::{SeenRevision, check_code, check_revisions, performer};
use super::session::PageSession;
use super::sign::{Confirming, Signed};
use super::task::visit;
use crate::contract::{load_contract, store_change};
use crate::{App, AppError};

/// Longest remark.
const MOST_CHARACTERS: usize = 200;

/// What the approver decides.
#[derive(Clone)]
pub struct PageAudit {
    /// Step, by id, as it was shown.
    pub step: u64,
    /// Revisions that were shown.
    pub seen: Vec<SeenRevision>,
    /// Confirmation; a refusal needs none.
    pub confirming: Option<Confirming>,
    /// Approve or refuse.
    pub pass: bool,
    /// Remark; a refusal needs one.
    pub comment: Option<String>,
}

/// Approves or refuses as the person of the session.
///
/// # Errors
/// `1005` for a remark of more than 200 characters or a refusal without one; `1107` when the approval does not wait for this
/// person; [`AppError::RevisionChanged`]; what confirming refuses.
pub async fn audit_on_page(
    app: &App,
    session: &PageSession,
    client: Option<&str>,
    audit: PageAudit,
) -> Result<Signed, AppError> {
    let user = session.person()?.clone();
    let comment = checked_comment(&audit)?;
    let _turn = app.lock_contract(session.contract).await;
    let mut reader = app.store.read("audit_on_page");
    let stored = load_contract(&mut reader, session.contract).await?;
    let visit = visit(&mut reader, &stored.value, &user, app.now()).await?;
    let task = visit
        .now
        .first()
        .filter(|task| task.is_audit() && task.id() == audit.step);
    let Some(Step::Action(step)) = task.map(|task| task.step) else {
        return Err(Refusal::NotInTurn.into());
    };
    check_revisions(&stored.value, &audit.seen)?;
    let (party, action) = stored.value.action(step).ok_or(Refusal::NotInTurn)?;
    let by = performer(&mut reader, party, Some(action), &user).await?;
    let way = way_of(Some(party));
    let channel = code_channel(&mut reader, &stored.value, &user).await?;
    drop(reader);
    let (command, confirmation) = if audit.pass {
        let confirmation = confirmed(app, session, client, &audit, way).await?;
        let approve = Command::Approve {
            action: step,
            by: Some(by),
            confirm: match confirmation {
                Some(_) => channel,
                None => IntentionConfirm::SignPwd,
            },
            comments: comment,
        };
        (approve, confirmation)
    } else {
        let refuse = Command::RefuseAudit {
            action: step,
            by: Some(by),
            comments: comment,
        };
        (refuse, None)
    };
    let transition = stored.value.apply(command, app.now())?;
    let mut transaction = app.store.begin("audit_on_page");
    if let Some(confirmation) = &confirmation {
        confirm::consume(&mut transaction, confirmation).await?;
    }
    let changed = store_change(app, &mut transaction, &stored, transition, session.actor()).await?;
    transaction.commit().await?;
    let contract: Contract =
        changed.ok_or_else(|| AppError::Internal("approving deleted the contract".to_owned()))?;
    let client = if audit.pass && session.options.allow_password {
        Some(open_window(app, &user, client).await?)
    } else {
        None
    };
    Ok(Signed { contract, client })
}

fn checked_comment(audit: &PageAudit) -> Result<Option<String>, AppError> {
    let comment = audit.comment.as_deref().map(str::trim).unwrap_or_default();
    if comment.chars().count() > MOST_CHARACTERS || (comment.is_empty() && !audit.pass) {
        return Err(AppError::invalid(
            "comment",
            "1 to 200 characters; only an approval goes without",
        ));
    }
    Ok(Some(comment.to_owned()).filter(|comment| !comment.is_empty()))
}

async fn confirmed(
    app: &App,
    session: &PageSession,
    client: Option<&str>,
    audit: &PageAudit,
    way: SignValidateWay,
) -> Result<Option<confirm::Confirmation>, AppError> {
    match &audit.confirming {
        None => Err(AppError::CodeClosed),
        Some(Confirming::Code(_)) if !way.takes_code() => Err(AppError::PasswordRequired),
        Some(Confirming::Password(password)) => {
            check_password(app, session, client, password).await?;
            Ok(None)
        }
        Some(Confirming::Code(code)) => {
            let user = session.person()?;
            check_code(app, session.contract, user, &audit.seen, code)
                .await
                .map(Some)
        }
    }
}
