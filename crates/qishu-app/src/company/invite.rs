//! 发送子公司邀请: `POST /v2/subcompany/invite`, the answer to it, and its callback (D-10).

use qishu_model::company::{Company, CompanyStatus};
use qishu_model::id::{CompanyId, InvitationId};
use qishu_model::invitation::{Invitation, InvitationState};
use qishu_store::ledger::Entry;
use qishu_store::request_event::Notice;
use qishu_store::{Reader, Scope, StoreError, Transaction, Versioned, company, invitation};
use serde_json::json;

use super::callback_settings::check_callback_url;
use super::group::{CompanyKey, find_by_key};
use super::set_up::operator_actor;
use crate::job::{RequestCallback, tell_request};
use crate::{ApiCaller, App, AppError};

/// Invitations listed at once.
const MOST: u32 = 1000;

/// An invitation to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Whom.
    pub company: CompanyKey,
    /// The caller's own id of it.
    pub biz_id: Option<String>,
    /// Where the answer is told.
    pub callback_url: Option<String>,
}

/// Invites a company into the group. While an invitation waits for its answer, inviting again renews it and gives the
/// same id.
///
/// # Errors
/// `1801` unknown; `1803` not authenticated; `1804` a member already, of this group or another one.
pub async fn invite_company(app: &App, caller: &ApiCaller, invite: Invite) -> Result<InvitationId, AppError> {
    if let Some(url) = &invite.callback_url {
        check_callback_url("callbackUrl", url)?;
    }
    let now = app.now();
    let mut transaction = app.store.begin("invite_company");
    let found = find_by_key(&mut transaction, &invite.company).await?;
    let invited = found.ok_or_else(|| AppError::CompanyNotFound {
        name: invite.company.shown(),
    })?;
    check_invitable(&mut transaction, caller, &invited).await?;
    let open = invitation::find_open(&mut transaction, caller.company.id, invited.id).await?;
    let id = match open {
        Some(mut open) => {
            open.value.application_id = caller.application.id;
            open.value.biz_id = invite.biz_id;
            open.value.callback_url = invite.callback_url;
            open.value.create_time = now;
            invitation::update(&mut transaction, &open).await?;
            open.value.id
        }
        None => {
            let new = Invitation {
                id: InvitationId::new(app.next_id()),
                platform_id: caller.company.id,
                company_id: invited.id,
                application_id: caller.application.id,
                biz_id: invite.biz_id,
                callback_url: invite.callback_url,
                state: InvitationState::Open,
                create_time: now,
            };
            invitation::insert(&mut transaction, &new)
                .await
                .map_err(|error| match error {
                    StoreError::Duplicate { .. } => AppError::Busy,
                    other => other.into(),
                })?;
            new.id
        }
    };
    transaction.record(Entry {
        at: now,
        tenant: Some(caller.company.id),
        kind: "COMPANY_INVITE",
        subject: Some(invited.id.get()),
        actor: caller.actor(),
        details: json!({ "invitation": id }),
    });
    transaction.commit().await?;
    Ok(id)
}

async fn check_invitable(reader: &mut Reader, caller: &ApiCaller, invited: &Company) -> Result<(), AppError> {
    let refuse = |reason| AppError::CompanyMembership {
        name: invited.name.clone(),
        reason,
    };
    if invited.id == caller.company.id {
        return Err(refuse("is the platform company itself"));
    }
    if invited.parent == Some(caller.company.id) {
        return Err(refuse("is a subsidiary already"));
    }
    if invited.parent.is_some() {
        return Err(refuse("is a subsidiary of another company"));
    }
    if owns_subsidiaries(reader, invited.id).await? {
        return Err(refuse("has subsidiaries of its own"));
    }
    if invited.status != CompanyStatus::AuthSuccess {
        return Err(AppError::CompanyNotAuthed {
            name: invited.name.clone(),
        });
    }
    Ok(())
}

/// A company with subsidiaries is a platform company of its own; groups have one level.
async fn owns_subsidiaries(reader: &mut Reader, id: CompanyId) -> Result<bool, AppError> {
    Ok(company::list(reader, Scope::Platform(id)).await?.len() > 1)
}

/// Invitations nobody has answered and that can still be, with who invites and who is invited; oldest first.
///
/// # Errors
/// Internal when the store fails.
pub async fn open_invitations(app: &App) -> Result<Vec<(Invitation, Company, Company)>, AppError> {
    let mut reader = app.store.read("open_invitations");
    let mut found = Vec::new();
    for stored in invitation::list_open(&mut reader, MOST).await? {
        let open = stored.value;
        if !open.is_open(app.now()) {
            continue;
        }
        let platform = company::find(&mut reader, Scope::System, open.platform_id).await?;
        let invited = company::find(&mut reader, Scope::System, open.company_id).await?;
        if let (Some(platform), Some(invited)) = (platform, invited) {
            found.push((open, platform.value, invited.value));
        }
    }
    Ok(found)
}

/// Answers an invitation in the name of the invited company, and tells the one who invited.
///
/// # Errors
/// `1005` for an unknown, answered or expired invitation; `1804` when the company joined another group meanwhile.
pub async fn answer_invitation(app: &App, id: InvitationId, accepted: bool) -> Result<Invitation, AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("answer_invitation");
    let found = invitation::find(&mut transaction, id).await?;
    let stored = found.ok_or_else(|| AppError::invalid("inviteId", format!("{id} does not exist")))?;
    let answered = stored
        .value
        .answered(accepted, now)
        .map_err(|error| AppError::invalid("inviteId", error.to_string()))?;
    let invited = company::find(&mut transaction, Scope::System, answered.company_id).await?;
    let mut invited =
        invited.ok_or_else(|| AppError::Internal(format!("the company of invitation {id} is gone")))?;
    if accepted {
        join(&mut transaction, &mut invited, &answered).await?;
    }
    let stored = Versioned {
        version: stored.version,
        value: answered,
    };
    invitation::update(&mut transaction, &stored).await?;
    tell(app, &mut transaction, &stored.value, &invited.value).await?;
    transaction.record(Entry {
        at: now,
        tenant: Some(stored.value.platform_id),
        kind: if accepted {
            "COMPANY_JOIN"
        } else {
            "COMPANY_REFUSE"
        },
        subject: Some(invited.value.id.get()),
        actor: operator_actor(),
        details: json!({ "invitation": id }),
    });
    transaction.commit().await?;
    app.wake();
    Ok(stored.value)
}

async fn join(
    transaction: &mut Transaction,
    invited: &mut Versioned<Company>,
    invitation: &Invitation,
) -> Result<(), AppError> {
    let name = || invited.value.name.clone();
    if invited.value.parent.is_some() || owns_subsidiaries(transaction, invited.value.id).await? {
        return Err(AppError::CompanyMembership {
            name: name(),
            reason: "belongs to a group already",
        });
    }
    invited.value.parent = Some(invitation.platform_id);
    Ok(company::update(transaction, invited).await?)
}

async fn tell(
    app: &App,
    transaction: &mut Transaction,
    invitation: &Invitation,
    invited: &Company,
) -> Result<(), AppError> {
    let Some(address) = &invitation.callback_url else {
        return Ok(());
    };
    let id = invitation.id.to_string();
    let fields = [
        ("inviteId", Some(id.clone())),
        ("bizId", invitation.biz_id.clone()),
        ("companyId", Some(invited.id.to_string())),
        ("companyName", Some(invited.name.clone())),
        ("registerNo", invited.register_no.clone()),
        ("status", Some(invitation.state.name().to_owned())),
    ];
    let given = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let notice = Notice {
        address: address.clone(),
        application_id: invitation.application_id,
        fields: given.collect(),
    };
    tell_request(app, transaction, RequestCallback::Invitation, id, notice).await
}
